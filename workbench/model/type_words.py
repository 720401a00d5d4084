"""Says in a word what a JSON Schema lets a value be: the same in documents and on the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

DECLARED = "x-type"
"""Key of the word with which a type was declared, where the schema itself shows no more: ``money``."""
CHOICES = "x-choices"
"""Key of the choices in the order in which they were declared; msgspec sorts them."""
_WORDS = {"array": "list", "null": "nothing"}
_FORMATS = {"uri": "url"}
_SHORT = {"date-time", "uuid", "email", "date", "time", "duration", "decimal"}
"""Formats that are called what they are."""


def type_word(schema: Mapping[str, Any]) -> str:
    """Returns the word for a schema without references and choices, such as ``date-time`` or ``integer``."""
    if DECLARED in schema:
        return str(schema[DECLARED])
    kind, form = str(schema.get("type", "anything")), str(schema.get("format", ""))
    return form if form in _SHORT else _FORMATS.get(form) or _WORDS.get(kind, kind)


def decimal_word(schema: Mapping[str, Any], choices: Sequence[Mapping[str, Any]]) -> str:
    """Returns ``money`` or ``decimal`` where a number or its text is meant; empty for other choices."""
    if {str(one.get("type")) for one in choices} - {"null"} != {"number", "string"}:
        return ""
    return str(schema.get(DECLARED, "decimal"))


def as_declared(schema: Any) -> Any:
    """Returns a JSON Schema, or a part of one, whose choices stand in the order of their declaration."""
    if isinstance(schema, list):
        return [as_declared(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: as_declared(one) for name, one in schema.items() if name != CHOICES}
    if CHOICES in schema:
        found["enum"] = list(schema[CHOICES])
    return found
