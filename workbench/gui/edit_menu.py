"""The menu Edit: what can be done to the text that has the keyboard, else to the view around it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QTextEdit, QWidget

from workbench.gui.actions import BoundAction
from workbench.gui.text.tsk_editor import TskEditor

Text = QLineEdit | QPlainTextEdit | QTextEdit
KEYS = QKeySequence.StandardKey
OF_VIEWS, OF_TEXTS = ("undo", "redo", "copy", "remove"), ("comment", "replace")
"""Keys of actions that are offered here, besides what every text can do."""


class EditMenu(QObject):
    """Fills a menu each time that it opens: what it offers depends on what has the keyboard.

    Args:
        always: Offered last, wherever the keyboard is.
    """

    def __init__(self, menu: QMenu, window: QWidget, always: QAction) -> None:
        super().__init__(menu)
        self._menu, self._window, self._always = menu, window, always
        menu.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Offers what fits what has the keyboard now."""
        self._menu.clear()
        focus = self._window.focusWidget()
        near = [
            one for one in self._window.findChildren(BoundAction) if one.offered() and _serves(one, focus)
        ]
        if isinstance(focus, Text):
            self._offer_text(focus)
            self._menu.addSeparator()
            self._offer(near, OF_TEXTS)
        else:
            self._offer(near, OF_VIEWS)
        if self._menu.isEmpty():
            self._menu.addAction("Nothing to edit here").setEnabled(False)  # Qt's signature
        self._menu.addSeparator()
        self._menu.addAction(self._always)

    def _offer(self, near: list[BoundAction], keys: tuple[str, ...]) -> None:
        for key in keys:
            if (one := next((one for one in near if one.act.key == key), None)) is not None:
                one.refresh()
                self._menu.addAction(one)

    def _offer_text(self, text: Text) -> None:
        mine, chosen = not text.isReadOnly(), _has_selection(text)
        self._add("Undo", KEYS.Undo, text.undo, able=mine and _steps(text, back=True))
        self._add("Redo", KEYS.Redo, text.redo, able=mine and _steps(text, back=False))
        self._menu.addSeparator()
        self._add("Cut", KEYS.Cut, text.cut, able=mine and chosen)
        self._add("Copy", KEYS.Copy, text.copy, able=chosen)
        self._add("Paste", KEYS.Paste, text.paste, able=mine)
        self._add("Select all", KEYS.SelectAll, text.selectAll)

    def _add(
        self, words: str, keys: QKeySequence.StandardKey, run: Callable[[], object], *, able: bool = True
    ) -> None:
        # The key belongs to the text itself: here it is only told.
        told = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        made = self._menu.addAction(f"{words}\t{told}", run)
        made.setEnabled(able)


def _serves(one: BoundAction, focus: QWidget | None) -> bool:
    place = one.place
    if focus is None or focus.isWindow() or place is None or place.isWindow():
        return False
    return place.isAncestorOf(focus) or one.has_keyboard()


def _has_selection(text: Text) -> bool:
    return text.hasSelectedText() if isinstance(text, QLineEdit) else text.textCursor().hasSelection()


def _steps(text: Text, *, back: bool) -> bool:
    if isinstance(text, TskEditor):
        return text.kept.has(back=back)
    steps = text if isinstance(text, QLineEdit) else text.document()
    return steps.isUndoAvailable() if back else steps.isRedoAvailable()
