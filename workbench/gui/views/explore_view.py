"""Explores scenarios: in which order of things they go wrong, to which ends they lead, beside the usual."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.ticker import pause_timer
from workbench.gui.view import View
from workbench.gui.views.explore_beginnings import ExploreBeginnings
from workbench.gui.views.explore_line import ExploreLine, page_words, several, told_in_words
from workbench.gui.views.explore_plan import WORDS, ExplorePlanBar, still_of, why_no_start
from workbench.gui.views.explore_saving import save_order, why_not_saved
from workbench.gui.views.explore_tables import ExploreTables
from workbench.gui.views.order_pair import OrderPair
from workbench.gui.views.step_panel import StepPanel
from workbench.gui.widgets import EmptyState, empty_in, plain_label, show_words
from workbench.project.same_model import same_model
from workbench.services.worlds.exploration import Explored, ExplorePlan
from workbench.services.worlds.moves import Fault

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.model.scenario import Scenario
    from workbench.services.worlds.explored import Choices, Exploration
    from workbench.services.worlds.told_schedule import ToldSchedule

NARROW = 1_000
"""Below this width in pixels the lists stand above the orders."""
SHARES = [300, 700], [250, 750]
"""Of the lists and the orders: beside each other, and above each other."""
LOW = 640
"""Below this height in pixels the orders get the room of what is behind their moves."""
SHOW = 250
"""Milliseconds between two looks at how it stands."""


class ExploreView(View):
    """Explores one scenario or all, and shows what came of it."""

    key = "explore"
    title = "Explore"
    icon_name = "split"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._verdicts = desk.workspace.scenarios
        self._looked = False
        self._task: asyncio.Task[Any] | None = None
        self._plan, self._project = ExplorePlan(), desk.workspace.project
        self._of: Sequence[Scenario] = ()
        self._done: list[Explored] = []
        self._now: Exploration | None = None
        self._at = 0
        self._reading: asyncio.Task[Any] | None = None
        self._invariant = self._wanted = ""
        self._telling = pause_timer(self, SHOW, self._show)
        self._page()
        self.acts.offer()
        self.destroyed.connect(self._verdicts.listen(self._told))
        desk.explore_wanted.connect(self.begin_with)
        desk.explore_scenario.connect(self.begin_with_own)
        self._show()

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> None:
        self.plan = ExplorePlanBar()
        self.plan.changed.connect(self._choose)
        self.beginnings, self.line = ExploreBeginnings(self), ExploreLine()
        self.line.again.connect(self.start)
        self.tables = ExploreTables()
        self.tables.scenario_chosen.connect(self._turn)
        self.tables.end_chosen.connect(self._read)
        self.tables.invariant_chosen.connect(self._show_finding)
        self.orders, self._nothing = OrderPair(self, self.desk), QWidget()
        self._pages = QStackedLayout(holder := QWidget())
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(self.orders)
        self._empty: EmptyState | None = None
        in_column(of=self._nothing, margins=0)
        self.steps, left = StepPanel(self.desk, self.orders), QWidget()
        self.steps.moved.connect(self.acts.refresh)
        self._left = QStackedLayout(left)
        self._left.addWidget(self.tables)
        self._left.addWidget(self.steps)
        self.panes = in_panes(Qt.Orientation.Horizontal, (left, 2), (holder, 5), name="explore")
        self.panes.setSizes(SHARES[0])
        self.buttons = [
            self.acts.button("start", primary=True),
            *map(self.acts.button, ("stop", "step", "save")),
            *map(self.beginnings.acts.button, ("generate", "plan")),
        ]
        show_words(self.buttons[1:], shown=False)  # so that it never asks for room that is not there
        head = in_row(plain_label("Scenario"), (self.plan.scenario, 1), *self.buttons, spacing=6)
        in_column(head, self.plan, self.line, (self.panes, 1), of=self, margins=(8, 6, 8, 8), spacing=6)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        way = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if way is not self.panes.orientation():
            self.panes.setOrientation(way)
            self.panes.setSizes(SHARES[narrow])
        show_words(self.buttons[1:], shown=self.width() > WORDS * self.fontMetrics().horizontalAdvance("0"))
        self.tables.stand(beside=narrow)
        self.orders.stand(low=self.height() < LOW)

    @override
    def first_widget(self) -> QWidget:
        return self.plan.scenario

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.model

    # -- what can be explored -----------------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        """Offers the scenarios as they are now; the first time it has them read."""
        if not self._looked:
            self._looked = True
            self.desk.run(self._verdicts.look(), "Read the scenarios")
        self._offer()

    def _offer(self) -> None:
        self.plan.show_scenarios(self._explorable(), sum(bool(one.fixed) for one in self._verdicts.all()))
        if self._wanted:
            self.plan.scenario.choose(self._wanted)
        self._choose()

    def _told(self) -> None:
        if self.isVisible():
            self._offer()
        else:
            self._stale = True

    def _explorable(self) -> list[Scenario]:
        return [one for one in (*self._verdicts.all(), *self.plan.own.values()) if not one.fixed]

    def _chosen(self) -> list[Scenario]:
        title, own = self.plan.chosen, self.plan.own
        return [one for one in self._explorable() if one.title == title or not (title or one.title in own)]

    def begin_with(self, title: str, invariant: str) -> None:
        """Chooses what is to be explored, and comes to the front.

        Args:
            title: Of a scenario; empty for all.
            invariant: What is shown once it is found broken; empty for the first that is.
        """
        self._wanted, self._invariant = title, invariant
        self.plan.scenario.choose(title)
        self._offer()
        self._wanted = "" if self.plan.chosen == title else title
        self.desk.wanted.emit(self.key)

    def begin_with_own(self, scenario: Scenario) -> None:
        """Chooses a scenario that stands in no file, and comes to the front."""
        self.plan.add(scenario)
        self._offer()
        self.begin_with(scenario.title, "")

    # -- exploring ----------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something is being explored."""
        return self._task is not None

    def _no_start(self) -> str:
        return "It is exploring" if self.busy else why_no_start(self.desk.workspace, self._chosen())

    @action(
        "Start",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="play",
        tip="Run the scenario in one order after the other, in worlds of their own",
        why=_no_start,
    )
    def start(self) -> None:
        """Explores what is chosen."""
        scenarios = self._chosen()
        self._plan, self._project, self._of = self.plan.plan(), self.desk.workspace.project, scenarios
        self._done, self._now, self._at, self._wanted = [], None, 0, ""
        self.orders.told = None
        self._step_no_more()
        self._task = self.desk.run(self._explore(scenarios), "Explore")
        self._show()

    @action(
        "Stop",
        icon="stop",
        tip="End it, with what was found by now",
        why=lambda view: "" if view.busy else "Nothing is being explored",
    )
    def stop(self) -> None:
        """Ends it early."""
        if self._task is not None:
            self._task.cancel()

    async def _explore(self, scenarios: Sequence[Scenario]) -> None:
        try:
            await self.desk.workspace.explorations.explore(
                scenarios, self._plan, told=self._so_far, done=self._ended
            )
        finally:
            if isValid(self):
                self.desk.in_turn(self._over)  # behind what its thread still tells

    def _so_far(self, one: Exploration) -> None:
        self._now = one
        if isValid(self) and self.busy and not self._telling.isActive():
            self._telling.start()

    def _ended(self, one: Explored) -> None:
        self._done.append(one)
        self._now = None
        if isValid(self):
            self._show()

    def _over(self) -> None:
        if isValid(self):
            self._task, self._now = None, None
            self._telling.stop()
            self._lead()
            self._show()

    def told(self) -> str:
        """Returns what came of it in words, a sentence for each scenario."""
        return told_in_words(self._done)

    def _lead(self) -> None:
        """Goes to what was found, if nothing is shown yet."""
        found = [(at, told.finding.invariant) for at, one in enumerate(self._done) for told in one.findings]
        wanted = [one for one in found if one[1] == self._invariant] or found
        if wanted and self.orders.told is None:
            self._at = wanted[0][0]
            self.beginnings.fold()
            self._show_finding(wanted[0][1])

    # -- what came of it ----------------------------------------------------------------------------------

    def _all(self) -> list[tuple[Exploration, bool]]:
        over = [(one.exploration, True) for one in self._done]
        return [*over, *([(self._now, False)] if self._now is not None else [])]

    def _exploration(self) -> Exploration | None:
        found = self._all()
        return found[min(self._at, len(found) - 1)][0] if found else None

    def _explored(self) -> Explored | None:
        return self._done[self._at] if self._at < len(self._done) else None

    def _fits(self) -> bool:
        return still_of(self._of, self._chosen())

    def _choose(self) -> None:
        """Shows what was explored of what is chosen now."""
        at = [number for number, one in enumerate(self._done) if one.scenario.title == self.plan.chosen]
        if at and self._fits():
            self._turn(at[0])
        self._show()

    def _show(self) -> None:
        fits = self._fits()
        explored, one = (self._all(), self._exploration()) if fits else ([], None)
        names, faults = list(self.desk.workspace.registry.invariants), self._plan.faults
        self.tables.scenarios.setVisible(fits and len(self._of) > 1)
        self.tables.show_explored(explored, self._at, one, names, duplicates=Fault.DUPLICATE.value in faults)
        under, shown = ("", explored) if fits or not self.busy else (several(self._of), self._all())
        how = {"busy": self.busy, "earlier": self._earlier()}
        self.line.show_explored(shown, len(self._of), self._plan.seconds, under=under, **how)
        self._show_page(one)
        self.acts.refresh()

    def _earlier(self) -> bool:
        """Whether what is shown is of an earlier model; one that was only written otherwise is none."""
        now = self.desk.workspace.project
        if not self._done or self.busy or now is self._project:
            return False
        if same := same_model(self._project, now):
            self._project = now
        return not same

    def _shows_order(self) -> bool:
        return self.stepping or (self.orders.told is not None and self._fits())

    def _show_page(self, one: Exploration | None) -> None:
        """Shows the order that was asked for; where there is none, says how it stands."""
        if self._shows_order():
            self._pages.setCurrentIndex(1)
            return
        other = several(self._of) if self._of and not self._fits() else ""
        title, hint = page_words(one, other, busy=self.busy)
        empty = empty_in(self._nothing, self._empty, title, hint)
        if empty is not self._empty and (layout := self._nothing.layout()) is not None:
            layout.addWidget(empty)
        self._empty = empty
        self._pages.setCurrentIndex(0)

    def _turn(self, number: int) -> None:
        if number != self._at:
            self._at, self.orders.told = number, None
            if (explored := self._explored()) is not None and explored.findings:
                self._show_finding(explored.findings[0].finding.invariant)
            self._show()

    def _show_finding(self, name: str) -> None:
        one = self._explored()
        told = next((told for told in one.findings if told.finding.invariant == name), None) if one else None
        if told is not None:
            self._show_order(told.schedule, told.finding.words)
            self.tables.invariants.choose_key(name)

    def _read(self, choices: Choices) -> None:
        """Does the order of an end again, beside the loop, and shows it."""
        if (one := self._explored()) is not None:
            if self._reading is not None:
                self._reading.cancel()
            self._reading = self.desk.run(self._redo(one, choices), "Do an order again")

    async def _redo(self, one: Explored, choices: Choices) -> None:
        told = await self.desk.workspace.explorations.schedule(self._project, one, choices, self._plan.faults)
        if isValid(self) and one is self._explored() and not self.stepping:
            self._show_order(told, "; ".join(f"{name} does not hold" for name in told.broken))

    def _show_order(self, told: ToldSchedule, words: str) -> None:
        self.orders.show_order(told, words)
        self._show_page(self._exploration())
        self.acts.refresh()

    # -- stepping by hand -----------------------------------------------------------------------------------

    @property
    def stepping(self) -> bool:
        """Whether a scenario is stepped by hand."""
        return self.steps.scenario is not None

    def _no_stepping(self) -> str:
        if self.stepping:
            return ""
        return self._no_start() or ("" if self.plan.chosen and self._chosen() else "Choose one scenario")

    @action(
        "Step by hand",
        key="step",
        icon="step",
        tip="Choose each move of the scenario yourself, in a world of its own; again to end that",
        why=_no_stepping,
        checked=lambda view: view.stepping,
    )
    def step_by_hand(self) -> None:
        """Begins to step the chosen scenario by hand, or ends that."""
        self.orders.told = None
        if self.stepping:
            self._step_no_more()
            self._lead()
        else:
            self.steps.begin(self._chosen()[0], self.plan.plan().faults)
            self._left.setCurrentIndex(1)
        self._show()

    def _step_no_more(self) -> None:
        self.steps.end()
        self._left.setCurrentIndex(0)

    # -- keeping ------------------------------------------------------------------------------------------

    def _no_save(self) -> str:
        if self.orders.told is None or not self._shows_order():
            return "No order is shown"
        earlier = self._earlier() and not self.stepping
        return why_not_saved(self._done, self.orders.told, earlier=earlier) or self.desk.read_only()

    @action(
        "Save as scenario",
        key="save",
        icon="save",
        keys="Ctrl+S",
        tip="Keep the order that is shown as a scenario that names its deliveries, and open it",
        why=_no_save,
    )
    def save_as_scenario(self) -> None:
        """Writes the order that is shown behind the scenario that it is one of, and opens it."""
        if self.orders.told is not None:
            self.desk.run(save_order(self.desk, self.orders.told), "Save as scenario")
