"""The table of all subscriptions: its columns give way where it is narrow, the details say them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent
from typing_extensions import override

from workbench.gui.badges import ROW_HEIGHT
from workbench.gui.paged_model import TableColumn
from workbench.gui.plot import number_text
from workbench.gui.safe_painter import painting
from workbench.gui.series_lines import draw_sample, draw_spark, pen_of
from workbench.gui.table import FastTableView
from workbench.gui.time_format import relative
from workbench.model.messaging import called

if TYPE_CHECKING:
    from workbench.services.monitor.monitor_values import SubscriptionView
    from workbench.services.monitor.rate_rings import Figures

STATES = {
    "running": ("ok", "Messages are delivered as they come"),
    "paused": ("warning", "An operator paused it; its backlog grows"),
    "engine paused": ("warning", "The whole engine is paused; its backlog grows"),
    "engine stopped": ("error", "The engine stopped when a reload failed; it is started again every second"),
    "detached": ("error", "Its handler is missing: trust or fix the project's module"),
    "faulted": ("error", "It failed repeatedly and waits to be resumed"),
    "not run here": ("neutral", "This window is read-only; another process may deliver its messages"),
}
"""What a state means: the kind of its pill, and a sentence."""
QUEUE = "point_to_point"


def count_text(value: int) -> str:
    """Returns a number with its thousands apart, a dash for none."""
    return f"{value:,}" if value else "–"


def age_text(microseconds: int) -> str:
    """Returns how old something is, a dash where nothing is."""
    if not microseconds:
        return "–"
    return "< 1 s" if microseconds < 1_000_000 else relative(0, microseconds).removesuffix(" ago")


def mode_text(mode: tuple[str, int]) -> str:
    """Returns in few words how messages are shared out."""
    name, workers = mode
    if name == QUEUE:
        return f"queue, {workers:,} worker{'s' if workers != 1 else ''}"
    return "pub/sub" if name else "–"


def mode_tip(mode: tuple[str, int]) -> str:
    """Returns a sentence about how messages are shared out."""
    name, workers = mode
    if name == QUEUE:
        return f"A queue: each message goes to one of {workers:,} workers"
    return (
        "Publish and subscribe: every subscription of the topic gets every message" if name else "Not known"
    )


def _rate(rate: float) -> str:
    return f"{rate:,.1f}" if rate else "–"


def _dead(value: int) -> tuple[str, str]:
    return ("error", f"{value:,} dead") if value else ("neutral", "none")


def _faults(said: Sequence[str]) -> tuple[str, str]:
    return ("error", f"{len(said):,} armed") if said else ("neutral", "none")


def _line(number: int) -> str:
    return "shown" if number >= 0 else "hidden"


def _spark(values: Sequence[float]) -> str:
    return f"at most {number_text(max(known))} a second" if (known := _known(values)) else "not watched"


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if value == value]  # noqa: PLR0124  # without NaN


def _figure(value: float | None) -> str:
    return number_text(value) if value else "–"


def _number(title: str, width: int, about: str) -> TableColumn:
    return TableColumn(title, width=width, mono=True, align_right=True, text=count_text, about=about)


LAG_TIP = "Positions, of other topics too, from the first message it gets and has not read to the head"
LINE_TIP = "Its line in the graph. Click, or H: hide or show it. Alt+click, or Alt+H: only this one"
NAME, LEAST = 112, 92
"""Pixels for a name before other columns give way, and once none is left that does."""
COLUMNS = (
    TableColumn("Subscription", width=LEAST, stretch=True, text=called),
    TableColumn("Line", width=44, text=_line, tip=lambda _number: LINE_TIP, about=LINE_TIP, draw=draw_sample),
    TableColumn("State", width=106, badge=lambda state: (STATES[state][0], state)),
    _number("Lag", 84, LAG_TIP),
    _number("Ready", 84, "Deliveries that a worker may take"),
    TableColumn("Dead", width=88, badge=_dead, about="Dead letters that are open"),
    TableColumn(
        "10 min", width=58, text=_spark, about="Deliveries a second of the last ten minutes", draw=draw_spark
    ),
    TableColumn(
        "Mode", width=124, text=mode_text, tip=mode_tip, about="Whether each gets all, or workers compete"
    ),
    TableColumn(
        "Rate /s", width=70, mono=True, align_right=True, text=_rate, about="Deliveries a second, lately"
    ),
    TableColumn(
        "Oldest", width=66, mono=True, align_right=True, text=age_text, about="Age of the oldest not settled"
    ),
    _number("In flight", 74, "Handlers that run now"),
    _number("Delayed", 84, "Deliveries that wait for their time or to be retried"),
    _number("Blocked", 84, "Deliveries that wait behind an earlier one with their key"),
    _number("Expired", 84, "Messages that lived too long and were dropped"),
    _number("Skipped", 84, "Deliveries that an operator skipped"),
    _number("Delivered", 84, "Handled successfully, ever"),
    TableColumn(
        "Average", width=74, mono=True, align_right=True, text=_figure, about="Of what the graph shows"
    ),
    TableColumn(
        "Highest", width=74, mono=True, align_right=True, text=_figure, about="Of what the graph shows"
    ),
    TableColumn("Reads", width=104, text=called, about="The topic that it reads"),
    TableColumn("Faults", width=84, badge=_faults, about="What goes wrong there on purpose"),
)
GIVING_WAY = (
    "Reads",
    "Expired",
    "Skipped",
    "Delivered",
    "In flight",
    "Mode",
    "Average",
    "Blocked",
    "Delayed",
    "Highest",
    "Oldest",
    "Rate /s",
    "10 min",
    "Line",
    "Ready",
    "Dead",
    "State",
)
"""Columns that are left out where there is no room for them, the first of them first."""
TITLES = tuple(column.title for column in COLUMNS)

FACTS = (
    TableColumn("Fact", width=124),
    TableColumn("Value", width=200),
    TableColumn("Meaning", width=330, stretch=True),
)


LINE, FAULTS = TITLES.index("Line"), TITLES.index("Faults")
SEEN = 3
"""Rows that are always seen."""
BAR = 3
"""Pixels of the bar at a row's edge that stands for its line where that column has no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLines:
    """What the graph shows of the subscriptions, which their rows tell, too.

    Attributes:
        lines: By name the number of its line; below 0 where it is hidden.
        sparks: By name the deliveries a second of the last ten minutes; NaN where nothing was watched.
        figures: By name what the graph's measure comes to.
    """

    lines: Mapping[str, int] = field(default_factory=dict)
    sparks: Mapping[str, Sequence[float]] = field(default_factory=dict)
    figures: Mapping[str, Figures] = field(default_factory=dict)


