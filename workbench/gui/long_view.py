"""A text to read, select and copy; of a long one the beginning, and the whole on request (contract V4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtGui import QGuiApplication, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QPushButton, QWidget
from typing_extensions import override

from workbench.gui.find_line import FindLine
from workbench.gui.layouts import in_row
from workbench.gui.long_text import shortened_lines
from workbench.gui.loop import spawn
from workbench.gui.theme import code_font
from workbench.gui.whole_text import WholeText
from workbench.model.json_values import visible_lines

Whole = Callable[[], str]
WHOLE, BRIEFLY = ("Copy whole", "Open whole"), ("Copy", "Open")


class LongText(QPlainTextEdit):
    """Shows no more than what is laid out at once; below it the whole can be copied or opened.

    Attributes:
        strip: Says that the text is longer, while it is.
        finder: Finds words in what is shown.
        whole: Returns all of it, in a thread; None where it is shown.
        beside: Pixels that are left free beside the text.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(code_font())
        self.setTabChangesFocus(True)
        # To look for words first takes 137 times as long where there are none.
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self._shown = ""
        self.whole: Whole | None = None
        self.beside = 0
        self.strip = self._make_strip()
        self.strip.hide()
        self.finder = FindLine(self)

    def _make_strip(self) -> QFrame:
        strip = QFrame(self)
        strip.setAutoFillBackground(True)
        self._said = QLabel("Only the beginning is shown")
        row = in_row((self._said, 1), of=strip, margins=(6, 2, 6, 2))
        self._buttons = [QPushButton(words) for words in WHOLE]
        for button, act in zip(self._buttons, (self.copy_whole, self.open_whole), strict=True):
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.addWidget(button)
        return strip

    def show_plain(self, text: str) -> None:
        """Shows a text, what hides itself as escapes."""
        shown = shortened_lines(text)
        self.show_text(visible_lines(shown), None if shown == text else lambda: text)

    def show_text(self, shown: str, whole: Whole | None) -> None:
        """Shows what is short enough; place and selection stay where nothing changed.

        Args:
            whole: Returns all of it; it is called in a thread. None where it is shown already.
        """
        self.offer(whole)
        if shown != self._shown:
            self._shown = shown
            bar = self.verticalScrollBar()
            place = bar.value()
            self.setPlainText(shown)
            bar.setValue(place)

    def offer(self, whole: Whole | None) -> None:
        """Offers all of the text, or nothing where it is shown already."""
        self.whole = whole
        self.strip.setVisible(whole is not None)
        self._place_strip()

    def copy_whole(self) -> None:
        """Copies all of it."""
        self._get(QGuiApplication.clipboard().setText)

    def open_whole(self) -> None:
        """Opens all of it in a window of its own."""
        self._get(lambda text: WholeText(self, text).open())

    def _get(self, use: Callable[[str], object]) -> None:
        if self.whole is not None:
            spawn(self._got(self.whole, use), name="Read the whole text")

    async def _got(self, whole: Whole, use: Callable[[str], object]) -> None:
        use(await asyncio.to_thread(whole))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_strip()
        self.finder.place()

    def _say_briefly(self, room: int) -> None:
        """Leaves words away where there is no room for them: first those that ask for nothing."""
        self.strip.setToolTip(self._said.text())
        for said, words in ((True, WHOLE), (False, WHOLE), (False, BRIEFLY)):
            self._said.setVisible(said)
            for button, text in zip(self._buttons, words, strict=True):
                button.setText(text)
            if self.strip.sizeHint().width() <= room:
                return

    def _place_strip(self) -> None:
        self._say_briefly(self.contentsRect().width())
        height = 0 if self.strip.isHidden() else self.strip.sizeHint().height()
        self.setViewportMargins(self.beside, 0, 0, height)
        room = self.contentsRect()
        self.strip.setGeometry(room.left(), room.bottom() + 1 - height, room.width(), height)
