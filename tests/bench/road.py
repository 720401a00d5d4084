"""From the form to the screen: how soon a command shows in timeline, projection row and delivery counter.

Run ``python -m tests.bench.road``; without a display it measures offscreen. Commands are sent through the
form of a real window, one after the other; a hop is over when its view shows the change.

The road is work of the window's thread, no waiting: a fifth is the form's answer, a fifth the engine, a
quarter views that read again, the rest painting. It is longer by what other programs take of the processor.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments, percentile

if TYPE_CHECKING:
    from workbench.gui.session import Session

LIMIT = 5.0
"""Seconds after which a change that does not show counts as lost."""
NAP = 0.001


async def shows(views: dict[str, Any], name: str, count: int) -> dict[str, float]:
    """Returns milliseconds from now until each view shows that user, who is the ``count``-th."""
    from workbench.gui.views.subscription_table import TITLES

    rows, deliveries = views["projections"], views["subscriptions"].table.model()
    delivered = TITLES.index("Delivered")
    hops: dict[str, Callable[[], bool]] = {
        "timeline": lambda: views["timeline"].name.text() == f"user-{name}",
        "projection": lambda: rows._table.model().rowCount() == count,
        "subscription": lambda: any(
            (row := deliveries.row(at))[0] == "welcome-mail" and row[delivered] == count
            for at in range(deliveries.rowCount())
        ),
    }
    begun, found = time.perf_counter(), {}
    while hops and time.perf_counter() - begun < LIMIT:
        for hop in [hop for hop, done in hops.items() if done()]:
            found[hop] = (time.perf_counter() - begun) * 1000
            del hops[hop]
        await asyncio.sleep(NAP)
    if hops:
        raise RuntimeError(f"{', '.join(hops)} did not show user-{name} within {LIMIT} s")
    return found


async def drive(session: Session, commands: int) -> list[dict[str, float]]:
    """Sends commands through the form; returns how long each took to each view."""
    window = session.window
    window.arrange((("commands",), ("timeline",), ("projections",), ("subscriptions",)))
    form: Any = window.views["commands"]
    rows: Any = window.views["projections"]
    while form._form is None or rows._table is None:
        await asyncio.sleep(0.1)
    taken = []
    for count in range(1, commands + 1):
        name = f"u{count:05}"
        values = {"user_id": name, "username": f"User {count}", "email": f"{name}@example.org"}
        form._form.set_value({**values, "status": "active"})
        await asyncio.sleep(0.05)  # the person looks for the button
        watching = asyncio.ensure_future(shows(window.views, name, count))
        form.send()
        taken.append(await watching)
    return taken


def measure(commands: int) -> list[dict[str, float]]:
    """Opens the users sample in a window and drives it."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QSettings

    from workbench.gui.application import prepare, run_on_loop
    from workbench.gui.main_window import MainWindow
    from workbench.gui.session import Session

    app = prepare([sys.argv[0]], "light")
    taken: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(str(Path(scratch) / "road.ini"), QSettings.Format.IniFormat)

        async def main() -> int:
            window = MainWindow(settings)
            session = Session(window, {"WORKBENCH_DATA": scratch, "WORKBENCH_CONFIG": scratch}, settings)
            window.resize(1440, 900)
            window.show()
            await session.open((None, "users"))
            try:
                taken.extend(await drive(session, commands))
            finally:
                session.quit()
                await session.ended()
            return 0

        run_on_loop(app, main)
    return taken


def main() -> None:
    """Prints median, p99 and worst of every hop and of the whole road."""
    options = arguments(__doc__ or "")
    taken = measure(60 if options.quick else 400)
    report = Report()
    for hop in ("timeline", "projection", "subscription"):
        report.add(f"form_to_{hop}_ms", statistics.median(one[hop] for one in taken), "ms")
    whole = [max(one.values()) for one in taken]
    report.add("road_ms", statistics.median(whole), "ms")
    report.add("road_p99_ms", percentile(whole, 0.99), "ms")
    report.add("road_worst_ms", max(whole), "ms")
    report.write(options.json)


if __name__ == "__main__":
    main()
