"""Says at a card what came of it: stays where the card is, until it was read for a while or is closed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from workbench.gui.icons import icon
from workbench.gui.layouts import clear, in_column, in_row
from workbench.gui.theme import theme
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import Badge, plain_label, toolbar_button

WIDE = 360
"""Pixels."""
APART = 10
"""Pixels between a card and what is said of it."""
STAYS_MS = 45_000
"""After so long it goes by itself, unless the mouse is over it."""


def beside(box: QRect, size: QSize, room: QRect) -> QPoint:
    """Returns where something stands right of a card, else left of it, else below; always in sight."""
    x, y = box.right() + 2 * APART, box.top()
    if x + size.width() > room.right():
        x = box.left() - APART - size.width()
    if x < room.left():
        x, y = box.left(), box.bottom() + APART
    return QPoint(
        max(room.left(), min(x, room.right() - size.width())),
        max(room.top(), min(y, room.bottom() - size.height())),
    )


class CardNote(QFrame):
    """An outcome with what followed, a line each with its sign."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setObjectName("card_note")
        self.badge, self.said = Badge("neutral", ""), plain_label("", wrap=True)
        self.close_button = toolbar_button("", "close", "Close what came of it")
        self.close_button.clicked.connect(self.hide)
        self._lines = in_column(spacing=3)
        self._words: list[str] = []
        self._leaving = pause_timer(self, 0, self._fade)
        head = in_row(self.badge, 1, self.close_button)
        self._column = in_column(head, self.said, self._lines, of=self, margins=(12, 8, 8, 10), spacing=6)
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"#card_note {{ background: {colors.raised}; border: 1px solid {colors.border};"
            " border-radius: 8px; }"
        )

    def show_outcome(self, kind: str, outcome: str, said: str) -> None:
        """Says how it went; what followed before is taken away, and it stays for a while."""
        self.badge.set(kind, outcome)
        self.said.setText(said)
        self.show_lines(())
        self._leaving.start(STAYS_MS)
        self.show()
        self.raise_()

    def show_lines(self, lines: Sequence[tuple[str, str, str]]) -> None:
        """Says what followed: icon, role of its colour, and words of each."""
        clear(self._lines)
        self._words = [words for _, _, words in lines]
        for name, role, words in lines:
            row = _line(name, role, words)
            self._lines.addWidget(row)
            row.show()

    def words(self) -> list[str]:
        """Returns what is said of what followed."""
        return list(self._words)

    def stand(self, box: QRect, over: QRect) -> None:
        """Stands beside its card.

        Args:
            box: Where the card is seen, on the canvas.
            over: What lies over the canvas at its upper edge; it stands below that where there is room.
        """
        room = self._canvas.rect().adjusted(APART, APART, -APART, -APART)
        self.setFixedWidth(min(WIDE, room.width()))
        self._column.activate()
        self.setFixedHeight(min(room.height(), self._column.totalHeightForWidth(self.width())))
        below = over.bottom() + APART
        if below + self.height() <= room.bottom():
            room.setTop(below)
        self.move(beside(box, self.size(), room))

    def _fade(self) -> None:
        if self.underMouse():
            self._leaving.start(1_000)
        else:
            self.hide()


def _line(name: str, role: str, words: str) -> QWidget:
    row, sign = QWidget(), QLabel()
    sign.setPixmap(icon(name, role).pixmap(14, 14))
    sign.setContentsMargins(0, 2, 0, 0)
    in_row(
        (sign, 0, Qt.AlignmentFlag.AlignTop),
        (plain_label(words, wrap=True), 1),
        of=row,
        margins=(0, 0, 4, 0),
        spacing=8,
    )
    row.setAccessibleName(words)
    return row
