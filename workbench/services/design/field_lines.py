"""A field as a line that is typed, such as ``amount: money min 0``, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.tusk import TskError, Value, ValueKind, parse, write_value
from workbench.tusk.write import write_entry

PLAIN_TYPE, PLAIN_COLUMN = "string", "text"
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
_LIMIT = re.compile(r"\s*,?\s*(?P<key>min|max|places)(?:\s*:\s*|\s+)(?P<value>-?\d+(?:\.\d+)?)(?=[\s,]|\Z)")
_SAID = re.compile(r"\s*,?\s*(?P<key>[a-z_]+)\s+(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*')")
"""What a text says of a field, without the colon: ``example "Ada"``."""
_DEFAULT = re.compile(r"\s*=\s*(?P<value>\S.*)", re.DOTALL)
_HINT = "name: type, such as amount: money min 0, note?, status: placed | paid, lines: [line]"
_PLAIN = {ValueKind.STRING, ValueKind.NUMBER, ValueKind.BOOLEAN, ValueKind.NULL}
_LIMITS = ("min", "max", "places")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PLAIN_NAME = re.compile(r"[^\s\[\]{}]+")
_CHOICES = re.compile(r"(?P<names>[^=|\"]*\|[^=\"]*)")


def read_field_line(line: str, *, column: bool = False) -> tuple[str, str | dict[str, Any]]:
    """Returns a field's name, and what is written for it: its type alone, or a block.

    Args:
        column: It is one of a projection, whose types have names of their own.

    Raises:
        InvalidValue: The line cannot be understood; says what cannot.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise InvalidValue("a field is a name and a type", path="", hint=_HINT)
    words = {} if column else _WORDS
    said, rest = _type(found["rest"] or (PLAIN_COLUMN if column else PLAIN_TYPE), words)
    while rule := _LIMIT.match(rest) or _SAID.match(rest):
        said[rule["key"]] = _read(rule["value"])
        rest = rest[rule.end() :]
    if default := _DEFAULT.fullmatch(rest):
        said["default"] = _read(default["value"].strip())
    elif rest.strip():
        said |= _entries(rest.strip().removeprefix(",").strip())
    if found["open"]:
        said["type"] += "?"
    return found["name"], said["type"] if set(said) == {"type"} else said


def write_field_line(name: str, value: object) -> str | None:
    """Returns the line for a field as it is written; None where it has no type."""
    parts = field_parts(name, value)
    return None if parts is None else f"{parts[0]}: {' '.join(part for part in parts[1:] if part)}"


def field_parts(name: str, value: object) -> tuple[str, str, str] | None:
    """Returns the name, the type and the rules of a field's line; None where it has no type."""
    said: dict[str, Any] = {"type": value} if isinstance(value, str) else dict(_mapping(value))
    word = said.pop("type", None)
    if not isinstance(word, str):
        return None
    shape = _shape(word.removesuffix("?"), said)
    rules = " ".join(f"{key} {said.pop(key)}" for key in _LIMITS if _is_number(said.get(key)))
    if set(said) == {"default"} and isinstance(said["default"], str | int | float | None):
        rules = f"{rules} = {write_value(said.pop('default'))}".strip()
    rest = ", ".join(write_entry(key, one) for key, one in said.items())
    mark = "?" if word.endswith("?") else ""
    return f"{name}{mark}", shape, ", ".join(part for part in (rules, rest) if part)


def _type(rest: str, words: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    for kind, form in (("list", _LIST), ("map", _MAP)):
        if found := form.match(rest):
            return {"type": kind, "of": words.get(found["of"], found["of"])}, rest[found.end() :]
    if found := _CHOICES.match(rest):
        names = [one.strip() for one in found["names"].split("|")]
        if not all(names):
            raise InvalidValue("a choice is missing beside |", path="", hint="status: placed | paid")
        return {"type": "choice", "choices": names}, rest[found.end() :]
    word = _WORD.match(rest)
    if word is None:
        raise InvalidValue("a type is missing", path="", hint=_HINT)
    return {"type": words.get(word[0], word[0])}, rest[word.end() :]


def _shape(plain: str, said: dict[str, Any]) -> str:
    of, choices = said.get("of"), said.get("choices")
    if plain in {"list", "map"} and isinstance(of, str) and _PLAIN_NAME.fullmatch(of):
        del said["of"]
        return f"[{of}]" if plain == "list" else f"{{{of}}}"
    if plain == "choice" and isinstance(choices, list) and set(said) <= {"choices", "default"}:
        line = " | ".join(str(one) for one in choices)
        same = [one.strip() for one in line.split("|")] == choices
        if same and len(choices) > 1 and not set('="') & set(line):
            del said["choices"]
            return line
    return plain


def _entries(text: str) -> dict[str, Any]:
    """Returns what else a block says, as it is written there, such as ``example: "Ada"``."""
    try:
        scope = parse(f"x {{ {text} }}").top.entries["x"].value.scope
    except TskError:
        scope = None
    said = {key: plain_value(one.value) for key, one in scope.entries.items()} if scope is not None else {}
    if not said or "type" in said:
        raise InvalidValue(f"{text} cannot be understood", path="", hint=_HINT)
    return said


def plain_value(value: Value) -> Any:
    """Returns what is written as a value that is read from a text.

    Raises:
        InvalidValue: It is more than itself, such as a reference.
    """
    if value.scope is not None:
        return {one.key: plain_value(one.value) for one in value.scope.entries.values()}
    if value.kind is ValueKind.ARRAY:
        return [plain_value(one) for one in value.items]
    if value.kind not in _PLAIN:
        raise InvalidValue("a reference can only be changed in the text", path="")
    return value.plain


def _read(text: str) -> Any:
    """Returns a default as it was typed: a number, yes or no, or a text with or without quotes."""
    try:
        value = parse(f"x: {text}").top.entries["x"].value
    except TskError:
        return text
    return value.plain if value.kind in _PLAIN else text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and _NUMBER.fullmatch(str(value)) is not None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
