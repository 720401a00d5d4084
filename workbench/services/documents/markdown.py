"""Writes Markdown in which text from elsewhere is only text: names, docstrings, tables."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

from workbench.model.json_values import visible

_SPECIAL = re.compile(r"([\\`*\[\]<>|~$#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_LINE_START = re.compile(r"^(\s*)([-+=]|[0-9]+(?=[.)]))")
_PIPE = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"``(.+?)``|`([^`]+)`")


def plain(text: str) -> str:
    """Returns text on one line, in which nothing is markup."""
    said = " ".join(visible(part) for part in text.split())
    said = _SPECIAL.sub(r"\\\1", said.replace("&", "&amp;"))
    return _LINE_START.sub(lambda found: f"{found[1]}{_guarded(found[2])}", said)


def _guarded(start: str) -> str:
    """Keeps a line from beginning a list or a heading."""
    return f"&#{ord(start[0])};{start[1:]}" if start[0].isdigit() else f"\\{start}"


def code(text: str) -> str:
    """Returns text as code."""
    said = visible(" ".join(text.split()))
    longest = max((len(run) for run in re.findall(r"`+", said)), default=0)
    fence = "`" * (longest + 1)
    gap = " " if said.startswith("`") or said.endswith("`") or not said else ""
    return f"{fence}{gap}{said}{gap}{fence}"


def prose(doc: str) -> list[str]:
    """Returns the paragraphs of a docstring as Markdown, each followed by an empty line.

    Names between back quotes become code; all else is text.
    """
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(doc)):
        if paragraph.strip():
            lines += [_inline(paragraph), ""]
    return lines


def sentence(doc: str) -> str:
    """Returns the first paragraph of a docstring on one line, for a cell of a table."""
    first = re.split(r"\n\s*\n", inspect.cleandoc(doc))[0]
    return _inline(first)


def _inline(text: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _CODE.finditer(text):
        parts += [_around(text[at : found.start()]), code(found[1] or found[2])]
        at = found.end()
    parts.append(_around(text[at:]))
    return "".join(parts).strip()


def _around(text: str) -> str:
    """Escapes a part of a line and keeps the blanks at its ends."""
    if not text.strip():
        return " " if text else ""
    before = " " if text[0].isspace() else ""
    after = " " if text[-1].isspace() else ""
    return f"{before}{plain(text)}{after}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Returns a table whose cells are Markdown already, followed by an empty line; nothing without rows."""
    lines = [f"| {' | '.join(map(_inside_a_cell, row))} |" for row in rows]
    if not lines:
        return []
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines, ""]


def _inside_a_cell(text: str) -> str:
    """Keeps a pipe in code from ending the cell."""
    return _PIPE.sub(r"\|", text)
