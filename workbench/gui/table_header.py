"""The head of a table: widths, order and which columns are seen, all of them a person's to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QMenu, QTableView
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.context_menu import Offering, menu_of
from workbench.gui.paged_model import PagedModel


@dataclass(frozen=True, slots=True)
class HeadColumn:
    """A column of a table, by its place in the model."""

    index: int


class TableHeader(QHeaderView):
    """The head of a table, with a menu for its columns.

    Args:
        fitting: Returns the widths that heads and first rows need, by column.

    Attributes:
        sortable: Whether a click asks for an order.
        arranged: Whether the person gave a column another width.

    Signals:
        sort_wanted: Column and whether descending.
        columns_reset: All columns are as they were at first; whoever leaves some out may do so again.
    """

    sort_wanted = Signal(int, bool)
    columns_reset = Signal()

    def __init__(self, table: QTableView, model: PagedModel, fitting: Callable[[], list[int]]) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self.sortable = self.arranged = False
        self._table, self._model, self._fitting = table, model, fitting
        self._sorted: tuple[int, bool] = (-1, False)
        self._menu_at = HeadColumn(0)
        self._chosen: dict[int, bool] = {}  # by column: whether the person wants it to be seen
        self._stretched = next((at for at, column in enumerate(model.columns) if column.stretch), -1)
        self.setModel(model)
        # Its own, that is always empty: else each repaint of the head asks every cell whether it is selected.
        self.setSelectionModel(QItemSelectionModel(model, self))
        self.setFixedHeight(28)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(36)
        self.sectionClicked.connect(self._clicked)
        self.sectionResized.connect(self._resized)
        self.offering = Offering(
            self,
            lambda: self._menu_at,
            nothing="",
            choose_at=self._choose_at,
            where=lambda: QPoint(8, self.height()),
            extend=self.list_columns,
        )
        self.acts = Actions(self, self)
        self.acts.offer()

    # -- order --------------------------------------------------------------------------------------------

    def set_sortable(self, sortable: bool) -> None:
        """Says whether a click asks for an order."""
        self.sortable = sortable
        self.setSectionsClickable(sortable)

    def show_sort(self, column: int, descending: bool) -> None:
        """Marks the column by which the rows are sorted."""
        self._sorted = (column, descending)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.setSortIndicatorShown(column >= 0)
        if column >= 0:
            self.setSortIndicator(column, order)

    def _clicked(self, column: int) -> None:
        if self.sortable:
            self.sort_by(column)

    def sort_by(self, column: int) -> None:
        """Asks for the order by a column, the other way round where it is sorted by that already."""
        self.sort_wanted.emit(column, not self._sorted[1] if column == self._sorted[0] else False)

    @action("Sort ascending", icon="chevron-up", shown=lambda head, _at: head.sortable)
    def sort_ascending(self, at: HeadColumn) -> None:
        """Asks for the order by a column, the smallest first."""
        self.sort_wanted.emit(at.index, False)

    @action("Sort descending", icon="chevron-down", shown=lambda head, _at: head.sortable)
    def sort_descending(self, at: HeadColumn) -> None:
        """Asks for the order by a column, the largest first."""
        self.sort_wanted.emit(at.index, True)

    # -- columns ------------------------------------------------------------------------------------------

    @action("Fit this column", tip="Make it as wide as what is seen of it", group=1)
    def fit_column(self, at: HeadColumn) -> None:
        """Gives a column the width that its head and the first rows need."""
        self.arranged = True
        self.resizeSection(at.index, self._fitting()[at.index])
        self.stretch()

    @action("Fit all columns", group=1)
    def fit_columns(self, _at: HeadColumn | None = None) -> None:
        """Gives each column the width that its head and the first rows need, within reason."""
        for number, width in enumerate(self._fitting()):
            self._table.setColumnWidth(number, width)
        self.stretch()

    @action("Hide this column", icon="eye-off", group=2, why=lambda head, at: head.why_not_hide(at))
    def hide_column(self, at: HeadColumn) -> None:
        """Leaves a column out until the person wants it again."""
        self.show_column(at.index, shown=False)

    def why_not_hide(self, at: HeadColumn) -> str:
        """Returns why a column cannot be hidden."""
        shown = [one for one in range(self.count()) if not self.isSectionHidden(one)]
        return "It is the only column" if shown == [at.index] else ""

    @action("Reset columns", icon="undo", group=2, tip="Show the columns as they were at first")
    def reset_columns(self, _at: HeadColumn | None = None) -> None:
        """Shows all columns in their first widths, as far as the view has room for them."""
        self._chosen.clear()
        self.arranged = False
        for number, column in enumerate(self._model.columns):
            self._table.setColumnHidden(number, False)
            self._table.setColumnWidth(number, column.width)
        self.stretch()
        self.columns_reset.emit()

    def show_column(self, column: int, *, shown: bool) -> None:
        """Shows or hides a column because the person wants it."""
        self._chosen[column] = shown
        self._table.setColumnHidden(column, not shown)
        self.stretch()

    def hides(self, column: int, wanted: bool) -> bool:
        """Returns whether a column is hidden: as the view wants it, unless the person said otherwise."""
        return not self._chosen.get(column, not wanted)

    def list_columns(self, menu: QMenu) -> None:
        """Adds the columns to a menu, each to be switched on and off."""
        menu.addSeparator()
        shown = [at for at in range(self.count()) if not self.isSectionHidden(at)]
        for at, column in enumerate(self._model.columns):
            one = menu.addAction(column.head.replace("&", "&&"))
            one.setCheckable(True)
            one.setChecked(at in shown)
            one.setEnabled(shown != [at])
            one.toggled.connect(lambda on, at=at: self.show_column(at, shown=on))

    def add_menu(self, menu: QMenu, column: int) -> None:
        """Adds the head's own menu to another one, for a column of the table."""
        self._menu_at = HeadColumn(column)
        inner = menu_of(self, menu)
        inner.setTitle("Columns")
        self.list_columns(inner)
        menu.addSeparator()
        menu.addMenu(inner)

    def stretch(self) -> None:
        """Gives the width that is left to the column that takes it."""
        at = self._stretched
        if at < 0:
            return
        columns = range(self.count())
        others = sum(self._table.columnWidth(one) for one in columns if one != at)  # hidden ones have none
        least = self._model.columns[at].width
        self._table.setColumnWidth(at, max(least, self._table.viewport().width() - others))

    def _resized(self, column: int) -> None:
        self.arranged = self.arranged or bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        if column != self._stretched:
            self.stretch()

    # -- the menu -----------------------------------------------------------------------------------------

    def _choose_at(self, place: QPoint) -> None:
        at = self.logicalIndexAt(place)
        self._menu_at = HeadColumn(at if at >= 0 else self.count() - 1)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)
