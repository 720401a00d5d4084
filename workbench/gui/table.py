"""A table of any length whose whole viewport one paint event draws: no delegate, no call per cell from Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget
from typing_extensions import override

from workbench.gui.badges import ROW_HEIGHT
from workbench.gui.clipboard import COPIED, Copier
from workbench.gui.context_menu import Offering
from workbench.gui.paged_model import NO_PAGES, Key, PagedModel, Row, RowSource, TableColumn
from workbench.gui.prepared_rows import PreparedRows, top_of
from workbench.gui.row_painter import RowPainter, cells_of, cut_numbers, fitting, places_of
from workbench.gui.safe_painter import painting
from workbench.gui.table_actions import ChosenRows, TableActions, name_of
from workbench.gui.table_header import TableHeader
from workbench.gui.table_selection import HeldRows, SelectionKeeper
from workbench.gui.theme import code_font, theme, ui_font
from workbench.gui.trouble_strip import TroubleStrip
from workbench.gui.widgets import EmptyState, empty_in

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QResizeEvent

    from workbench.gui.desk import Desk

SPREADS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class FastTableView(QTableView):
    """Rows of a source; the keyboard, the mouse and assistive tools find an ordinary table.

    Signals:
        row_chosen: The row that the person chose: moved to, clicked on, or marked with the space bar.
        row_activated: The row on which Enter was pressed, or a double click fell.
        sort_wanted: TableColumn and whether descending, where the table is sortable.
        selection_moved: Other rows are selected, by the person or because some left.

    Args:
        desk: As for `PagedModel`.

    Attributes:
        framed: Column whose cell in the current row keeps a frame; below 0 for none, only the keyboard's.
        trouble: Says that rows cannot be read; its `again` is called where the person wants that again.
    """

    row_chosen = Signal(object)
    row_activated = Signal(object)
    sort_wanted = Signal(int, bool)
    selection_moved = Signal()

    def __init__(
        self, columns: Sequence[TableColumn], parent: QWidget | None = None, *, desk: Desk | None = None
    ) -> None:
        super().__init__(parent)
        self._model = PagedModel(columns, self, desk)
        self._untold: SignalInstance | None = None
        self._hovered, self.framed, self._pressed = -1, -1, QPointF()
        self._quiet = self._pressing = self._on_row = self._wants_row = False
        self._empty: EmptyState | None = None
        self._fonts = (ui_font(), code_font())
        self._shape()
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.set_multi(multi=False)
        self._keeper = SelectionKeeper(self, self._model)
        self.trouble = TroubleStrip(self, self._model, self.refresh, self._counted)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.selectionModel().currentRowChanged.connect(self._tell)
        for column, described in enumerate(columns):
            self.setColumnWidth(column, described.width)
        for signal in (self._model.rowsInserted, self._model.rowsRemoved, self._model.modelReset):
            signal.connect(self._counted)
        self._model.came.connect(self._came)
        theme().changed.connect(self.viewport().update)
        self.offering = Offering(
            self,
            self.chosen,
            named=partial(name_of, self._model),
            nothing="No row is chosen",
            where=self._where,
            activated=self.row_activated,
            extend=lambda menu: self.head.add_menu(menu, max(0, self.currentIndex().column())),
        )
        copier = Copier(self._model, self._keeper.blocks, desk)
        self.common = TableActions(self, self.head, self._model, copier)
        self.offering.before = self.common.acts.offer()

    def _shape(self) -> None:
        rows = self.verticalHeader()
        self.head = TableHeader(self, self._model, lambda: fitting(self._model, self._fonts))
        self.head.sort_wanted.connect(self.sort_wanted)
        self.setHorizontalHeader(self.head)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.hide()
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)

    # -- rows ---------------------------------------------------------------------------------------------

    def set_source(self, source: RowSource) -> None:
        """Shows other rows from the top."""
        self._quietly(lambda: self._model.set_source(source))
        self.scrollToTop()

    def refresh(self, rows: RowSource | PreparedRows | None = None, held: HeldRows | None = None) -> None:
        """Shows what became of the rows: what is selected, current and in sight stays so by its key (V1).

        Nothing takes the place of what left. Where the rows cannot be read, the table says so and keeps what
        it has. Without rows the same source is asked again. What another table has `held` goes over to this.
        """
        model, held = self._model, held or self.held()
        found, pages = (rows.source, rows.pages) if isinstance(rows, PreparedRows) else (rows, NO_PAGES)
        source = found or model.source
        places = model.ask(lambda: source.find(held.keys()), None)
        count = model.ask(source.count, -1)
        if places is None or count < 0:
            return
        moved = {row: places[key] for row, key in held.remembered.items() if key in places}
        turn = partial(model.turn_to, source, count, moved, pages)
        self._quietly(lambda: self._keeper.carry_over(turn, held, places))
        if (top := top_of(held, places)) is not None or not held.at_top:
            self.updateGeometries()
            self.verticalScrollBar().setValue(top or 0)  # the top, where nothing is left that was in sight
        self._counted()
        self.selection_moved.emit()

    def held(self) -> HeldRows:
        """Returns what a refresh finds again; a read beside the loop prepares the rows with it."""
        first = self.verticalScrollBar().value()  # at its end a part of the row before is seen, too
        return self._keeper.hold(first, self.viewport().height() // ROW_HEIGHT + 1)

    def fail(self, error: Exception) -> None:
        """Says that the rows could not be read, and keeps what is there."""
        self._model.fail(error)

    def _came(self) -> None:
        self.viewport().update()
        if self._untold is not None:
            self._tell_row(self._untold)

    def _quietly(self, act: Callable[[], object]) -> None:
        """Does something after which the current row may be another without a person having moved."""
        self._quiet = True
        try:
            act()
        finally:
            self._quiet = False
        self.viewport().update()

    def current_row(self) -> Row | None:
        """Returns the row that is current."""
        index = self.currentIndex()
        return self._model.row(index.row()) if index.isValid() else None

    def selected_rows(self) -> list[Row]:
        """Returns the rows that are selected, from top to bottom."""
        numbers = (number for first, last in self._keeper.blocks() for number in range(first, last + 1))
        return [row for number in numbers if (row := self._model.row(number)) is not None]

    def selected_keys(self) -> Sequence[Key]:
        """Returns the keys of the rows that are selected, from top to bottom."""
        return self._keeper.selected()

    @override
    def selectAll(self) -> None:
        """Selects all rows, or as many from the top as can be copied at once."""
        if self.selectionMode() is self.SelectionMode.ExtendedSelection:
            self._keeper.select_first(COPIED)

    def selection_text(self) -> str:
        """Says how many rows of how many are selected; empty where none is."""
        count = self._keeper.count()
        return f"{count:,} of {self._model.rowCount():,} selected" if count else ""

    def choose_key(self, key: Key) -> bool:
        """Does as `choose_index`; without a row with this key selects nothing, and returns False."""
        number = self._model.ask(lambda: self._model.source.find([key]).get(key, -1), -1)
        self.choose_index(number) if number >= 0 else self._quietly(self.selectionModel().clear)
        return number >= 0

    def choose_index(self, number: int) -> None:
        """Makes a row current, without telling it as a person's choice; one of many selected stays that."""
        index = self._model.index(number, 0)
        if index.isValid() and not self.selectionModel().isSelected(index):
            self._quietly(lambda: self._select(index))

    def _selection_changed(self) -> None:
        self._keeper.forget()
        self.offering.refresh()
        if not self._quiet:
            self.selection_moved.emit()

    def _select(self, index: QModelIndex) -> None:
        flags, stays = QItemSelectionModel.SelectionFlag, index.row() == self.currentIndex().row()
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        if stays:
            self._tell()

    def _tell(self) -> None:
        """Tells the current row as the person's choice, if it is selected and the person did that."""
        index, self._untold = self.currentIndex(), None
        self.viewport().update()  # its frame reaches beyond its cells
        self._model.row(index.row())  # always: by what was read it is known after a refresh
        if not (self._quiet or self._pressing) and self.selectionModel().isSelected(index):
            self._tell_row(self.row_chosen)

    def _tell_row(self, signal: SignalInstance) -> None:
        """Tells the current row as soon as it is read."""
        row = self.current_row()
        self._untold = signal if row is None else None
        if row is not None:
            signal.emit(row)

    # -- looks --------------------------------------------------------------------------------------------

    def set_multi(self, multi: bool = True) -> None:
        """Says whether several rows can be selected."""
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if multi else modes.SingleSelection)

    def set_sortable(self, sortable: bool = True) -> None:
        """Says whether a click on a head asks for an order; the listener sorts and calls `show_sort`."""
        self.head.set_sortable(sortable)

    def show_sort(self, column: int, descending: bool) -> None:
        """Marks the column by which the rows are sorted."""
        self.head.show_sort(column, descending)

    @override
    def setColumnHidden(self, column: int, hide: bool) -> None:
        super().setColumnHidden(column, self.head.hides(column, hide))

    def set_empty(
        self, title: str, hint: str, action_label: str = "", callback: Callable[[], object] | None = None
    ) -> None:
        """Says what stands here while there are no rows."""
        self._empty = empty_in(self, self._empty, title, hint, action_label, callback)
        self._counted()

    def begin(self) -> None:
        """Gives the keyboard a row to stand on, the first in view, where there is none; selects nothing."""
        self._wants_row = not self._model.rowCount()
        if not self._wants_row and not self.currentIndex().isValid():
            index, flags = self._model.index(max(0, self.rowAt(0)), 0), QItemSelectionModel.SelectionFlag
            self._quietly(lambda: self.selectionModel().setCurrentIndex(index, flags.NoUpdate))

    def _counted(self) -> None:
        if self._wants_row and self.hasFocus() and not self._quiet:
            self.begin()
        if self._empty is not None:
            self._empty.setVisible(self._model.answered and self._model.rowCount() == 0)
            self._empty.setGeometry(self.viewport().geometry())
        self.trouble.place(self.viewport().geometry())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.head.stretch()
        self._counted()

    # -- keys and mouse -------------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                event.ignore()
            else:
                self._tell_row(self.row_activated)
        elif (end := self._keeper.end_for(event.key())) is not None and not event.modifiers() & SPREADS:
            if end >= 0:
                self._select(self._model.index(end, 0))
        else:
            anchor = self._keeper.other_end() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else -1
            super().keyPressEvent(event)
            self._keeper.spread(anchor)
            if event.key() == Qt.Key.Key_Space:
                self._tell()

    # -- what is offered ------------------------------------------------------------------------------------

    def chosen(self) -> ChosenRows | None:
        """Returns what is chosen; None where no row is."""
        blocks, index = self._keeper.blocks(), self.currentIndex()
        within = self.selectionModel().isSelected(index)
        row = self._model.row(index.row() if within else blocks[0][0]) if blocks else None
        return None if row is None else ChosenRows(self.selected_keys(), row, max(0, index.column()))

    def _where(self) -> QPoint:
        """Returns where the current row ends; a key selects it where nothing is selected."""
        index = self.currentIndex()
        if index.isValid() and not self.selectionModel().hasSelection():
            self._select(index)
        self.scrollTo(index)
        return self.visualRect(index).bottomLeft() + QPoint(24, 0)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._quietly(lambda: self._take_focus(event))

    def _take_focus(self, event: QFocusEvent) -> None:
        before = self.currentIndex()
        super().focusInEvent(event)
        if not before.isValid():  # Qt makes the first row current, which was not chosen
            self.selectionModel().clearCurrentIndex()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.rowAt(event.position().toPoint().y())
        self._on_row = at >= 0
        self._pressed = event.globalPosition()
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers() & SPREADS
        if plain and self._keeper.count() > 1:  # which Qt leaves so until a release on that row
            self._quietly(self.clearSelection)
        self._pressing = True  # Qt moves first and selects then
        super().mousePressEvent(event)
        self._pressing = False
        if event.button() == Qt.MouseButton.RightButton:  # the menu comes first: what is told may move rows
            self.clearSelection() if at < 0 else QTimer.singleShot(0, self, self._tell)
        elif at == self.currentIndex().row():
            self._tell()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activates the row that the first click chose, also where that has moved the rows."""
        on_row = self._on_row and event.button() == Qt.MouseButton.LeftButton
        if on_row and self.selectionModel().isSelected(self.currentIndex()):
            self._tell_row(self.row_activated)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved = (event.globalPosition() - self._pressed).manhattanLength()
        if not event.buttons() or moved >= QApplication.startDragDistance():  # rows move below a hand
            super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    # -- painting -------------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        first = max(0, self.rowAt(0))
        top = self.rowViewportPosition(first)
        count = min(self._model.rowCount() - first, (self.viewport().height() - top) // ROW_HEIGHT + 1)
        places = places_of(self, self._model.columnCount())
        rows = [cells_of(self._model, number, places) for number in range(first, first + count)]
        if cut := cut_numbers(self._model, rows, self._fonts):
            QTimer.singleShot(0, self.head, partial(self.head.widen, cut))
        selected = self._keeper.between(first, first + count - 1)
        width = max(self.viewport().width(), self.horizontalHeader().length())
        with painting(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawn = RowPainter(painter, self._model, self._fonts, theme().colors)
            for at, cells in enumerate(rows):
                number, y = first + at, top + at * ROW_HEIGHT
                chosen = number in selected
                drawn.ground(y, width, chosen=chosen, hovered=number == self._hovered)
                drawn.row(cells, y, chosen=chosen)
            if self.currentIndex().isValid() and (self.hasFocus() or self.framed >= 0):
                cell = self.columnViewportPosition(self.framed), self.columnWidth(self.framed)
                place = (0, self.viewport().width()) if self.framed < 0 else cell
                drawn.frame(self.rowViewportPosition(self.currentIndex().row()), *place)
