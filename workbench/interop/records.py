"""Takes a file of JSON apart: one object a line, an array of objects, or objects over several lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from workbench.model.values import MAX_BYTES

LONGEST = MAX_BYTES + 1
"""Bytes that are kept of a line: one more than an event may have, so that whoever reads it refuses it."""
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_GAP = re.compile(r"[ \t\r\n]*")
# Only where a value ends is asked here, so numbers stay text: they may be larger than any number can be.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def read_records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yields the number of the line on which each record begins, from 1, and its bytes.

    A file whose first line begins with ``[``, or is only ``{``, is taken as one document of JSON values and
    read as a whole; any other one as lines. What cannot be taken apart is yielded as it is, so that
    whoever parses it says what is wrong.
    """
    lines = _lines(file)
    for number, raw in enumerate(lines, 1):
        line = raw.removeprefix(_BOM) if number == 1 else raw
        stripped = line.strip(_BLANK)
        if not stripped:
            continue
        if stripped.startswith(b"[") or stripped == b"{":
            yield from _document(line + file.read(), number)
        else:
            yield number, stripped
            yield from _numbered(lines, number + 1)
        return


def read_lines(file: BinaryIO, first: int = 1) -> Iterator[tuple[int, bytes]]:
    """Yields the numbers, from ``first``, and bytes of the lines that are not blank."""
    yield from _numbered(_lines(file), first)


def _numbered(lines: Iterator[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(lines, first):
        line = raw.strip(_BLANK)
        if line:
            yield number, line.removeprefix(_BOM) if number == 1 else line


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yields the lines; of one that has no end so much that it is known to be too long."""
    while raw := file.readline(LONGEST + 1):
        yield raw
        rest = raw
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST + 1)


def _document(data: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield first, data
        return
    at, line = _skip(text, 0), first
    array = text[at] == "["
    at, seen = at + array, 0
    while (start := _skip(text, at)) < len(text):
        line, seen = line + text.count("\n", seen, start), start
        if array and text[start] == "]":
            if (rest := _skip(text, start + 1)) < len(text):
                yield line + text.count("\n", start, rest), text[rest:].encode()
            return
        try:
            _, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            yield line, text[start:].encode()
            return
        yield line, text[start:end].encode()
        at = _skip(text, end)
        if array and text[at : at + 1] == ",":
            at += 1
        elif array and text[at : at + 1] != "]":
            yield line + text.count("\n", seen, at), text[at:].encode()
            return
    if array:
        yield line + text.count("\n", seen), b""  # the array has no end


def _skip(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at
