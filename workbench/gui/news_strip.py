"""Says over a list how many rows came where a person does not look, and leads there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from workbench.gui.badges import ROW_HEIGHT
from workbench.gui.paged_model import Key, RowSource
from workbench.gui.prepared_rows import PreparedRows
from workbench.gui.table import FastTableView

GAP = 6
"""Pixels between it and the end of the list at which rows come."""


class NewsStrip(QPushButton):
    """Stands at the end of a list where new rows come, as long as that is out of sight.

    A list is refreshed through it. It is not reached by Tab: Home and End go where it leads.

    Args:
        newest_last: New rows come at the end of the list, not at its top.
        go: Does more than to go there.

    Attributes:
        waiting: Rows that came and that the list does not show at all yet.
    """

    def __init__(
        self, table: FastTableView, *, newest_last: bool = False, go: Callable[[], object] | None = None
    ) -> None:
        super().__init__(table.viewport())
        self._table, self._last = table, newest_last
        self._unseen, self.waiting, self._newest = 0, 0, 0
        self._about: object = None
        self.setProperty("role", "news")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip(f"Go there ({'End' if newest_last else 'Home'})")
        self.hide()
        self.clicked.connect(go or (table.scrollToBottom if newest_last else table.scrollToTop))
        table.verticalScrollBar().valueChanged.connect(self._scrolled)
        table.viewport().installEventFilter(self)

    def refresh(
        self, rows: RowSource | PreparedRows, about: object = None, *, came: int | None = None
    ) -> None:
        """Shows what became of the rows, and counts those that came out of sight.

        Args:
            came: How many are new; None where all are that came at the end of the list.
            about: What the rows are of, and in which order; what came is counted while that stays. A list
                in which new rows do not come at the end has False.
        """
        stays, self._about = about == self._about and about is not False, about
        first, count = self._table.verticalScrollBar().value(), self._table.model().rowCount()
        unseen = self._unseen if stays else 0
        self._unseen = 0  # while the list is scrolled to where it was
        self._table.refresh(rows)
        now = self._table.model().rowCount() if self._last else self._table.verticalScrollBar().value()
        came = now - (count if self._last else first) if came is None else came
        self._unseen = unseen + max(0, came) if stays and (first or self._last) else 0
        self.tell()

    def take(self, found: tuple[PreparedRows, object, int]) -> None:
        """Shows rows whose keys are numbers, the newest first, and what they are of, as `refresh` does.

        With them comes the highest number of all, whether it is listed or not. A row with a lower one that
        comes later was only elsewhere, and is not new.
        """
        rows, about, newest = found
        keys = rows.source.keys(0, rows.source.count())
        self.refresh(rows, about, came=sum(1 for _ in takewhile(self._is_new, keys)))
        self._newest = max(self._newest, newest)

    def _is_new(self, key: Key) -> bool:
        return isinstance(key, int) and key > self._newest

    def _scrolled(self, _value: int) -> None:  # a signal's argument
        self.tell()

    def tell(self) -> None:
        """Says how many there are, as far as they are still out of sight."""
        self._unseen = min(self._unseen, self._out_of_sight())
        number = self._unseen + self.waiting
        self.setText(f"{number:,} new")
        self.setVisible(bool(number))
        self._place()

    def _out_of_sight(self) -> int:
        if not self._last:
            return self._table.verticalScrollBar().value()
        last = self._table.rowAt(self._table.viewport().height() - ROW_HEIGHT // 2)
        return self._table.model().rowCount() - 1 - last if last >= 0 else 0

    def _place(self) -> None:
        room = self._table.viewport().rect()
        self.adjustSize()
        top = room.height() - self.height() - GAP if self._last else GAP
        self.move(QPoint((room.width() - self.width()) // 2, top))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
