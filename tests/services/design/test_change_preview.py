"""What a rename or a removal would touch is known before anything is written."""

from pathlib import Path

import pytest

from workbench.services.design import gestures
from workbench.services.design.change_preview import (
    GOES,
    LEFT,
    ChangePlace,
    ChangePreview,
    removal_preview,
    rename_preview,
    still_fits,
)
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, left_over
from workbench.services.design.references import PATTERN
from workbench.services.design.removals import removed_whole
from workbench.services.design.text_check import check_project_text
from workbench.tusk import parse

PROJECT = """\
[project]
name: "shop"
# order.placed is where it begins

[aggregate.order]

[event.order.placed]
fields { total: "integer" }

[command.place]
creates: "order"
fields { order_id: "string", total: "integer" }
emit: "order.placed"

[policy.tell]
on: "order.placed"
issue: "place"
with { order_id: "id", total: "1" }

[projection.orders]
columns { id: "text" }
on { "order.placed": {} }

[routing]
all { pattern: "order.*", topics: ["mail"] }

[subscriptions.mailer]
topic: "mail"
handler: "h"
filter: "type == 'order.placed'"
"""
STORY = 'first {\n  then: [{ event: "order.placed" }, { message: "order.placed", topic: "mail" }]\n}\n'
PLACED = DesignNode("event", "order.placed")
TEXT = DesignText(
    project=parse(PROJECT, "project.tsk"), scenarios={"scenarios/a.tsk": parse(STORY, "scenarios/a.tsk")}
)


def problems(text: DesignText) -> list[str]:
    checked = check_project_text(text.project.text, Path("project.tsk"), environ={}, running=None)
    return [str(one) for one in checked.problems if not one.warning]


def seen(place: ChangePlace) -> tuple[str, int, str]:
    return place.group, place.line, place.text[place.start : place.end]


def test_a_rename_shows_every_place_in_its_line_and_words_for_those_who_want_them():
    preview = rename_preview(TEXT, PLACED, 3)
    assert [seen(one) for one in preview.places] == [
        ("Declaration", 7, "order.placed"),
        ("Emitted by", 13, "order.placed"),
        ("Handled, read", 16, "order.placed"),
        ("Handled, read", 22, '"order.placed"'),
        ("In expressions", 30, "order.placed"),
        ("Scenarios", 2, "order.placed"),
        ("Scenarios", 2, "order.placed"),
        ("Comments and descriptions", 3, "order.placed"),
    ]
    assert preview.places[5].reference.file == "scenarios/a.tsk"
    assert [seen(one)[1:] for one in preview.stays] == [(25, "order.*")]
    assert still_fits(preview, preview.stays[0], "order.begun")
    assert not still_fits(preview, preview.stays[0], "sale.begun")
    everywhere = [one.reference for one in preview.places]
    after = gestures.renamed(TEXT, PLACED, "order.begun", everywhere)
    assert after.project.text == PROJECT.replace("order.placed", "order.begun")
    assert after.scenarios["scenarios/a.tsk"].text == STORY.replace("order.placed", "order.begun")


def test_a_removal_says_what_goes_along_and_what_is_left_with_a_mistake():
    preview = removal_preview(TEXT, PLACED, 0)
    fates = {one.owner: one.fate for one in preview.places}
    assert fates == {
        "command.place": GOES,
        "policy.tell": "all of [policy.tell] goes",
        "projection.orders": GOES,
    }
    assert [(one.owner, one.fate) for one in preview.stays] == [
        ("subscriptions.mailer", LEFT),
        ("first", LEFT),
        ("first", LEFT),
    ]
    whole = removal_preview(TEXT, DesignNode("aggregate", "order"), 0)
    assert "all of [event.order.placed] goes" in {one.fate for one in whole.places}


def test_a_removal_says_also_what_names_a_thing_that_goes_along():
    project = """\
[topics]
mail {}

[subscriptions]
post { topic: "mail", handler: "send" }

[projection.totals]
columns { id: "text" }

[handler.send]
rows { one { projection: "totals", key: "id" } }
publish: "mail"
"""
    story = 'a { given: [{ replay: "post" }] }\n'
    text = DesignText(project=parse(project, "project.tsk")).with_file(parse(story, "scenarios/a.tsk"))
    totals = DesignNode("projection", "totals")
    preview = removal_preview(text, totals, 0)
    assert [(one.owner, one.fate) for one in preview.places] == [
        ("handler.send", "all of [handler.send] goes"),
        ("subscriptions.post", GOES),
    ]
    assert [(one.owner, one.fate) for one in preview.stays] == [("a", LEFT)]
    after = gestures.removed(text, totals, along=[one.reference for one in preview.places])
    assert [*after.project.sections] == ["topics", "subscriptions"]
    assert "post" not in after.project.text
    assert removed_whole(text, totals) == after


