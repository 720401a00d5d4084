"""Turns the models of settings into what a form is made of; knows no single setting by name."""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from workbench.project.durations import write_duration

UNSET = "x-unset"
"""In a schema: what holds where nothing is written."""
NAME_LENGTH = 255
Model = type[BaseModel]


def title_of(name: str) -> str:
    """Returns a setting's name as words."""
    words = name.replace("_", " ").replace("-", " ")
    return words.upper() if words == "cqrs" else words[:1].upper() + words[1:]


def collection_of(annotation: Any) -> Model | None:
    """Returns the model of the entries where a setting is a collection of named blocks."""
    arguments = get_args(annotation)
    if get_origin(annotation) is dict and len(arguments) == 2 and _is_model(arguments[1]):
        model: Model = arguments[1]
        return model
    return None


def section_of(annotation: Any) -> Model | None:
    """Returns the model where a setting is a section."""
    model: Model | None = annotation if _is_model(annotation) else None
    return model


def collections_in(model: Model) -> Iterator[tuple[str, Model]]:
    """Yields the collections that a section holds."""
    for name, field in model.model_fields.items():
        if (inner := collection_of(field.annotation)) is not None:
            yield name, inner


def form_schema(model: Model, fallbacks: Mapping[str, Any], notes: Mapping[str, str]) -> dict[str, Any]:
    """Returns the JSON Schema of a form in which each setting with a default may be written or not.

    Args:
        fallbacks: What holds instead where a setting's own default is null.
        notes: What is to be said of single settings, such as where their value comes from.
    """
    whole = _schema_of(model)
    left_out = {name for name, _ in collections_in(model)}
    properties = {
        name: _property(field, whole["properties"][name], whole, fallbacks.get(name), notes.get(name, ""))
        for name, field in _own_first(model)
        if name not in left_out
    }
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "$defs": whole.get("$defs", {}),
    }


@cache
def _schema_of(model: Model) -> dict[str, Any]:
    return model.model_json_schema()


def _own_first(model: Model) -> list[tuple[str, FieldInfo]]:
    """Returns the settings of a model before those that it shares with others."""
    own = vars(model).get("__annotations__", {})
    return sorted(model.model_fields.items(), key=lambda pair: pair[0] not in own)


def _property(
    field: FieldInfo, schema: Mapping[str, Any], whole: Mapping[str, Any], fallback: Any, note: str
) -> dict[str, Any]:
    made = _without_null(schema)
    default = made.pop("default", None)
    if "$ref" in made:  # an enumeration says what it is; what the setting is for says more
        target = whole["$defs"][made.pop("$ref").rpartition("/")[2]]
        made = {**target, "title": "", **made}
    if (
        made.get("maxLength") == NAME_LENGTH
    ):  # a name stands in one line; that it can be too long is said if it is
        del made["maxLength"], made["minLength"]
    made["description"] = ". ".join(part.rstrip(".") for part in (field.description or "", note) if part)
    if not field.is_required():
        chosen = fallback if default is None else default
        made[UNSET] = f"default: {shown(chosen, made)}" if chosen not in (None, "", [], ()) else "not set"
    return made


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(schema)
    options = [one for one in made.get("anyOf", ()) if one.get("type") != "null"]
    if len(options) == 1:
        del made["anyOf"]
        return {**made, **options[0]}
    if options:
        made["anyOf"] = options
    return made


def shown(value: Any, schema: Mapping[str, Any]) -> str:
    """Returns a value as a person reads it."""
    if isinstance(value, Enum):
        value = value.value
    if schema.get("format") == "span" and isinstance(value, int | float):
        return "forever" if math.isinf(value) else write_duration(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_field(value: Any, schema: Mapping[str, Any]) -> Any:
    """Returns a value of the file as the form's editor takes it: ``"mail"`` is a list of one, 5 is ``5s``."""
    if schema.get("type") == "array" and isinstance(value, str):
        return [value]
    if schema.get("format") == "span" and isinstance(value, int | float) and not isinstance(value, bool):
        return write_duration(value)
    return value


def default_of(model: Model, name: str) -> Any:
    """Returns a setting's default; None where it has none."""
    field = model.model_fields.get(name)
    if field is None:
        return None
    found = field.get_default(call_default_factory=True, validated_data={})
    return None if found is PydanticUndefined else found


def _is_model(value: Any) -> bool:
    if get_origin(value) in (Union, types.UnionType):
        return False
    return isinstance(value, type) and issubclass(value, BaseModel)
