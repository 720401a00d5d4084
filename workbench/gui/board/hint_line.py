"""Says below the board what is chosen and which keys do something with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from workbench.gui.actions import BoundAction
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme, ui_font
from workbench.gui.widgets import plain_tip

HEIGHT = 26
GAP, INSIDE, MORE = 14.0, 6.0, 16.0
"""Pixels between two hints, around the text of a key, and of the sign that there are more."""


class HintLine(QWidget):
    """One line: a subject, then keys with what they do, as many as have room; the tool tip has all.

    Attributes:
        subject: What is chosen, or what is under way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.subject = ""
        self._hints: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Keys")
        theme().changed.connect(self.update)

    def show_hints(self, subject: str, hints: Sequence[tuple[str, str]]) -> None:
        """Shows what is chosen, and keys with words."""
        self.subject, self._hints = subject, tuple(hints)
        self.setAccessibleDescription(", ".join(f"{keys}: {words}" for keys, words in hints))
        self.setToolTip(plain_tip("\n".join(f"{keys}  {words}" for keys, words in hints)))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), QColor(colors.window))
            painter.setPen(QColor(colors.border))
            painter.drawLine(0, 0, self.width(), 0)
            x = 10.0
            if self.subject:
                x = _text(painter, x, self.subject, colors.text, _font(12, QFont.Weight.DemiBold)) + GAP
            for keys, words in fitting(self._hints, self.width() - x):
                x = (
                    _text(painter, _cap(painter, x, keys) if keys else x, words, colors.muted, _font(12))
                    + GAP
                )


def fitting(hints: Sequence[tuple[str, str]], room: float) -> list[tuple[str, str]]:
    """Returns the hints that have room: all, else those with few words, and last the sign of more."""
    if sum(_room(*one) + GAP for one in hints) - GAP <= room:
        return list(hints)
    short, left = [(keys, _shortly(words)) for keys, words in hints], room - MORE
    found: list[tuple[str, str]] = []
    for one in sorted(short, key=lambda hint: hint[1].count(" ")):
        if _room(*one) <= left:
            found.append(one)
            left -= _room(*one) + GAP
    return found if len(found) == len(hints) else [*found, ("", "…")]


def _shortly(words: str) -> str:
    """Returns what a key does, in few words: ``event`` for ``Add event``."""
    short = words.removeprefix("Add ").removeprefix("Show ").removeprefix("the ")
    return short[:1].lower() + short[1:]


def hints_of(actions: Sequence[BoundAction]) -> list[tuple[str, str]]:
    """Returns the keys of those actions that can be done now and have one, with their words."""
    can = [one for one in actions if one.isEnabled() and one.isVisible() and one.act.keys_text]
    return [(one.act.keys_text.split(" / ")[0], one.text().removesuffix(" …")) for one in can]


def _font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = ui_font(weight=weight)
    font.setPixelSize(pixels)
    return font


def _room(keys: str, words: str) -> float:
    cap = QFontMetricsF(_font(11)).horizontalAdvance(keys) + 2 * INSIDE + 6
    return cap + QFontMetricsF(_font(12)).horizontalAdvance(words) + 10


def _cap(painter: QPainter, x: float, keys: str) -> float:
    """Draws a key as it looks on a keyboard; returns where its words begin."""
    colors, font = theme().colors, _font(11)
    wide = QFontMetricsF(font).horizontalAdvance(keys) + 2 * INSIDE
    place = QRectF(x + 0.5, 4.5, wide, HEIGHT - 8)
    painter.setPen(QColor(colors.border))
    painter.setBrush(QColor(colors.surface))
    painter.drawRoundedRect(place, 4, 4)
    painter.setPen(QColor(colors.text))
    painter.setFont(font)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, keys)
    return x + wide + 6


def _text(painter: QPainter, x: float, text: str, color: str, font: QFont) -> float:
    """Draws words; returns where they end."""
    wide = QFontMetricsF(font).horizontalAdvance(text)
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(QRectF(x, 0, wide + 2, HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
    return x + wide
