"""Rows for tables of any length: pages of a source, of which a few are kept, each row known by its key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Signal
from PySide6.QtGui import Qt
from typing_extensions import override

from workbench.gui.long_text import more, shortened
from workbench.gui.reads import Question
from workbench.gui.time_format import zone_name
from workbench.gui.widgets import plain_tip
from workbench.model.json_values import visible

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from workbench.gui.desk import Desk

PAGE = 256
KEPT = 64
"""Pages that are kept: about 16,000 rows, whatever the table's length."""
WANTED = 4
"""Pages that are read together; of those that were scrolled past meanwhile none is."""
CELL, TIP = 400, 2_000
"""Characters of a value that a cell and its tool tip show."""

T = TypeVar("T")
Row = tuple[Any, ...]
Pages = Mapping[int, Sequence[Row | None]]
"""Rows by the number of their page."""
NO_PAGES: Pages = MappingProxyType({})
Key = Hashable
Badge = Callable[[Any], tuple[str, str] | None]
"""Returns words and their kind: ``ok``, ``warning``, ``error``, ``info``, ``neutral`` or one of a model."""

Draw = Callable[["QPainter", "QRectF", Any, bool], object]


class RowSource(Protocol):
    """Where a table's rows come from; what a row is called stays the same while its number changes (V1)."""

    def count(self) -> int:
        """Returns how many rows there are."""

    def page(self, first: int, limit: int) -> Sequence[Row | None]:
        """Returns up to ``limit`` rows from row ``first``, None for one that is gone meanwhile.

        Values beyond the columns stay hidden.
        """

    def key(self, row: Row) -> Key:
        """Returns what tells a row from all others."""

    def keys(self, first: int, limit: int) -> Sequence[Key]:
        """Returns the keys of up to ``limit`` rows from row ``first``."""

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns the numbers of the rows that have these keys; a key without a row is left out."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """How a column looks.

    Attributes:
        width: In pixels, at first.
        badge: Draws a pill instead of text.
        stretch: Takes the width that the others leave, but keeps its own.
        text: Turns a value into what is shown.
        tip: Turns a value into what its tool tip says; what is shown, if absent.
        about: What the tool tip of its head says.
        zoned: It holds times: its head names their zone.
        marks: Returns the words that are marked wherever they stand in it, folded in their case.
        draw: Draws a value itself: given a painter, the cell, the value, and whether its row is chosen; what
            is shown stays what is copied and what assistive tools tell.
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
    marks: Callable[[], Sequence[str]] | None = None
    draw: Draw | None = None

    @property
    def head(self) -> str:
        """What its head says."""
        return f"{self.title} · {zone_name()}" if self.zoned else self.title


def first_of(row: Row) -> Key:
    """Returns the first value of a row, which is the key of most."""
    key: Key = row[0]
    return key


