"""Undo of what an operator did in this window: the last act, any act, or what a notice tells of (L10)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.actions import Action
from workbench.gui.reads import Question
from workbench.gui.time_format import relative
from workbench.model.clock import MICROSECONDS
from workbench.model.counts import counted
from workbench.model.operator_acts import OperatorAct

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.services.operations_log import LoggedAct
    from workbench.services.undo_report import UndoReport
    from workbench.services.workspace import Workspace
    from workbench.store.operator_actions import OperatorAction

NOTHING = "Nothing that can be undone was done since the project was opened; the log lists all operations"
ASKED_SECONDS = 120.0
"""How old the last act is before its undo is asked about."""
OFFERED = 50
"""Acts whose notices are withdrawn once they cannot be undone, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOffer:
    """The undo that a notice of an act offers; the notice is withdrawn once the act cannot be undone."""

    act: str
    run: Callable[[str], object]

    def __call__(self) -> None:
        """Undoes the act."""
        self.run(self.act)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Backlog:
    """What an undo sets going.

    Attributes:
        waiting: Deliveries that wait.
        unread: Positions that are not read yet; not each of them is delivered.
    """

    waiting: int = 0
    unread: int = 0

    @property
    def words(self) -> str:
        """Says what will be delivered; empty where nothing will."""
        if not (number := self.waiting + self.unread):
            return ""
        upto = "Up to " if self.unread else ""
        return f" {upto}{counted(number, 'waiting message')} will be delivered."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What a bulk action that was cancelled had not begun.

    Attributes:
        count: How many dead letters.
    """

    job: int = 0
    count: int = 0

    @property
    def words(self) -> str:
        """Says what can be done about it."""
        return f"Begin again with the {self.count:,} left"

    @property
    def topic(self) -> str:
        """Names the notice that offers it; empty where none does."""
        return f"job {self.job} again" if self.job else ""


_Weighed: TypeAlias = tuple[tuple["LoggedAct | None", "LoggedAct | None"], _Backlog, str, _Left]
"""The last act that can be undone and the last of all, what an undo delivers and leaves, what can go on."""


class OperatorUndo(QObject):
    """Knows the last act that can be undone since the project was opened, and undoes acts.

    Attributes:
        last: It; None for none.
        newest: The last act, can it be undone or not, without any since then that before; None for none.

    Signals:
        moved: Another act is the last one now.
    """

    moved = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._since = desk.workspace.clock.now()
        self.last: LoggedAct | None = None
        self.newest: LoggedAct | None = None
        self._offered: deque[str] = deque(maxlen=OFFERED)
        self._told_of: dict[str, str] = {}
        self._reading = Question(self, desk, self._show, "Reading the operations")
        self._looking = Question(self, desk, self._withdraw, "Reading the operations")
        self._weighing = Question(self, desk, self._ask_or_undo, "Reading the operations")
        desk.changed.connect(self._changed)
        self._reading.ask(self._read)

    def _changed(self, changes: Changes) -> None:
        if changes.operations or changes.dead_letters or changes.everything or self._delivered(changes):
            log = self._desk.workspace.operations
            self._reading.ask(self._read)
            if offered := tuple(self._offered):
                self._looking.ask(lambda: [act for act in offered if log.is_over(act)], offered)

    def _delivered(self, changes: Changes) -> bool:
        """Whether something moved by which the last act may be over: deliveries behind a reset or a skip."""
        if self.last is None or self.last.of.action not in (OperatorAct.RESET, OperatorAct.SKIP):
            return False
        return self.last.of.subject.partition(" ")[2] in changes.subscriptions

    def _read(self) -> tuple[LoggedAct | None, LoggedAct | None]:
        log = self._desk.workspace.operations
        return log.last(self._since), log.newest(self._since) or log.newest(0)

    def _show(self, found: tuple[LoggedAct | None, LoggedAct | None]) -> None:
        if found != (self.last, self.newest):
            self.last, self.newest = found
            self.moved.emit()

    def _withdraw(self, acts: Sequence[str]) -> None:
        for act in acts:
            if act in self._offered:
                self._offered.remove(act)
                self._desk.notice("ok", "", topic=act)

    def undo_last(self) -> None:
        """Undoes the last act that can be undone.

        Says what a cancelled bulk action left, where that is the newest, and offers to begin again with it.
        Asks first where a newer one cannot be, where it is old, or its undo has something delivered.
        """
        if self.last is not None or self.was_cancelled:
            shown = self.newest or self.last
            self._weighing.ask(self._weigh, shown.of.number if shown is not None else 0)

    def _weigh(self) -> _Weighed:
        """Returns the last acts as they are now, whatever was delivered since they were shown."""
        last, newest = self._read()
        again = _left(self._desk.workspace, newest)
        if last is None:
            return (last, newest), _Backlog(), "", again
        workspace = self._desk.workspace
        return (last, newest), _backlog(workspace, last.of), workspace.operations.left(last.of), again

    def _ask_or_undo(self, found: _Weighed) -> None:
        (acts, backlog, left, again), now = found, self._desk.workspace.clock.now()
        self._show(acts)
        last, over = self.last, self._over()
        offers = ((again.words, partial(self.begin_again, again.job)),) if again.count else ()
        if last is None:
            self._desk.notice("info", self.why_not(), *offers, topic=again.topic)
            return
        if now - last.of.at <= ASKED_SECONDS * MICROSECONDS and not backlog.words and not over:
            self.undo(last.of.number)
            return
        done = f"{last.name}, done {relative(last.of.at, now)}"
        said = f"{over} Undo the older {done}, instead?" if over else f"Undo the {done}?"
        said += left + backlog.words
        self._desk.notice("warning", said, *offers, *self.offer(last.of.act), topic=again.topic, asks=True)

    def begin_again(self, job: int) -> None:
        """Begins a new bulk action with what a cancelled one had not begun, once."""
        self._desk.notice("ok", "", topic=_Left(job=job).topic)
        self._desk.run(self._begun_again(job), f"Begin job {job} again")

    async def _begun_again(self, job: int) -> None:
        self._desk.job_begun.emit(await self._desk.workspace.dead_letters.jobs.begin_again(job))

    @property
    def was_cancelled(self) -> bool:
        """Whether the last act of all is a cancel: what it left may be begun again."""
        return self.newest is not None and self.newest.of.action == OperatorAct.CANCEL

    def why_not(self) -> str:
        """Says why nothing can be undone; empty where something can."""
        return "" if self.last is not None else self._over() or NOTHING

    def _over(self) -> str:
        """Says why the last act of all cannot be undone; empty where it can, and without any."""
        newest = self.newest
        if newest is None or not newest.why_not:
            return ""
        return f"The last act, {newest.name}, cannot be undone: {newest.why_not}."

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
        if not act:
            return ()
        if act not in self._offered:
            self._offered.append(act)
        return (("Undo", UndoOffer(act=act, run=self.undo_act)),)

    def tell(self, subject: str, text: str, act: str) -> None:
        """Tells of an act, with its undo; what was told of an earlier one on the same subject is over."""
        self._withdraw([self._told_of.pop(subject, "")])
        self._told_of[subject] = act
        self._desk.notice("ok", text, *self.offer(act))

    def _run(self, work: Coroutine[object, object, UndoReport], *, shown: bool = False) -> None:
        self._desk.run(self._told(work, shown=shown), "Undo")

    async def _told(self, work: Coroutine[object, object, UndoReport], *, shown: bool) -> None:
        undone = await work
        if not (shown and undone.complete):
            kind = "info" if undone.before else "ok" if undone.complete else "warning"
            self._desk.notice(kind, undone.words)


def _backlog(workspace: Workspace, of: OperatorAction) -> _Backlog:
    """Returns what the undo of an act has delivered."""
    kind, _, name = of.subject.partition(" ")
    if of.action == OperatorAct.SKIP:
        return _Backlog(waiting=of.count)
    if of.action == OperatorAct.HOLD:
        report = workspace.dead_letters.jobs.report(int(name))
        return _Backlog(waiting=report.queued if report.job.action == OperatorAct.REPLAY else 0)
    if of.action != OperatorAct.PAUSE or kind not in ("engine", "subscription"):
        return _Backlog()
    subscriptions = workspace.monitor.subscriptions()
    found = [one for one in subscriptions if (one.name == name if name else not one.paused)]
    return _Backlog(waiting=sum(one.waiting for one in found), unread=sum(one.lag for one in found))


def _left(workspace: Workspace, newest: LoggedAct | None) -> _Left:
    """Returns what can be begun again where the last act of all is the cancel of a bulk action."""
    kind, _, name = newest.of.subject.partition(" ") if newest is not None else ("", "", "")
    if newest is None or newest.of.action != OperatorAct.CANCEL or kind != "job":
        return _Left()
    report = workspace.dead_letters.jobs.report(int(name))
    return _Left(job=report.job.number, count=report.not_begun)


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
            why=lambda view: "" if view.desk.undo.was_cancelled else view.desk.undo.why_not(),
            run=_undo_in,
        ),
    )


def _undo_in(view: Any) -> None:
    """Undoes the last act, unless a question stands open: what is behind it is not meant then."""
    if any(one.isVisibleTo(view) for one in view.findChildren(QWidget, "confirm")):
        view.desk.notice("info", "Nothing was undone: a question is open. Answer it, or leave it by Esc.")
    else:
        view.desk.undo.undo_last()


def _said(last: LoggedAct | None) -> str:
    return f"Undo {last.name}" if last is not None else "Undo"
