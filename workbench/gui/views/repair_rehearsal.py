"""Rehearses a repair in a copy of the store, and says what would become of the letters (L6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton

from workbench.errors import WorkbenchError
from workbench.gui.icons import icon
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.views.repair_words import outcomes, really
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
        strip: Where it is asked first whether handlers shall really run, once for each of them.

    Signals:
        changed: It began, or ended.
        told: The label says something.
    """

    changed = Signal()
    told = Signal()

    def __init__(self, desk: Desk, asked: Callable[[], Asked], strip: ConfirmStrip, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._asked, self._strip = desk, asked, strip
        self._agreed: set[str] = set()
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
        asked, acting = self._asked(), self._desk.workspace.dead_letters.acting_outside()
        if self._running is not None:
            self.forget()
            self.changed.emit()
        elif self._agreed.issuperset(acting):
            self._begin(*asked)
        else:
            label = f"Rehearse {len(asked[0]):,}"
            agreed = ConfirmChoice(label=label, run=lambda: self._agree(acting, *asked))
            self._strip.ask(f"{label}? {really(acting)}", (), [agreed])

    def _agree(self, acting: Sequence[str], numbers: tuple[int, ...], patch: LetterPatch | None) -> None:
        self._agreed.update(acting)
        self._begin(numbers, patch)

    def _begin(self, numbers: tuple[int, ...], patch: LetterPatch | None) -> None:
        if self._running is None:
            self._running = self._desk.run(self._rehearse(numbers, patch), "Rehearse")
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
            QTimer.singleShot(0, self, self.told.emit)  # once the label has its place


def stop(task: asyncio.Task[None] | None) -> None:
    """Cancels what is not done."""
    if task is not None and not task.done():
        task.cancel()
