"""A field as a line that is typed, such as ``amount: money min 0``, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.tusk import TskError, ValueKind, parse, write_value

PLAIN_TYPE = "string"
_WORDS = {
    "text": "string",
    "yes/no": "boolean",
    "time": "date-time",
    "whole": "integer",
    "number": "decimal",
}
"""Words of the board for types."""
_LINE = re.compile(r"\s*(?P<name>[A-Za-z_][\w-]*)(?P<open>\?)?\s*(?::\s*(?P<rest>.*?))?\s*\Z", re.DOTALL)
_LIST = re.compile(r"\[\s*(?P<of>[^\s\[\]]+)\s*\]")
_MAP = re.compile(r"\{\s*(?P<of>[^\s{}]+)\s*\}")
_WORD = re.compile(r"[A-Za-z_][\w/-]*")
_LIMIT = re.compile(r"\s*(?P<key>min|max|places)\s+(?P<value>-?\d+(?:\.\d+)?)")
_DEFAULT = re.compile(r"\s*=\s*(?P<value>\S.*)", re.DOTALL)
_HINT = "name: type, such as amount: money min 0, note?, status: placed | paid, lines: [line]"
_PLAIN = {ValueKind.STRING, ValueKind.NUMBER, ValueKind.BOOLEAN, ValueKind.NULL}
_SHOWN = ("min", "max", "places", "default")


def read_field_line(line: str) -> tuple[str, str | dict[str, Any]]:
    """Returns a field's name, and what is written for it: its type alone, or a block.

    Raises:
        InvalidValue: The line cannot be understood; says what cannot.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise InvalidValue("a field is a name and a type", path="", hint=_HINT)
    said, rest = _type(found["rest"] or PLAIN_TYPE)
    while limit := _LIMIT.match(rest):
        text = limit["value"]
        said[limit["key"]] = float(text) if "." in text else int(text)
        rest = rest[limit.end() :]
    if default := _DEFAULT.fullmatch(rest):
        said["default"] = _read(default["value"].strip())
    elif rest.strip():
        raise InvalidValue(f"{rest.strip()} cannot be understood", path="", hint=_HINT)
    if found["open"]:
        said["type"] += "?"
    return found["name"], said["type"] if set(said) == {"type"} else said


def write_field_line(name: str, value: object) -> str | None:
    """Returns the line for a field as it is written; None where a line cannot say all of it."""
    said: dict[str, Any] = {"type": value} if isinstance(value, str) else dict(_mapping(value))
    word = said.pop("type", None)
    if not isinstance(word, str):
        return None
    plain, mark = word.removesuffix("?"), "?" if word.endswith("?") else ""
    shape = _shape(plain, said)
    limits = [f" {key} {said.pop(key)}" for key in _SHOWN[:-1] if key in said]
    if "default" in said:
        limits.append(f" = {write_value(said.pop('default'))}")
    return None if said or shape is None else f"{name}{mark}: {shape}{''.join(limits)}"


def _type(rest: str) -> tuple[dict[str, Any], str]:
    for kind, form in (("list", _LIST), ("map", _MAP)):
        if found := form.match(rest):
            return {"type": kind, "of": _WORDS.get(found["of"], found["of"])}, rest[found.end() :]
    if "|" in rest:
        choices, _, default = rest.partition("=")
        names = [one.strip() for one in choices.split("|")]
        if not all(names):
            raise InvalidValue("a choice is missing beside |", path="", hint="status: placed | paid")
        return {"type": "choice", "choices": names}, f"={default}" if default else ""
    word = _WORD.match(rest)
    if word is None:
        raise InvalidValue("a type is missing", path="", hint=_HINT)
    return {"type": _WORDS.get(word[0], word[0])}, rest[word.end() :]


def _shape(plain: str, said: dict[str, Any]) -> str | None:
    of = said.get("of")
    if plain in {"list", "map"} and isinstance(of, str):
        del said["of"]
        return f"[{of}]" if plain == "list" else f"{{{of}}}"
    choices = said.get("choices")
    if plain == "choice" and isinstance(choices, list) and not any("|" in str(one) for one in choices):
        del said["choices"]
        return " | ".join(str(one) for one in choices)
    return None if plain in {"list", "map", "choice", "object"} else plain


def _read(text: str) -> Any:
    """Returns a default as it was typed: a number, yes or no, or a text with or without quotes."""
    try:
        value = parse(f"x: {text}").top.entries["x"].value
    except TskError:
        return text
    return value.plain if value.kind in _PLAIN else text


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