class SubscriptionTable(FastTableView):
    """All subscriptions; what is less telling gives way to what is more. It is the legend of the graph.

    Signals:
        line_clicked: A subscription's line, and whether only that is to be seen.
    """

    line_clicked = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.setAccessibleName("Subscriptions")
        self.setMinimumHeight(self.horizontalHeader().sizeHint().height() + SEEN * ROW_HEIGHT + 2)
        self._armed = False
        self.head.columns_reset.connect(lambda: self._give_way(self.viewport().width()))

    def show_faults(self, armed: bool) -> None:  # what it is about is in the name
        """Says at each subscription what goes wrong there on purpose; only while something does."""
        if armed != self._armed:
            self._armed = armed
            self._give_way(self.viewport().width())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._give_way(event.size().width())
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())  # the chosen one stays in sight

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._on_line(event):
            super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._on_line(event):
            super().mouseDoubleClickEvent(event)

    def _on_line(self, event: QMouseEvent) -> bool:
        """Whether the click is one on a line, which it hides, shows, or shows alone."""
        index = self.indexAt(event.position().toPoint())
        row = self._model.row(index.row()) if index.column() == LINE else None
        if row is None or event.button() is not Qt.MouseButton.LeftButton:
            return False
        self.line_clicked.emit(row[0], bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        return True

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isColumnHidden(LINE):
            return
        with painting(self.viewport()) as painter:
            for number in range(max(0, self.rowAt(0)), self._model.rowCount()):
                top = self.rowViewportPosition(number)
                row = self._model.row(number) if top < self.viewport().height() else None
                if row is None:
                    break
                if row[LINE] >= 0:
                    painter.fillRect(0, top + 4, BAR, self.rowHeight(number) - 8, pen_of(row[LINE]).color())

    def _give_way(self, room: int) -> None:
        widths = [NAME, *(self.columnWidth(at) or COLUMNS[at].width for at in range(1, len(COLUMNS)))]
        for at in range(1, len(COLUMNS)):
            if self.isColumnHidden(at):
                widths[at] = COLUMNS[at].width
        hidden = set() if self._armed else {FAULTS}
        needed = sum(widths) - sum(widths[at] for at in hidden)
        for title in GIVING_WAY:
            if needed <= room:
                break
            hidden.add(TITLES.index(title))
            needed -= widths[TITLES.index(title)]
        for at in range(1, len(COLUMNS)):
            self.setColumnHidden(at, at in hidden)


def row_of(view: SubscriptionView, drawn: DrawnLines) -> tuple[Any, ...]:
    """Returns a subscription's row."""
    figures = drawn.figures.get(view.name)
    return (
        view.name,
        drawn.lines.get(view.name, -1),
        view.status,
        view.lag,
        view.depth.ready,
        view.dead,
        drawn.sparks.get(view.name, ()),
        (view.mode, view.workers),
        view.rate,
        view.oldest_us,
        view.in_flight,
        view.depth.delayed,
        view.depth.blocked,
        view.expired,
        view.skipped,
        view.delivered,
        figures.average if figures else None,
        figures.highest if figures else None,
        view.source,
        view.faults,
    )


def facts_of(view: SubscriptionView) -> list[tuple[str, str, str]]:
    """Returns everything about a subscription: what it is called, its value, and what it means."""
    depth = view.depth
    return [
        ("Mode", mode_text((view.mode, view.workers)), mode_tip((view.mode, view.workers))),
        ("State", view.status, ": ".join(part for part in (STATES[view.status][1], view.fault) if part)),
        ("Reads", called(view.source), "The topic that it reads"),
        ("Filter", view.filter or "none", "What does not pass it is not delivered"),
        ("Handler", view.handler or "–", "The function of the model that handles its messages"),
        ("Cursor", f"{view.cursor:,}", "Everything up to this position is settled or waits in a row"),
        ("Lag", f"{view.lag:,}", LAG_TIP),
        ("Rate", f"{view.rate:,.1f} per second", "Deliveries a second, over the last five seconds"),
        ("Oldest", age_text(view.oldest_us), "Age of the oldest message that is not settled"),
        ("In flight", f"{view.in_flight:,}", "Handlers that run now"),
        ("Leased", f"{depth.leased:,}", "Deliveries with a row that a worker has taken"),
        ("Ready", f"{depth.ready:,}", "Deliveries with a row that a worker may take"),
        ("Delayed", f"{depth.delayed:,}", "Wait for their time or to be retried"),
        ("Blocked", f"{depth.blocked:,}", "Wait behind an earlier one with their key"),
        ("Dead", f"{view.dead:,}", "Dead letters that are open"),
        ("Delivered", f"{view.delivered:,}", "Handled successfully, ever"),
        ("Failed tries", f"{view.failed:,}", "Attempts that failed, ever"),
        ("Retried", f"{view.retried:,}", "Attempts that were followed by another, ever"),
        ("Died", f"{view.died:,}", "Deliveries that became dead letters, ever"),
        ("Filtered", f"{view.filtered:,}", "Messages that did not pass the filter, ever"),
        ("Expired", f"{view.expired:,}", "Messages that lived too long and were dropped, ever"),
        ("Skipped", f"{view.skipped:,}", "Deliveries that an operator skipped, ever"),
        ("Faults", "; ".join(view.faults) or "none", "What goes wrong there on purpose"),
    ]
