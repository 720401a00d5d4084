"""Waits until a project that runs has nothing left to do now, and says what has stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState

if TYPE_CHECKING:
    from workbench.services.monitor import Monitor
    from workbench.services.monitor.monitor_values import SubscriptionView

MOST = 100_000
"""Deliveries of a subscription that are looked at."""
LOOK = 0.05
"""Seconds between two looks at deliveries that are tried again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedRunner:
    """Something that does not go on by itself.

    Attributes:
        broken: It failed; else a person stopped it.
    """

    kind: str
    name: str
    why: str
    broken: bool


async def drain(monitor: Monitor, seconds: float) -> bool:
    """Returns when all was delivered, retried or died; False if it takes too long, or something has stopped.

    What was put off on purpose beyond that time, such as the ``after`` of a process, is not waited for; see
    `put_off`.

    Raises:
        StoreReadOnly: This window only observes.
    """
    engine = monitor.world.running()
    until = monitor.world.clock.now() + round(seconds * MICROSECONDS)
    try:
        async with asyncio.timeout(seconds):
            await engine.settle()
            while engine.stuck or any(_moves(monitor, view, until) for view in monitor.subscriptions()):
                if engine.faults:
                    return False
                await asyncio.sleep(LOOK)
                await engine.settle()
    except TimeoutError:
        return False
    return not engine.faults


def _moves(monitor: Monitor, view: SubscriptionView, until: int) -> bool:
    """Whether something of a subscription is under way, will be tried again, or is due by a time."""
    if not view.waiting or view.status != "running":
        return False
    if view.depth.ready or view.depth.leased:
        return True
    return any(
        one.state is DeliveryState.DELAYED and (one.failed or one.crashed or (one.due_at or 0) <= until)
        for one in monitor.world.reader.deliveries(view.name, MOST)
    )


def put_off(monitor: Monitor) -> int:
    """Returns how many deliveries wait for their time and were never tried."""
    return sum(
        one.state is DeliveryState.DELAYED and not (one.failed or one.crashed)
        for view in monitor.subscriptions()
        if view.depth.delayed
        for one in monitor.world.reader.deliveries(view.name, MOST)
    )


def stopped_runners(monitor: Monitor) -> list[StoppedRunner]:
    """Returns what does not follow any more: what is faulted, paused or has no handler."""
    found = []
    for view in monitor.projections():
        if view.status == "faulted":
            why = f"it stopped at position {view.fault_position:,}: {view.fault}"
            found.append(StoppedRunner(kind="projection", name=view.name, why=why, broken=True))
        elif view.stale and view.lag and view.status == "live":
            why = "its columns changed, so it stopped until it is rebuilt"
            found.append(StoppedRunner(kind="projection", name=view.name, why=why, broken=True))
        elif view.status == "paused" and view.lag:
            why = f"it is paused, {view.lag:,} positions behind"
            found.append(StoppedRunner(kind="projection", name=view.name, why=why, broken=False))
    for one in monitor.subscriptions():
        behind = one.lag or one.waiting
        if one.status == "detached":
            found.append(
                StoppedRunner(kind="subscription", name=one.name, why="nothing handles it", broken=True)
            )
        elif one.status == "paused" and behind:
            why = f"it is paused, {one.lag:,} positions behind"
            found.append(StoppedRunner(kind="subscription", name=one.name, why=why, broken=False))
        elif one.depth.blocked:
            why = f"{one.depth.blocked:,} wait behind dead letters or behind what was put off"
            found.append(StoppedRunner(kind="subscription", name=one.name, why=why, broken=False))
    return found
