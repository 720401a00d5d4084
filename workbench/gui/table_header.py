"""The head of a table: widths, order and which columns are seen, all of them a person's to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QMenu, QTableView
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.column_layout import ColumnLayout, layout_of, place_of_columns
from workbench.gui.context_menu import Offering, menu_of
from workbench.gui.paged_model import PagedModel
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import theme
from workbench.gui.window_layouts import WindowLayouts, layouts_around

DrawHead = Callable[[QPainter, QRectF], object]


@dataclass(frozen=True, slots=True)
class HeadColumn:
    """A column of a table, by its place in the model."""

    index: int


class TableHeader(QHeaderView):
    """The head of a table, with a menu for its columns; it stands as the window's person left it.

    Args:
        fitting: Returns the widths that heads and first rows need, by column.

    Attributes:
        sortable: Whether a click asks for an order.
        arranged: Whether the person gave a column another width.

    Signals:
        sort_wanted: Column and whether descending.
        columns_reset: All columns are as they were at first; a listener may leave some out again.
    """

    sort_wanted = Signal(int, bool)
    columns_reset = Signal()

    def __init__(self, table: QTableView, model: PagedModel, fitting: Callable[[], list[int]]) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self.sortable = self.arranged = False
        self._table, self._model, self._fitting = table, model, fitting
        self._sorted = self._sorted_first = (-1, False)
        self._sort_chosen = False
        self._layouts: WindowLayouts | None = None
        self._menu_at: HeadColumn | None = None
        self._drawn: dict[int, DrawHead] = {}
        self._chosen: dict[int, bool] = {}  # by column: whether the person wants it to be seen
        self._stretched = next((at for at, column in enumerate(model.columns) if column.stretch), -1)
        self.setModel(model)
        # Its own, that is always empty: else each repaint of the head asks every cell whether it is selected.
        self.setSelectionModel(QItemSelectionModel(model, self))
        self.setFixedHeight(28)
        self.setHighlightSections(False)
        self.setSectionsMovable(True)
        self.setMinimumSectionSize(36)
        self.sectionClicked.connect(self._clicked)
        self.sectionResized.connect(self._resized)
        self.sectionMoved.connect(self._keep)
        self.offering = Offering(
            self,
            self._pointed_at,
            named=lambda at: model.columns[at.index].head,
            nothing="No column is chosen",
            choose_at=self._choose_at,
            where=lambda: QPoint(8, self.height()),
            extend=self.list_columns,
        )
        self.acts = Actions(self, self)
        self.acts.offer()

    def draw_over(self, column: int, draw: DrawHead) -> None:
        """Has the head of a column drawn by something else, instead of its title."""
        self._drawn[column] = draw

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        draw = self._drawn.get(logicalIndex)
        if draw is None:
            super().paintSection(painter, rect, logicalIndex)
            return
        with drawing(painter):
            painter.fillRect(rect, QColor(theme().colors.raised))
            painter.setPen(QPen(QColor(theme().colors.border), 1))
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
            draw(painter, QRectF(rect))

    # -- order --------------------------------------------------------------------------------------------

    def set_sortable(self, sortable: bool) -> None:
        """Says whether a click asks for an order."""
        self.sortable = sortable
        self.setSectionsClickable(sortable)

    def show_sort(self, column: int, descending: bool) -> None:
        """Marks the column by which the rows are sorted."""
        if self._sorted[0] < 0:
            self._sorted_first = (column, descending)
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
        self._ask_sort(column, not self._sorted[1] if column == self._sorted[0] else False)

    @action("Sort ascending", icon="chevron-up", shown=lambda head, _at: head.sortable)
    def sort_ascending(self, at: HeadColumn) -> None:
        """Asks for the order by a column, the smallest first."""
        self._ask_sort(at.index, descending=False)

    @action("Sort descending", icon="chevron-down", shown=lambda head, _at: head.sortable)
    def sort_descending(self, at: HeadColumn) -> None:
        """Asks for the order by a column, the largest first."""
        self._ask_sort(at.index, descending=True)

    def _ask_sort(self, column: int, descending: bool) -> None:
        self._sort_chosen = True
        self.sort_wanted.emit(column, descending)
        self._keep()

    # -- columns ------------------------------------------------------------------------------------------

    @action("Fit this column", tip="Make it as wide as what is seen of it", group=1)
    def fit_column(self, at: HeadColumn) -> None:
        """Gives a column the width that its head and the first rows need."""
        self.arranged = True
        self.resizeSection(at.index, self._fitting()[at.index])
        self.stretch()
        self._keep()

    @action("Fit all columns", group=1, anyway=True)
    def fit_columns(self, _at: HeadColumn | None) -> None:
        """Fits each column because the person wants it."""
        self.arranged = True
        self.fit()
        self._keep()

    def fit(self) -> None:
        """Gives each column the width that its head and the first rows need, within reason."""
        for number, width in enumerate(self._fitting()):
            self._table.setColumnWidth(number, width)
        self.stretch()

    def widen(self, widths: Mapping[int, int]) -> None:
        """Gives columns more width, unless a person has arranged them or is about to."""
        if not self.arranged and not QApplication.mouseButtons():
            for column, width in widths.items():
                self._table.setColumnWidth(column, width)

    @action("Hide this column", icon="eye-off", group=2, why=lambda head, at: head.why_not_hide(at))
    def hide_column(self, at: HeadColumn) -> None:
        """Leaves a column out until the person wants it again."""
        self.show_column(at.index, shown=False)

    def why_not_hide(self, at: HeadColumn) -> str:
        """Returns why a column cannot be hidden."""
        shown = [one for one in range(self.count()) if not self.isSectionHidden(one)]
        return "It is the only column" if shown == [at.index] else ""

    @action("Reset columns", icon="undo", group=2, anyway=True, tip="Show the columns as they were at first")
    def reset_columns(self, _at: HeadColumn | None = None) -> None:
        """Shows all columns in their first order and widths, as far as the view has room for them."""
        layouts, self._layouts = self._layouts, None
        self._chosen.clear()
        self.arranged = False
        for number, column in enumerate(self._model.columns):
            self._table.setColumnHidden(number, False)
            self._table.setColumnWidth(number, column.width)
            self.moveSection(self.visualIndex(number), number)
        self.stretch()
        self.columns_reset.emit()
        self._layouts = layouts
        self._keep()

    def show_column(self, column: int, *, shown: bool) -> None:
        """Shows or hides a column because the person wants it."""
        self._chosen[column] = shown
        self._table.setColumnHidden(column, not shown)
        self.stretch()
        self._keep()

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
        self.offering.hold(HeadColumn(column), menu)
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
        if column == self._stretched:  # which a splitter that is dragged resizes, too
            return
        self.stretch()
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self.arranged = True
            self._keep()

    # -- what the window remembers ------------------------------------------------------------------------

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._layouts is None and (layouts := layouts_around(self)) is not None:
            titles = [column.title for column in self._model.columns]
            kept = layouts.find(place_of_columns(self._table.accessibleName()))
            self._take(layout_of(kept, titles), titles)
            self._layouts = layouts
            layouts.forgotten.connect(self._reset)

    def _take(self, layout: ColumnLayout, titles: Sequence[str]) -> None:
        """Arranges the columns as they were left; those that came since stand behind the others."""
        self._chosen = {titles.index(title): shown for title, shown in layout.shown.items()}
        for column, shown in self._chosen.items():
            self._table.setColumnHidden(column, not shown)
        for title, width in layout.widths.items():
            self._table.setColumnWidth(titles.index(title), width)
        for place, title in enumerate(layout.order):
            self.moveSection(self.visualIndex(titles.index(title)), place)
        self.arranged = self.arranged or bool(layout.widths)
        self.stretch()
        if layout.sort is not None and self.sortable:
            self._ask_sort(titles.index(layout.sort[0]), layout.sort[1])

    def _keep(self) -> None:
        if self._layouts is None:
            return
        titles = [column.title for column in self._model.columns]
        order = tuple(titles[self.logicalIndex(place)] for place in range(len(titles)))
        widths = {
            title: self.sectionSize(at) for at, title in enumerate(titles) if not self.isSectionHidden(at)
        }
        layout = ColumnLayout(
            shown={titles[at]: shown for at, shown in self._chosen.items()},
            widths=widths if self.arranged else {},
            order=order if order != tuple(titles) else (),
            sort=(titles[self._sorted[0]], self._sorted[1]) if self._sort_chosen else None,
        )
        kept = None if layout == ColumnLayout() else layout.text()
        self._layouts.keep(place_of_columns(self._table.accessibleName()), kept)

    def _reset(self) -> None:
        """Shows columns and order of the rows as they were at first."""
        if self._sort_chosen:
            self._sort_chosen = False
            self.sort_wanted.emit(*self._sorted_first)
        self.reset_columns()

    # -- the menu -----------------------------------------------------------------------------------------

    def _pointed_at(self) -> HeadColumn | None:
        """Returns the column whose menu is being opened, else the one in which the person is."""
        at = self._table.currentIndex()
        return self._menu_at or (HeadColumn(at.column()) if at.isValid() else None)

    def _choose_at(self, place: QPoint) -> None:
        at = self.logicalIndexAt(place)
        self._menu_at = HeadColumn(at if at >= 0 else self.count() - 1)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)
        self._menu_at = None  # the menu keeps it