def test_what_is_left_out_of_a_removal_stays():
    along = [one.reference for one in removal_preview(TEXT, PLACED, 0).places if one.owner != "policy.tell"]
    after = gestures.removed(TEXT, PLACED, along=along)
    assert "[policy.tell]" in after.project.text
    assert "[event.order.placed]" not in after.project.text
    assert "emit" not in after.project.text


@pytest.mark.parametrize(
    ("name", "when", "wanted"),
    [
        ("sent", "state.phase == 'sent'", False),
        ("sent", "command.word in ['sent', 'lost']", False),
        ("sent", "'sent' == state.type", False),
        ("sent", "type == 'sent'", True),
        ("sent", "event.type in ['lost', 'sent']", True),
        ("sent", "'sent' != event.type", True),
        ("order.sent", "state.phase == 'order.sent'", True),
    ],
)
def test_a_plain_word_in_an_expression_is_meant_only_where_types_are_compared(name, when, wanted):
    project = f'[event.{name}]\n[subscriptions]\na {{ topic: "t", handler: "h", filter: "{when}" }}\n'
    found = rename_preview(
        DesignText(project=parse(project, "project.tsk")), DesignNode("event", name), 0
    ).places
    assert [(one.group, one.wanted) for one in found] == [("Declaration", True), ("In expressions", wanted)]


def test_an_event_that_is_stored_under_another_name_stays_so():
    project = parse('[event.new]\nstored_as: "old"\n', "project.tsk")
    preview = rename_preview(DesignText(project=project), DesignNode("event", "new"), 2)
    assert preview.notes[0].startswith("2 stored events stay stored as old, ")


def test_the_name_of_a_field_that_may_be_missing_is_without_its_mark():
    preview = ChangePreview(text=DesignText(), node=DesignNode("event", "order.placed"), field="to?: string")
    assert preview.name == "to"


ROUTED = """
[aggregate.lamp]
[event.lamp.lit]
[event.lamp.out]
[event.glow]
aggregate: "lamp"
[aggregate.lane]
[event.lane.open]
[topics]
mail {}
[routing]
lamps { pattern: "lamp.*", topics: ["mail"] }
few { pattern: "lamp.[lo]*", topics: ["mail"] }
both { pattern: "la*", topics: ["mail"] }
all { pattern: "*", topics: ["mail"] }
lit { pattern: "lamp.lit", topics: ["mail"] }
"""
LAMP = DesignNode("aggregate", "lamp")


def test_a_renamed_aggregate_takes_along_the_patterns_of_its_events_alone_and_tells_the_others():
    text = DesignText(project=parse(ROUTED, "project.tsk"))
    preview = rename_preview(text, LAMP, 0)
    patterns = [one.reference for one in preview.places if one.reference.role == PATTERN]
    assert [one.name for one in patterns] == ["lamp.*", "lamp.[lo]*", "lamp.lit"]
    assert [one.reference.name for one in preview.stays] == ["la*", "*"]
    assert [still_fits(preview, one, "lantern") for one in preview.stays] == [True, True]
    assert [still_fits(preview, one, "torch") for one in preview.stays] == [False, True]
    after = gestures.renamed(text, LAMP, "torch", [one.reference for one in preview.places])
    assert 'lamps { pattern: "torch.*"' in after.project.text
    assert 'few { pattern: "torch.[lo]*"' in after.project.text
    assert 'both { pattern: "la*"' in after.project.text


def test_a_pattern_that_fits_an_event_of_another_aggregate_stays():
    part = ROUTED + '[aggregate.lamp.part]\n[event.lamp.part.lost]\naggregate: "lamp.part"\n'
    text = DesignText(project=parse(part, "project.tsk"))
    preview = rename_preview(text, LAMP, 0)
    assert [one.reference.name for one in preview.stays] == ["lamp.*", "la*", "*"]
    assert not still_fits(preview, preview.stays[0], "torch")


LISTS = """
[project]
name: "lists"
[event_store]
path: "events.db"
[topics]
mail {}
desk {}
[aggregate.lamp]
[event.lamp.lit]
[event.lamp.out]
[event.lamp.gone]
[command.light]
creates: "lamp"
fields { lamp_id: "string" }
emit: "lamp.lit"
by: ["clerk", "boss"]
[command.quench]
changes: "lamp"
fields { lamp_id: "string" }
emit: "lamp.out"
[actor.clerk]
[actor.boss]
[policy.again]
on: ["lamp.lit", "lamp.out"]
issue: "light"
with { lamp_id: "id" }
[process.dark]
key: "id"
on {
    "lamp.lit": { starts: true, issue: "quench", with { lamp_id: "id" }, after: "2h", refused: "nothing" }
    "lamp.out": { withdraw: ["quench", "light"], ends: true }
    "lamp.gone": { issue: "light", with { lamp_id: "id" } }
}
[handler.send]
event: ["lamp.lit", "lamp.out"]
[external.post]
stand_in { event: ["lamp.lit", "lamp.out"] }
[flow.main]
steps: ["light", "quench"]
[routing]
both { pattern: "lamp.*", topics: ["mail", "desk"] }
one { pattern: "*.lit", topics: ["mail"] }
[subscriptions]
first { topic: "desk", handler: "send" }
"""


