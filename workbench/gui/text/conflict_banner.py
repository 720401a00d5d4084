"""Asks which of two texts counts, and shows in which lines they differ."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import islice

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from typing_extensions import override

from workbench.gui.theme import code_font, theme
from workbench.gui.widgets import Banner, Button, give_keyboard
from workbench.model.json_values import visible_lines

ASKS = QEvent.Type(QEvent.registerEventType())
"""Tells a window that a question stands in it, or stands at another place."""
LINES = 400
"""Lines of a difference that are shown."""
AROUND = 2
"""Lines around a changed one."""
FEWEST, MOST, FRAME = 3, 12, 24
"""Lines of it that are seen: at least, and at most; and pixels around them."""
ROOM = 10_000
"""Pixels for it where nothing else needs them."""
LONGEST = 400
"""Characters of a line that are shown."""
HEAD = ("− here", "+ the other")


class ConflictBanner(Banner):
    """A banner that can ask which of two texts counts; below its words it shows what differs.

    F6 gives it the keyboard: Tab goes to the buttons.
    """

    _asks = False

    def __init__(self) -> None:
        super().__init__("warning", "")
        self.difference = QPlainTextEdit()
        self.difference.setReadOnly(True)
        self.difference.setTabChangesFocus(True)
        self.difference.setFont(code_font())
        self.difference.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.difference.setAccessibleName("What differs: − here, + the other")
        self.below(self.difference)
        self._lines: Sequence[str] = ()
        self._room = ROOM
        theme().changed.connect(self._show)
        self.difference.hide()
        self.hide()

    @property
    def asks(self) -> bool:
        """Whether it asks that; else it is hidden, or speaks of a text as that was."""
        return self._asks and not self.isHidden()

    @override
    def set(self, kind: str, text: str, actions: Sequence[Button] = ()) -> None:
        """Says something else, without a difference."""
        super().set(kind, text, actions)
        self._asks = False
        if (shown := getattr(self, "difference", None)) is not None:
            shown.hide()

    def ask(self, text: str, mine: str, theirs: str, actions: Sequence[Button]) -> None:
        """Asks which of two texts counts, and shows in which lines they differ."""
        self.ask_of_files(text, [("", mine, theirs)], actions)

    def ask_of_files(
        self, text: str, files: Sequence[tuple[str, str, str]], actions: Sequence[Button]
    ) -> None:
        """Asks it of several files at once: each with its name, and the two texts of it."""
        self.set("warning", text, actions)
        self._asks = True
        self._lines = [
            line
            for name, mine, theirs in files
            for line in (*([name] if len(files) > 1 else []), *difference(mine, theirs))
        ]
        self._show()
        self.difference.setVisible(bool(self._lines))
        self.show()
        self._make_room()

    def _make_room(self) -> None:
        """Has what lies over the window go away from the answers, once these have their place."""
        if self.asks and self.isVisible():
            QApplication.postEvent(self.window(), QEvent(ASKS))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def take_keyboard(self, _widget: QWidget | None = None) -> None:
        """Gives the keyboard to the first answer."""
        if self.buttons:
            give_keyboard(self.buttons[0])

    def _show(self) -> None:
        colors, shown = theme().colors, self.difference
        across, down = shown.horizontalScrollBar(), shown.verticalScrollBar()
        seen = across.value(), down.value()
        shown.clear()
        cursor = shown.textCursor()
        for at, line in enumerate((*HEAD, *self._lines)):
            role = {"−": "error", "+": "ok"}.get(line[:1], "")
            block, form = QTextBlockFormat(), QTextCharFormat()
            if role and at >= len(HEAD):
                block.setBackground(QColor(colors.tint(role)))
            form.setForeground(QColor(colors.ink(role or "muted")))
            if at:
                cursor.insertBlock()
            cursor.setBlockFormat(block)
            cursor.insertText(visible_lines(line), form)
        shown.moveCursor(QTextCursor.MoveOperation.Start)
        self.limit(self._room)
        across.setValue(seen[0])
        down.setValue(seen[1])

    def limit(self, room: int) -> None:
        """Lets the difference take a room in pixels at most, but a few lines at least; it scrolls."""
        self._room, line = room, self.difference.fontMetrics().lineSpacing()
        least, whole = (lines * line + FRAME for lines in (FEWEST, max(FEWEST, len(self._lines) + len(HEAD))))
        self.difference.setMinimumHeight(least)
        self.difference.setMaximumHeight(min(whole, MOST * line + FRAME, max(least, room)))


def difference(mine: str, theirs: str) -> list[str]:
    """Returns the lines in which two texts differ, ``−`` before mine and ``+`` before theirs."""
    changes = difflib.unified_diff(mine.splitlines(), theirs.splitlines(), lineterm="", n=AROUND)
    found = islice(changes, 3, None)  # behind the head of the first piece
    lines = [_line(one) for one in islice(found, LINES + 1)]
    return [*lines[:LINES], "… and more"] if len(lines) > LINES else lines


def _line(line: str) -> str:
    sign = {"-": "−", "@": "·"}.get(line[:1], line[:1])
    said = "" if sign == "·" else f" {line[1:]}"
    return f"{sign}{said[:LONGEST]}{'…' if len(said) > LONGEST else ''}"
