"""Writes values, entries and sections the way the project lays them out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import InvalidValue
from workbench.tusk.scanner import NUMBER

INDENT = "    "
WIDTH = 100
"""Characters of a line at most; what holds more than has room stands line by line."""
_NAME = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Raw(str):
    """A value that stands as it is written already."""

    __slots__ = ()


def write_value(value: Any, *, blocks: bool = False) -> str:
    """Returns a value as it stands on one line, with double quotes.

    Args:
        blocks: What an object's plain names hold are blocks, as in sections.

    Raises:
        InvalidValue: TuskLang has no way to write it.
    """
    if isinstance(value, Raw):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(write_entry(key, item, blocks=blocks) for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(write_value(item) for item in value) + "]"
    raise InvalidValue(f"a {type(value).__name__} cannot be written in TuskLang")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidValue("half a character cannot be written in TuskLang", path="") from error
    return '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'


def _number(value: float) -> str:
    try:
        written = repr(value)
    except ValueError:  # an integer of more digits than Python writes
        written = ""
    if not NUMBER.fullmatch(written):
        raise InvalidValue(f"{written or 'so large a number'} cannot be written in TuskLang", path="")
    return written


def write_key(key: str) -> str:
    """Returns a key as it is written: quoted where it is not a plain name."""
    return key if _NAME.fullmatch(key) else _text(key)


def write_entry(key: object, value: Any, *, blocks: bool = True) -> str:
    """Returns an entry on one line: what a plain name holds is a block, such as ``mail { ttl: "5s" }``.

    Raises:
        InvalidValue: TuskLang has no way to write it.
    """
    if not isinstance(key, str):
        raise InvalidValue(f"{key!r} cannot be written as a key in TuskLang", path="")
    written = _text(key) if key.startswith("$") else write_key(key)  # it is no variable here
    holds = value.startswith("{") if isinstance(value, Raw) else isinstance(value, Mapping)
    block = blocks and holds and not written.startswith('"')
    return f"{written}{'' if block else ':'} {write_value(value, blocks=blocks)}"


def write_lines(key: str, value: Any, width: int = WIDTH) -> list[str]:
    """Returns an entry as the project writes it: on one line where it has room, else line by line."""
    line = write_entry(key, value)
    if len(line) <= width or not value:
        return [line]
    if isinstance(value, Mapping):
        head = line[: line.index("{", len(write_key(key))) + 1]
        inner = [one for name, item in value.items() for one in write_lines(name, item, width - len(INDENT))]
        return [head, *(INDENT + one for one in inner), "}"]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [f"{write_key(key)}: [", *(INDENT + write_value(item) for item in value), "]"]
    return [line]


def write_section(name: str, entries: Mapping[str, Any]) -> list[str]:
    """Returns a section with its header."""
    return [f"[{name}]", *(line for key, value in entries.items() for line in write_lines(key, value))]
