"""Deaths an hour of a day, as bars, below the groups of dead letters."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme, ui_font
from workbench.gui.time_format import in_one_form, short

CHART = 104
"""Pixels in height of the deaths an hour."""
DAY = 86_400_000_000
HEADS = ("Deaths an hour, of all letters", "Deaths an hour, all", "Deaths an hour")
"""What stands above that, as there is room: it counts whatever died, not what is listed."""


class DeathsChart(QWidget):
    """Deaths in each hour of a day, as bars."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("deaths")
        self._hours: tuple[int, ...] = ()
        self._until = 0
        self.setFixedHeight(CHART)
        theme().changed.connect(self.update)

    def show_hours(self, hours: tuple[int, ...], until: int) -> None:
        """Shows deaths of 24 hours, the last of which ends at a time, microseconds since 1970; 0 for none."""
        if (hours, until) == (self._hours, self._until):
            return
        self._hours, self._until = hours, until
        most = max(hours, default=0)
        said = (
            f"{sum(hours):,} in a day, at most {most:,} an hour; the last hour ends {short(until)}."
            " All that died counts, whatever became of it and whatever is listed"
            if until
            else ""
        )
        self.setToolTip(said)
        self.setAccessibleName(f"Deaths an hour: {said}")
        self.update()

    @staticmethod
    def head(room: int, wide: Callable[[str], int]) -> str:
        """Returns what stands above it: also what it counts, as the list can be of one cause.

        Args:
            room: Pixels that there are.
            wide: How many a text needs.
        """
        return next((said for said in HEADS if wide(said) <= room), HEADS[-1])

    def ends(self) -> tuple[str, str]:
        """Returns what stands below both ends."""
        first, last = in_one_form(self._until - DAY, self._until)
        return first, last

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, CHART)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        colors, room = theme().colors, self.rect().adjusted(4, 4, -4, -2)
        painter.setFont(ui_font(8.5))
        line = painter.fontMetrics().height()
        painter.setPen(QColor(colors.text))
        most = max(self._hours, default=0)
        left = room.width() - painter.fontMetrics().horizontalAdvance(f"  most {most:,}")
        head = self.head(left, painter.fontMetrics().horizontalAdvance)
        painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, head)
        painter.setPen(QColor(colors.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, f"most {most:,}")
        if not self._until:
            return
        base, top = room.bottom() - line - 2, room.top() + line + 6
        step = room.width() / len(self._hours)
        for at, count in enumerate(self._hours):
            tall = (base - top) * count / most if most else 0.0
            bar = QRectF(room.left() + at * step + 1, base - max(tall, 1.0), step - 2, max(tall, 1.0))
            painter.fillRect(bar, QColor(colors.error if count else colors.border))
        first, last = self.ends()
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight, last)
