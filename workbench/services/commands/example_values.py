"""Values with which a command can be tried out: for every field that it needs one that its schema allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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


def example_of(
    schema: Mapping[str, Any], new_uuid: Callable[[], str], *, needed: bool = False
) -> dict[str, Any]:
    """Returns a value for each field of an object's schema, its defaults first.

    Args:
        new_uuid: Returns a fresh id.
        needed: Leave out what may be left out; ids that are plain texts are their names.
    """
    value = _Example(root=schema, new_uuid=new_uuid, needed=needed).value("", schema, DEEP)
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Example:
    root: Mapping[str, Any]
    new_uuid: Callable[[], str]
    needed: bool

    def value(self, name: str, item: Mapping[str, Any], deep: int) -> Any:
        if "$ref" in item:
            item = {**self.root.get("$defs", {}).get(str(item["$ref"]).rpartition("/")[2], {}), **_own(item)}
        for key in ("default", "const"):
            if key in item:
                return item[key]
        if several := item.get("examples") or item.get("enum"):
            return several[0]
        if options := item.get("anyOf") or item.get("oneOf"):
            return None if {"type": "null"} in options else self.value(name, options[0], deep)
        kind = item.get("type")
        if "properties" in item:
            return {key: self.value(key, one, deep - 1) for key, one in self._fields(item, deep)}
        if kind == "array":
            wanted = max(0 if self.needed else 1, item.get("minItems", 0)) if deep and "items" in item else 0
            return [self.value(name, item["items"], deep - 1) for _ in range(wanted)]
        if kind == "object":
            return {}
        if kind in {"integer", "number"}:
            return _number(item)
        return _PLAIN[kind] if kind in _PLAIN else self._text(name, item)

    def _fields(self, item: Mapping[str, Any], deep: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for key, one in item["properties"].items() if deep else ():
            if not self.needed or key in item.get("required", ()):
                yield key, one

    def _text(self, name: str, item: Mapping[str, Any]) -> str:
        form = str(item.get("format", ""))
        if form == "uuid":
            return self.new_uuid()
        is_id = not self.needed and (name == "id" or name.endswith("_id"))
        said = _FORMATS.get(form) or (self.new_uuid() if is_id else name or "text")
        if "pattern" in item:
            return next((one for one in _GUESSES if re.search(item["pattern"], one)), said)
        if not form:
            said = said.ljust(item.get("minLength", 0), "x")[: item.get("maxLength", len(said) + 80)]
        return said


def _own(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "$ref"}


def _number(item: Mapping[str, Any]) -> float:
    """Returns 1, or the number nearest to it that is allowed."""
    above, least, most = (item.get(key) for key in ("exclusiveMinimum", "minimum", "maximum"))
    found = 1 if above is None or above < 1 else above + 1
    found = found if least is None else max(found, least)
    return found if most is None else min(found, most)
