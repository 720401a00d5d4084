"""What a form reads from a schema: references, null, labels, limits, examples."""

from __future__ import annotations

import pytest

from workbench.gui.forms.json_schema import (
    ABSENT,
    item_of,
    properties_of,
    resolve,
    sample_of,
    shape_of,
    title_of,
)
from workbench.model.limit_words import limits_of

NULL = {"type": "null"}


def test_references_are_followed_and_what_stands_beside_them_wins():
    root = {"$defs": {"a/b": {"$ref": "#/$defs/c", "title": "B"}, "c": {"type": "integer", "title": "C"}}}
    assert resolve({"$ref": "#/$defs/a~1b", "description": "here"}, root) == {
        "type": "integer",
        "title": "B",
        "description": "here",
    }
    assert resolve({"allOf": [{"$ref": "#/$defs/c"}], "title": "A"}, root)["title"] == "A"


@pytest.mark.parametrize(
    ("reference", "words"),
    [("#/$defs/none", "which it does not have"), ("#/$defs/loop", "refers to itself")],
)
def test_a_reference_to_nothing_or_to_itself_is_named(reference, words):
    root = {"$defs": {"loop": {"$ref": "#/$defs/loop"}}}
    with pytest.raises(LookupError, match=words):
        resolve({"$ref": reference}, root)


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "integer"}, NULL]},
        {"oneOf": [NULL, {"type": "integer"}]},
        {"type": ["integer", "null"]},
        {"anyOf": [{"$ref": "#/$defs/n"}, NULL]},
        {"anyOf": [{"anyOf": [{"type": "integer"}, NULL]}]},
    ],
)
def test_null_is_taken_out_however_it_is_written(schema):
    shape = shape_of("x", schema, {"$defs": {"n": {"type": "integer"}}})
    assert shape.schema["type"] == "integer"
    assert shape.nullable
    assert shape.optional


@pytest.mark.parametrize("null", [[], [NULL]])
def test_number_or_text_is_a_decimal(null):
    options = [{"type": "number", "minimum": 0}, {"type": "string"}, *null]
    shape = shape_of("price", {"anyOf": options, "title": "Price"}, {})
    assert (shape.schema["type"], shape.schema["format"]) == ("string", "decimal")
    assert shape.schema["minimum"] == 0
    assert shape.nullable is bool(null)


def test_several_types_stay_several():
    shape = shape_of("x", {"anyOf": [{"type": "integer"}, {"type": "string"}, NULL]}, {})
    assert shape.schema["anyOf"] == [{"type": "integer"}, {"type": "string"}]
    assert shape.nullable


@pytest.mark.parametrize(
    ("required", "schema", "optional", "initial"),
    [
        (True, {"type": "string"}, False, ABSENT),
        (False, {"type": "string"}, True, ABSENT),
        (False, {"type": "string", "default": "x"}, False, "x"),
        (False, {"anyOf": [{"type": "string"}, NULL], "default": None}, True, None),
        (True, {"anyOf": [{"type": "string"}, NULL]}, True, None),
        (False, {"anyOf": [{"type": "string"}, NULL], "default": "x"}, True, "x"),
    ],
)
def test_what_a_fresh_field_has(required, schema, optional, initial):
    shape = shape_of("x", schema, {}, required=required)
    assert (shape.optional, shape.initial) == (optional, initial)


@pytest.mark.parametrize(
    ("name", "schema", "title"),
    [
        ("user_id", {}, "User ID"),
        ("user_id", {"title": "User Id"}, "User ID"),
        ("user_id", {"title": "User id"}, "User ID"),
        ("user_id", {"title": "Who"}, "Who"),
        ("callback_url", {}, "Callback URL"),
        ("count", {"title": "Count"}, "Count"),
        ("_name", {}, "Name"),
        ("straßen_name", {}, "Straßen name"),
    ],
)
def test_a_field_is_labelled_by_its_title_or_by_its_name_as_words(name, schema, title):
    assert title_of(name, schema) == title


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, ""),
        ({"minLength": 3, "maxLength": 40}, "3 to 40 characters"),
        ({"minLength": 1}, "at least 1 character"),
        ({"minLength": 0}, ""),
        ({"maxLength": 1}, "at most 1 character"),
        ({"minItems": 2, "maxItems": 2}, "exactly 2 items"),
        ({"minimum": 0}, "at least 0"),
        ({"maximum": -5}, "at most -5"),
        ({"minimum": 0, "maximum": 9}, "0 to 9"),
        ({"exclusiveMinimum": 0, "multipleOf": 5}, "more than 0, a multiple of 5"),
        ({"exclusiveMaximum": 7}, "less than 7"),
        ({"pattern": "^a$"}, "matches ^a$"),
        ({"uniqueItems": True}, "no item twice"),
    ],
)
def test_limits_are_said_in_words(schema, words):
    assert limits_of(schema) == words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"minimum": 0.0}, "at least 0"),
        ({"minimum": 0.5, "maximum": 10.0}, "0.5 to 10"),
        ({"exclusiveMinimum": 0.0}, "more than 0"),
        ({"maxProperties": 3}, "at most 3 entries"),
        ({"minProperties": 1}, "at least 1 entry"),
    ],
)
def test_limits_of_amounts_and_maps_are_said_plainly(schema, words):
    assert limits_of(schema) == words


def test_a_pattern_can_be_kept_to_oneself():
    assert limits_of({"pattern": "^a$", "minLength": 2}, pattern=False) == "at least 2 characters"


def test_examples_come_from_the_schema_or_its_format():
    assert sample_of({"examples": [5], "format": "uuid"}) == "5"
    assert sample_of({"format": "email"}) == "name@example.com"
    assert sample_of({"format": "unheard-of"}) == ""
    assert sample_of({"examples": []}) == ""


def test_parts_of_objects_and_lists_are_described():
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["b"]}
    parts = list(properties_of(shape_of("", schema, schema)))
    assert [(part.name, part.required) for part in parts] == [("a", False), ("b", True)]
    item = item_of(shape_of("tags", {"type": "array", "items": {"type": "string"}}, {}), 2)
    assert (item.title, item.required) == ("Tags 3", True)


def test_a_description_is_one_line_without_marks():
    shape = shape_of("x", {"description": "The\n   ``id`` of it."}, {})
    assert shape.description == "The id of it."


def test_texts_under_keys_that_look_secret_are_written_unseen():
    text, plain = {"type": "string"}, {"type": "string", "format": "multiline"}
    whole = {
        "properties": {
            "api_key": text,
            "pin": {"type": "integer"},
            "note": text,
            "private_key": plain,
            "token": {"anyOf": [text, {"type": "null"}]},
            "secrets": {"type": "array", "items": text},
        }
    }
    shapes = {one.name: one for one in properties_of(shape_of("", whole, whole))}
    formats = {name: shape.schema.get("format") for name, shape in shapes.items()}
    assert formats == {
        "api_key": "password", "pin": None, "note": None, "private_key": "multiline", "token": "password",
        "secrets": None,
    }  # fmt: skip
    assert item_of(shapes["secrets"], 0).schema["format"] == "password"
