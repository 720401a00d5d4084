"""Takes a file of JSON apart: one object a line, an array of objects, or objects over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from workbench.model.json_values import MAX_BYTES

LONGEST = MAX_BYTES + 1
"""Bytes that are kept of a line: one more than an event may have, so that a reader refuses it."""
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_GAP = re.compile(r"[ \t\r\n]*")
_TEXT = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?'
_PART = re.compile(rf"{_TEXT}|[][{{}}]")
_PLAIN = re.compile(rf'(?:{_TEXT}|[^]}}",\n])*+')
_DEEP = 200
"""Brackets within each other, after which their ends are not waited for."""
_CLOSED_BY = {"{": "}", "[": "]"}
_LINES = re.compile(r"^[ \t]*\{[^\n]*\}[ \t\r]*\n[ \t\r\n]*\{", re.MULTILINE)
"""An object that is a line of its own, and another one below it with no comma between: in no array."""


def read_records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yields the number of the line on which each record begins, from 1, and its bytes.

    A file whose first line begins with ``[``, or is only ``{``, is taken as one document of JSON values and
    read as a whole; any other one as lines. A record that is no JSON is yielded as it is, so that whatever
    parses it says what is wrong, and the records behind it follow as far as it can be told where they begin.
    """
    lines = _lines(file)
    for number, raw in enumerate(lines, 1):
        line = bare(number, raw)
        if not line:
            continue
        if line.startswith(b"[") or line == b"{":
            # Bytes that are no UTF-8 stay where they are, and harm no record but their own.
            document = _Document(
                (raw.removeprefix(_BOM) + file.read()).decode(errors="surrogateescape"), number
            )
            for begin, text in document.records():
                yield begin, text.encode(errors="surrogateescape")
        else:
            yield number, line
            yield from _numbered(lines, number + 1)
        return


def read_lines(file: BinaryIO, first: int = 1, longest: int = LONGEST) -> Iterator[tuple[int, bytes]]:
    """Yields the numbers, from ``first``, and bytes of the lines that are not blank.

    Args:
        longest: Bytes that are kept of a line, and one more of one that is longer.
    """
    yield from _numbered(_lines(file, longest), first)


def _numbered(lines: Iterator[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(lines, first):
        if line := bare(number, raw):
            yield number, line


def _lines(file: BinaryIO, longest: int = LONGEST) -> Iterator[bytes]:
    """Yields the lines; of one that has no end so much that it is known to be too long."""
    while raw := file.readline(longest + 1):
        yield raw
        rest = raw
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = file.readline(longest + 1)


def bare(number: int, line: bytes) -> bytes:
    """Returns a line without the blanks around it, and the first one without the mark of its encoding."""
    return (line.removeprefix(_BOM) if number == 1 else line).strip(_BLANK)


class _Document:
    """JSON values behind each other, or the items of one array.

    Args:
        text: All of it; bytes that are no UTF-8 stand in it as lone surrogates.
        first: Number of its first line.
    """

    def __init__(self, text: str, first: int) -> None:
        self._text = text
        self._line, self._counted = first, 0
        self._array = text[self._skip(0)] == "["
        self._may_be_lines = True

    def records(self) -> Iterator[tuple[int, str]]:
        """Yields the line on which each value begins, and its text."""
        text, at = self._text, self._skip(0) + self._array
        end: int | None = at
        while (start := self._skip(at)) < len(text):
            if self._array and text[start] == "]":
                yield from self._lines(start + 1)
                return
            end = _end_of_value(text, start)
            if end is None and self._goes_on_in_lines(start):
                yield from self._lines(start)
                return
            if end == start and (text[start] == "}" or not self._array):
                end += 1  # a comma or a bracket that belongs to nothing
            at = self._next_beginning(start) if end is None else self._skip(end)
            yield self._number(start), text[start : at if end is None else end].rstrip()
            if end is None or not self._array:
                continue
            if text.startswith(",", at):
                at += 1
            elif at < len(text) and text[at] not in "]}" and "\n" not in text[end:at]:
                yield from self._lines(at)  # a comma is missing, and no line end stands in its place
                return
        if self._array and end is not None:
            yield self._number(len(text)), ""  # the array has no end

    def _goes_on_in_lines(self, start: int) -> bool:
        """Whether objects stand below, each a line of its own; asked to the end of the file only once."""
        self._may_be_lines = self._may_be_lines and bool(_LINES.search(self._text, self._line_end(start)))
        return self._may_be_lines

    def _lines(self, at: int) -> Iterator[tuple[int, str]]:
        """Yields what is left as lines, since it is neither an item nor the end of an array."""
        for part in re.finditer(r"[^\n]+", self._text[at:]):
            if line := part[0].strip(" \t\r"):
                yield self._number(at + part.start()), line

    def _next_beginning(self, start: int) -> int:
        """Returns where the value behind one that never ends begins: as far to the left as that one."""
        if not self._array:
            return len(self._text)
        before = self._text[self._text.rfind("\n", 0, start) + 1 : start]
        blanks = before[: len(before) - len(before.lstrip())]
        found = re.compile(rf"^(?:{blanks}|{' ' * len(before)})(?=\{{)", re.MULTILINE).search(
            self._text, self._line_end(start)
        )
        return found.end() if found else len(self._text)

    def _line_end(self, at: int) -> int:
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found

    def _number(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def _skip(self, at: int) -> int:
        found = _GAP.match(self._text, at)
        return found.end() if found else at


def _end_of_value(text: str, start: int) -> int | None:
    """Returns where a value ends, also one that is no JSON; None if its brackets are not closed.

    Brackets in texts mean nothing; a text ends with its line. A value without brackets ends before a comma,
    a closing bracket or the end of the line.
    """
    if text[start] not in _CLOSED_BY:
        plain = _PLAIN.match(text, start)
        return plain.end() if plain else start
    open_: list[str] = []
    for part in _PART.finditer(text, start):
        if closed_by := _CLOSED_BY.get(part[0]):
            open_.append(closed_by)
            if len(open_) > _DEEP:
                return None
        elif part[0] in "}]":
            if open_.pop() != part[0]:
                return None
            if not open_:
                return part.end()
    return None
