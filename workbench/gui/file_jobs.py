"""Work on files beside the loop: a notice tells how far it is, how fast, what is left, and cancels it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from workbench.gui.opened_file import open_file
from workbench.model.counts import how_far

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk

T = TypeVar("T")
Told = Callable[[int, int], None]
"""Told how much is done, of how much."""
STEP_US = 250_000
"""Microseconds between two words about the progress."""


class JobCancelled(Exception):  # it is no error: a person wanted it
    """The person cancelled the work."""


async def run_job(desk: Desk, name: str, unit: str, work: Callable[[Told], T]) -> T | None:
    """Does work in a thread and tells how far it is; returns None where the person cancelled it.

    Args:
        name: What is done, such as "Exporting events.ndjson".
        unit: What is counted, such as "events".
        work: Does it; what `Told` raises ends it, and it takes away what it wrote.
    """
    clock, loop, stopped = desk.workspace.clock, asyncio.get_running_loop(), threading.Event()
    began = last = clock.now()

    def show(done: int, total: int) -> None:
        if not stopped.is_set():
            said = f"{name}: {how_far(done, total, unit, clock.now() - began)}"
            share = done / max(1, total)
            desk.notice("info", said, ("Cancel", stopped.set), topic=name, share=share)

    def told(done: int, total: int) -> None:
        nonlocal last
        if stopped.is_set():
            raise JobCancelled
        if clock.now() - last >= STEP_US:
            last = clock.now()
            loop.call_soon_threadsafe(show, done, total)

    show(0, 1)
    try:
        return await asyncio.to_thread(work, told)
    except JobCancelled:
        return None
    finally:
        stopped.set()
        desk.notice("info", "", topic=name)


def way_to_file(desk: Desk, path: Path) -> tuple[str, Callable[[], None]]:
    """Returns what a notice offers of a file that was written."""
    return ("Show in its folder", partial(open_file, cast("QWidget", desk.parent()), path.parent))
