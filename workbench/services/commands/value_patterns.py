"""Texts that give another value each time: a counter, one of several, a random number, a fresh id."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from uuid import UUID

from workbench.errors import InvalidValue
from workbench.model.json_values import ForeignJsonError, parse_foreign_json

HELP = (
    "{n} counts from 1, {n:4} with four digits; {a|b|c} is one of them; {1..100} is a random number; "
    "{uuid} an id"
)
FRESH_ID = "{uuid}"
_PLACE = re.compile(r"\{(?:(?P<count>n)(?::(?P<digits>\d))?|(?P<id>uuid)|"
                    r"(?P<least>-?\d+)\.\.(?P<most>-?\d+)|(?P<several>[^{}|]*(?:\|[^{}|]*)+))\}")  # fmt: skip
Make = Callable[[int, Random], Any]
"""Given the number of the command from 1, and randomness, returns a value."""


def pattern_of(text: str, schema: Mapping[str, Any]) -> Make:
    """Reads what a person wrote for a field.

    Args:
        text: With or without places in braces.
        schema: Of the field: where it takes a text the result is one, else it is read as JSON.

    Raises:
        InvalidValue: It is no JSON where JSON is needed, or a range ends before it begins.
    """
    for place in _PLACE.finditer(text):
        if place["least"] and int(place["least"]) > int(place["most"]):
            raise InvalidValue(f"{place[0]} ends before it begins", path="")
    plain = takes_text(schema)

    def make(number: int, random: Random) -> Any:
        said = _PLACE.sub(lambda place: _filled(place, number, random), text)
        return said if plain else _json(said)

    make(1, Random(0))  # noqa: S311  # no secret
    return make


def takes_text(schema: Mapping[str, Any]) -> bool:
    """Whether a field takes a text, and nothing else but null."""
    options = schema.get("anyOf") or schema.get("oneOf") or [schema]
    kinds = {one.get("type") or ("string" if _texts(one) else "other") for one in options}
    return kinds <= {"string", "null"}


def takes_id(schema: Mapping[str, Any]) -> bool:
    """Whether a field takes a UUID, and nothing else but null."""
    options = schema.get("anyOf") or schema.get("oneOf") or [schema]
    formats = {one.get("format") for one in options if one.get("type") != "null"}
    return formats == {"uuid"}


def _texts(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("enum")) and all(isinstance(one, str) for one in schema["enum"])


def _filled(place: re.Match[str], number: int, random: Random) -> str:
    if place["count"]:
        return str(number).zfill(int(place["digits"] or 1))
    if place["id"]:
        return str(UUID(int=random.getrandbits(128), version=4))
    if place["least"]:
        return str(random.randint(int(place["least"]), int(place["most"])))
    return str(random.choice(place["several"].split("|")))


def _json(said: str) -> Any:
    try:
        return parse_foreign_json(said)
    except ForeignJsonError as error:
        raise InvalidValue(f"is no JSON: {error}", path="") from None
