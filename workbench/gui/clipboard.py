"""Rows of a table as lines for the clipboard: whole values, tabs between cells, formulas quoted (H4)."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from PySide6.QtGui import QGuiApplication

from workbench.errors import InvalidValue
from workbench.gui.paged_model import PAGE, PagedModel, Row, RowSource
from workbench.gui.reads import Question

if TYPE_CHECKING:
    from workbench.gui.desk import Desk

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
FORMULA = ("=", "+", "-", "@")
COPIED, MOST = 100_000, 16 * 1024 * 1024
"""Rows, and characters of texts in them, that are copied at most."""


@runtime_checkable
class ShortenedRows(Protocol):
    """A source whose rows have only the beginnings of long texts."""

    def whole(self, row: Row) -> Row | None:
        """Returns a row with its whole texts; None if it is gone."""


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
        fail = model.fail if desk is None else "Copying"
        self._question: Question[str] = Question(model, desk, QGuiApplication.clipboard().setText, fail)

    def copy(self, say: Callable[[list[Row]], str], row: Row | None = None) -> None:
        """Copies the selected rows, or one row, in these words, with all that is stored of them."""
        source, blocks = self._model.source, self._blocks()

        def rows() -> Iterable[Row]:
            return islice(_rows(source, blocks), COPIED) if row is None else (row,)

        self._question.ask(lambda: say(list(_whole(source, rows()))), source)


def _whole(source: RowSource, rows: Iterable[Row]) -> Iterator[Row]:
    """Yields rows with their whole texts.

    Raises:
        InvalidValue: They are too long for a clipboard.
    """
    used = 0
    for row in rows:
        whole = source.whole(row) if isinstance(source, ShortenedRows) else row
        if whole is None:
            continue
        used += sum(len(value) for value in whole if isinstance(value, str))
        if used > MOST:
            said = f"what is to be copied has more than {MOST // 1024**2} MiB of text"
            raise InvalidValue(said, path="", hint="copy fewer rows, or export instead")
        yield whole


def _rows(source: RowSource, blocks: Sequence[tuple[int, int]]) -> Iterator[Row]:
    for first, last in blocks:
        for begin in range(first, last + 1, PAGE):
            page = source.page(begin, min(PAGE, last + 1 - begin))
            yield from (row for row in page if row is not None)


def lines_of(model: PagedModel, rows: Iterable[Row]) -> str:
    """Returns rows as text that a spreadsheet takes."""
    columns = range(model.columnCount())
    return "\n".join("\t".join(_in_line(_cell(model, row, column)) for column in columns) for row in rows)


def csv_of(model: PagedModel, rows: Iterable[Row]) -> str:
    """Returns rows as CSV (RFC 4180), the titles of the columns first; line breaks stay in their cells."""
    text, columns = StringIO(), range(model.columnCount())
    writer = csv.writer(text)
    writer.writerow(column.title for column in model.columns)
    writer.writerows([_cell(model, row, column) for column in columns] for row in rows)
    return text.getvalue()


def plain_value(model: PagedModel, row: Row, column: int) -> Any:
    """Returns a value as JSON has it, where what is shown says the same; else what is shown."""
    value, text = row[column], model.whole_of(row, column)
    if value is None or isinstance(value, bool):
        return value
    shows_it = isinstance(value, int | float) and text.replace(",", "") == str(value)
    return value if shows_it else text


def _cell(model: PagedModel, row: Row, column: int) -> str:
    """Returns what a spreadsheet is given: numbers plain, for null nothing but words, no formula (H4)."""
    value, said = plain_value(model, row, column), model.whole_of(row, column)
    if value is None and (said == str(None) or not any(map(str.isalnum, said))):
        return ""
    text = said if value is None or isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not _NUMBER.fullmatch(text) else text


def _in_line(text: str) -> str:
    return " ".join(text.replace("\t", " ").splitlines())
