"""Keeps what is typed at one place of the window, brings it back where it was, and says so (V2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from workbench.errors import WorkbenchError
from workbench.gui.loop import finished
from workbench.gui.time_format import short
from workbench.gui.widgets import Banner

if TYPE_CHECKING:
    from workbench.gui.desk import Desk

Read = Callable[[], Any]
"""Returns what stands at the place, as JSON; nothing (falsy) where nothing was typed."""
Write = Callable[[Any], list[str]]
"""Shows what `Read` gave, maybe long ago; returns what does not fit any more, in words."""


class DraftKeeper(Banner):
    """The draft of one place; a strip that says when one was brought back, and lets it be discarded.

    Args:
        read: Reads the place.
        write: Shows a draft at the place.
        clear: Shows the place as it is without one.
    """

    def __init__(self, desk: Desk, read: Read, write: Write, clear: Callable[[], object]) -> None:
        super().__init__("info", "")
        self.setObjectName("draft")
        self._desk, self._read, self._write, self._clear = desk, read, write, clear
        self._key = self._what = ""
        self._showing = self._is_kept = False
        self.hide()
        desk.drafted.connect(self._follow)

    def _follow(self) -> None:
        """Says no more that a draft was brought back once it is sent, saved or discarded elsewhere."""
        if self._is_kept and self._key and not self.holds:
            self._is_kept = False
            self.hide()

    @property
    def holds(self) -> str:
        """What is kept of this place, in words; empty for nothing."""
        found = self._desk.workspace.drafts.find(self._key) if self._key else None
        return found.what if found is not None else ""

    def leave(self) -> None:
        """Goes away from a place, before another is shown; its draft stays."""
        self._key, self._is_kept = "", False
        self.hide()

    def rename(self, key: str, what: str) -> None:
        """Keeps what stands here under another name from now on: the place is called so now."""
        self._desk.forget(self._key)
        self._key, self._what = key, what
        self.note()

    def turn_to(self, key: str, what: str) -> bool:
        """Goes to another place; says whether a draft of it was brought back."""
        self._key, self._what = key, what
        self.hide()
        draft = self._desk.workspace.drafts.find(key)
        self._is_kept = draft is not None
        self._desk.drafted.emit()
        if draft is None:
            return False
        self.begin_with(draft.content, f"Draft of {short(draft.at)} restored.")
        return True

    def begin_with(self, content: Any, said: str) -> None:
        """Shows what was typed before, as something that a person can discard.

        Args:
            said: What is told of it.
        """
        self._showing = True
        try:
            left = self._write(content)
        except (WorkbenchError, ValueError, LookupError, TypeError) as error:
            left = [str(error)]  # of an older program, or damaged: told, and kept until it is discarded
        finally:
            self._showing = False
        self.tell_left(left, said)

    def tell_left(self, left: list[str], said: str = "") -> None:
        """Says what was typed and does not fit any more; it stays in the draft."""
        lost = f"No longer fits, but is kept: {'; '.join(left)}." if left else ""
        text = " ".join(part for part in (said, lost) if part)
        if text:
            self.set("warning" if left else "info", text, [("Discard", self.discard)])
            self.show()

    def note(self) -> None:
        """Called when something was typed, or when nothing is any more."""
        if not self._key or self._showing:
            return
        content = self._read()
        if content:
            self._desk.keep(self._key, content, self._what)
        else:
            self.settle()

    def settle(self) -> None:
        """Called when what was typed was sent or saved."""
        self.hide()
        if self._key:
            self._desk.forget(self._key)

    def discard(self) -> None:
        """Forgets what was typed, as the person asked."""
        self._showing = True
        try:
            self._clear()
        finally:
            self._showing = False
        self.settle()


async def may_leave(parent: QWidget, desk: Desk | None) -> bool:
    """Asks before something is lost that was typed and cannot be kept; returns whether to go on."""
    lost = await desk.write_drafts() if desk is not None else []
    if desk is None or not lost:
        return True
    folder = desk.workspace.drafts.folder
    said = f"This would be lost, because it cannot be saved in {folder}:\n\n{', '.join(lost)}"
    return await may_lose(parent, "Not sent, not saved", said)


async def may_lose(parent: QWidget, title: str, said: str) -> bool:
    """Asks before something that was typed is lost; returns whether to go on."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, "", parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(said)
    lose = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton("Stay", QMessageBox.ButtonRole.RejectRole))
    await finished(box)
    answer = box.clickedButton() is lose
    box.deleteLater()
    return answer
