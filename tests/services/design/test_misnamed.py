"""What is named and not declared is found wherever it is named, and one fix renames all of it."""

from __future__ import annotations

import pytest

from tests.services.design.text_examples import checked
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.misnamed import with_misnamed
from workbench.services.design.quick_fixes import quick_fixes
from workbench.tusk import parse

PARCELS = """[project]
name: "post"

[aggregate.parcel]
state { n: "integer?" }

[event.parcel.packed]

[event.parcel.sent]
set { n: "1" }

[command.pack]
creates: "parcel"
fields { parcel_id: "string" }
do {
    first { emit: "parcel.packed" }
    second { emit: "parcel.sent", when: "command.parcel_id != 'x'" }
}

[command.cancel]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.sent"

[process.post]
key: "id"
on {
    "parcel.packed": {
        starts: true
        issue: "cancel"
        with { parcel_id: "id" }
        after: "24h"
        refused: "nothing"
    }
    "parcel.sent": { ends: true, withdraw: "cancel" }
}

[routing]
all { pattern: "parcel.*", topics: ["parcels"] }

[topics]
parcels {}

[subscriptions]
bell { topic: "parcels", handler: "ring", filter: "type == 'parcel.sent'" }

[handler.ring]
event: ["parcel.packed", "parcel.sent"]
"""
GIVEN = (
    '"Sent" {\n    given: { event: "parcel.packed", stream: "parcel-1" }\n    when: { command: "cancel", '
    'data: { parcel_id: "1" } }\n    then: { event: "parcel.sent" }\n}\n'
)
FILE = "scenarios/parcels.tsk"


def looked_at(text):
    return with_misnamed(checked(text), lambda: {FILE: parse(GIVEN, FILE)})


def everywhere(text):
    """Returns each fix that replaces a name in all places, by its label."""
    found = looked_at(text)
    fixes = [fix for one in found.problems for fix in quick_fixes(found, one)]
    return {one.label: one for one in fixes if "in all" in one.label}


@pytest.mark.parametrize(
    ("head", "new", "count", "said"),
    [
        ("event.parcel.sent", "parcel.sen", 6, {"parcel.sent": "parcel.sen"}),
        ("command.cancel", "cancels", 3, {"cancel": "cancels"}),
        ("aggregate.parcel", "parcels", 16, {"parcel.": "parcels.", "parcel-": "parcels-"}),
    ],
)
def test_a_name_is_replaced_in_actions_expressions_lists_and_scenarios(head, new, count, said):
    assert checked(PARCELS).mistakes == []
    text = PARCELS.replace(f"[{head}]", f"[{head.partition('.')[0]}.{new}]")
    found = everywhere(text)
    assert [*found] == [f"Replace with {new} in all {count} places"]
    (fix,) = found.values()
    assert "in 1 file of scenarios, too" in fix.effect
    assert checked(fix.applied(text)).mistakes == []
    whole = DesignText(project=parse(PARCELS, "project.tsk"), scenarios={FILE: parse(GIVEN, FILE)})
    after = fix.changed(whole, was=PARCELS, typed=text)
    assert after.project.text == fix.applied(text)
    given = GIVEN
    for was, now in said.items():
        given = given.replace(was, now)
    assert after.scenarios[FILE].text == given


def test_one_place_is_replaced_without_a_count():
    text = PARCELS.replace("[handler.ring]", "[handler.rings]")
    assert everywhere(text) == {}


def test_what_is_declared_elsewhere_is_no_wrong_name():
    text = PARCELS + '\n[aggregate.van]\n\n[command.load]\nchanges: "van"\nfields { van_id: "string" }\n'
    text += 'emit: "parcel.sent"\n'
    found = looked_at(text)
    assert [one.message for one in found.mistakes] == ["this aggregate has no event parcel.sent"]
    assert found.misnamed == {}


def test_scenarios_are_read_only_where_something_is_wrong():
    assert with_misnamed(checked(PARCELS), lambda: pytest.fail("nothing is wrong")).misnamed == {}
    unread = checked(PARCELS + '"\n')
    assert with_misnamed(unread, lambda: pytest.fail("it cannot be read")) is unread
    wrong = looked_at(PARCELS.replace('on {\n    "parcel.packed"', 'on {\n    "parcel.pack"'))
    assert [*wrong.misnamed] == [DesignNode("event", "parcel.pack")]
