"""What subscriptions did over time as CSV and as values for JSON; a gap stays one."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

from workbench.model.clock import MICROSECONDS, rfc3339
from workbench.services.monitor.rate_rings import RateWindow

FORMULA = ("=", "+", "-", "@")


def rates_csv(window: RateWindow, names: Sequence[str]) -> str:
    """Returns a line for each point: its end in UTC, and the value of each subscription."""
    found = io.StringIO()
    writer = csv.writer(found, lineterminator="\n")
    writer.writerow(["time", *(f"'{name}" if name.startswith(FORMULA) else name for name in names)])
    for time, *values in _rows(window, names):
        writer.writerow([time, *("" if value is None else f"{value:g}" for value in values)])
    return found.getvalue()


def rates_json(window: RateWindow, names: Sequence[str]) -> dict[str, Any]:
    """Returns the same as values, with what it comes to for each subscription."""
    rows = _rows(window, names)
    return {
        "measure": window.measure.value,
        "step": window.step,
        "times": [row[0] for row in rows],
        "subscriptions": [
            {
                "name": name,
                "average": window.figures[name].average,
                "highest": window.figures[name].highest,
                "total": window.figures[name].total,
                "values": [row[at] for row in rows],
            }
            for at, name in enumerate(names, 1)
        ],
    }


def _rows(window: RateWindow, names: Sequence[str]) -> list[tuple[Any, ...]]:
    columns = [window.values[name] for name in names]
    return [
        (
            rfc3339(round(time * MICROSECONDS)),
            *(None if math.isnan(column[at]) else column[at] for column in columns),
        )
        for at, time in enumerate(window.times)
    ]
