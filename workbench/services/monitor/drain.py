"""Waits until a project that runs has nothing left to do now, and says what has stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.engine.timers import VirtualTimer
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.monitor.monitor import Monitor
    from workbench.services.monitor.monitor_values import SubscriptionView
    from workbench.store.stored_values import Delivery

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


class Drain:
    """Lets a world that runs come to rest."""

    def __init__(self, world: World[Project], monitor: Monitor) -> None:
        self._world, self._monitor = world, monitor

    async def settle(self, seconds: float) -> bool:
        """Returns when all was delivered, retried or died; False if it takes too long, or something stopped.

        What was put off on purpose beyond that time, such as the ``after`` of a process, is not waited for;
        see `put_off`. Where the clock is moved by hand, none of its time passes here, and nothing that is due
        later is waited for.

        Raises:
            StoreReadOnly: This window only observes.
        """
        if self._by_hand:
            await self._world.settle()
            return not (self._world.running().faults or self._moves_on(self._world.clock.now()))
        until = self._world.clock.now() + round(seconds * MICROSECONDS)
        try:
            async with asyncio.timeout(seconds):
                await self._world.settle()
                while self._moves_on(until):
                    if self._world.running().faults:
                        return False
                    await asyncio.sleep(LOOK)
                    await self._world.settle()
        except TimeoutError:
            return False
        return not self._world.running().faults

    @property
    def _by_hand(self) -> bool:
        return isinstance(self._world.timer, VirtualTimer)

    def _moves_on(self, until: int) -> bool:
        stuck = self._world.running().stuck
        return stuck or any(self._moves(view, until) for view in self._monitor.subscriptions())

    def _moves(self, view: SubscriptionView, until: int) -> bool:
        """Whether something of a subscription is under way, will be tried again, or is due by a time."""
        if not view.waiting or view.status != "running":
            return False
        if view.depth.ready or view.depth.leased:
            return True
        return any(not self._put_off(one) or (one.due_at or 0) <= until for one in self._delayed(view))

    def _put_off(self, one: Delivery) -> bool:
        """Whether what is due later is not waited for: it was never tried, or the clock is moved by hand."""
        return self._by_hand or not (one.failed or one.crashed)

    def _delayed(self, view: SubscriptionView) -> Iterator[Delivery]:
        deliveries = self._world.reader.deliveries(view.name, MOST)
        return (one for one in deliveries if one.state is DeliveryState.DELAYED)

    def put_off(self) -> int:
        """Returns how many deliveries wait for their time and are not waited for."""
        return sum(
            self._put_off(one)
            for view in self._monitor.subscriptions()
            if view.depth.delayed
            for one in self._delayed(view)
        )

    def stopped(self) -> list[StoppedRunner]:
        """Returns what does not follow any more: what is faulted, paused or has no handler."""
        return [*_projections(self._monitor), *_subscriptions(self._monitor)]


def _projections(monitor: Monitor) -> Iterator[StoppedRunner]:
    for view in monitor.projections():
        why, broken = "", True
        if view.status == "faulted":
            why = f"it stopped at position {view.fault_position:,}: {view.fault}"
        elif view.stale and view.lag and view.status == "live":
            why = "its columns changed, so it stopped until it is rebuilt"
        elif view.status == "paused" and view.lag:
            why, broken = f"it is paused, {view.lag:,} positions behind", False
        if why:
            yield StoppedRunner(kind="projection", name=view.name, why=why, broken=broken)


def _subscriptions(monitor: Monitor) -> Iterator[StoppedRunner]:
    for view in monitor.subscriptions():
        why, broken = "", False
        if view.status == "detached":
            why, broken = "nothing handles it", True
        elif view.status == "paused" and (view.lag or view.waiting):
            why = f"it is paused, {view.lag:,} positions behind"
        elif view.depth.blocked:
            why = f"{view.depth.blocked:,} wait behind dead letters or behind what was put off"
        if why:
            yield StoppedRunner(kind="subscription", name=view.name, why=why, broken=broken)
