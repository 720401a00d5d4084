"""What a read model needs a person for: a fault, a rebuild that goes on, stale rows, events left out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from workbench.gui.desk import Desk, Selection
from workbench.gui.pausing import pause_projection
from workbench.gui.reads import Question
from workbench.gui.views.rebuilt_dialog import RebuiltDialog
from workbench.gui.widgets import Banner
from workbench.model.counts import counted, pace
from workbench.model.json_values import visible
from workbench.model.operator_acts import OperatorAct, prospect

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.services.monitor.monitor_values import ProjectionView, RebuildView
    from workbench.store.stored_values import Glance, PassedEvent

GIVE_UP, DISCARD = "Give up", "Discard"
BESIDE = "Rebuild to compare"
Button = tuple[str, Callable[[], object]]
DOING = {
    "rebuilding": "Rebuilding",
    "engine paused": "The rebuild waits while the engine is paused",
    "engine stopped": "The rebuild waits until the engine is started again",
    "not run here": "A rebuild is not finished; this window is read-only",
}
HELD = {
    "held": "Rebuilt rows stand beside the live ones, and follow the log as they do",
    "outdated": "An earlier definition made the rows that were rebuilt to compare; they follow no more",
}
"""What is said of rows that are held, by their condition (J10)."""
PILLS = {"rebuilding": "rebuilding", "held": "rebuilt beside", "outdated": "rebuilt beside"}
STATES = {
    "running": "ok",
    "paused": "warning",
    "engine paused": "warning",
    "engine stopped": "error",
    "faulted": "error",
    "rebuilding": "info",
    "held": "info",
    "outdated": "warning",
}
"""Kinds of the pill by what is true of a projection; everything else is neutral."""
SHOWN = 20
"""Events left out that the menu lists; more are counted."""


class ProjectionBanner(Banner):
    """Says the most urgent thing, with what can be done about it; hidden when there is nothing."""

    def __init__(self, desk: Desk, rebuild: Callable[[], object]) -> None:
        super().__init__("neutral", "")
        self._desk = desk
        self._paced: tuple[object, int, int] = (None, 0, 0)
        self._projections = desk.workspace.projections
        self._start_rebuild = rebuild
        self._name = ""
        self._finding = Question(self, desk, self._go_to, "Showing the event")
        self.menu: QMenu | None = None
        self.hide()

    def show_state(self, view: ProjectionView) -> None:
        """Shows how a projection stands."""
        self._name = view.name
        said = self._said(view)
        self.setVisible(said is not None)
        if said is not None:
            kind, text, actions = said
            self.set(kind, text, actions if self._desk.workspace.engine is not None else ())
            for button in self.buttons:
                final = button.text() in (GIVE_UP, DISCARD)
                button.setToolTip(prospect(OperatorAct.GIVE_UP_REBUILD) if final else "")

    def _said(self, view: ProjectionView) -> tuple[str, str, tuple[Button, ...]] | None:
        if view.status == "faulted" and not view.fault_position:
            said = f"This projection failed repeatedly and has stopped: {view.fault}"
            return "error", said, (("Try again", self._try_again),)
        if view.rebuild is not None:
            return self._of_rebuild(view.rebuild)
        if view.status == "faulted":
            said = f"This projection stopped at position {view.fault_position:,}: {view.fault}"
            return "error", said, (("Try again", self._try_again), ("Go on…", self._go_on))
        if view.stale:
            said = "Its definition changed since these rows were made."
            return "warning", said, (("Rebuild", self._start_rebuild), (BESIDE, self.rebuild_beside))
        if view.passed:
            count = len(view.passed)
            what = "1 event that was" if count == 1 else f"{count:,} events that were"
            said = f"These rows lack {what} left out, because folding failed."
            return "warning", said, (("Show…", lambda: self._list(view.passed)),)
        return None

    def _of_rebuild(self, rebuild: RebuildView) -> tuple[str, str, tuple[Button, ...]]:
        ends = DISCARD if rebuild.held else GIVE_UP
        end = (ends, lambda: self._do(self._projections.give_up_rebuild(self._name), ends))
        if said := HELD.get(rebuild.condition):
            again = ((BESIDE, self.rebuild_beside),) if rebuild.condition == "outdated" else ()
            return (
                "info",
                f"{said}: {counted(rebuild.rows, 'row')}.",
                (("Compare…", self.compare), *again, end),
            )
        if rebuild.status == "faulted":
            said = f"The rebuild stopped at position {rebuild.fault_position:,}: {rebuild.fault}"
            return "error", said, (("Go on…", lambda: self._go_on(rebuild=True)), end)
        share = f"{rebuild.share:.0%}, {counted(rebuild.rows, 'row')} so far"
        if rebuild.status == "paused":
            said = f"The rebuild is paused at {share}. The rows below are the old ones."
            return "warning", said, (("Resume", lambda: self._pause(paused=False)), end)
        paced, stay = (
            self._pace(rebuild),
            "stay live" if rebuild.held else "are the old ones until it is done",
        )
        said = f"{DOING[rebuild.condition]}: {share}{paced}. The rows below {stay}."
        return "info", said, (("Pause", lambda: self._pause(paused=True)), end)

    def _pace(self, rebuild: RebuildView) -> str:
        """Returns how fast a rebuild is since it was seen to move, and what is left."""
        of, now = (self._name, rebuild.generation, rebuild.condition), self._desk.workspace.clock.now()
        if self._paced[0] != of:
            self._paced = (of, rebuild.checkpoint, now)
        if rebuild.condition != "rebuilding":
            return ""
        _, first, began = self._paced
        left = round(rebuild.checkpoint / rebuild.share) - rebuild.checkpoint if rebuild.share else 0
        paced = pace(rebuild.checkpoint - first, left, now - began)
        return f" · {paced}" if paced else ""

    # -- what can be done ---------------------------------------------------------------------------------

    def rebuild_beside(self) -> None:
        """Rebuilds the rows to compare them with the live ones (J10)."""
        self._do(self._projections.rebuild(self._name, held=True), "Rebuild to compare")

    def compare(self) -> None:
        """Shows the rebuilt rows beside the live ones."""
        RebuiltDialog(self.window(), self._desk, self._name).open()

    def _do(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        self._desk.run(work, f"{what}: {self._name}")

    def _pause(self, *, paused: bool) -> None:
        work = self._projections.pause_rebuild(self._name, paused=paused)
        self._do(work, "Pause the rebuild" if paused else "Resume the rebuild")

    def _try_again(self) -> None:
        pause_projection(self._desk, self._name, paused=False)

    def _go_on(self, *, rebuild: bool = False) -> None:
        """Offers the ways to go on behind the event (J2); each leaves something out, and says so."""
        projections, name = self._projections, self._name
        menu = self._menu()
        if rebuild:
            menu.addAction("Try again", lambda: self._pause(paused=False))
        menu.setToolTipsVisible(True)
        menu.addAction(
            "Leave out this event",
            lambda: self._do(projections.skip_event(name, rebuild=rebuild), "Leave out the event"),
        ).setToolTip(prospect(OperatorAct.SKIP_EVENT))
        menu.addAction(
            "Leave out this and all later events of its stream",
            lambda: self._do(projections.park_stream(name, rebuild=rebuild), "Park the stream"),
        ).setToolTip(prospect(OperatorAct.PARK_STREAM))
        if not rebuild:
            menu.addSeparator()
            menu.addAction("Rebuild all rows", self._start_rebuild)
        menu.popup(QCursor.pos())

    def _list(self, passed: tuple[PassedEvent, ...]) -> None:
        """Lists what was left out: each leads to its event, a parked stream can be taken up again."""
        menu = self._menu()
        for one in passed[:SHOWN]:
            said = visible(f"{one.stream} at position {one.position:,}: {one.error[:80]}").replace("&", "&&")
            menu.addAction(said, partial(self._show_event, one))
        if len(passed) > SHOWN:
            menu.addAction(f"and {len(passed) - SHOWN:,} more").setEnabled(False)
        parked = [one.stream for one in passed if one.kind == "parked"]
        if parked:
            menu.addSeparator()
        for stream in parked[:SHOWN]:
            menu.addAction(
                f"Follow {visible(stream)} again".replace("&", "&&"),
                partial(self._follow, stream),
            )
        menu.popup(QCursor.pos())

    def _follow(self, stream: str) -> None:
        self._do(self._projections.resume_stream(self._name, stream), f"Follow {stream} again")

    def _menu(self) -> QMenu:
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = QMenu(self)
        return self.menu

    def _show_event(self, one: PassedEvent) -> None:
        name, streams = self._name, self._desk.workspace.streams
        self._finding.ask(lambda: (name, streams.glance_at(one.position)), one.position)

    def _go_to(self, found: tuple[str, Glance[RecordedEvent] | None]) -> None:
        if found[1] is not None:
            event = found[1].of
            chosen = Selection(
                stream=event.stream, version=event.version, position=event.position, projection=found[0]
            )
            self._desk.select(chosen, view="timeline")


def standing_of(view: ProjectionView) -> tuple[str, str]:
    """Returns kind and words of the pill: a live table with a rebuild beside it is what its rebuild is."""
    rebuild = view.rebuild
    if view.condition == "running" and rebuild is not None:
        halted = PILLS.get(rebuild.condition, f"rebuild {rebuild.condition}")
        return STATES.get(rebuild.condition, "neutral"), halted
    if view.condition == "running" and view.stale:
        return "warning", "stale"
    return STATES.get(view.condition, "neutral"), view.condition