class ListSource:
    """Rows of a short list.

    Args:
        key: What tells a row from all others; by default its first value.
    """

    def __init__(self, rows: Sequence[Row], key: Callable[[Row], Key] = first_of) -> None:
        self.rows = rows
        self.key = key

    def count(self) -> int:
        """Returns how many rows there are."""
        return len(self.rows)

    def page(self, first: int, limit: int) -> Sequence[Row]:
        """Returns rows."""
        return self.rows[first : first + limit]

    def keys(self, first: int, limit: int) -> Sequence[Key]:
        """Returns keys."""
        return [self.key(row) for row in self.rows[first : first + limit]]

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers; of several rows with one key the first."""
        wanted = set(keys)
        found: dict[Key, int] = {}
        for number, row in enumerate(self.rows):
            if (key := self.key(row)) in wanted:
                found.setdefault(key, number)
        return found


Index = QModelIndex | QPersistentModelIndex


class PagedModel(QAbstractTableModel):
    """A model over a source; asks for a page when one of its rows is first wanted, and goes on without it.

    Nothing here raises what a source raises: Qt asks from C++, also while it paints.

    Args:
        desk: Has pages read beside the loop where that takes long; None for rows that are at hand.

    Signals:
        failed: A read failed, or reads succeed again; `trouble` says which.
        came: Rows were read that were not there when they were wanted.

    Attributes:
        answered: Whether it was told of any rows, or that there are none.
        trouble: Why rows could not be read when they were last asked for; None where all is well.
    """

    failed = Signal()
    came = Signal()

    def __init__(
        self, columns: Sequence[TableColumn], parent: QObject | None = None, desk: Desk | None = None
    ) -> None:
        super().__init__(parent)
        self._asking: Question[Pages] = Question(self, desk, self._arrived, self.fail)
        self._wanted: list[int] = []
        self._wanting = False
        self.columns = tuple(columns)
        self.source: RowSource = ListSource(())
        self.answered = False
        self.trouble: Exception | None = None
        self._count = 0
        self._pages: OrderedDict[int, Sequence[Row | None]] = OrderedDict()

    def fail(self, error: Exception) -> None:
        """Has it told that rows could not be read; what is there stays."""
        for number in self._wanted:
            self._keep(number, ())
        self._wanted.clear()
        self.trouble = error
        self.failed.emit()

    def ask(self, question: Callable[[], T], otherwise: T) -> T:
        """Returns a source's answer, or something else where it cannot be read; then `trouble` says why."""
        try:
            return question()
        except Exception as error:  # noqa: BLE001  # whatever it is, the person is told, and Qt does not meet it
            self.fail(error)
            return otherwise

    def set_source(self, source: RowSource) -> None:
        """Shows other rows; nothing of the old ones is kept."""
        self.beginResetModel()
        self.source = source
        self._begin_reading({})
        self._count = self.ask(source.count, 0)
        self.endResetModel()

    def _begin_reading(self, pages: Pages) -> None:
        self.answered = True
        self._pages = OrderedDict(pages)
        self._wanted.clear()
        if self.trouble is not None:
            self.trouble = None
            self.failed.emit()

    def turn_to(
        self, source: RowSource, count: int, moved: Mapping[int, int], pages: Pages = NO_PAGES
    ) -> None:
        """Shows what became of the rows.

        Args:
            moved: Where rows that Qt remembers stand now, by where they stood; what is not in it is gone.
            pages: What is read already, by the pages' numbers.
        """
        self.source = source
        self._begin_reading(pages)
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        self._move(moved)
        if count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        if count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(self.columns) - 1))

    def _move(self, moved: Mapping[int, int]) -> None:
        for index in self.persistentIndexList():
            number = moved.get(index.row(), -1)
            if number != index.row():
                there = self.index(number, index.column()) if number >= 0 else QModelIndex()
                self.changePersistentIndex(index, there)

    def row(self, index: int) -> Row | None:
        """Returns a row; None where there is none, where it cannot be read, and until it is read."""
        if not 0 <= index < self._count:
            return None
        number, offset = divmod(index, PAGE)
        if number not in self._pages:
            self._want(number)
        page = self._pages.get(number, ())
        if page:
            self._pages.move_to_end(number)
        return page[offset] if offset < len(page) else None

    def _want(self, number: int) -> None:
        """Asks for a page, together with the newest of those that are not there yet."""
        if number in self._wanted:
            return
        self._wanted = wanted = [*self._wanted, number][-WANTED:]
        source, self._wanting = self.source, True
        self._asking.ask(lambda: {at: source.page(at * PAGE, PAGE) for at in wanted}, source)
        self._wanting = False

    def _arrived(self, pages: Pages) -> None:
        for number, page in pages.items():
            self._keep(number, page)
        self._wanted = [number for number in self._wanted if number not in pages]
        if not self._wanting:
            self.came.emit()

    def _keep(self, number: int, page: Sequence[Row | None]) -> None:
        self._pages[number] = page
        if len(self._pages) > KEPT:
            self._pages.popitem(last=False)

    def keys(self, first: int, last: int) -> Sequence[Key]:
        """Returns the keys of the rows from one to another; none where they cannot be read."""
        page = self._pages.get(first // PAGE, ())
        rows = page[first % PAGE : first % PAGE + last - first + 1]
        known = [self.source.key(row) for row in rows if row is not None]
        if len(known) == last - first + 1:
            return known
        return self.ask(lambda: self.source.keys(first, last - first + 1), ())

    def shown(self, index: int, column: int) -> str:
        """Returns a cell as text."""
        row = self.row(index)
        return "" if row is None else self.text_of(row, column)

    def text_of(self, row: Row, column: int, most: int = CELL) -> str:
        """Returns what a column shows of a row: at most `most` characters, none of them invisible."""
        described = self.columns[column]
        badge = self.badge_of(row, column)
        if badge is not None:
            return badge[1]
        return "" if described.badge is not None else _said(described.text, row[column], most)

    def whole_of(self, row: Row, column: int) -> str:
        """Returns all that a column has to say of a row, as it is."""
        badge = self.badge_of(row, column)
        if badge is not None:
            return badge[1]
        described = self.columns[column]
        return "" if described.badge is not None else _words(described.text, row[column])

    def badge_of(self, row: Row, column: int) -> tuple[str, str] | None:
        """Returns kind and text of the pill in a cell."""
        make, value = self.columns[column].badge, row[column]
        if make is None:
            return None
        try:
            found = make(value)
            return None if found is None else (found[0], visible(shortened(found[1], CELL)))
        except Exception:  # noqa: BLE001  # as in `_words`
            return "neutral", _said(str, value, CELL)

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    @override
    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        row = self.row(index.row())
        if row is None:
            return ""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text_of(row, index.column())
        tip = self.columns[index.column()].tip
        if tip is not None:
            return _tip(_said(tip, row[index.column()], TIP))
        return _tip(self.text_of(row, index.column(), TIP))

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


def _said(say: Callable[[Any], str], value: Any, most: int) -> str:
    """Returns at most `most` characters about a value, none of them invisible."""
    if isinstance(value, str) and len(value) > most:
        return visible(_words(say, value[:most])[:most]) + more(len(value) - most)
    return visible(shortened(_words(say, value), most))


def _words(say: Callable[[Any], str], value: Any) -> str:
    """Returns a value in words; as it is where there are none, such as for a time beyond all calendars."""
    try:
        return say(value)
    except Exception:  # noqa: BLE001  # one odd value must not keep all others from being seen
        return str(value)
