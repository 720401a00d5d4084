"""The text of one thing of a project file, its section or its entry, taken out and put back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.errors import InvalidValue
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.design_text import DesignText
from workbench.services.design.line_merge import plain_lines, with_changed_lines
from workbench.services.design.relations import place_of
from workbench.tusk import Document, Entry, Problem, parse, parse_in_part, section_span
from workbench.tusk.document import Path

_COMMENT = re.compile(r"[ \t]*#")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPiece:
    """A piece of a file.

    Attributes:
        path: Where the thing stands, such as ``("command", "place_order")`` or ``("topics", "mail")``.
        text: Its text with its comments; here all lines end with a line feed.
        before, behind: The rest of the file.
        first_line: Number of its first line in the file, from 1.
        head: What has to stand before it so that it can be read alone.
    """

    path: Path
    text: str
    before: str
    behind: str
    first_line: int
    head: str = ""

    @property
    def name(self) -> str:
        """Its path as a section's header has it."""
        return ".".join(self.path)

    def read(self, text: str) -> tuple[Document, list[Problem]]:
        """Reads it alone with another text, as far as that can be read; returns also what cannot."""
        return parse_in_part(self.head + text, PROJECT_FILE)

    def whole(self, text: str) -> str:
        """Returns the text of the file with another text in its place."""
        return self.before + text + self.behind


def piece_of(document: Document, kind: str, name: str) -> SectionPiece | None:
    """Returns the piece that declares a thing; None where the file does not, or not in lines of its own."""
    path = place_of(document, kind, name)
    span = _span(document, path) if path is not None else None
    if path is None or span is None:
        return None
    before, text, behind = (
        plain_lines(one)
        for one in (document.text[: span[0]], document.text[slice(*span)], document.text[span[1] :])
    )
    return SectionPiece(
        path=path,
        text=text,
        before=before,
        behind=behind,
        first_line=document.places.line(span[0]),
        head="" if ".".join(path) in document.sections else f"[{path[0]}]\n",
    )


def with_piece(text: DesignText, kind: str, name: str, *, was: str, now: str) -> DesignText:
    """Returns the texts with another text for a thing; where it stands already nothing is changed.

    Raises:
        InvalidValue: It is not what it was any more.
        TskError: The file could not be read with it.
    """
    piece = piece_of(text.project, kind, name)
    if piece is not None and piece.text == now:
        return text  # it was written meanwhile
    if piece is None or piece.text != was:
        raise InvalidValue(
            f"{kind} {name} was changed elsewhere meanwhile", path="", hint="look at both texts"
        )
    start, end = _span(text.project, piece.path) or (0, 0)
    written = with_changed_lines(text.project.text[start:end], now, text.project.line_end)
    return text.exchanged(PROJECT_FILE, [(start, end, written)])


def _span(document: Document, path: Path) -> tuple[int, int] | None:
    if ".".join(path) in document.sections:
        return section_span(document, ".".join(path))
    entry = document.find(path)
    if entry is None or not _is_alone(document, entry):
        return None
    return comments_above(document, entry.line_start), entry.line_end


def _is_alone(document: Document, entry: Entry) -> bool:
    """Whether the lines of an entry hold nothing else."""
    before = document.text[entry.line_start : entry.start]
    behind = document.text[entry.value.end : entry.line_end].strip(" \t\r\n,")
    return not before.strip(" \t\ufeff") and (not behind or behind.startswith("#"))


def comments_above(document: Document, line: int) -> int:
    """Returns where the comments right above a line begin; the line itself where there are none."""
    while line:
        before = document.places.line_start(line - 1)
        if not _COMMENT.match(document.text, before):
            break
        line = before
    return line


def with_whole(text: DesignText, *, was: str, now: str) -> DesignText:
    """Returns the texts with another project file; lines of both end with a line feed.

    Raises:
        InvalidValue: The file is not what it was any more.
        TskError: The file could not be read.
    """
    document = text.project
    if plain_lines(document.text) != was:
        said = f"{PROJECT_FILE} was changed elsewhere meanwhile"
        raise InvalidValue(said, path="", hint="try it again")
    return text.with_project(parse(with_changed_lines(document.text, now, document.line_end), PROJECT_FILE))