@pytest.mark.parametrize(
    ("node", "left"),
    [
        (DesignNode("event", "lamp.out"), ['event: "lamp.lit"', 'on: "lamp.lit"', "stand_in {"]),
        (DesignNode("event", "lamp.gone"), ['{ withdraw: "quench", ends']),
        (DesignNode("topic", "mail"), ['both { pattern: "lamp.*", topics: "desk" }']),
        (
            DesignNode("command", "quench"),
            ['withdraw: "light", ends', 'steps: ["light"]', "{ starts: true }"],
        ),
        (DesignNode("actor", "boss"), ['by: "clerk"']),
    ],
)
def test_a_removal_takes_a_name_out_of_every_list_and_says_so(node, left):
    text = DesignText(project=parse(LISTS, "project.tsk"))
    preview = removal_preview(text, node, 0)
    assert [(one.owner, one.reference.role) for one in preview.stays] == []
    removed = gestures.removed(text, node, along=[one.reference for one in preview.places])
    assert (problems(text), problems(removed)) == ([], [])
    after = removed.project.text
    assert f'"{node.name}"' not in after
    for one in left:
        assert one in after


LANDS = """\
[aggregate.mission]
state { status: "string?" }
[aggregate.battery]
state { level { type: "integer", default: 100 } }
[event.mission.planned]
set { status: "'planned'" }
[event.mission.landed]
set { status: "'landed'" }
[event.battery.drained]
[event.spent]
aggregate: "battery"
[command.plan_mission]
creates: "mission"
changes: { battery: "battery_id" }
fields { mission_id: "string", battery_id: "string" }
emit: "mission.planned"
[command.land_mission]
changes: { mission: "mission_id", battery: "battery_id" }
fields { mission_id: "string", battery_id: "string" }
refuse { landed { when: "mission.status == 'landed'", message: "it is landed" } }
do { landed { emit: "mission.landed" }, drained { emit: "battery.drained" } }
[command.swap_battery]
changes { from { aggregate: "battery", id: "from_id" }, to { aggregate: "battery", id: "to_id" } }
fields { from_id: "string", to_id: "string" }
do { from { emit: "battery.drained", for: "from" }, to { emit: "spent", for: "to" } }
[command.spend_battery]
changes: { battery: "battery_id", mission: "mission_id" }
fields { battery_id: "string", mission_id: "string" }
emit: "spent"
"""
BATTERY = DesignNode("aggregate", "battery")


def test_a_command_for_several_aggregates_stays_without_one_that_is_removed():
    text = DesignText(project=parse(LANDS, "project.tsk"))
    preview = removal_preview(text, BATTERY, 0)
    fates = {(one.owner, one.fate) for one in preview.places}
    assert {("command.plan_mission", GOES), ("command.land_mission", GOES)} <= fates
    assert ("command.swap_battery", "all of [command.swap_battery] goes") in fates
    assert ("command.spend_battery", "all of [command.spend_battery] goes") in fates
    removed = gestures.removed(text, BATTERY, along=[one.reference for one in preview.places])
    assert (problems(text), problems(removed)) == ([], [])
    after = removed.project.text
    assert 'creates: "mission"\nfields { mission_id: "string", battery_id: "string" }\nemit:' in after
    assert 'changes: { mission: "mission_id" }' in after
    assert 'do { landed { emit: "mission.landed" } }' in after
    assert "spent" not in after
    assert 'aggregate: "battery"' not in after


def test_what_a_command_says_of_an_aggregate_that_is_removed_stays_with_a_mistake():
    guarded = LANDS.replace("refuse {", "refuse { empty { when: 'battery.level < 1', message: 'empty' },")
    text = DesignText(project=parse(guarded, "project.tsk"))
    assert problems(text) == []
    [told] = problems(gestures.removed(text, BATTERY, along=left_over(text, BATTERY)))
    assert "nothing here is called battery" in told


def test_a_route_and_a_subscription_with_a_section_of_their_own_go_whole():
    text = DesignText(
        project=parse(
            '[topics]\nmail {}\n[routing.bats]\npattern: "battery.*"\ntopics: "mail"\n'
            f'[subscriptions.post]\ntopic: "mail"\nhandler: "send"\n[handler.send]\npublish: "mail"\n{LANDS}',
            "project.tsk",
        )
    )
    for node, gone in (
        (BATTERY, {"routing.bats"}),
        (DesignNode("topic", "mail"), {"routing.bats", "subscriptions.post"}),
    ):
        after = removed_whole(text, node).project.sections
        assert gone <= text.project.sections.keys() - after.keys()
