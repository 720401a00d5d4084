"""Rows of a table as lines for the clipboard: whole values, tabs between cells, formulas quoted."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from workbench.gui.paged_model import PAGE, PagedModel, Row, RowSource
from workbench.gui.reads import Question

if TYPE_CHECKING:
    from workbench.gui.desk import Desk

FORMULA = ("=", "+", "-", "@")
COPIED = 100_000
"""Rows that are copied at most."""


class Copier:
    """Puts rows of a table on the clipboard, as soon as they are read.

    Args:
        blocks: Returns the first and the last number of each block of selected rows.
        desk: As for `PagedModel`.
    """

    def __init__(
        self, model: PagedModel, blocks: Callable[[], Sequence[tuple[int, int]]], desk: Desk | None
    ) -> None:
        self._model, self._blocks = model, blocks
        self._question: Question[str] = Question(model, desk, QGuiApplication.clipboard().setText, model.fail)

    def copy(self, say: Callable[[list[Row]], str]) -> None:
        """Copies the selected rows, in these words."""
        source, blocks = self._model.source, self._blocks()
        self._question.ask(lambda: say(list(islice(_rows(source, blocks), COPIED))), source)


def _rows(source: RowSource, blocks: Sequence[tuple[int, int]]) -> Iterator[Row]:
    for first, last in blocks:
        for begin in range(first, last + 1, PAGE):
            page = source.page(begin, min(PAGE, last + 1 - begin))
            yield from (row for row in page if row is not None)


def lines_of(model: PagedModel, rows: Iterable[Row]) -> str:
    """Returns rows as text that a spreadsheet takes."""
    columns = range(model.columnCount())
    return "\n".join("\t".join(_safe(model.whole_of(row, column)) for column in columns) for row in rows)


def csv_of(model: PagedModel, rows: Iterable[Row]) -> str:
    """Returns rows as CSV (RFC 4180), the titles of the columns first; line breaks stay in their cells."""
    text, columns = StringIO(), range(model.columnCount())
    writer = csv.writer(text)
    writer.writerow(column.title for column in model.columns)
    writer.writerows([_plain(model.whole_of(row, column)) for column in columns] for row in rows)
    return text.getvalue()


def _safe(text: str) -> str:
    return _plain(" ".join(text.replace("\t", " ").splitlines()))


def _plain(text: str) -> str:
    """Quotes what a spreadsheet would take for a formula (contract §10)."""
    return f"'{text}" if text.startswith(FORMULA) else text
