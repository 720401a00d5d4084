"""Rows for tables of any length: pages of a source, of which a few are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import Qt
from typing_extensions import override

from workbench.gui.times import zone_name
from workbench.gui.widgets import plain_tip

PAGE = 256
KEPT = 64
"""Pages that are kept: about 16,000 rows, whatever the table's length."""

Row = tuple[Any, ...]
Badge = Callable[[Any], tuple[str, str] | None]
"""Returns the kind (``ok``, ``warning``, ``error``, ``info`` or ``neutral``) and the text of a pill."""


class RowSource(Protocol):
    """Where a table's rows come from."""

    def count(self) -> int:
        """Returns how many rows there are."""
        ...

    def page(self, first: int, limit: int) -> Sequence[Row]:
        """Returns up to ``limit`` rows from row ``first``; values beyond the columns stay hidden."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """How a column looks.

    Attributes:
        width: In pixels, at first.
        badge: Draws a pill instead of text.
        stretch: Takes the width that the others leave, but keeps its own.
        text: Turns a value into what is shown.
        tip: Turns a value into what its tool tip says; what is shown, if absent.
        about: What the tool tip of its head says.
        zoned: It holds times: its head names their zone.
    """

    title: str
    width: int = 120
    mono: bool = False
    align_right: bool = False
    badge: Badge | None = None
    stretch: bool = False
    text: Callable[[Any], str] = str
    tip: Callable[[Any], str] | None = None
    about: str = ""
    zoned: bool = False

    @property
    def head(self) -> str:
        """What its head says."""
        return f"{self.title} · {zone_name()}" if self.zoned else self.title


class ListSource:
    """Rows of a short list."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def count(self) -> int:
        """Returns how many rows there are."""
        return len(self.rows)

    def page(self, first: int, limit: int) -> Sequence[Row]:
        """Returns rows."""
        return self.rows[first : first + limit]


Index = QModelIndex | QPersistentModelIndex


class PagedModel(QAbstractTableModel):
    """A model over a source; asks for a page when one of its rows is first wanted."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._source: RowSource = ListSource(())
        self._count = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def set_source(self, source: RowSource) -> None:
        """Shows other rows; nothing of the old ones is kept."""
        self.beginResetModel()
        self._source = source
        self._pages.clear()
        self._count = source.count()
        self.endResetModel()

    def refresh(self) -> None:
        """Asks the source again; who looked at row 7 looks at row 7 again."""
        count = self._source.count()
        self._pages.clear()
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        if count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(self.columns) - 1))

    def row(self, index: int) -> Row | None:
        """Returns a row; None where there is none."""
        if not 0 <= index < self._count:
            return None
        number, offset = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._source.page(number * PAGE, PAGE)
            self._pages[number] = page
            if len(self._pages) > KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[offset] if offset < len(page) else None

    def shown(self, index: int, column: int) -> str:
        """Returns a cell as text."""
        row = self.row(index)
        return "" if row is None else self.text_of(row, column)

    def text_of(self, row: Row, column: int) -> str:
        """Returns what a column shows of a row."""
        described = self.columns[column]
        if described.badge is not None:
            found = described.badge(row[column])
            return found[1] if found is not None else ""
        return described.text(row[column])

    def loaded(self) -> list[tuple[int, Row]]:
        """Returns the rows of the pages that are kept, with their indices."""
        return [
            (number * PAGE + offset, row)
            for number, page in sorted(self._pages.items())
            for offset, row in enumerate(page)
            if number * PAGE + offset < self._count
        ]

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    @override
    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        tip = self.columns[index.column()].tip
        if tip is not None and role == Qt.ItemDataRole.ToolTipRole:
            found = self.row(index.row())
            return "" if found is None else _tip(tip(found[index.column()]))
        if role == Qt.ItemDataRole.DisplayRole:
            return self.shown(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(self.shown(index.row(), index.column()))
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].head
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].about or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = self.columns[section].align_right
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def _tip(text: str) -> str:
    """Returns what a tool tip must be given so that it shows a text as it is."""
    return plain_tip(text) if Qt.mightBeRichText(text) else text
