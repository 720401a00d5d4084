"""Says the fields of a JSON Schema as a card lists them: ``customer string 1–80``, ``paid_at? date-time``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.model.projection import Column
from workbench.model.type_words import decimal_word, type_word

_LIMITS = (
    (
        ("minLength", "minItems", "minProperties", "minimum"),
        ("maxLength", "maxItems", "maxProperties", "maximum"),
    ),
    (("exclusiveMinimum",), ("exclusiveMaximum",)),
)
"""Keys of least and greatest values: those that may be reached, and those that may not."""
DEEP = 4
"""References that are followed into each other; a schema may refer to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardField:
    """One line of a card.

    Attributes:
        name: With ``?`` behind it where the value may be missing.
        type: What it holds, in words.
    """

    name: str
    type: str


def fields_of_schema(schema: Mapping[str, Any]) -> tuple[CardField, ...]:
    """Returns the fields of an object's schema in their order."""
    properties = _resolved(schema, schema).get("properties", {})
    return tuple(
        CardField(name=f"{name}?" if _may_miss(item) else name, type=_type(item, schema, DEEP))
        for name, item in properties.items()
        if isinstance(item, Mapping)
    )


def fields_of_columns(columns: tuple[Column, ...]) -> tuple[CardField, ...]:
    """Returns the columns of a read model."""
    return tuple(CardField(name=one.name, type=one.kind.value + ", index" * one.index) for one in columns)


def _resolved(item: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(DEEP):
        name = _reference(item)
        if not name:
            break
        item = root.get("$defs", {}).get(name, {})
    return item


def _reference(item: Mapping[str, Any]) -> str:
    return str(item.get("$ref", "")).rpartition("/")[2]


def _options(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in item.get("anyOf") or item.get("oneOf") or () if isinstance(one, Mapping)]


def _may_miss(item: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "null" for one in _options(item))


def _type(item: Mapping[str, Any], root: Mapping[str, Any], deep: int) -> str:
    found = _resolved(item, root)
    if not deep:
        return "…"
    kinds = [one for one in _options(found) if one.get("type") != "null"]
    if word := decimal_word(found, kinds):
        return " ".join((word, *_limits(kinds[0])))
    if kinds:
        return " or ".join(dict.fromkeys(_type(one, root, deep - 1) for one in kinds))
    if "enum" in found or "const" in found:
        return " | ".join(str(one) for one in found.get("enum", (found.get("const"),)))
    if "properties" in found and (name := _reference(item)):
        return _words(name)
    return " ".join((_plain(found, root, deep), *_limits(found)))


def _plain(found: Mapping[str, Any], root: Mapping[str, Any], deep: int) -> str:
    kind = found.get("type")
    inner = found.get("items") if kind == "array" else found.get("additionalProperties")
    if isinstance(inner, Mapping):
        shown = _type(inner, root, deep - 1)
        return f"[{shown}]" if kind == "array" else f"map of {shown}"
    return type_word(found)


def _limits(item: Mapping[str, Any]) -> Iterator[str]:
    for number, (least, most) in enumerate(_LIMITS):
        low, high = _first(item, least), _first(item, most)
        if low and high and not number:
            yield f"{low}–{high}"
        else:
            yield from [f"{'>' if number else 'min'} {low}"] if low else []
            yield from [f"{'<' if number else 'max'} {high}"] if high else []


def _first(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    if item.get("format") == "email":  # its length is the format's own
        return ""
    return next((f"{item[key]:g}" for key in keys if isinstance(item.get(key), int | float)), "")


def _words(name: str) -> str:
    """Returns the name of a class as words, ``ship_to`` for ``ShipTo``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
