"""What every view is given: the open project, the shared selection, and one merged signal of changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from workbench.gui.operator_undo import OperatorUndo, UndoOffer
from workbench.gui.ticker import Ticker, pause_timer
from workbench.gui.time_format import shown_zone
from workbench.gui.travels import Travels
from workbench.gui.view_turns import ViewTurns
from workbench.gui.widgets import error_text
from workbench.model.changes import Changes

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

REFRESH_MS = 100
"""While much goes on, views refresh this often (ux rule 3)."""
WRITE_MS = 200
"""What is typed is written after so long (V2)."""
GATHER_MS = 4
"""After a quiet time the first change waits only this long for those that follow at once."""
SHARE = 4
"""A refresh comes at the soonest after four times what the last one held the loop for: others go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the person is looking at; one for all views (ux rule 7).

    Attributes:
        version: Of the stream's event; 0 means the newest.
        node: Of the board, such as ``command:create_user``.
        command: Id of one that was issued.
        operation: Number of the record of an operator's act.
    """

    stream: str = ""
    version: int = 0
    position: int = 0
    subscription: str = ""
    letter: int = 0
    projection: str = ""
    key: str = ""
    node: str = ""
    command: str = ""
    operation: int = 0

    def text(self) -> str:
        """Returns it as it is kept, for `selection_of`; without a letter, which may be gone by then."""
        return json.dumps(asdict(replace(self, letter=0)))

    @property
    def has_story(self) -> bool:
        """Whether it is something that a command caused, or a command."""
        return bool(self.position or self.stream or self.letter or self.command)

    def nodes(self) -> tuple[str, ...]:
        """Returns what it may be on the board."""
        return self.node, f"subscription:{self.subscription}", f"projection:{self.projection}"


def selection_of(kept: object) -> Selection:
    """Returns a selection that was kept; nothing selected where that cannot be read."""
    try:
        return Selection(**json.loads(str(kept)))
    except (ValueError, TypeError):
        return Selection()


Offer = tuple[str, Callable[[], None]]
"""A label, and what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell the person: a toast that leaves by itself, or a strip until it is answered.

    Attributes:
        kind: ``info``, ``ok``, ``warning`` or ``error``.
        actions: Labels and what they do.
        text: What is told; empty where what was said of the topic is no longer true, and nothing else is.
        topic: What it is about, if what was said of that before is out of date then.
        asks: It asks something that a person has to answer.
        share: Of the work that it tells of, how much is done, 0 to 1; None where it tells of none.
    """

    kind: str
    text: str
    actions: tuple[Offer, ...] = ()
    topic: str = ""
    asks: bool = False
    share: float | None = None


class Desk(QObject):
    """Connects views with the open project.

    Attributes:
        ticker: Calls views that say ages, while they are seen.
        awaiting: The view that is to have the keyboard as soon as it is seen.
        closed: Whether the project is being closed; nothing is asked of it any more.
        trunk: Returns the project that was forked, where this is a fork and a window has that open.
        resumed: Whether what was selected when the project was closed still is.
        undo: Undoes what an operator did.
        travels: Where the person was.
        scenario: File and name of the scenario that is being written; both empty for none.

    Signals:
        changed: A `Changes` value, merged from all commits since the last one: soon where views are quick
            to refresh, ten times a second where they are slow.
        told: The `Status` that the window shows, so that no view reads another one beside it.
        selected: The new `Selection`.
        board_chosen: Id of the node that was chosen on the board, empty if none is.
        rename_wanted: Id of the node that shall have another name; the board asks for it.
        noticed: A `Notice` for the window to show.
        wanted: Name of a view that should come to the front.
        command_wanted: Name of a command whose form should be shown.
        letters_wanted: Numbers of the dead letters that should be listed alone, and the key of what should be
            begun with them; empty for nothing.
        job_begun: Number of a bulk action that was begun elsewhere than in the view of the dead letters.
        fork_wanted: The `Selection` at whose event, or message, the project is to be forked.
        file_dropped: A `FileKind` and a file that the view in front shall bring in.
        picture_wanted: The board is asked to write its picture into a file.
        text_wanted: File of the project whose text should be shown, and a line of it, or the kind and the
            name of what should be shown where it is declared.
        reset_wanted: Name of a subscription whose cursor should be moved.
        explore_scenario: A scenario to explore that stands in no file.
        explore_wanted: Title of a scenario, and name of an invariant, to explore; either may be empty.
        project_saved: A file of the project was written by this window.
        files_read: The project's files were read, and their model runs by now, or an older one.
        designed: The `DesignState` of what is designed and not saved; None where all is.
        drafted: Something was typed and is not sent or saved, or that is over.
    """

    changed = Signal(object)
    told = Signal(object)
    selected = Signal(object)
    board_chosen = Signal(str)
    rename_wanted = Signal(str)
    noticed = Signal(object)
    wanted = Signal(str)
    command_wanted = Signal(str)
    text_wanted = Signal(str, object)
    letters_wanted = Signal(object, str)
    job_begun = Signal(int)
    fork_wanted = Signal(object)
    file_dropped = Signal(object, object)
    picture_wanted = Signal()
    explore_wanted = Signal(str, str)
    reset_wanted = Signal(str)
    explore_scenario = Signal(object)
    project_saved = Signal()
    files_read = Signal()
    designed = Signal(object)
    drafted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        parent: QObject | None = None,
        trunk: Callable[[], Desk | None] = lambda: None,
    ) -> None:
        super().__init__(parent)
        self.trunk = trunk
        self.workspace = workspace
        self.closed = False
        self.scenario = ("", "")
        self.selection = Selection()
        self.resumed = False
        self._card = ""
        self.board_chosen.connect(self._know_card)
        self.travels = Travels(self.wanted.emit)
        self.wanted.connect(self._led)
        self._pending: Changes | None = None
        self.ticker = Ticker(self)
        self.awaiting: QObject | None = None
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._since, self._held = QElapsedTimer(), 0.0
        self._since.start()
        self._timer.timeout.connect(self._emit)
        self._unlisten = workspace.listen(self._collect)
        shown_zone().changed.connect(self._zone_changed)
        self._turns = ViewTurns(self, self._timed)
        self._typed = False
        self._failed = ""
        self._writing = pause_timer(self, WRITE_MS, self._write)
        self.undo = OperatorUndo(self)

    # -- changes ----------------------------------------------------------------------------------------

    def _collect(self, changes: Changes) -> None:
        self._pending = changes if self._pending is None else self._pending.merged(changes)
        if changes.model:  # it seldom comes, is the last of its changes, and a person waits for it
            self._timer.start(0)
        elif not self._timer.isActive():
            self._timer.start(max(GATHER_MS, self._rest()))

    def _rest(self) -> int:
        """Returns for how many milliseconds views are left alone still, as far as their refresh has come."""
        return min(REFRESH_MS, round(SHARE * self._held)) - self._since.elapsed()

    def _emit(self) -> None:
        pending = self._pending
        if pending is None:
            return
        wait = GATHER_MS if self._turns.waiting else self._rest()
        if wait > 0 and not pending.model:
            self._timer.start(wait)
            return
        self._pending, self._held = None, 0.0
        self._since.restart()
        self._timed(partial(self.changed.emit, pending))

    def _timed(self, act: Callable[[], object]) -> None:
        """Does something that belongs to a refresh."""
        begun = self._since.nsecsElapsed()
        act()
        self._held += max(0, self._since.nsecsElapsed() - begun) / 1e6

    def _zone_changed(self) -> None:
        self.changed.emit(Changes(everything=True))

    # -- turns --------------------------------------------------------------------------------------------

    def in_turn(self, act: Callable[[], object], *, first: bool = False) -> None:
        """Does something in a turn of the loop of its own, once (V4).

        Args:
            first: It goes before what was given, not behind it.
        """
        self._turns.give(act, first=first)

    # -- selection --------------------------------------------------------------------------------------

    def select(self, selection: Selection, *, view: str = "", step: bool = False) -> None:
        """Makes something the selection of all views, and brings a view to the front if one is named.

        Args:
            step: A move within one stream: going back leads to before the first of such moves.
        """
        if selection != self.selection or self.travels.leads_away(view):
            steps = step and selection.stream == self.selection.stream
            self.travels.leave(self.selection, view, step=steps)
        dropped = view == "board" and self._card not in {*selection.nodes()} - {
            ""
        }  # what was chosen there is not now
        if selection != self.selection or dropped:
            self.resumed = False
            self._show(selection)
        if view:
            self.travels.bring(view)

    def begin_with(self, selection: Selection) -> None:
        """Makes selected what was when the project was closed; nothing was selected before that."""
        self.resumed = True
        if selection != self.selection:
            self._show(selection)

    def go(self, *, back: bool) -> None:
        """Returns to what was selected before, in the view that led away from it, or goes there again."""
        place = self.travels.go(self.selection, back=back)
        if place is not None and place.selection != self.selection:
            self.resumed = False
            self._show(place.selection)
        if place is not None and place.view:
            self.travels.bring(place.view)

    def _led(self, view: str) -> None:
        self.travels.led(self.selection, view)

    def chosen(self) -> Selection:
        """Returns what is selected, with the card that was chosen on the board since."""
        return replace(self.selection, node=self._card) if self._card else self.selection

    def _know_card(self, card: str) -> None:
        self._card = card

    def _show(self, selection: Selection) -> None:
        self.selection = selection
        if selection.node or selection.subscription or selection.projection:
            self._card = ""
        self.selected.emit(selection)

    # -- drafts (V2) --------------------------------------------------------------------------------------

    def keep(self, key: str, content: Any, what: str) -> None:
        """Keeps what a person typed; it stands on the disk a moment later."""
        self.workspace.drafts.keep(key, content, what)
        self._drafted()

    def forget(self, key: str) -> None:
        """Forgets it: it was sent, saved or discarded."""
        if self.workspace.drafts.find(key) is not None:
            self.workspace.drafts.drop(key)
            self._drafted()

    def _drafted(self) -> None:
        self._typed = True
        if not self.closed and not self._writing.isActive():  # not put off by those who go on typing
            self._writing.start()
        self.drafted.emit()

    def _write(self) -> None:
        self.run(self._keep_typed(), "Keep what was typed")

    async def _keep_typed(self) -> None:
        """Writes the drafts; says at once that they cannot be, and takes that back once they can."""
        drafts, before = self.workspace.drafts, self._failed
        await asyncio.to_thread(drafts.write)
        self._failed = drafts.failed
        if drafts.failed != before:
            said = f"Drafts cannot be kept in {drafts.folder}: {drafts.failed}. What is typed and not saved "
            said += "would be lost if the program ended."
            again = (("Try again", self._write),) if drafts.failed else ()
            text = said if drafts.failed else ""
            self.notice("error", text, *again, topic="drafts", asks=True)

    async def write_drafts(self) -> list[str]:
        """Writes what is not written yet; returns, in words, what cannot be kept over an end."""
        self._writing.stop()
        if not self._typed:
            return []
        await asyncio.to_thread(self.workspace.drafts.write)
        return self.workspace.drafts.unkept()

    def read_only(self) -> str:
        """Returns why the store cannot be changed in this window; an empty text where it can.

        The project's files can be edited in every window: a second one only looks at the store (C8).
        """
        return "" if self.workspace.engine is not None else f"Read-only: {self.workspace.observer}"

    # -- work and words -----------------------------------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Runs something that a person asked for; what it raises is shown, never lost."""
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def running(self) -> tuple[asyncio.Task[Any], ...]:
        """Returns the work that is under way."""
        return tuple(self._tasks)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(task.get_name(), error)

    def fail(self, what: str, error: BaseException, *actions: Offer, topic: str = "") -> None:
        """Shows what failed, why, and what to do; see `Notice` for the topic."""
        self.notice("error", f"{what} failed: {error_text(error)}", *actions, topic=topic)

    def notice(
        self,
        kind: str,
        text: str,
        *actions: Offer,
        topic: str = "",
        asks: bool = False,
        share: float | None = None,
    ) -> None:
        """Tells the person something; kinds are ``info``, ``ok``, ``warning``, ``error``; see `Notice`."""
        undoes = next((run.act for _, run in actions if isinstance(run, UndoOffer)), "")
        topic = topic or undoes  # it is withdrawn once that act cannot be undone any more
        told = Notice(kind=kind, text=text, actions=actions, topic=topic, asks=asks, share=share)
        self.noticed.emit(told)

    def way_to(self, view: str, selection: Selection | None = None) -> Offer:
        """Returns what a notice offers that leads to a view, and to what is chosen there."""
        if selection is None:
            return ("Show", partial(self.wanted.emit, view))
        return ("Show", partial(self.select, selection, view=view))

    async def close(self) -> None:
        """Ends listening and what still runs."""
        if not self.closed:
            shown_zone().changed.disconnect(self._zone_changed)
        self.closed = True
        self._unlisten()
        self._timer.stop()
        self._turns.close()
        self.ticker.close()
        await self.write_drafts()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
