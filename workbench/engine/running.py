"""Runs the handlers of a batch: in order within a key, otherwise side by side, in short slices (O1, B1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from workbench.engine.delivering import DeliveryContext, Task, deliver
from workbench.model.clock import Clock
from workbench.model.messaging import Handler, Ordering, Subscription

SLICE = 0.004
"""Seconds of handlers that return at once, before everybody else gets a turn."""


async def run_tasks(
    tasks: Sequence[Task],
    subscription: Subscription,
    handler: Handler,
    context_of: Callable[[Task], DeliveryContext],
    clock: Clock,
    stopping: Callable[[], bool],
) -> None:
    """Runs a handler for every task; a failure ends the rest of its key, their tasks stay not started.

    Args:
        stopping: Asked before each task; once it says yes, nothing more is started.
    """
    ordered = subscription.ordering is Ordering.KEY
    groups: dict[object, list[Task]] = {}
    for index, task in enumerate(tasks):
        groups.setdefault(task.key if ordered else index, []).append(task)
    waiting = iter(groups.values())

    async def drain(groups: Iterable[list[Task]]) -> None:
        slice_end = clock.monotonic() + SLICE
        for group in groups:
            for task in group:
                if stopping():
                    return
                await deliver(task, handler, context_of(task), seconds=subscription.timeout, clock=clock)
                if clock.monotonic() > slice_end:
                    await asyncio.sleep(0)
                    slice_end = clock.monotonic() + SLICE
                if task.failure is not None:
                    break

    workers = min(subscription.in_flight, len(groups))
    if workers == 1 or getattr(handler, "inline", False):
        await drain(waiting)
    else:
        await asyncio.gather(*(drain(waiting) for _ in range(workers)))
