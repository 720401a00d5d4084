"""Publish and subscribe: a cursor along the log; a plain success only moves the cursor (contract §5)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.delivery_rows import DeliveryRows
from workbench.engine.handler_runner import HandlerRun
from workbench.engine.log_claims import LogClaims
from workbench.model.clock import Clock


class LogStrategy:
    """Delivers to a reader of its topic's log; each of many gets every message (P6).

    Args:
        run: Has as many handlers run at once as the subscription allows (B1).
        stopping: Whether no more is to be begun.
    """

    lanes = 1

    def __init__(
        self,
        rows: DeliveryRows,
        claims: LogClaims,
        run: HandlerRun,
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> None:
        self._rows = rows
        self._claims = claims
        self._run = run
        self._clock = clock
        self._stopping = stopping

    @property
    def in_flight(self) -> int:
        """Handlers that run now (B1)."""
        return self._run.in_flight

    async def work(self, limit: int | None) -> bool:
        """Does one batch: rows that are due, else the next stretch of the log."""
        if self._rows.pending and await self._work_rows(limit or self._run.side_by_side):
            return True
        if limit is not None:
            await self._claims.rest()  # a step is smaller than what was claimed ahead
        stretch = await self._claims.take(limit or self._claims.size.now)
        if stretch is None:
            return False
        if not stretch.tasks:
            return True
        started = self._clock.monotonic()
        plain, rows = self._claims.sort_out(stretch)
        with self._rows.leases.holding(stretch.token):
            await self._run.run(plain)
            ahead = limit is None and not self._stopping()
            if await self._claims.settle(stretch, plain, rows, ahead=ahead):
                self._claims.size.adapt(self._clock.monotonic() - started)
        return True

    async def _work_rows(self, limit: int) -> bool:
        tasks, token = await self._rows.lease(limit)
        if tasks:
            await self._rows.deliver(tasks, token, self._run)
        return bool(tasks)

    async def rest(self) -> None:
        """Gives back what was claimed ahead."""
        await self._claims.rest()
