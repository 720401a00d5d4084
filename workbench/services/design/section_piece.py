"""The text of one thing of a project file, its section or its entry, taken out and put back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from workbench.errors import InvalidValue
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.design_text import DesignText
from workbench.services.design.line_merge import plain_lines, with_changed_lines
from workbench.services.design.relations import place_of
from workbench.tusk import (
    Document,
    Entry,
    Problem,
    TskError,
    comments_above,
    end_of_free_lines,
    parse,
    parse_in_part,
    section_span,
)
from workbench.tusk.document import Path

_COMMENT = re.compile(r"[ \t]*#")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPiece:
    """A piece of a file: a thing, with the comments right above it and what stands between it and the next.

    The blank line before the next thing is no part of it.

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
        return parse_in_part(self.head + self.ended(text), PROJECT_FILE)

    def whole(self, text: str) -> str:
        """Returns the text of the file with another text in its place."""
        return self.before + self.written(text) + self.behind

    def ended(self, text: str) -> str:
        """Returns a text in its place with an end of its last line, as the file has it."""
        ends = bool(self.behind) or self.text.endswith("\n")
        return f"{text}\n" if ends and text and not text.endswith("\n") else text

    def written(self, text: str) -> str:
        """Returns a text as it is written in its place: nothing of it is a part of what stands behind it."""
        now = self.ended(text)
        last, follows = now.removesuffix("\n").rpartition("\n")[2], self.behind.partition("\n")[0].strip()
        parts = bool(now) and (not last.strip() or _COMMENT.match(last) is not None)
        return f"{now}\n" if parts and follows and not follows.startswith("}") else now

    def holds(self, text: str) -> bool:
        """Whether the file has a text in its place, but for an end of its last line."""
        return self.ended(text) == self.text

    def widened(self, *texts: str, behind: str | None = None) -> SectionPiece:
        """Returns the piece as wide as the longest of some texts that stands there around the thing.

        What is typed for a thing can hold more than it: free comments above it, or another thing.

        Args:
            behind: What the texts stand behind, as far as the file still begins with that; else what stood
                there before, like a blank line, would be taken for what was typed.
        """
        whole = self.before + self.text + self.behind
        at = len(behind) if behind is not None and whole.startswith(behind) else None
        for text in sorted({*texts, *map(self.ended, texts)}, key=len, reverse=True):
            for found in re.finditer(re.escape(self.text), text):
                start = len(self.before) - found.start()
                if start < 0 or at not in (None, start) or not whole.startswith(text, start):
                    continue
                before, rest = whole[:start], whole[start + len(text) :]
                line = before.count("\n") + 1
                wide = replace(self, before=before, text=text, behind=rest, first_line=line)
                if (
                    before[-1:] in ("", "\n", "\ufeff") and wide.written(text) == text
                ):  # else a part is of others
                    return wide
        return self


def piece_of(document: Document, kind: str, name: str, *, bare: bool = False) -> SectionPiece | None:
    """Returns the piece that declares a thing; None where the file does not, or not in lines of its own.

    Args:
        bare: Without what stands between it and the next thing.
    """
    path = place_of(document, kind, name)
    span = _span(document, path) if path is not None else None
    if path is None or span is None:
        return None
    span = span if bare else (span[0], end_of_free_lines(document, span[1]))
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


def with_piece(
    text: DesignText, kind: str, name: str, *, was: str, now: str, behind: str | None = None
) -> DesignText:
    """Returns the texts with another text for a thing; where it stands already nothing is changed.

    Args:
        behind: What it was typed behind, see `SectionPiece.widened`.

    Raises:
        InvalidValue: It is not what it was any more.
        TskError: The file could not be read with it, or a part of it would belong to another section.
    """
    piece = piece_of(text.project, kind, name)
    piece = piece.widened(was, now, behind=behind) if piece is not None else None
    if piece is not None and piece.holds(now):
        return text  # it was written meanwhile
    if piece is None or not piece.holds(was):
        raise InvalidValue(
            f"{kind} {name} was changed elsewhere meanwhile", path="", hint="look at both texts"
        )
    _check_top(piece, now)
    document = text.project
    start, end = (_place(document.text, len(one)) for one in (piece.before, piece.before + piece.text))
    written = with_changed_lines(document.text[start:end], piece.written(now), document.line_end)
    return text.exchanged(PROJECT_FILE, [(start, end, written)])


def _check_top(piece: SectionPiece, text: str) -> None:
    """Makes sure that no key stands above a section's header: it would belong to the section before."""
    read, _ = piece.read(text)
    if read.top.entries and parse_in_part(piece.before, PROJECT_FILE)[0].sections:
        said = f"stands above the header of [{piece.name}]: it belongs to what stands before"
        found = (
            read.places.problem(
                one.start, one.value.end, "E-SECTION", f"{key} {said}", "write it below the header"
            )
            for key, one in read.top.entries.items()
        )
        raise TskError([replace(one, line=one.line + piece.first_line - 1) for one in found])


def _place(text: str, at: int) -> int:
    """Returns where a place of a text stands whose lines end with a line feed in the text as it is."""
    for pair in re.finditer("\r\n", text):
        if pair.start() >= at:
            break
        at += 1
    return at


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
