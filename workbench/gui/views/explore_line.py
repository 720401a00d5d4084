"""A line that says how far exploring is, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from workbench.gui.layouts import in_row
from workbench.gui.widgets import Badge, ElidedLabel
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.model.scenario import Scenario
    from workbench.services.worlds.exploration import Explored
    from workbench.services.worlds.explored import Exploration


HINT = (
    "A scenario lets all settle between its steps. Here it runs again and again, each time in another order "
    "of its steps and deliveries, in worlds of its own: the store is untouched. What is told is to which "
    "ends that leads, and which order breaks an invariant."
)
STEADY = (
    "Where code takes the time from context.now, and what it draws from context.idempotency_key, each order "
    "does the same whenever it is done again."
)


def page_words(one: Exploration | None, other: str, *, busy: bool) -> tuple[str, str]:
    """Says where no order is shown how it stands: a title, and what to do.

    Args:
        one: What was explored of what is chosen; None for nothing.
        other: The name of what was explored, where that is not what is chosen.
    """
    if other:
        title = f"Exploring {other} …" if busy else "This is not explored yet"
        return title, f"What was explored is of {other}: choose that to see it."
    if one is None:
        return ("Exploring …", "") if busy else ("Is there an order that goes wrong?", HINT)
    said = one.sentence()
    hint = "Choose an end or a broken invariant to see its order beside the usual one."
    title = said if one.found else f"{said[0].upper()}{said[1:]}"  # a name is as it is written
    return f"{title}.", STEADY if one.unsteady else one.trouble or hint


def several(scenarios: Sequence[Scenario]) -> str:
    """Returns some scenarios in words."""
    return scenarios[0].name if len(scenarios) == 1 else "several scenarios"


def told_in_words(explored: Sequence[Explored]) -> str:
    """Returns what came of some scenarios, a sentence for each."""
    return "; ".join(f"{one.exploration.scenario}: {one.exploration.sentence()}" for one in explored)


class ExploreLine(QWidget):
    """How much of the time is gone, how many schedules that were, and whether an invariant is broken.

    Signals:
        again: What is of an earlier model is to be explored again.
    """

    again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._button = QPushButton("Explore again")
        self._button.setToolTip("What stands here came of an earlier model: start again with this one")
        self._button.clicked.connect(lambda _checked=False: self.again.emit())
        self._button.hide()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setMaximumSize(160, 6)
        self.progress.setAccessibleName("Time that was explored")
        self.progress.hide()
        self.said, self.badge = ElidedLabel(), Badge("neutral", "")
        in_row(self.progress, (self.said, 1), self.badge, self._button, of=self, margins=0, spacing=6)

    def show_explored(
        self,
        explored: Sequence[tuple[Exploration, bool]],
        count: int,
        seconds: float,
        *,
        busy: bool,
        under: str = "",
        earlier: bool = False,
    ) -> None:
        """Shows how it stands.

        Args:
            explored: With whether each is over.
            count: How many scenarios there are to explore.
            seconds: For how long in all.
            under: The name of what is explored, where another one is chosen; then no more is said of it.
            earlier: It is of an earlier model.
        """
        spent = sum(one.seconds for one, _ in explored)
        schedules = sum(one.schedules for one, _ in explored)
        self.progress.setVisible(busy)
        self.progress.setRange(0, round(seconds * 10))
        self.progress.setValue(min(self.progress.maximum(), round(spent * 10)))
        said = []
        if busy:
            rate = f", {schedules / spent:,.0f} a second" if spent else ""
            said.append(f"{spent:.1f} s of {seconds:g} s{rate}")
        if under:
            said.append(under)
        elif count > 1 and explored:
            over = sum(done for _, done in explored)
            said.append(f"{over:,} of {counted(count, 'scenario')}, {counted(schedules, 'schedule')}")
        elif explored:
            said.append(explored[0][0].sentence())
        self.said.setText("; ".join(said))
        self._sum_up([] if under else [one for one, _ in explored], busy=busy)
        self._button.setVisible(earlier and bool(explored))
        if earlier:
            self.badge.set("warning", f"of an earlier model: {self.badge.text()[2:]}")

    def _sum_up(self, explored: Sequence[Exploration], *, busy: bool) -> None:
        broken = {name for one in explored for name in one.findings}
        troubles = [one.trouble for one in explored if one.trouble]
        unsteady = any(one.unsteady for one in explored)
        if broken:
            self.badge.set("error", f"{counted(len(broken), 'invariant')} broken")
        elif troubles:
            self.badge.set("warning", "not deterministic" if unsteady else troubles[0])
        elif busy:
            self.badge.set("info", "exploring")
        else:
            self.badge.set("ok", "none found")
        self.badge.setVisible(bool(explored))
