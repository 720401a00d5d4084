"""The documents of the program, chapter by chapter: found by words, and led to by their links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbench.assets import asset
from workbench.model.text_folding import folded

ORDER = (
    "project-file",
    "language",
    "expressions",
    "marks",
    "deliveries",
    "contract",
    "architecture",
    "ux",
    "glossary",
)
"""The documents as a person may want them; others follow."""
_CHAPTER = re.compile(r"^(?=## )", re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_DIAGRAM = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)
"""Drawn where Markdown is shown as a web page; a table beside it says the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A piece of a document under one heading; the first one has what stands before all others.

    Attributes:
        file: Name of the document's file.
        document: Title of the document.
        title: Of the chapter, without markup.
        text: Markdown, the heading included.
    """

    file: str
    document: str
    title: str
    text: str

    def has(self, anchor: str) -> bool:
        """Whether a heading of this chapter is meant by an anchor."""
        return any(anchor_of(heading) == anchor for _, heading in _HEADING.findall(self.text))


@cache
def chapters() -> tuple[Chapter, ...]:
    """Returns all chapters of all documents."""
    files = sorted(asset("docs").glob("*.md"), key=_place)
    return tuple(
        chapter for file in files for chapter in chapters_of(file.name, file.read_text(encoding="utf-8"))
    )


def _place(file: Path) -> tuple[int, str]:
    return (ORDER.index(file.stem) if file.stem in ORDER else len(ORDER)), file.stem


def chapters_of(file: str, text: str) -> list[Chapter]:
    """Cuts a document into its chapters."""
    readable = _HEADING.sub(lambda one: plain(one[0]), _DIAGRAM.sub("", text))
    pieces = _CHAPTER.split(readable)
    titles = [_HEADING.match(piece) for piece in pieces]
    named = [found[2] if found else file for found in titles]
    return [
        Chapter(file=file, document=named[0], title=title, text=piece)
        for title, piece in zip(named, pieces, strict=True)
    ]


def plain(heading: str) -> str:
    """Returns a heading without the marks of code."""
    return heading.replace("`", "")


def anchor_of(heading: str) -> str:
    """Returns by what a link names a heading, as on the usual pages for code: small letters, dashes."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def found(typed: str) -> list[Chapter]:
    """Returns the chapters in which every word stands; all of them where nothing was typed."""
    words = folded(typed).split()
    return [one for one in chapters() if all(word in folded(one.text) for word in words)]


def led_to(link: str, here: Chapter, among: Sequence[Chapter] | None = None) -> tuple[Chapter, str] | None:
    """Returns the chapter that a link leads to, and the anchor in it; None where it leads elsewhere.

    Args:
        link: As it is written: ``contract.md``, ``contract.md#1-invariants``, ``#field``.
        here: Where it is written.
        among: All chapters there are; those of the program if not given.
    """
    file, _, anchor = link.partition("#")
    of_file = [one for one in (chapters() if among is None else among) if one.file == (file or here.file)]
    for one in of_file:
        if not anchor or one.has(anchor):
            return one, anchor
    return None
