"""A dialog that shows rows beside others, with the cells that differ tinted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QCheckBox, QWidget

from workbench.gui.paged_model import Key, Row, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.theme import theme, ui_font
from workbench.gui.views.reading_dialog import ReadingDialog
from workbench.gui.views.row_source import column_of

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.folded_rows import FoldedRow

STANDINGS = {
    one: (kind, one)
    for one, kind in {"alike": "neutral", "changed": "warning", "added": "info", "gone": "error"}.items()
}
"""Kind and words of the pill, by how a row stands to the other one."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value, and what stands in its place in the other row."""

    text: str
    other: str
    differs: bool
    named: str

    def __str__(self) -> str:
        return f"{self.text}, {self.named} is {self.other}" if self.differs else self.text


class RowPairs(ReadingDialog[T]):
    """The table, and a box that leaves only what differs in it.

    Args:
        named: What the other row of a pair is called, such as ``stored``.
    """

    def __init__(self, parent: QWidget, desk: Desk, name: str, title: str, named: str) -> None:
        super().__init__(parent, desk, title)
        self._name, self._named = name, named
        self._rows: Sequence[FoldedRow] = ()
        self._differ = 0
        self._columns: tuple[tuple[str, str], ...] = ()
        self._shown: tuple[Callable[[Any], str], ...] = ()
        self.only = QCheckBox("Only rows that differ")
        self.only.toggled.connect(lambda _on: self._fill())
        self.table: FastTableView | None = None

    def show_rows(
        self,
        rows: Sequence[FoldedRow],
        columns: Sequence[tuple[str, str]],
        counts: Mapping[str, int],
        empty: str,
    ) -> None:
        """Shows rows beside those of the other side.

        Args:
            rows: Those that differ stand first.
            counts: How many there are by how they stand, ``alike`` among them.
            empty: What is said where none is shown.
        """
        self._differ = sum(counts.values()) - counts["alike"]
        self._rows = rows
        if self.table is None or self._columns != tuple(columns):
            self._make_table(columns)
        if self.table is not None:
            self.table.set_empty("No rows", empty)
        self._fill()

    def _make_table(self, columns: Sequence[tuple[str, str]]) -> None:
        if self.table is not None:
            self._box.removeWidget(self.table)
            self.table.deleteLater()
        self._columns = tuple(columns)
        self._shown = tuple(column_of(name, kind, last=False).text for name, kind in columns)
        made = [_column(name, kind, last=name == columns[-1][0]) for name, kind in columns]
        standing = TableColumn(f"Beside the {self._named}", width=118, badge=STANDINGS.__getitem__)
        self.table = FastTableView([standing, *made])
        self.table.setAccessibleName(self.windowTitle())
        self._box.insertWidget(3, self.table, 1)

    def _fill(self) -> None:
        if self.table is None:
            return
        rows = self._rows[: self._differ] if self.only.isChecked() else self._rows
        self.table.refresh(PairSource(rows, self._row))
        self.table.head.fit()

    def _row(self, one: FoldedRow) -> Row:
        row = one.folded if one.folded is not None else one.stored
        cells = [
            _Cell(
                shown((row or {}).get(name)),
                shown((one.stored or {}).get(name)),
                one.standing == "changed" and one.differs(name),
                self._named,
            )
            for (name, _), shown in zip(self._columns, self._shown, strict=True)
        ]
        return (one.standing, *cells, one.key)


class PairSource:
    """Many pairs of rows, put into words page by page as they are seen.

    Args:
        made: Puts one into words; its key stands last.
    """

    def __init__(self, pairs: Sequence[FoldedRow], made: Callable[[FoldedRow], Row]) -> None:
        self._pairs, self._made = pairs, made

    def count(self) -> int:
        """Returns how many there are."""
        return len(self._pairs)

    def page(self, first: int, limit: int) -> Sequence[Row]:
        """Returns rows."""
        return [self._made(one) for one in self._pairs[first : first + limit]]

    def key(self, row: Row) -> Key:
        """Returns the key of a row."""
        key: Key = row[-1]
        return key

    def keys(self, first: int, limit: int) -> Sequence[Key]:
        """Returns keys."""
        return [one.key for one in self._pairs[first : first + limit]]

    def find(self, keys: Collection[Key]) -> Mapping[Key, int]:
        """Returns row numbers."""
        wanted = set(keys)
        return {one.key: at for at, one in enumerate(self._pairs) if one.key in wanted}


def _column(name: str, kind: str, *, last: bool) -> TableColumn:
    like = column_of(name, kind, last=last)
    draw = partial(_draw, right=like.align_right)
    return TableColumn(name, width=like.width, stretch=last, align_right=like.align_right, draw=draw)


def _draw(
    painter: QPainter, place: QRectF, cell: _Cell, chosen: bool, *, right: bool
) -> None:  # as `Draw` says
    """Draws a value, on a tinted ground where the other row has another one."""
    colors, font = theme().colors, ui_font()
    if cell.differs:
        painter.fillRect(place.adjusted(0, 0, 0, -1), QColor(colors.tint("warning", 0.2)))
    ink = colors.on_selection if chosen and not cell.differs else colors.text
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(str(cell), Qt.TextElideMode.ElideRight, round(place.width() - 16))
    x = place.right() - 8 - metrics.horizontalAdvance(shown) if right else place.x() + 8
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(QPointF(x, place.center().y() + (metrics.ascent() - metrics.descent()) / 2), shown)
