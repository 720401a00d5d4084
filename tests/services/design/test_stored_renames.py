"""An event that gets the name of another aggregate takes the commands along that are of its own alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.design.text_examples import checked
from workbench.errors import InvalidValue
from workbench.services.design.change_preview import ALONG
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import declared_names
from workbench.services.design.stored_renames import rename_in_store, renamed_along
from workbench.tusk import parse

SENT = DesignNode("event", "parcel.sent")
SHOP = """\
[aggregate.parcel]

[aggregate.box]

[event.parcel.packed]

[event.parcel.sent]

[event.box.made]

[command.pack]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.packed"

[command.make]
creates: "box"
fields { box_id: "string" }
emit: "box.made"

[command.send]
PLACE
fields { parcel_id: "string", box_id: "string" }
EMIT
"""


class Store:
    """Has stored events of one type."""

    def __init__(self, count=0):
        self.count = count

    def categories(self):
        return []

    def count_types(self, is_type):
        return self.count if is_type("parcel.sent") else 0


def shop(place='changes: "parcel"', emit='emit: "parcel.sent"'):
    return DesignText(project=parse(SHOP.replace("PLACE", place).replace("EMIT", emit), "project.tsk"))


def renamed(text, name, *, without=()):
    found = rename_in_store(Store(), text, SENT, name)
    places = [one.reference for one in found.places if one.group not in without]
    return renamed_along(text, node=SENT, name=name, places=places, stored=False).project.text


def test_the_command_is_listed_and_moves_with_its_event():
    found = rename_in_store(Store(), shop(), SENT, "box.sent")
    (along,) = [one for one in found.places if one.group == ALONG]
    assert (along.text, along.new, along.fate, along.wanted) == (
        'changes: "parcel"',
        "box",
        "moves send",
        True,
    )
    assert along.text[along.start : along.end] == "parcel"
    needs = "it needs box_id as its target"
    assert found.notes == (
        "It becomes an event of box. What is ticked moves there, too.",
        f"send has parcel_id, the id of a parcel, and would look for a box of that id: {needs}.",
    )
    text = renamed(shop(), "box.sent")
    assert '[command.send]\nchanges: "box"' in text
    assert 'emit: "box.sent"' in text
    assert not checked(text).mistakes


def test_a_command_without_a_tick_stays():
    text = renamed(shop(), "box.sent", without=(ALONG,))
    assert '[command.send]\nchanges: "parcel"' in text
    assert 'emit: "box.sent"' in text


UNTIL = "Until it is for box as well, it cannot emit box.sent."
BOTH = 'do { one { emit: "parcel.sent" }, two { emit: "parcel.packed" } }'


def test_a_command_that_emits_more_of_its_aggregate_stays_and_nothing_else_moves():
    text = shop(emit=BOTH)
    found = rename_in_store(Store(), text, SENT, "box.sent")
    assert [(one.group, one.text) for one in found.places] == [
        ("Declaration", "[event.parcel.sent]"),
        ("Emitted by", BOTH),
    ]
    assert found.notes == (
        "It becomes an event of box.",
        f"send stays with parcel: it emits parcel.packed, too. {UNTIL}",
        "Move to another aggregate takes all of that along.",
    )
    assert renamed(text, "box.sent") == text.project.text.replace("parcel.sent", "box.sent")


FLOWN = """\
$first: "parcel-7"

