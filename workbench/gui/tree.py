"""A tree of two levels whose rows change in place: what is chosen, open and held stays so by its key (V1)."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QTreeView
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.context_menu import Offering
from workbench.gui.icons import icon
from workbench.model.json_values import visible

Index = QModelIndex | QPersistentModelIndex
DATA = Qt.ItemDataRole.UserRole
NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """A row of a tree.

    Attributes:
        key: Tells it from those beside it; whatever else changes, the row with the same key is the same row.
        cells: What its columns say.
        data: What stands behind it.
        picture: Name and colour of its icon.
        note: What is told behind its first cell, and is no part of it.
        enabled: Whether it can be chosen.
        rows: What stands below it; on the first level alone.
        ticked: Whether it is ticked; None for a row that cannot be. What it counts stands to the right.
    """

    key: Hashable
    cells: Sequence[str]
    data: Any = None
    picture: tuple[str, str] | None = None
    tip: str = ""
    note: str = ""
    enabled: bool = True
    rows: Sequence[TreeRow] = ()
    ticked: bool | None = None


@dataclass(frozen=True, slots=True)
class TreeItem:
    """A row of a tree, as it was when it was chosen: its text, and what stands behind it."""

    text: str
    data: Any


@dataclass(slots=True)
class _Node:
    """A row and its place in the tree.

    Attributes:
        number: What the indexes of the rows below it carry; it is never given twice.
    """

    row: TreeRow
    number: int
    nodes: list[_Node] = field(default_factory=list)


class TreeModel(QAbstractItemModel):
    """Rows that are inserted, moved, changed and removed one by one, so that no index of another is lost.

    Indexes carry numbers alone: nothing that Python may delete is held by Qt.

    Signals:
        ticked: What stands behind a row whose tick a person changed.
    """

    ticked = Signal(object)

    def __init__(self, heads: Sequence[str], parent: QObject) -> None:
        super().__init__(parent)
        self._heads = heads
        self._nodes: list[_Node] = []
        self._numbers = itertools.count(1)

    def show(self, rows: Sequence[TreeRow]) -> None:
        """Turns the tree into one with these rows."""
        self._turn(NOWHERE, self._nodes, rows)
        for at, node in enumerate(self._nodes):
            self._turn(self.index(at, 0), node.nodes, node.row.rows)

    def _turn(self, parent: QModelIndex, nodes: list[_Node], rows: Sequence[TreeRow]) -> None:
        wanted = {row.key for row in rows}
        for at in reversed(range(len(nodes))):
            if nodes[at].row.key not in wanted:
                self.beginRemoveRows(parent, at, at)
                del nodes[at]
                self.endRemoveRows()
        for at, row in enumerate(rows):
            self._place(parent, nodes, at, row)

    def _place(self, parent: QModelIndex, nodes: list[_Node], at: int, row: TreeRow) -> None:
        """Has a row stand at a place; all before it stand already."""
        found = next((there for there in range(at, len(nodes)) if nodes[there].row.key == row.key), -1)
        if found < 0:
            self.beginInsertRows(parent, at, at)
            nodes.insert(at, _Node(row, next(self._numbers)))
            self.endInsertRows()
        elif found > at:
            self.beginMoveRows(parent, found, found, parent, at)
            nodes.insert(at, nodes.pop(found))
            self.endMoveRows()
        if nodes[at].row != row:
            nodes[at].row = row
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(at, 0, parent), self.index(at, last, parent))

    def row_of(self, index: Index) -> TreeRow | None:
        """Returns the row of an index."""
        nodes = self._nodes if not index.internalId() else self._below(index.internalId())
        return nodes[index.row()].row if index.isValid() and index.row() < len(nodes) else None

    def _below(self, number: int) -> list[_Node]:
        return next((node.nodes for node in self._nodes if node.number == number), [])

    def all(self) -> Iterator[QModelIndex]:
        """Yields all rows, each before those below it."""
        for at in range(len(self._nodes)):
            yield (top := self.index(at, 0))
            yield from (self.index(inner, 0, top) for inner in range(self.rowCount(top)))

    def last_of(self, data: object) -> QModelIndex:
        """Returns the last row with something behind it; an index that is not valid where none has it."""
        for at, node in reversed([*enumerate(self._nodes)]):
            for inner, one in reversed([*enumerate(node.nodes)]):
                if one.row.data == data:
                    return self.index(inner, 0, self.index(at, 0))
            if node.row.data == data:
                return self.index(at, 0)
        return QModelIndex()

    @override
    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        if not (0 <= row < self.rowCount(parent) and 0 <= column < self.columnCount()):
            return QModelIndex()
        return self.createIndex(row, column, self._nodes[parent.row()].number if parent.isValid() else 0)

    @overload
    def parent(self) -> QObject | None: ...
    @overload
    def parent(self, index: Index) -> QModelIndex: ...
    @override
    def parent(self, index: Index | None = None) -> QObject | QModelIndex | None:
        if index is None:
            return super().parent()
        number = index.internalId() if index.isValid() else 0
        row = next((at for at, node in enumerate(self._nodes) if number and node.number == number), -1)
        return self.createIndex(row, 0, 0) if row >= 0 else QModelIndex()

    @override
    def rowCount(self, parent: Index = NOWHERE) -> int:
        if not parent.isValid():
            return len(self._nodes)
        below = parent.internalId() or parent.column() or parent.row() >= len(self._nodes)
        return 0 if below else len(self._nodes[parent.row()].nodes)

    @override
    def columnCount(self, parent: Index = NOWHERE) -> int:
        return max(1, len(self._heads))

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, first = self.row_of(index), not index.column()
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            said = visible(row.cells[index.column()]) if index.column() < len(row.cells) else ""
            return f"{said} · {row.note}" if row.note and first else said
        if role == Qt.ItemDataRole.DecorationRole and first and row.picture is not None:
            return icon(*row.picture)
        if role == Qt.ItemDataRole.ToolTipRole and first:
            return row.tip
        if row.ticked is not None and role == Qt.ItemDataRole.CheckStateRole and first:
            return Qt.CheckState.Checked if row.ticked else Qt.CheckState.Unchecked
        if row.ticked is not None and role == Qt.ItemDataRole.TextAlignmentRole and not first:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return row.data if role == DATA else None

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row_of(index)
        if row is None or row.ticked is None or role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.ticked.emit(row.data)
        return True

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row_of(index)
        if row is not None and not row.enabled:
            return Qt.ItemFlag.NoItemFlags
        ticks = row is not None and row.ticked is not None and not index.column()
        known = super().flags(index)
        return known | Qt.ItemFlag.ItemIsUserCheckable if ticks else known

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        shown = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._heads[section] if shown and section < len(self._heads) else None


class OfferingTree(QTreeView):
    """A tree whose rows have a context menu.

    Args:
        heads: Titles of the columns; without them there is one, and no header.

    Signals:
        row_clicked: The `TreeItem` that was clicked on.
        row_activated: The `TreeItem` on which Enter was pressed, or a double click fell.
        current_moved: The `TreeItem` that is current now, or None.
    """

    row_clicked = Signal(object)
    row_activated = Signal(object)
    current_moved = Signal(object)

    def __init__(self, heads: Sequence[str] = ()) -> None:
        super().__init__()
        self.rows = TreeModel(heads, self)
        self.setModel(self.rows)
        self.setHeaderHidden(not heads)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.offering = Offering(
            self,
            self.current,
            named=lambda item: item.text.partition("\t")[0],
            nothing="Nothing is chosen",
            where=self._where,
            activated=self.row_activated,
        )
        self.common = Actions(self, self)
        self.offering.before = self.common.offer()
        self.clicked.connect(lambda index: self.row_clicked.emit(self._item(index)))
        self.activated.connect(lambda _index: self.row_activated.emit(self.current()))
        self.selectionModel().currentRowChanged.connect(self._moved)

    def show_rows(self, rows: Sequence[TreeRow], *, open_new: bool = True) -> None:
        """Shows what became of the rows; of one that left nothing takes the place as the current one.

        The current one, if it is in sight, else the uppermost one stays where it is, as far as that goes.

        Args:
            open_new: Whether what stands below a row that was not there before is seen.
        """
        index = self.currentIndex()
        row, top = self.rows.row_of(index), self.rows.row_of(index.parent())
        beside = rows if top is None else next((one.rows for one in rows if one.key == top.key), ())
        if row is not None and row.key not in {one.key for one in beside}:
            self.selectionModel().clear()
        before = [QPersistentModelIndex(self.rows.index(at, 0)) for at in range(self.rows.rowCount())]
        stays, edge = self._in_place()
        self.rows.show(rows)
        for at in range(self.rows.rowCount()):
            if open_new and (one := self.rows.index(at, 0)) not in before:
                self.expand(one)
        if stays.isValid():
            self.updateGeometries()
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(stays).top() - edge)

    def _in_place(self) -> tuple[QPersistentModelIndex, int]:
        """Returns the row that is to stay where it is, none at the top, and its upper edge in pixels."""
        index, port = self.currentIndex(), self.viewport().rect()
        if not port.intersects(self.visualRect(index)):
            index = self.indexAt(QPoint(0, 0)) if self.verticalScrollBar().value() else NOWHERE
        return QPersistentModelIndex(index), self.visualRect(index).top()

    def current(self) -> TreeItem | None:
        """Returns the current row."""
        return self._item(self.currentIndex())

    def choose(self, data: object) -> bool:
        """Makes the row with something behind it the current one; of several the last.

        Returns:
            Whether there is one.
        """
        found = self.rows.last_of(data)
        if found.isValid():
            self.setCurrentIndex(found)
        return found.isValid()

    def _item(self, index: QModelIndex) -> TreeItem | None:
        row = self.rows.row_of(index)
        return None if row is None else TreeItem("\t".join(row.cells), row.data)

    def _moved(self) -> None:
        self.offering.refresh()
        self.current_moved.emit(self.current())

    @action("Copy text", keys="Ctrl+C", icon="copy")
    def copy_text(self, chosen: TreeItem) -> None:
        """Copies what the item says."""
        QApplication.clipboard().setText(chosen.text)

    @action("Expand all", anyway=True, group=1, shown=lambda tree, _chosen: tree.rootIsDecorated())
    def expand_all(self, _chosen: TreeItem | None) -> None:
        """Opens all branches."""
        self.expandAll()

    @action("Collapse all", anyway=True, group=1, shown=lambda tree, _chosen: tree.rootIsDecorated())
    def collapse_all(self, _chosen: TreeItem | None) -> None:
        """Closes all branches."""
        self.collapseAll()

    def _where(self) -> QPoint:
        index = self.currentIndex()
        return self.visualRect(index).bottomLeft() + QPoint(24, 0) if index.isValid() else QPoint(8, 8)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)
