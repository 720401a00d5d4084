"""Gives what happened in a scenario the types that were declared, by which it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.project.declared.value_classes import as_json

_DEEPEST = 100
"""Levels, as in JSON that is stored (contract §8)."""


def typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """Returns a JSON value with decimals and times where its schema has them; what does not fit stays."""
    return _typed(value, schema, schema.get("$defs", {}), _DEEPEST)


def typed_answer(answer: Any) -> Any:
    """Returns an answer as JSON keeps it, but for its decimals and times."""
    if isinstance(answer, Decimal | datetime):
        return answer
    if isinstance(answer, list | tuple):
        return [typed_answer(one) for one in answer]
    if isinstance(answer, Mapping):
        return {str(key): typed_answer(one) for key, one in answer.items()}
    return as_json(answer)


def _typed(value: Any, schema: Mapping[str, Any], known: Mapping[str, Any], deep: int) -> Any:
    if "$ref" in schema:
        schema = known.get(str(schema["$ref"]).rpartition("/")[2], {})
    if not deep or value is None:
        return value
    if "anyOf" in schema:
        return _of_one(value, schema["anyOf"], known, deep)
    if isinstance(value, Mapping):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties")
        rest = others if isinstance(others, Mapping) else {}
        return {key: _typed(one, fields.get(key, rest), known, deep - 1) for key, one in value.items()}
    if isinstance(value, list):
        items = schema.get("items")
        return [_typed(one, items if isinstance(items, Mapping) else {}, known, deep - 1) for one in value]
    return _leaf(value, schema.get("format"))


def _of_one(value: Any, ways: list[Mapping[str, Any]], known: Mapping[str, Any], deep: int) -> Any:
    """Returns the value in the first of several types that changes it."""
    found = [one for one in ways if one.get("type") != "null"]
    if sorted(str(one.get("type")) for one in found) == ["number", "string"]:  # how pydantic says a decimal
        return _leaf(value, "decimal")
    made = (_typed(value, one, known, deep) for one in found)
    return next((one for one in made if one != value or type(one) is not type(value)), value)


def _leaf(value: Any, kind: Any) -> Any:
    with suppress(ValueError, InvalidOperation):
        if kind == "decimal" and isinstance(value, str | int | float) and not isinstance(value, bool):
            return Decimal(str(value))
        if kind == "date-time" and isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else value
    return value
