"""The step to changed fields is drafted as a person would write it: renamed, converted, filled, left out."""

from __future__ import annotations

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.schema_draft import upcast_of, with_upcast
from workbench.tusk import parse


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": "string"}, {"b": "string"}, {"rename": {"a": "b"}}),
        ({"a": "string"}, {"b": "integer"}, {"default": {"b": 0}, "remove": ["a"]}),
        ({"a": "string", "b": "string"}, {"c": "string"}, {"default": {"c": ""}, "remove": ["a", "b"]}),
        (
            {"flight": "string"},
            {"flight_no": "string", "agent": "string"},
            {"rename": {"flight": "flight_no"}, "default": {"agent": ""}},
        ),
        (
            {"street": "string", "town": "string"},
            {"town_name": "string", "street_name": "string"},
            {"rename": {"street": "street_name", "town": "town_name"}},
        ),
        ({"a": "integer"}, {"a": "string"}, {"set": {"a": "string(data.a)"}}),
        ({"a": "string?"}, {"a": "integer"}, {"set": {"a": "int(data.a)"}}),
        ({"a": "integer"}, {"a": "money"}, {}),
        ({"a": "uuid"}, {"a": "boolean"}, {"set": {"a": "data.a"}}),
        ({}, {"a": "string?"}, {}),
        ({"a": "string"}, {"a": "string?"}, {}),
        (
            {"a": "string?"},
            {"a": "string"},
            {"set": {"a": "has(data.a) && data.a != null ? data.a : ''"}},
        ),
        (
            {"a": {"type": "integer", "default": 3}},
            {"a": "integer"},
            {"set": {"a": "has(data.a) && data.a != null ? data.a : 0"}},
        ),
        ({}, {"a": {"type": "string", "default": "x"}}, {}),
        ({}, {"a": {"type": "list", "of": "string"}}, {"default": {"a": []}}),
        (
            {"in-use": "integer"},
            {"in-use": "string"},
            {"set": {"in-use": "string(data['in-use'])"}},
        ),
    ],
)
def test_fields_become_others(
    before: dict[str, object], after: dict[str, object], said: dict[str, object]
) -> None:
    assert upcast_of(before, after) == said


WAS = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]
fields { to: "string", note: "string?" }
"""


def of(text: str) -> DesignText:
    return DesignText(project=parse(text))


def test_the_version_rises_and_a_draft_is_made_again() -> None:
    first = with_upcast(of(WAS), of(WAS.replace("note: ", "remark: ")), "parcel.sent")
    assert first.project.text.endswith(
        '[event.parcel.sent]\n'
        'version: 2\n'
        'fields { to: "string", remark: "string?" }\n'
        'upcast { from_1 { rename { note: "remark" } } }\n'
    )  # fmt: skip
    text = of(first.project.text.replace('to: "string"', 'to: "integer"'))
    again = with_upcast(of(WAS), text, "parcel.sent")
    assert "version: 2\n" in again.project.text
    assert 'from_1 { rename { note: "remark" }, set { to: "int(data.to)" } }' in again.project.text
