"""Makes, renames and removes whole sections, with the comments that speak of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.tusk.document import Document, Scope
from workbench.tusk.splice import splice
from workbench.tusk.write import write_section

_COMMENT = re.compile(r"[ \t]*#")
_BLANK_LINE = re.compile(r"[ \t\r]*\n")
_CLOSES = re.compile(r"[ \t]*\}")
_FREE = re.compile(r"[ \t\r]*\n|[ \t]*#[^\n]*(?:\n|\Z)|[ \t\r]+\Z")
"""A line that belongs to nothing by itself: it is blank, or a comment."""
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")


def section_span(document: Document, name: str) -> tuple[int, int]:
    """Returns where a section begins and ends: from the comments right above it to its last line.

    Raises:
        InvalidValue: There is no such section.
    """
    scope = _existing(document, name)
    return _begin(document, scope), _end(document, scope)


def section_begins(document: Document) -> dict[str, int]:
    """Returns where each section begins, as `section_span` has it; no section's places are worked out."""
    line_start = document.places.line_start
    return {name: comments_above(document, line_start(at)) for name, at in document.sections.starts().items()}


def comments_above(document: Document, line: int) -> int:
    """Returns where the comments right above a line begin; the line itself where there are none."""
    text = document.text
    while line:
        before = document.places.line_start(line - 1)
        if not _COMMENT.match(text, before + text.startswith("\ufeff", before)):
            break
        line = before
    return line + text.startswith("\ufeff", line)


def end_of_free_lines(document: Document, end: int) -> int:
    """Returns where what stands between a thing and the next one ends; the blank line before that is no part.

    These comments and blank lines belong to the thing before them, but for comments right above the next.

    Args:
        end: Where the line behind the thing begins.
    """
    text, stop = document.text, end
    while (free := _FREE.match(text, stop)) is not None:
        stop = free.end()
    if stop == len(text) or _CLOSES.match(text, stop):
        return stop
    stop = max(end, comments_above(document, stop))
    if stop > end:
        last = document.places.line_start(stop - 1)
        stop = last if not text[last:stop].strip() else stop
    return stop


def add_section(document: Document, name: str, entries: Mapping[str, Any], *, after: str = "") -> Document:
    """Returns the document with a new section behind another, or at its end, a blank line between them.

    It stands behind the free comments of the other, as `end_of_free_lines` tells, which stay with that.

    Raises:
        InvalidValue: There is such a section, the name cannot be one, or a value cannot be written.
    """
    _check_new(document, name)
    end = document.line_end
    return _placed(document, "".join(f"{line}{end}" for line in write_section(name, entries)), after)


def remove_section(document: Document, name: str) -> Document:
    """Returns the document without a section, its comments, and the blank lines behind it.

    Raises:
        InvalidValue: There is no such section.
    """
    start, end = section_span(document, name)
    text = document.text
    while blank := _BLANK_LINE.match(text, end):
        end = blank.end()
    if not text[end:].strip():  # it was the last one: no blank lines are left at the end
        start = len(text[:start].rstrip(" \t\r\n"))
        return splice(document, start, len(text), document.line_end if start else "")
    return splice(document, start, end, "")


def rename_section(document: Document, name: str, new: str) -> Document:
    """Returns the document with another name in a section's header.

    Raises:
        InvalidValue: There is no such section, one with the new name, or it cannot be one.
    """
    scope = _existing(document, name)
    _check_new(document, new)
    return splice(document, scope.start, scope.end, f"[{new}]")


def _placed(document: Document, section: str, after: str) -> Document:
    text, end = document.text, document.line_end
    at = end_of_free_lines(document, _end(document, _existing(document, after))) if after else len(text)
    if not text[at:].strip():
        kept = text[:at].rstrip(" \t\r\n")
        return splice(document, len(kept), len(text), (end + end if kept.strip("\ufeff") else "") + section)
    tail = "" if _BLANK_LINE.match(text, at) else end
    return splice(document, at, at, end + section + tail)


def _existing(document: Document, name: str) -> Scope:
    scope = document.sections.get(name)
    if scope is None:
        raise InvalidValue(f"there is no [{name}]", path="")
    return scope


def _check_new(document: Document, name: str) -> None:
    if not all(_PART.fullmatch(part) for part in name.split(".")):
        hint = "letters, digits, _ and -, in parts with a point between them"
        raise InvalidValue(f"{name or 'nothing'} cannot name a section", path="", hint=hint)
    if name in document.sections:
        raise InvalidValue(f"[{name}] is there already", path="")


def _begin(document: Document, scope: Scope) -> int:
    return comments_above(document, document.places.line_start(scope.start))


def _end(document: Document, scope: Scope) -> int:
    """Returns where the line behind a section begins; comments right below its entries are its own.

    Those behind a blank line are free, and those right above the next header are its.
    """
    begins = document.sections.starts()
    behind = min(
        (name for name, at in begins.items() if at > scope.start), key=begins.__getitem__, default=""
    )
    limit = _begin(document, document.sections[behind]) if behind else len(document.text)
    at = max(scope.body_end, document.text.find("\n", scope.end) + 1 or len(document.text))
    while at < limit and _COMMENT.match(document.text, at):
        at = document.text.find("\n", at) + 1 or len(document.text)
    return at
