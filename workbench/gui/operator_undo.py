"""Undo of what an operator did in this window: the last act, any act, or what a notice tells of (L10)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.gui.actions import Action
from workbench.gui.reads import Question

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.services.operations_log import LoggedAct, UndoReport

NOTHING = "Nothing that can be undone was done since the project was opened; the log lists all operations"


class OperatorUndo(QObject):
    """Knows the last act that can be undone since the project was opened, and undoes acts.

    Signals:
        moved: Another act is the last one now.
    """

    moved = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._since = desk.workspace.clock.now()
        self.last: LoggedAct | None = None
        self._reading = Question(self, desk, self._show, partial(desk.fail, "Reading the operations"))
        desk.changed.connect(self._changed)

    def _changed(self, changes: Changes) -> None:
        if changes.operations or changes.dead_letters or changes.everything:
            self._reading.ask(partial(self._desk.workspace.operations.last, self._since))

    def _show(self, last: LoggedAct | None) -> None:
        if last != self.last:
            self.last = last
            self.moved.emit()

    def undo_last(self) -> None:
        """Undoes the last act; nothing happens where there is none."""
        if self.last is not None:
            self.undo(self.last.of.number)

    def undo(self, number: int) -> None:
        """Undoes one act, and tells what became of that."""
        self._run(self._desk.workspace.operations.undo(number))

    def undo_act(self, act: str, *, shown: bool = False) -> None:
        """Undoes the act of a name.

        Args:
            shown: What asks for it shows that all was undone: that is not told as well.
        """
        self._run(self._desk.workspace.operations.undo_act(act), shown=shown)

    def offer(self, act: str) -> tuple[tuple[str, Callable[[], None]], ...]:
        """Returns what a notice of an act offers; nothing where it changed nothing, and so has no name."""
        return (("Undo", partial(self.undo_act, act)),) if act else ()

    def _run(self, work: Coroutine[object, object, UndoReport], *, shown: bool = False) -> None:
        self._desk.run(self._told(work, shown=shown), "Undo")

    async def _told(self, work: Coroutine[object, object, UndoReport], *, shown: bool) -> None:
        undone = await work
        if not (shown and undone.complete):
            self._desk.notice("ok" if undone.complete else "warning", undone.words)


def undo_action() -> tuple[Action, ...]:
    """Returns the undo of the last act, for a view in which an operator acts; the owner has a ``desk``."""
    return (
        Action(
            key="undo",
            text="Undo",
            icon="undo",
            keys="Ctrl+Z",
            writes=True,
            look=lambda view: (_said(view.desk.undo.last), "undo"),
            why=lambda view: "" if view.desk.undo.last is not None else NOTHING,
            run=lambda view: view.desk.undo.undo_last(),
        ),
    )


def _said(last: LoggedAct | None) -> str:
    return f"Undo {last.name}" if last is not None else "Undo"
