"""What is explored, and how: scenario, deviations, time, seed, faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from workbench.gui.chooser import Chooser, NumberBox
from workbench.gui.flow_row import FlowRow
from workbench.gui.widgets import plain_label
from workbench.model.counts import counted
from workbench.model.scenario import Scenario
from workbench.services.worlds.exploration import ExplorePlan
from workbench.services.worlds.moves import Fault

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

ALL = "All scenarios"
SHORTEST = 5.0
TIMES = (("5 s", SHORTEST), ("30 s", 30.0), ("2 min", 120.0), ("10 min", 600.0))
"""For how long, at least as long as several processes are worth."""
FAULTS = {
    Fault.CRASH: "The program ends between what a handler did and its ack, once in a run",
    Fault.DUPLICATE: "A delivery or a step comes once more, once in a run",
    Fault.DELAY: "Time passes although something could be delivered, once in a run",
}
DEVIATIONS = 9
"""At most; beyond a few there are too many orders to try all."""
LEFT_OUT = "Scenarios that name their deliveries, or arm faults, have one order: there is no other to explore"
WORDS = 140
"""Characters of a view's width beyond which its buttons show their words."""
BOX = 64
"""Pixels of a number."""
NAME = 24
"""Characters of a scenario's name for which there is room at least."""


class ExplorePlanBar(QWidget):
    """The fields; that of the scenario stands elsewhere.

    Attributes:
        own: Scenarios that stand in no file, by their titles: generated ones, and what was recorded.

    Signals:
        changed: Another scenario is chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scenario, self.time = Chooser(), Chooser()
        self.scenario.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.scenario.setMinimumContentsLength(NAME)
        self.scenario.setAccessibleName("Which scenario is explored")
        self.scenario.show_choices([(ALL, "")])
        self.own: dict[str, Scenario] = {}
        self.scenario.currentIndexChanged.connect(lambda _at: self.changed.emit())
        self.time.setAccessibleName("For how long")
        self.time.show_choices(TIMES)
        self.time.choose(ExplorePlan().seconds)
        self.deviations = _number("Deviations up to which all orders are tried", DEVIATIONS)
        self.deviations.setValue(ExplorePlan().deviations)
        self.seed = _number("Seed of random orders", 2**31 - 1)
        self.seed.setValue(ExplorePlan().seed)
        self.faults = {fault: QCheckBox(fault.value) for fault in FAULTS}
        for fault, box in self.faults.items():
            box.setToolTip(FAULTS[fault])
        up_to, deviations, seed = map(plain_label, ("Up to", "deviations", "seed"))
        self.left_out = plain_label(role="muted")
        self.left_out.setToolTip(LEFT_OUT)
        parts = (up_to, self.deviations, deviations, self.time, seed, self.seed, *self.faults.values())
        row = FlowRow(*parts, self.left_out)
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)

    def add(self, scenario: Scenario) -> None:
        """Offers a scenario that stands in no file, besides; of one title the last."""
        self.own[scenario.title] = scenario

    def show_scenarios(self, scenarios: Sequence[Scenario], left_out: int = 0) -> None:
        """Offers these; what is chosen stays so.

        Args:
            left_out: How many more there are that have one order.
        """
        self.left_out.setText(f"{counted(left_out, 'scenario')} with one order left out")
        self.left_out.setVisible(left_out > 0)
        self.scenario.show_choices([(ALL, ""), *((one.name, one.title) for one in scenarios)])

    @property
    def chosen(self) -> str:
        """Title of the chosen scenario; empty for all."""
        return str(self.scenario.currentData() or "")

    def plan(self) -> ExplorePlan:
        """Returns what is written in the fields."""
        return ExplorePlan(
            seconds=float(self.time.currentData()),
            deviations=self.deviations.value(),
            seed=self.seed.value(),
            faults={fault.value: 1 for fault, box in self.faults.items() if box.isChecked()},
        )


def _number(name: str, most: int) -> NumberBox:
    box = NumberBox()
    box.setRange(0, most)
    box.setMaximumWidth(BOX)
    box.setAccessibleName(name)
    return box


def why_no_start(workspace: Workspace, chosen: Sequence[Scenario]) -> str:
    """Says why what is chosen cannot be explored now; empty where it can."""
    if workspace.scenarios.trouble:
        return workspace.scenarios.trouble
    if workspace.model_reload.outdated is not None:
        return "The files have mistakes, and an older model runs: fix them first"
    none = "There is no scenario to explore; those that name deliveries or arm faults have one order"
    return "" if chosen else none


def still_of(explored: Sequence[Scenario], chosen: Sequence[Scenario]) -> bool:
    """Whether what was explored is what is chosen: the same one; of several, some of them."""
    before = {one.title: one for one in explored}
    same = [one.title in before and _alike(before[one.title], one) for one in chosen]
    return all(same) if len(explored) == 1 or len(chosen) == 1 else any(same)


def _alike(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios begin alike and do the same."""
    return (one.given, one.when, one.now) == (other.given, other.when, other.now)
