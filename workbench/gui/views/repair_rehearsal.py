"""Rehearses a repair in a copy of the store, and says what would become of the letters (L6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QPushButton

from workbench.errors import WorkbenchError
from workbench.gui.icons import icon
from workbench.gui.views.repair_words import outcomes
from workbench.gui.widgets import error_text, plain_label

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.dead_letters.letter_patch import LetterPatch

Asked = tuple[tuple[int, ...], "LetterPatch | None"]
"""Letters, and what is changed of them."""


class RepairRehearsal(QObject):
    """The button that rehearses, and what came of it.

    Args:
        asked: Returns what is rehearsed.

    Signals:
        changed: It began, or ended.
        told: The label says something.
    """

    changed = Signal()
    told = Signal()

    def __init__(self, desk: Desk, asked: Callable[[], Asked], parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._asked = desk, asked
        self._running: asyncio.Task[None] | None = None
        self.said = plain_label(wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.hide()
        self.button = QPushButton("Rehearse")
        self.button.setIcon(icon("eye"))
        self.button.setToolTip("Replay all in a copy of the store, and say what would become of them")
        self.button.clicked.connect(lambda _checked=False: self._turn())

    def offer(self, count: int, *, can: bool, there: bool) -> None:
        """Offers to rehearse a number of letters, or to cancel what is running."""
        running = self._running is not None
        self.button.setText("Cancel the rehearsal" if running else f"Rehearse {count:,}")
        self.button.setEnabled(running or (count > 0 and can))
        self.button.setVisible(there)

    def forget(self) -> None:
        """Stops, and says nothing any more."""
        stop(self._running)
        self._running = None
        self._say("")

    def _turn(self) -> None:
        if self._running is not None:
            self.forget()
        else:
            self._running = self._desk.run(self._rehearse(*self._asked()), "Rehearse")
        self.changed.emit()

    async def _rehearse(self, numbers: tuple[int, ...], patch: LetterPatch | None) -> None:
        def told(what: str, done: int, of: int) -> None:
            if self._running is not None:
                self._say(f"{what} {done:,} of {of:,} …")

        task, rehearsal = asyncio.current_task(), self._desk.workspace.dead_letters.repair.rehearsal
        self._say("Copying the store …")
        try:
            said = outcomes(await rehearsal.run(numbers, told, patch=patch))
        except WorkbenchError as error:
            said = error_text(error)
        if self._running is task:
            self._running = None
            self._say(said)
            self.changed.emit()

    def _say(self, said: str) -> None:
        self.said.setText(said)
        self.said.setVisible(bool(said))
        if said:
            self.told.emit()


def stop(task: asyncio.Task[None] | None) -> None:
    """Cancels what is not done."""
    if task is not None and not task.done():
        task.cancel()
