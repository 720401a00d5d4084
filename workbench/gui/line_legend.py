"""The legend of a graph: names, samples of their lines and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent


class LineLegend(QWidget):
    """Names, line samples and values of the series; wraps where it is narrow."""

    SAMPLE, GAP, LINE = 18, 16, 20

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pens: dict[str, QPen] = {}
        self._values: dict[str, str] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_entries(self, pens: Mapping[str, QPen]) -> None:
        """Shows these series."""
        self._pens = dict(pens)
        self.updateGeometry()
        self.update()

    def set_values(self, values: Mapping[str, str]) -> None:
        """Shows these numbers beside the names."""
        if values != self._values:
            self._values = dict(values)
            self.setAccessibleDescription(", ".join(f"{name} {value}" for name, value in values.items()))
            self.update()

    def _places(self, width: int) -> list[tuple[str, QPointF, int]]:
        """Returns for each series where its entry begins and how wide it is."""
        metrics = self.fontMetrics()
        number = metrics.horizontalAdvance("00,000.0")  # so that nothing jumps as numbers change
        x, y, found = 0.0, 0.0, []
        for name in self._pens:
            wide = min(width, self.SAMPLE + 6 + metrics.horizontalAdvance(name) + 6 + number)
            if x and x + wide > width:
                x, y = 0.0, y + self.LINE
            found.append((name, QPointF(x, y), wide))
            x += wide + self.GAP
        return found

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return round(places[-1][1].y()) + self.LINE if places else 0

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 160)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = self.fontMetrics()
        with painting(self) as painter:
            colors = theme().colors
            for name, corner, wide in self._places(self.width()):
                pen = QPen(self._pens[name])
                pen.setWidth(2)
                painter.setPen(pen)
                middle = corner.y() + self.LINE / 2
                painter.drawLine(QPointF(corner.x(), middle), QPointF(corner.x() + self.SAMPLE, middle))
                value = self._values.get(name, "–")
                room = wide - self.SAMPLE - 12 - metrics.horizontalAdvance(value)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
                left = corner.x() + self.SAMPLE + 6
                base = corner.y() + (self.LINE + metrics.ascent() - metrics.descent()) / 2
                painter.setPen(QColor(colors.muted))
                painter.drawText(QPointF(left, base), text)
                painter.setPen(QColor(colors.text))
                painter.drawText(QPointF(left + metrics.horizontalAdvance(text) + 6, base), value)
