"""Keeps a subscription's leases alive while handlers run, and takes back those without a holder (D4)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from uuid import UUID

from workbench.engine.group_commit import Commits
from workbench.engine.tasks import Tasks
from workbench.engine.timers import CallOff, Timer
from workbench.errors import WorkbenchError
from workbench.model.clock import MICROSECONDS, Clock
from workbench.store.operations import Extend, Reclaim


class Leases:
    """The leases that the workers of one subscription hold.

    Args:
        seconds: How long a lease lasts; it is extended three times as often.
    """

    def __init__(
        self, subscription: str, seconds: float, writer: Commits, clock: Clock, timer: Timer, tasks: Tasks
    ) -> None:
        self._subscription = subscription
        self._length = round(seconds * MICROSECONDS)
        self._writer = writer
        self._clock = clock
        self._timer = timer
        self._tasks = tasks
        self._held: dict[UUID, CallOff] = {}

    def until(self) -> int:
        """Returns when a lease ends that is taken now, microseconds since 1970."""
        return self._clock.now() + self._length

    @property
    def held(self) -> tuple[UUID, ...]:
        """Tokens whose holders run."""
        return tuple(self._held)

    @contextlib.contextmanager
    def holding(self, token: UUID) -> Iterator[None]:
        """Extends what is leased under a token as long as the block runs."""
        self._beat_later(token)
        try:
            yield
        finally:
            self._held.pop(token)()

    def _beat_later(self, token: UUID) -> None:
        due = self._clock.now() + self._length // 3
        self._held[token] = self._timer.call_at(due, lambda: self._beat(token), background=True)

    def _beat(self, token: UUID) -> None:
        self._beat_later(token)
        self._tasks.spawn(self._extend(token), f"lease of {self._subscription}")

    async def _extend(self, token: UUID) -> None:
        with contextlib.suppress(WorkbenchError):  # the next beat tries again
            await self._writer.write(Extend(subscription=self._subscription, token=token, until=self.until()))

    async def reclaim(self, topic: str, max_crashes: int, *, release_key: bool) -> bool:
        """Takes back rows whose lease ran out; returns whether there were any."""
        taken = await self._writer.write(
            Reclaim(
                subscription=self._subscription,
                topic=topic,
                now=self._clock.now(),
                keep=self.held,
                max_crashes=max_crashes,
                release_key=release_key,
            )
        )
        return bool(taken)
