"""Changes one value of a document and leaves every other character as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import InvalidValue
from workbench.tusk.document import Document, Entry, Path, Scope
from workbench.tusk.parser import parse
from workbench.tusk.scanner import NUMBER

_NAME = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_REST = re.compile(r"[ \t]*,?[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
INDENT = "    "


def write_value(value: Any) -> str:
    """Returns a value as the project writes it: double quotes, arrays and objects on one line.

    Raises:
        InvalidValue: TuskLang has no way to write it.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(_inline(key, item) for key, item in value.items())
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


def _inline(key: object, value: Any) -> str:
    if not isinstance(key, str):
        raise InvalidValue(f"{key!r} cannot be written as a key in TuskLang", path="")
    written = write_value(key) if key.startswith("$") else write_key(key)  # it is no variable here
    return f"{written}: {write_value(value)}"


def write_key(key: str) -> str:
    """Returns a key as it is written: quoted where it is not a plain name."""
    return key if _NAME.fullmatch(key) else write_value(key)


def set_value(document: Document, path: Path, value: Any) -> Document:
    """Returns the document with a value replaced, or inserted where there was none."""
    entry = document.find(path)
    if entry is None:
        return insert(document, path, value)
    if entry.block and not isinstance(value, Mapping):
        return _splice(document, entry.end, entry.value.end, f": {write_value(value)}")
    return _splice(document, entry.value.start, entry.value.end, write_value(value))


def insert(document: Document, path: Path, value: Any) -> Document:
    """Returns the document with an entry behind the last one of its scope, indented like it.

    Scopes that are not there yet are made: a section at the end of the file, a block in it.

    Raises:
        InvalidValue: There is such an entry already.
    """
    if document.find(path) is not None:
        raise InvalidValue(f"{'.'.join(path)} is there already", path="")
    *outer, key = path
    owner = document.find(tuple(outer)) if outer else None
    if owner is not None:
        return _insert_inside(document, owner, key, value)
    if not outer:
        return _insert_line(document, document.top, key, value)
    name = ".".join(outer)
    if name in document.sections:
        return _insert_line(document, document.sections[name], key, value)
    if len(outer) > 1:
        return insert(document, tuple(outer), {key: value})
    end = _line_end(document)
    gap = "" if not document.text.strip("\ufeff") else end if document.text.endswith("\n") else end + end
    written = "".join(f"{line}{end}" for line in (f"[{write_key(name)}]", *_lines(key, value)))
    return _splice(document, len(document.text), len(document.text), gap + written)


def _lines(key: str, value: Any) -> list[str]:
    """Returns an entry as the project writes it: what holds entries is a block, one entry a line."""
    if not isinstance(value, Mapping):
        return [f"{write_key(key)}: {write_value(value)}"]
    inner = [INDENT + _inline(name, item) for name, item in value.items()]
    return [f"{write_key(key)} {{", *inner, "}"] if inner else [f"{write_key(key)} {{}}"]


def delete(document: Document, path: Path) -> Document:
    """Returns the document without an entry or section; the lines that it stands on go with it.

    Raises:
        InvalidValue: There is no such entry.
    """
    text = document.text
    section = document.sections.get(".".join(path))
    if section is not None:
        return _splice(document, document.places.line_start(section.start), section.body_end, "")
    entry = _existing(document, path)
    before, rest = text[entry.line_start : entry.start], _REST.match(text, entry.value.end)
    if rest is not None and not before.strip(" \t\ufeff"):
        start = entry.line_start + before.startswith("\ufeff")
        return _splice(document, start, rest.end(), "")
    start, end = entry.start, entry.value.end
    comma = _COMMA.match(text, end)
    if comma is not None:
        return _splice(document, start, comma.end(), "")
    lead = re.search(r"[ \t]*,[ \t]*$", before)
    return _splice(document, entry.line_start + lead.start() if lead is not None else start, end, "")


def rename(document: Document, path: Path, key: str) -> Document:
    """Returns the document with a key, or the last part of a section's name, renamed.

    Raises:
        InvalidValue: There is no such entry, or one with the new name.
    """
    other = (*path[:-1], key)
    if document.find(other) is not None or ".".join(other) in document.sections:
        raise InvalidValue(f"{key} is there already", path="")
    section = document.sections.get(".".join(path))
    if section is not None:
        return _splice(document, section.start, section.end, f"[{'.'.join(other)}]")
    entry = _existing(document, path)
    return _splice(document, entry.start, entry.end, write_key(key))


def _existing(document: Document, path: Path) -> Entry:
    entry = document.find(path)
    if entry is None:
        raise InvalidValue(f"there is no {'.'.join(path)}", path="")
    return entry


def _insert_inside(document: Document, owner: Entry, key: str, value: Any) -> Document:
    scope, text = owner.value.scope, document.text
    if scope is None:
        raise InvalidValue(f"{owner.key} is a plain value and holds no entries", path="")
    if "\n" in text[owner.value.start : owner.value.end]:
        default = _indent(text, owner.line_start) + INDENT
        return _insert_line(document, scope, key, value, default=default)
    alone = not text[owner.line_start : owner.start].strip(" \t\ufeff")
    if owner.block and alone and not scope.entries:
        lines = _lines(key, value)
        outer, end = _indent(text, owner.line_start), _line_end(document)
        inner = "".join(f"{end}{outer}{INDENT}{line}" for line in lines)
        return _splice(document, owner.value.start + 1, owner.value.end - 1, f"{inner}{end}{outer}")
    written = f"{write_key(key)}: {write_value(value)}"
    lead = ", " if scope.entries else " "
    last = max((entry.value.end for entry in scope.entries.values()), default=owner.value.start + 1)
    tail = "" if scope.entries or text[last : last + 1] == " " else " "
    return _splice(document, last, last, lead + written + tail)


def _insert_line(document: Document, scope: Scope, key: str, value: Any, *, default: str = "") -> Document:
    text, at = document.text, scope.body_end
    entries = list(scope.entries.values())
    indent = _indent(text, entries[-1].line_start) if entries else default
    end = _line_end(document)
    if not entries and at and text[at - 1] != "\n":
        line = text.find("\n", at)
        at = len(text) if line < 0 else line + 1
    lead = "" if not at or text[at - 1] in "\n\ufeff" else end
    written = "".join(f"{indent}{line}{end}" for line in _lines(key, value))
    return _splice(document, at, at, lead + written)


def _indent(text: str, line_start: int) -> str:
    found = re.compile(r"\ufeff?([ \t]*)").match(text, line_start)
    return found[1] if found is not None else ""


def _line_end(document: Document) -> str:
    return "\r\n" if "\r\n" in document.text else "\n"


def _splice(document: Document, start: int, end: int, written: str) -> Document:
    return parse(document.text[:start] + written + document.text[end:], document.file)
