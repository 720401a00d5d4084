"""Values with which a command can be tried out: for every field that it needs one that its schema allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

DEEP = 6
"""Objects and lists within each other that get values; a schema may refer to itself."""
_FORMATS = {
    "date-time": "2026-01-01T12:00:00Z",
    "date": "2026-01-01",
    "time": "12:00:00",
    "duration": "PT1H",
    "email": "someone@example.org",
    "uri": "https://example.org",
    "decimal": "1",
}
"""A text of each format."""
_GUESSES = [sign * count for count in range(1, 41) for sign in ("1", "A", "a")]
"""Texts of which one fits most patterns, such as ``^[0-9]{4}$``."""
_PLAIN = {"boolean": False, "null": None}


def example_of(schema: Mapping[str, Any], new_uuid: Callable[[], str]) -> dict[str, Any]:
    """Returns a value for each field of an object's schema, its defaults first.

    Args:
        new_uuid: Returns a fresh id.
    """
    value = _value("", schema, schema, new_uuid, DEEP)
    return value if isinstance(value, dict) else {}


def _value(
    name: str, item: Mapping[str, Any], root: Mapping[str, Any], new_uuid: Callable[[], str], deep: int
) -> Any:
    if "$ref" in item:
        item = {**root.get("$defs", {}).get(str(item["$ref"]).rpartition("/")[2], {}), **_own(item)}
    for key in ("default", "const"):
        if key in item:
            return item[key]
    if several := item.get("examples") or item.get("enum"):
        return several[0]
    if options := item.get("anyOf") or item.get("oneOf"):
        return None if {"type": "null"} in options else _value(name, options[0], root, new_uuid, deep)
    kind = item.get("type")
    if "properties" in item:
        fields = item["properties"].items() if deep else ()
        return {key: _value(key, one, root, new_uuid, deep - 1) for key, one in fields}
    if kind == "array":
        wanted = max(1, item.get("minItems", 0)) if deep and "items" in item else 0
        return [_value(name, item["items"], root, new_uuid, deep - 1) for _ in range(wanted)]
    if kind == "object":
        return {}
    if kind in {"integer", "number"}:
        return _number(item)
    return _PLAIN[kind] if kind in _PLAIN else _text(name, item, new_uuid)


def _own(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "$ref"}


def _number(item: Mapping[str, Any]) -> float:
    """Returns 1, or the number nearest to it that is allowed."""
    above, least, most = (item.get(key) for key in ("exclusiveMinimum", "minimum", "maximum"))
    found = 1 if above is None or above < 1 else above + 1
    found = found if least is None else max(found, least)
    return found if most is None else min(found, most)


def _text(name: str, item: Mapping[str, Any], new_uuid: Callable[[], str]) -> str:
    form = str(item.get("format", ""))
    if form == "uuid":
        return new_uuid()
    said = _FORMATS.get(form) or (new_uuid() if name == "id" or name.endswith("_id") else name or "text")
    if "pattern" in item:
        return next((one for one in _GUESSES if re.search(item["pattern"], one)), said)
    if not form:
        said = said.ljust(item.get("minLength", 0), "x")[: item.get("maxLength", len(said) + 80)]
    return said
