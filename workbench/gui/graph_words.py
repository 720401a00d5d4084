"""What is said of a graph of subscriptions: what is measured, what is pointed at, and why nothing is seen."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from workbench.gui.plot import clock_text, number_text
from workbench.services.monitor.rate_rings import Figures, Measure, RateWindow

MEASURES = {
    Measure.RATE: ("Rate", "deliveries/s"),
    Measure.LAG: ("Lag", "positions to the head"),
    Measure.DEATHS: ("Deaths", "in {step}"),
    Measure.RETRIES: ("Retries", "in {step}"),
    Measure.FOLD_LAG: ("Read models: lag", "positions to the head"),
    Measure.FOLDED: ("Read models: rate", "events/s, also in a rebuild"),
}
"""What a measure is called, and its unit."""
JOINED = {Measure.RATE: "average", Measure.LAG: "highest"}
"""What a point is of the seconds that it stands for; deaths and retries are counted in them."""
TOLD = 30
"""Subscriptions that are told."""


def unit_text(seen: RateWindow, *, here: bool) -> str:
    """Returns the unit of what is seen, and what a point is of: several seconds have one.

    Of what another process counts it also says of when it is.

    Args:
        here: Whether this process counts.
    """
    step = span_text(seen.step)
    unit = MEASURES[seen.measure][1].format(step=step)
    if seen.step > 1 and seen.measure.kind in JOINED:
        unit += f", {JOINED[seen.measure.kind]} of {step}"
    if here or not seen.last:
        return unit
    return f"{unit}, another process's as of {clock_text(seen.last, seconds=True)}"


def point_text(seen: RateWindow, index: int, shown: Collection[str], height: float) -> str:
    """Says the time of a point, and the value there of the line that is nearest to a height."""
    known = {
        name: value
        for name, series in seen.values.items()
        if name in shown and not math.isnan(value := series[index])
    }
    when = clock_text(seen.times[index], seconds=seen.step < 60)
    if not known:
        return f"{when} not watched"
    name = min(known, key=lambda one: abs(known[one] - height))
    return f"{number_text(known[name])} · {name} · {when}"


def nothing_text(seen: RateWindow, span: str, *, here: bool) -> str:
    """Says over which time nothing happened: what was not watched is not known (V3).

    Args:
        span: How the time is called that is in sight.
        here: Whether this process counts.
    """
    series = next(iter(seen.values.values()), ())
    first = next((at for at, value in enumerate(series) if not math.isnan(value)), -1)
    if first < 0:
        return "Nothing was watched yet" if here else "Another process delivers: nothing of it is kept yet"
    if first:
        return f"Nothing since {clock_text(seen.times[first] - seen.step, seconds=True)}"
    gaps = any(math.isnan(value) for value in series)
    return f"Nothing in {span}{', as far as it was watched' if gaps else ''}"


def figures_text(seen: RateWindow, figures: Figures) -> str:
    """Returns in words what a measure comes to; a line of averages is lower than the highest second."""
    over = seen.step > 1 and seen.measure.kind is Measure.RATE
    of = " in one second" if over else ""
    return f"average {number_text(figures.average)}, highest {number_text(figures.highest)}{of}"


def graph_text(seen: RateWindow, word: str, span: str, names: Sequence[str]) -> str:
    """Returns in words what a graph shows."""
    figures = seen.figures
    lines = [
        f"{name} {figures_text(seen, one)}" for name in names[:TOLD] if (one := figures.get(name)) is not None
    ]
    return f"{word}, {span}: {'; '.join(lines)}"


def span_text(seconds: int) -> str:
    """Returns a length of time in minutes where they are whole, else in seconds."""
    return f"{seconds} s" if seconds % 60 else f"{seconds // 60} min"
