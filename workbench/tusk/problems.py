"""What is wrong with a file, where, and what to do about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from workbench.errors import ProjectError
from workbench.model.hints import in_brackets


@dataclass(frozen=True, order=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong; problems sort by place.

    Lines and columns count from 1, the end column is the first one behind it.

    Attributes:
        hint: A way out, where the message does not say it already.
        path: Of the entry that it is about, where one is known.
        warning: It may go wrong for some data; it is told, and hinders nothing.
    """

    file: str
    line: int
    column: int
    end_column: int
    code: str
    message: str
    hint: str = ""
    path: tuple[str, ...] = ()
    warning: bool = False

    def __str__(self) -> str:
        word = "warning " if self.warning else ""
        said = f"{self.file}:{self.line}:{self.column}: {word}{self.code} {self.message}"
        return in_brackets(said, self.hint)


class TskError(ProjectError):
    """A file cannot be read as TuskLang; carries every problem found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.found: tuple[Problem, ...] = tuple(problems)


class Places:
    """Turns offsets in a text into lines and columns."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._length = len(text)
        sizes = map(len, text.split("\n"))
        self._starts = [*accumulate((size + 1 for size in sizes), initial=0)][:-1]

    def line(self, offset: int) -> int:
        """Returns the line of an offset, from 1."""
        return bisect_right(self._starts, min(offset, self._length))

    def start_of(self, line: int) -> int:
        """Returns where a line begins, counted from 1; of one that is not there the last one's begin."""
        return self._starts[min(line, len(self._starts)) - 1]

    def line_start(self, offset: int) -> int:
        """Returns where the line of an offset begins."""
        return self._starts[self.line(offset) - 1]

    def column(self, offset: int) -> int:
        """Returns the column of an offset, from 1."""
        return offset - self.line_start(offset) + 1

    def problem(self, start: int, end: int, code: str, message: str, hint: str = "") -> Problem:
        """Makes a problem of a span; of one that spans lines only the first character is marked."""
        line, column = self.line(start), self.column(start)
        width = max(1, end - start) if self.line(max(start, end - 1)) == line else 1
        return Problem(
            file=self.file,
            line=line,
            column=column,
            end_column=column + width,
            code=code,
            message=message,
            hint=hint,
        )
