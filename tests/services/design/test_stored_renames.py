"""An event that gets the name of another aggregate takes the commands along that are of its own alone."""

from __future__ import annotations

import pytest

from tests.services.design.text_examples import checked
from workbench.errors import InvalidValue
from workbench.services.design.change_preview import ALONG
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
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
    assert found.notes == ("It becomes an event of box. What is ticked moves there, too.",)
    text = renamed(shop(), "box.sent")
    assert '[command.send]\nchanges: "box"' in text
    assert 'emit: "box.sent"' in text
    assert not checked(text).mistakes


def test_a_command_without_a_tick_stays():
    text = renamed(shop(), "box.sent", without=(ALONG,))
    assert '[command.send]\nchanges: "parcel"' in text
    assert 'emit: "box.sent"' in text


def test_other_events_of_the_command_move_and_are_named():
    emit = 'do { one { emit: "parcel.sent" }, two { emit: "parcel.packed" } }'
    (along,) = [
        one
        for one in rename_in_store(Store(), shop(emit=emit), SENT, "box.sent").places
        if one.group == ALONG and "send" in one.fate
    ]
    assert along.fate == "moves send, with parcel.packed, pack"


@pytest.mark.parametrize("name", ["parcel.left", "other.left", "left"])
def test_a_name_that_is_of_no_other_aggregate_moves_nothing(name):
    found = rename_in_store(Store(), shop(), SENT, name)
    assert ALONG not in {one.group for one in found.places}
    assert not any("becomes" in one for one in found.notes)


def test_a_command_for_several_stays_and_is_told_with_what_is_stored():
    text = shop('changes: { parcel: "parcel_id", box: "box_id" }')
    found = rename_in_store(Store(2), text, SENT, "box.sent")
    assert ALONG not in {one.group for one in found.places}
    assert found.notes[1:3] == (
        "It becomes an event of box; send stays with parcel. Move to another aggregate takes both along.",
        "2 stored events stay in streams of parcel.",
    )


def test_streams_keep_an_aggregate_its_name():
    class Streams(Store):
        def categories(self):
            return [("parcel", 2)]

    with pytest.raises(InvalidValue, match="the store has 2 streams of parcel"):
        rename_in_store(Streams(), shop(), DesignNode("aggregate", "parcel"), "package")
