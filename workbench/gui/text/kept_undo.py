"""What was typed in a text can be undone also behind what others changed in it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker

from workbench.services.design.section_merge import chosen_text

if TYPE_CHECKING:
    from workbench.gui.text.tsk_editor import TskEditor

Change = tuple[str, str]
"""A text before and after it was changed here."""
STEPS, SIGNS = 100, 2_000_000
"""Steps that are kept, and characters of all their texts."""


class KeptUndo:
    """The changes made here before others changed the text, which Qt would undo only with those of others.

    A change is undone, and done again, in the text as it is by then: what others wrote stays.

    Args:
        take: Shows another text, which Qt cannot undo.
    """

    def __init__(self, editor: TskEditor, take: Callable[[str], object]) -> None:
        self._editor, self._take = editor, take
        self._done: list[Change] = []
        self._undone: list[Change] = []

    def forget(self) -> None:
        """Keeps nothing: the text is of something else."""
        self._done, self._undone = [], []

    def keep(self) -> None:
        """Keeps what Qt could undo and do again, which it forgets."""
        document = self._editor.document()
        if document.isUndoAvailable() or document.isRedoAvailable():
            done, undone = self._walk()
            self._done = [*self._done, *done][-STEPS:]
            self._undone = undone
        document.clearUndoRedoStacks()

    def has(self, *, back: bool) -> bool:
        """Whether there is something to undo, or to do again."""
        document = self._editor.document()
        if back:
            return document.isUndoAvailable() or bool(self._done)
        return document.isRedoAvailable() or (not document.isUndoAvailable() and bool(self._undone))

    def undo(self) -> None:
        """Undoes the newest kept change that makes a difference; others took back the newer ones."""
        self.keep()
        while self._done:
            change = self._done.pop()
            if self._shows(*reversed(change)):
                self._undone.append(change)
                return

    def redo(self) -> None:
        """Does again what was undone last and makes a difference."""
        while self._undone:
            change = self._undone.pop()
            if self._shows(*change):
                self._done.append(change)
                return

    def _shows(self, was: str, now: str) -> bool:
        text = self._editor.text()
        made = chosen_text(was, now, text, lines="theirs")
        if made != text:
            self._take(made)
        return made != text

    def _walk(self) -> tuple[list[Change], list[Change]]:
        """Returns what Qt can undo and do again: changes, those that come next at the end."""
        editor, document = self._editor, self._editor.document()
        most = max(1, min(STEPS, SIGNS // (1 + document.characterCount())))
        cursor = editor.textCursor()
        place = (cursor.anchor(), cursor.position())
        with QSignalBlocker(editor):
            back, on = [editor.text()], [editor.text()]
            while document.isUndoAvailable() and len(back) <= most:
                document.undo()
                back.append(editor.text())
            for _ in back[1:]:
                document.redo()
            while document.isRedoAvailable() and len(on) <= most:
                document.redo()
                on.append(editor.text())
            for _ in on[1:]:
                document.undo()
            cursor.setPosition(place[0])
            cursor.setPosition(place[1], cursor.MoveMode.KeepAnchor)
            editor.setTextCursor(cursor)
        return [(was, now) for now, was in pairwise(back)][::-1], [*pairwise(on)][::-1]