"Sent" {
    given: [
        { event: "parcel.packed", stream: "parcel-1" }
        { event: "parcel.sent", stream: "parcel-1" }
    ]
    then: [{ event: "parcel.sent", stream: $first }]
}
"""


def test_the_streams_of_a_moving_event_are_listed_and_each_can_be_left():
    flown = parse(FLOWN, "scenarios/sent.tsk")
    text = replace(shop(), scenarios={flown.file: flown})
    found = rename_in_store(Store(), text, SENT, "box.sent")
    streams = [one for one in found.places if one.fate == "its stream"]
    assert [(one.line, one.text[one.start : one.end], one.group) for one in streams] == [
        (6, "parcel", ALONG),
        (1, "parcel", ALONG),
    ]

    def after(places):
        given = [one.reference for one in places]
        made = renamed_along(text, node=SENT, name="box.sent", places=given, stored=False)
        return made.scenarios[flown.file].text

    moved = FLOWN.replace("parcel.sent", "box.sent")
    assert after(one for one in found.places if one not in streams) == moved
    assert after(found.places) == moved.replace(
        '"box.sent", stream: "parcel-1"', '"box.sent", stream: "box-1"'
    ).replace("parcel-7", "box-7")


FOLDERS = (*Path("resources/templates").iterdir(), *Path("tests/flows").iterdir())
FILES = [one / "project.tsk" for one in FOLDERS if (one / "scenarios").is_dir()]


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.parent.name)
def test_every_line_that_a_rename_to_another_aggregate_changes_is_listed(file):
    flows = {one.name: parse(one.read_text(), one.name) for one in (file.parent / "scenarios").iterdir()}
    text = DesignText(project=parse(file.read_text(), "project.tsk"), scenarios=flows)
    owners = declared_names(text.project, "aggregate")
    for event in declared_names(text.project, "event"):
        node, (own, _, last) = DesignNode("event", event), event.rpartition(".")
        for owner in owners:
            if owner != own and f"event.{owner}.{last}" not in text.project.sections:
                name = f"{owner}.{last}"
                found = rename_in_store(Store(), text, node, name)
                places = [one.reference for one in found.places]
                after = renamed_along(text, node=node, name=name, places=places, stored=False)
                changed = {
                    (file.file, at)
                    for file, now in zip(text.files(), after.files(), strict=True)
                    for at, (was, line) in enumerate(
                        zip(file.text.splitlines(), now.text.splitlines(), strict=True), 1
                    )
                    if was != line
                }
                assert changed == {(one.reference.file, one.line) for one in found.places}, (event, name)


def test_readers_of_its_id_are_told_where_it_becomes_that_of_another_aggregate():
    reader = '[policy.tell]\non: "parcel.sent"\nissue: "pack"\nwith { parcel_id: "id" }\n'
    text = DesignText(project=parse(shop().project.text + reader, "project.tsk"))
    (told,) = rename_in_store(Store(), text, SENT, "box.sent").stays
    assert (told.text, told.owner, told.fate) == (
        'with { parcel_id: "id" }',
        "policy.tell",
        "tell: the id of a box then",
    )
    assert rename_in_store(Store(), text, SENT, "parcel.left").stays == ()


@pytest.mark.parametrize("name", ["parcel.left", "other.left", "left"])
def test_a_name_that_is_of_no_other_aggregate_moves_nothing(name):
    found = rename_in_store(Store(), shop(), SENT, name)
    assert ALONG not in {one.group for one in found.places}
    assert not any("becomes" in one for one in found.notes)


def test_a_command_for_several_stays_and_is_told_with_what_is_stored():
    text = shop('changes: { parcel: "parcel_id", tray: "box_id" }')
    found = rename_in_store(Store(2), text, SENT, "box.sent")
    assert ALONG not in {one.group for one in found.places}
    assert found.notes[1:] == (
        "It becomes an event of box.",
        f"send stays with parcel: it is for several. {UNTIL}",
        "Move to another aggregate takes all of that along.",
        "2 stored events stay in streams of parcel.",
    )


def test_a_command_that_is_for_the_other_aggregate_as_well_is_not_spoken_of():
    found = rename_in_store(
        Store(), shop('changes: { parcel: "parcel_id", box: "box_id" }'), SENT, "box.sent"
    )
    assert found.notes == ("It becomes an event of box.",)
    assert ALONG not in {one.group for one in found.places}


def test_streams_keep_an_aggregate_its_name():
    class Streams(Store):
        def categories(self):
            return [("parcel", 2)]

    with pytest.raises(InvalidValue, match="the store has 2 streams of parcel"):
        rename_in_store(Streams(), shop(), DesignNode("aggregate", "parcel"), "package")
