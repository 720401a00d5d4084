"""Examples for commands: what a schema allows, for every field."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from workbench.project.project import load_project
from workbench.services.commands.example_values import example_of

SAMPLES = sorted(one.parent for one in (ROOT / "resources" / "samples").glob("*/project.tsk"))


def example(**fields: Any) -> dict[str, Any]:
    ids = count(1)
    return example_of({"properties": fields}, lambda: f"id-{next(ids)}")


def test_defaults_examples_and_choices_come_first() -> None:
    assert example(
        a={"type": "integer", "default": 7},
        b={"type": "string", "examples": ["Ada"]},
        c={"enum": ["red", "blue"]},
        d={"const": 3},
    ) == {"a": 7, "b": "Ada", "c": "red", "d": 3}


def test_ids_are_fresh_and_texts_have_their_length() -> None:
    assert example(
        order_id={"type": "string"},
        id={"type": "string", "format": "uuid"},
        name={"type": "string", "minLength": 6, "maxLength": 6},
        at={"type": "string", "format": "date-time"},
    ) == {"order_id": "id-1", "id": "id-2", "name": "namexx", "at": "2026-01-01T12:00:00Z"}


def test_numbers_are_within_their_limits() -> None:
    assert example(
        a={"type": "integer", "minimum": 5},
        b={"type": "number", "exclusiveMinimum": 0},
        c={"type": "integer", "maximum": 0},
    ) == {"a": 5, "b": 1, "c": 0}


def test_lists_objects_and_what_may_be_missing() -> None:
    line = {"type": "object", "properties": {"sku": {"type": "string"}}}
    found = example_of(
        {
            "$defs": {"Line": line},
            "properties": {
                "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "minItems": 2},
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "flag": {"type": "boolean"},
            },
        },
        str,
    )
    assert found == {"lines": [{"sku": "sku"}, {"sku": "sku"}], "note": None, "flag": False}


def test_what_may_be_left_out_is_left_out_where_only_what_is_needed_is_wanted() -> None:
    line = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
    lines = {"type": "array", "items": line}
    fields = {"user_id": {"type": "string"}, "lines": lines, "some": {**lines, "minItems": 1}, "note": line}
    schema = {"properties": fields, "required": ["user_id", "lines", "some"]}
    assert example_of(schema, str, needed=True) == {
        "user_id": "user_id",
        "lines": [],
        "some": [{"sku": "sku"}],
    }


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree = {"type": "object", "properties": {"inner": {"$ref": "#/$defs/Tree"}}}
    assert example_of({"$defs": {"Tree": tree}, **tree}, str)["inner"]


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda one: one.name)
def test_every_command_of_the_samples_takes_its_example(folder: Path) -> None:
    ids = (f"00000000-0000-4000-8000-{number:012}" for number in count(1))
    for command in load_project(folder, environ={}, trusted=True).registry.commands.values():
        command.parse(example_of(command.schema, lambda: next(ids)))
