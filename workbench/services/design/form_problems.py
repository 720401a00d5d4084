"""What is wrong with a thing, told where a form shows it: the row, and the characters in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.model.hints import sentences
from workbench.services.design.quick_fixes import span_of
from workbench.services.design.section_piece import SectionPiece
from workbench.services.design.text_check import CheckedText
from workbench.tusk import Document, Problem, TskError, ValueKind, parse
from workbench.tusk.document import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FormProblem:
    """Something that is wrong.

    Attributes:
        path: What it is about; that of the thing itself where that is not known.
        start, end: Characters of the text that stands there, without its quotes; of none of it both 0.
        culprit: What is marked in the text.
        problem: As the check told it.
    """

    path: Path
    start: int = 0
    end: int = 0
    culprit: str = ""
    problem: Problem

    @property
    def said(self) -> str:
        """What is wrong, and what to do."""
        return sentences(self.problem.message, self.problem.hint)


def form_problems(checked: CheckedText, piece: SectionPiece, text: str) -> tuple[FormProblem, ...]:
    """Returns what is wrong inside a piece of a checked file.

    Args:
        text: Of the piece, as it was checked.
    """
    return tuple(_within(checked, piece, text))


def problems_within(problems: Iterable[Problem], piece: SectionPiece, text: str) -> Iterator[Problem]:
    """Yields the problems of a file that are marked inside a piece with a text."""
    last = piece.first_line + text.count("\n") + (0 if text.endswith("\n") else 1)
    for one in problems:
        if piece.first_line <= one.line < max(last, piece.first_line + 1):
            yield one


def _within(checked: CheckedText, piece: SectionPiece, text: str) -> Iterator[FormProblem]:
    for one in problems_within(checked.problems, piece, text):
        start, end = span_of(checked.document, one)
        path = one.path if one.path[: len(piece.path)] == piece.path else piece.path
        found = _in_value(checked.document, path, start, end)
        yield FormProblem(
            path=path,
            start=found[0],
            end=found[1],
            culprit=checked.document.text[start:end].strip("\"'"),
            problem=one,
        )


def _in_value(document: Document, path: Path, start: int, end: int) -> tuple[int, int]:
    """Returns a span of a file as one of the text that stands at a path; of more than that all of it."""
    entry = document.find(path)
    if entry is None or entry.value.kind is not ValueKind.STRING:
        return 0, 0
    begin, whole = entry.value.start + 1, len(str(entry.value.plain))
    if not begin <= start < end <= entry.value.end - 1:
        return 0, whole
    return _plain_length(document.text[begin:start]), _plain_length(document.text[begin:end])


def _plain_length(written: str) -> int:
    """Returns how many characters a beginning of a text in quotes stands for."""
    try:
        return len(str(parse(f'x: "{written}"').top.entries["x"].value.plain))
    except (TskError, KeyError):
        return len(written)
