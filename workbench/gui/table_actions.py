"""What can be done with the rows of every table: copied, selected, sorted."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtWidgets import QAbstractItemView, QTableView

from workbench.gui.actions import COPY_AS, Actions, WidgetKey, action
from workbench.gui.clipboard import Copier, csv_of, lines_of, plain_value
from workbench.gui.long_text import shortened
from workbench.gui.paged_model import Key, PagedModel, Row
from workbench.gui.table_header import TableHeader


@dataclass(frozen=True, slots=True)
class ChosenRows:
    """What is chosen in a table: known by keys, since numbers of rows change (V1).

    Attributes:
        keys: Of the selected rows, from top to bottom.
        row: The current row, as it was read.
        column: Where the person is in it.
    """

    keys: Sequence[Key]
    row: Row
    column: int


class TableActions:
    """The actions of a table, whatever its rows are.

    Args:
        copier: Copies the selected rows.
    """

    moves = (WidgetKey("Home / End", "First row, last row"), WidgetKey("Space", "Select the row"))

    def __init__(self, table: QTableView, head: TableHeader, model: PagedModel, copier: Copier) -> None:
        self.table, self.head = table, head
        self._model, self._copier = model, copier
        self.acts = Actions(self, table)

    def _copy(self, chosen: ChosenRows, say: Callable[[list[Row]], str]) -> None:
        self._copier.copy(say, None if len(chosen.keys) > 1 else chosen.row)

    @action("Copy rows", on="table", keys="Ctrl+C", icon="copy", tip="Copy the rows, tabs between cells")
    def copy_rows(self, chosen: ChosenRows) -> None:
        """Copies the selected rows, tabs between their cells; what could be a formula is quoted."""
        self._copy(chosen, lambda rows: lines_of(self._model, rows))

    @action("Copy cell", on="table", look=lambda acts, chosen: (acts.copy_label(chosen), ""))
    def copy_cell(self, chosen: ChosenRows) -> None:
        """Copies all that one cell has to say."""
        column = chosen.column
        self._copier.copy(lambda rows: "".join(self._model.whole_of(row, column) for row in rows), chosen.row)

    def copy_label(self, chosen: ChosenRows | None) -> str:
        """Returns what copying the cell is called."""
        title = self._model.columns[chosen.column].title if chosen is not None else ""
        return f"Copy cell “{title}”".replace("&", "&&") if title else "Copy cell"

    @action("Copy rows as NDJSON", on="table", icon="code", within=COPY_AS)
    def copy_lines(self, chosen: ChosenRows) -> None:
        """Copies the selected rows as JSON, an object a line."""
        say = partial(json.dumps, ensure_ascii=False)
        self._copy(chosen, lambda rows: "\n".join(say(self._object(row)) for row in rows))

    @action("Copy rows as CSV", on="table", icon="table", within=COPY_AS)
    def copy_csv(self, chosen: ChosenRows) -> None:
        """Copies the selected rows as CSV with a head; what could be a formula is quoted."""
        self._copy(chosen, lambda rows: csv_of(self._model, rows))

    @action("Copy rows as JSON", on="table", icon="code", within=COPY_AS)
    def copy_json(self, chosen: ChosenRows) -> None:
        """Copies the selected rows as JSON: an object each, by the titles of the columns."""
        self._copy(chosen, self._json)

    def _json(self, rows: list[Row]) -> str:
        found = [self._object(row) for row in rows]
        shown: Any = found[0] if len(found) == 1 else found
        return json.dumps(shown, indent=2, ensure_ascii=False)

    def _object(self, row: Row) -> dict[str, Any]:
        columns = enumerate(self._model.columns)
        return {column.title: plain_value(self._model, row, at) for at, column in columns}

    @action(
        "Select all",
        on="table",
        keys="Ctrl+A",
        anyway=True,
        shown=lambda acts, _chosen: acts.several,
    )
    def select_all(self, _chosen: ChosenRows | None) -> None:
        """Selects all rows."""
        self.table.selectAll()

    @property
    def several(self) -> bool:
        """Whether several rows can be selected."""
        return self.table.selectionMode() is QAbstractItemView.SelectionMode.ExtendedSelection

    @action(
        "Sort by this column",
        on="table",
        look=lambda acts, chosen: (acts.sort_label(chosen), ""),
        shown=lambda acts, _chosen: acts.head.sortable,
    )
    def sort_by(self, chosen: ChosenRows) -> None:
        """Asks for the order by the column; a second time the other way round."""
        self.head.sort_by(chosen.column)

    def sort_label(self, chosen: ChosenRows | None) -> str:
        """Returns what sorting is called."""
        title = self._model.columns[chosen.column].title if chosen is not None else ""
        return f"Sort by “{title}”".replace("&", "&&") if title else "Sort by this column"


def name_of(model: PagedModel, chosen: ChosenRows) -> str:
    """Returns what a person calls the chosen rows: what the first column says, or how many there are."""
    if len(chosen.keys) > 1:
        return f"{len(chosen.keys):,} rows"
    value, title = chosen.row[0], model.columns[0].title
    told = shortened(model.whole_of(chosen.row, 0), 40)
    return f"{title} {told}".replace("# ", "#") if isinstance(value, int) else told
