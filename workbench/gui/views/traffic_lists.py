"""The lists of the traffic dialog: what runs came to, and each subscription in the chosen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.gui.paged_model import TableColumn
from workbench.gui.series_lines import draw_sample, draw_style
from workbench.gui.time_format import absolute
from workbench.services.worlds.traffic_run import TrafficRun, pace_text


def _count(title: str, width: int, about: str) -> TableColumn:
    return TableColumn(
        title, width=width, mono=True, align_right=True, text=lambda value: f"{value:,}", about=about
    )


def _line(number: int) -> str:
    return "shown" if number >= 0 else "hidden"


def _known(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _pace(pace: float) -> str:
    return f"{pace:g}×" if pace else "fastest"


def _behind(seconds: float) -> str:
    return "not done" if seconds < 0 else f"{seconds:.1f} s"


LINE_TIP = "Whether it is in the graph. Enter or a double click hides or shows it"
RUNS = (
    TableColumn("Run", width=92, stretch=True),
    TableColumn("Line", width=44, text=_line, tip=lambda _number: LINE_TIP, about=LINE_TIP, draw=draw_style),
    TableColumn("Pace", width=72, text=_pace, tip=pace_text),
    TableColumn("Ran", width=54, mono=True, text=lambda at: absolute(at)[11:16], tip=absolute),
)
SUBSCRIPTIONS = (
    TableColumn("Subscription", width=104, stretch=True),
    TableColumn("Line", width=44, text=_line, tip=lambda _number: LINE_TIP, about=LINE_TIP, draw=draw_sample),
    _count("Lag", 60, "The highest: positions to the head"),
    TableColumn(
        "Lag then", width=78, mono=True, align_right=True, text=_known, about="The highest in the range"
    ),
    TableColumn(
        "Behind", width=66, text=_behind, about="From the last arrival until nothing was left for it"
    ),
    _count("Delivered", 84, "Handled successfully"),
    _count("Retried", 72, "Attempts that were followed by another"),
    _count("Dead", 58, "Deliveries that became dead letters"),
    _count("Dead then", 86, "In the range itself"),
)


def run_rows(runs: Sequence[TrafficRun], numbers: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """Returns a row for each run.

    Args:
        numbers: By name the number of its dashes, where it is shown.
    """
    return [(one.name, numbers.get(one.name, -1), one.pace, one.at) for one in runs]


def subscription_rows(run: TrafficRun, names: Sequence[str], hidden: frozenset[str]) -> list[tuple[Any, ...]]:
    """Returns a row for each subscription of which a run tells what it came to."""
    rows = []
    told = {one.name: one for one in run.subscriptions}
    for at, name in enumerate(names):
        number = -1 if name in hidden else at
        if (one := told.get(name)) is not None:
            more = (one.delivered, one.retried, one.letters, one.letters_then)
            rows.append((name, number, one.highest, one.highest_then, one.behind, *more))
    return rows


def told_of(run: TrafficRun) -> str:
    """Says what a run came to, and how its events differ from then."""
    lines = [
        f"{run.name}: {run.summary()}."
        if run.subscriptions
        else f"{run.name}: what was watched in the range."
    ]
    differing = [
        f"{name} {then:,} then, {now:,} now" for name, (then, now) in run.types.items() if then != now
    ]
    lines += [f"Events that differ: {'; '.join(differing)}."] if differing else []
    lines += [f"{count:,} could not be stored: {why}." for why, count in run.refused.items()]
    return "\n".join([*lines, *(f"{name} stopped: {why}." for name, why in run.faults.items())])
