"""How far a subscription has come along the log: in memory, and in the store (contract §5)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from workbench.engine.leases import Leases
from workbench.engine.runtime import Runtime
from workbench.errors import StaleLease
from workbench.store.operations import Atomic, Claim, Operation, Settle
from workbench.store.stored_values import SubscriptionState

PASSED = 500
"""Positions that a cursor may move over uninteresting messages before it is stored."""


class SubscriptionCursor:
    """The cursor of one subscription; it runs ahead of the stored one over messages that are filtered out.

    Args:
        leases: Say how long a claim lasts.
        moved: Called when the stored cursor turned out to be elsewhere: what was prepared does not count.

    Attributes:
        position: Everything up to here was looked at.
        passed: Up to here messages may have been passed before, so that some may stand in rows (I5).
        foreign_until: When another engine's claim runs out that stands there; None if none is known.
    """

    def __init__(
        self, runtime: Runtime, subscription: str, leases: Leases, moved: Callable[[], None]
    ) -> None:
        self.position = 0
        self.passed = 0
        self.foreign_until: int | None = None
        self._stored = 0
        self._runtime = runtime
        self._subscription = subscription
        self._leases = leases
        self._moved = moved

    @property
    def unstored(self) -> int:
        """How many positions the stored cursor is behind."""
        return self.position - self._stored

    @property
    def is_due(self) -> bool:
        """Whether it is to be stored: it ran far ahead, or over all that may have been passed before.

        Behind a reset that delivers nothing again the store says as soon as this engine how far it is.
        """
        return self.unstored >= PASSED or self.position >= self.passed > self._stored

    def settled(self, position: int) -> None:
        """Notes a position that was stored."""
        self.position = self._stored = position

    def move(self, position: int) -> None:
        """Notes that the cursor was moved in the store."""
        self.settled(position)
        self.passed = max(self.passed, self._runtime.reader.head())
        self._moved()

    def read(self) -> SubscriptionState | None:
        """Takes the cursor from the store, and whether another engine's claim stands there."""
        state = self._runtime.reader.subscription(self._subscription)
        foreign = state is not None and state.claim_token and state.claim_owner != self._runtime.owner
        self.foreign_until = (state.claim_until or 0) if state and foreign else None
        self.move(state.cursor if state else 0)
        return state

    def claim(self, upto: int, token: UUID) -> Claim:
        """Returns what claims everything behind the stored cursor up to a position."""
        return Claim(
            subscription=self._subscription,
            upto=upto,
            token=token,
            after=self._stored,
            owner=self._runtime.owner,
            until=self._leases.until(),
        )

    async def write(self, operation: Operation) -> bool:
        """Writes what moves the cursor; False where another engine moved or claimed meanwhile."""
        try:
            await self._runtime.writer.write(operation)
        except StaleLease:
            self.read()
            return False
        return True

    async def store(self) -> None:
        """Stores a cursor that moved over uninteresting messages only."""
        if self.unstored and self.foreign_until is None:
            token, position = self._runtime.new_id(), self.position
            move = Settle(subscription=self._subscription, token=token, cursor=position)
            if await self.write(Atomic(operations=(self.claim(position, token), move))):
                self._stored = position
