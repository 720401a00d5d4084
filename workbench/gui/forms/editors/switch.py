"""Edits yes or no by a switch that says which it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox
from typing_extensions import override

from workbench.gui.forms.editor import Editor, Kit
from workbench.gui.forms.json_schema import Loc, Shape
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme


class Switch(QCheckBox):
    """A check box drawn as a switch, with the word beside it."""

    @override
    def sizeHint(self) -> QSize:
        words = max(self.fontMetrics().horizontalAdvance(word) for word in ("Yes", "No"))
        return QSize(44 + words + 4, max(26, self.fontMetrics().height() + 6))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        on = self.isChecked()
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            track = QRectF(1.5, self.height() / 2 - 8.5, 32, 17)
            edge = colors.accent_ink if self.hasFocus() else colors.accent if on else colors.faint
            painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
            painter.setBrush(QColor(colors.accent if on else colors.surface))
            painter.drawRoundedRect(track, 8.5, 8.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.on_accent if on else colors.faint))
            painter.drawEllipse(
                QPointF(track.right() - 8.5 if on else track.left() + 8.5, track.center().y()), 5, 5
            )
            painter.setPen(QColor(colors.text))
            words = self.rect().adjusted(43, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, "Yes" if on else "No")


class SwitchEditor(Editor):
    """Yes or no."""

    takes = ("boolean",)
    takes_text = False

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__(shape, loc, kit)
        self.switch = Switch()
        self.switch.toggled.connect(self.edited)
        self.row.addWidget(self.switch)
        self.row.addStretch(1)
        self.input = self.switch

    @override
    def type_in(self, typed: Mapping[str, Any]) -> bool:
        return isinstance(typed.get("value"), bool) and super().type_in(typed)

    @override
    def show_value(self, value: Any) -> None:
        self.switch.setChecked(value is True)

    @override
    def read(self) -> bool:
        return self.switch.isChecked()
