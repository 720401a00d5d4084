"""Another name of a field is shown line by line before anything is written."""

from __future__ import annotations

from workbench.services.design.design_text import DesignText
from workbench.services.design.field_preview import ADDED, field_preview
from workbench.services.design.gestures import DesignNode
from workbench.tusk import parse

TEXT = """\
[event.parcel.sent]
fields { to: "string", total: "money" }
set { total: "event.total + event.total" }

[command.send]
emit: "parcel.sent"

[policy.tell]
when: "event.total > 3"
"""
SCENARIO = 'sends {\n    then: [{ event: "parcel.sent", data: { total: 3 } }]\n}\n'
AFTER = (
    TEXT.replace('total: "money"', 'amount: "money"')
    .replace("event.total", "event.amount")
    .replace('emit: "parcel.sent"\n', 'emit: "parcel.sent"\nwith { amount: "command.total" }\n')
)
FILE = "scenarios/sends.tsk"


def design(text: str, scenario: str) -> DesignText:
    return DesignText(project=parse(text, "project.tsk"), scenarios={FILE: parse(scenario, FILE)})


def test_each_place_is_told_with_its_line_and_what_it_belongs_to():
    before, after = design(TEXT, SCENARIO), design(AFTER, SCENARIO.replace("total", "amount"))
    found = field_preview(before, after, DesignNode("event", "parcel.sent"), "total: money", 2)
    assert found.name == "total"
    told = [
        (one.group, one.reference.file, one.line, one.owner, one.text[one.start : one.end])
        for one in found.places
    ]
    assert told == [
        ("Declaration", "project.tsk", 2, "event.parcel.sent", "total"),
        ("Declaration", "project.tsk", 3, "event.parcel.sent", "total"),
        ("Declaration", "project.tsk", 3, "event.parcel.sent", "total"),
        ("In expressions", "project.tsk", 9, "policy.tell", "total"),
        ("Scenarios", FILE, 2, "sends", "total"),
        (ADDED, "project.tsk", 7, "command.send", ""),
    ]
    for one in found.places:
        file = before.project if one.reference.file == "project.tsk" else before.scenarios[FILE]
        assert file.text[one.reference.start : one.reference.end] == one.reference.name
    (note,) = found.notes
    assert note.startswith("2 stored events have the old name")
