"""Changes one entry of a document and leaves every other character as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import InvalidValue
from workbench.tusk.document import Document, Entry, Path, Scope
from workbench.tusk.section_edit import remove_section, rename_section
from workbench.tusk.splice import splice
from workbench.tusk.write import (
    INDENT,
    WIDTH,
    write_entry,
    write_key,
    write_lines,
    write_section,
    write_value,
)

_REST = re.compile(r"[ \t]*,?[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_COMMA = re.compile(r"[ \t]*,[ \t]*")


def set_value(document: Document, path: Path, value: Any, *, order: Sequence[str] = ()) -> Document:
    """Returns the document with a value replaced, or inserted where there was none, as `insert` does."""
    entry = document.find(path)
    if entry is None:
        return insert(document, path, value, order=order)
    if entry.block and not isinstance(value, Mapping):
        return splice(document, entry.end, entry.value.end, f": {write_value(value)}")
    if isinstance(value, Mapping) and entry.value.scope is None and document.text[entry.end - 1] not in "\"'":
        written = f" {write_value(value, blocks=True)}"
        return _opened(splice(document, entry.end, entry.value.end, written), path)
    return _opened(
        splice(document, entry.value.start, entry.value.end, write_value(value, blocks=True)), path
    )


def insert(document: Document, path: Path, value: Any, *, order: Sequence[str] = ()) -> Document:
    """Returns the document with an entry behind the last one of its scope, indented like it.

    Scopes that are not there yet are made: a section at the end of the file, a block in it.

    Args:
        order: Keys in the order in which they are usually written: it goes behind the last one of those
            that come before it.

    Raises:
        InvalidValue: There is such an entry already.
    """
    if document.find(path) is not None:
        raise InvalidValue(f"{'.'.join(path)} is there already", path="")
    *outer, key = path
    owner = document.find(tuple(outer)) if outer else None
    if owner is not None:
        return _insert_inside(document, owner, path, value, order)
    if not outer:
        return _insert_line(document, document.top, key, value, order)
    name = ".".join(outer)
    if name in document.sections:
        return _insert_line(document, document.sections[name], key, value, order)
    if len(outer) > 1:
        return insert(document, tuple(outer), {key: value}, order=order)
    end = document.line_end
    gap = "" if not document.text.strip("\ufeff") else end if document.text.endswith("\n") else end + end
    written = "".join(f"{line}{end}" for line in write_section(write_key(name), {key: value}))
    return splice(document, len(document.text), len(document.text), gap + written)


def delete(document: Document, path: Path) -> Document:
    """Returns the document without an entry or section; the lines that it stands on go with it.

    Raises:
        InvalidValue: There is no such entry.
    """
    if (name := ".".join(path)) in document.sections:
        return remove_section(document, name)
    text, entry = document.text, _existing(document, path)
    before, rest = text[entry.line_start : entry.start], _REST.match(text, entry.value.end)
    if rest is not None and not before.strip(" \t\ufeff"):
        start = entry.line_start + before.startswith("\ufeff")
        return splice(document, start, rest.end(), "")
    start, end = entry.start, entry.value.end
    comma = _COMMA.match(text, end)
    if comma is not None:
        return splice(document, start, comma.end(), "")
    lead = re.search(r"[ \t]*,[ \t]*$", before)
    return splice(document, entry.line_start + lead.start() if lead is not None else start, end, "")


def rename(document: Document, path: Path, key: str) -> Document:
    """Returns the document with a key, or the last part of a section's name, renamed.

    Raises:
        InvalidValue: There is no such entry, or one with the new name.
    """
    if (name := ".".join(path)) in document.sections:
        return rename_section(document, name, ".".join((*path[:-1], key)))
    other = (*path[:-1], key)
    if document.find(other) is not None or ".".join(other) in document.sections:
        raise InvalidValue(f"{key} is there already", path="")
    entry = _existing(document, path)
    return splice(document, entry.start, entry.end, write_key(key))


def _existing(document: Document, path: Path) -> Entry:
    entry = document.find(path)
    if entry is None:
        raise InvalidValue(f"there is no {'.'.join(path)}", path="")
    return entry


def _insert_inside(
    document: Document, owner: Entry, path: Path, value: Any, order: Sequence[str]
) -> Document:
    scope, text, key = owner.value.scope, document.text, path[-1]
    if scope is None:
        raise InvalidValue(f"{owner.key} is a plain value and holds no entries", path="")
    if "\n" in text[owner.value.start : owner.value.end]:
        default = _indent(text, owner.line_start) + INDENT
        return _insert_line(document, scope, key, value, order, default=default)
    before, written = _before(scope, key, order), write_entry(key, value)
    if not scope.entries:
        inner = splice(document, owner.value.start + 1, owner.value.end - 1, f" {written} ")
        return _opened(inner, path)
    at = before[-1].value.end if before else owner.value.start + 1
    written = f", {written}" if before else f" {written},"
    return _opened(splice(document, at, at, written), path)


def _opened(document: Document, path: Path) -> Document:
    """Returns the document with an entry's line within its width: what stands first in it opens."""
    line = _existing(document, path).line_start
    around = (document.find(path[:length]) for length in range(1, len(path) + 1))
    first = next(entry for entry in around if entry is not None and entry.line_start == line)
    text, scope = document.text, first.value.scope
    inside = text[first.value.start : first.value.end]
    behind = _indent(text, first.line_start)
    alone = text[line : first.start].strip(" \t\ufeff") == ""
    if scope is None or not scope.entries or "\n" in inside or not alone:
        return document
    if first.value.end - line <= WIDTH:
        return document
    end = document.line_end
    lines = [f"{behind}{INDENT}{text[one.start : one.value.end]}{end}" for one in scope.entries.values()]
    opened = f"{inside[0]}{end}{''.join(lines)}{behind}{inside[-1]}"
    return splice(document, first.value.start, first.value.end, opened)


def _before(scope: Scope, key: str, order: Sequence[str]) -> list[Entry]:
    """Returns the entries that a new one stands behind."""
    entries = list(scope.entries.values())
    if key not in order:
        return entries
    rank = order.index(key)
    earlier = [at for at, one in enumerate(entries) if one.key in order[:rank]]
    later = any(one.key in order[rank:] for one in entries)
    return entries[: earlier[-1] + 1] if earlier else [] if later else entries


def _insert_line(
    document: Document, scope: Scope, key: str, value: Any, order: Sequence[str], *, default: str = ""
) -> Document:
    text, before = document.text, _before(scope, key, order)
    at = scope.body_end if len(before) == len(scope.entries) else _line_behind(document, scope, before)
    entries = list(scope.entries.values())
    indent = _indent(text, entries[-1].line_start) if entries else default
    end = document.line_end
    if not entries and at and text[at - 1] != "\n":
        line = text.find("\n", at)
        at = len(text) if line < 0 else line + 1
    lead = "" if not at or text[at - 1] in "\n\ufeff" else end
    written = "".join(f"{indent}{line}{end}" for line in write_lines(key, value))
    return splice(document, at, at, lead + written)


def _line_behind(document: Document, scope: Scope, before: list[Entry]) -> int:
    """Returns where the line behind the last of some entries begins, or the one behind a scope's header."""
    if before:
        return before[-1].line_end
    return document.text.index("\n", scope.start) + 1


def _indent(text: str, line_start: int) -> str:
    found = re.compile(r"\ufeff?([ \t]*)").match(text, line_start)
    return found[1] if found is not None else ""
