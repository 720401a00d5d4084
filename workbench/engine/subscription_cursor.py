"""How far a subscription has come along the log: in memory, and in the store (contract §5)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from workbench.engine.runtime import Runtime
from workbench.errors import StaleLease
from workbench.store.operations import Atomic, Claim, Operation, Settle
from workbench.store.stored_values import SubscriptionState


class SubscriptionCursor:
    """The cursor of one subscription; it runs ahead of the stored one over messages that are filtered out.

    Args:
        moved: Called when the stored cursor turned out to be elsewhere: what was prepared does not count.

    Attributes:
        position: Everything up to here was looked at.
        passed: Up to here messages may have been passed before, so that some may stand in rows (I5).
    """

    def __init__(self, runtime: Runtime, subscription: str, moved: Callable[[], None]) -> None:
        self.position = 0
        self.passed = 0
        self._stored = 0
        self._runtime = runtime
        self._subscription = subscription
        self._moved = moved

    @property
    def unstored(self) -> int:
        """How many positions the stored cursor is behind."""
        return self.position - self._stored

    def start(self, state: SubscriptionState) -> None:
        """Notes what a crash may have left; messages up to the log's end may stand in rows."""
        self.passed = self._runtime.reader.head()
        self.settled(max(state.cursor, state.claimed_to))

    def settled(self, position: int) -> None:
        """Notes a position that was stored."""
        self.position = self._stored = position

    def move(self, position: int) -> None:
        """Notes that an operator moved the cursor in the store."""
        self.settled(position)
        self.passed = max(self.passed, self._runtime.reader.head())
        self._moved()

    def read_again(self) -> None:
        """Takes the cursor from the store: it was moved."""
        state = self._runtime.reader.subscription(self._subscription)
        self.move(state.cursor if state else 0)

    def claim(self, upto: int, token: UUID) -> Claim:
        """Returns what claims everything behind the stored cursor up to a position."""
        return Claim(subscription=self._subscription, upto=upto, token=token, after=self._stored)

    async def write(self, operation: Operation) -> bool:
        """Writes what moves the cursor; False where it was moved meanwhile, which counts."""
        try:
            await self._runtime.gate.write(operation)
        except StaleLease:
            self.read_again()
            return False
        return True

    async def store(self) -> None:
        """Stores a cursor that moved over uninteresting messages only."""
        if self.unstored:
            token, position = self._runtime.new_id(), self.position
            move = Settle(subscription=self._subscription, token=token, cursor=position)
            if await self.write(Atomic(operations=(self.claim(position, token), move))):
                self._stored = position
