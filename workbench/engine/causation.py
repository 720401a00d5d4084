"""Ends chains of causes that go on by themselves (K9)."""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from uuid import UUID

from workbench.errors import PermanentError

MOST = 1000
KEPT = 10_000


class Causation:
    """Counts the steps that led to a message, one from another at once; of the last ones that were made."""

    def __init__(self) -> None:
        self._steps: OrderedDict[UUID, tuple[int, float]] = OrderedDict()

    def step(self, cause: UUID, effect: UUID, overdue: int = 0) -> None:
        """Notes that a message makes another one, which does not wait.

        What catches up begins to count again: it was due less long ago than whatever was due before it.

        Args:
            overdue: How long ago the effect was due, in microseconds; 0 where it is due now.

        Raises:
            PermanentError: Too many have made each other. Its cause begins to count again, so that a replay
                goes on.
        """
        steps, before = self._steps.get(cause, (0, inf))
        if 0 < overdue < before < inf:
            self._note(effect, (0, overdue))
            return
        if steps >= MOST:
            del self._steps[cause]
            raise PermanentError(
                f"this may never end: {MOST:,} steps followed from each other, none of which waited",
                hint="give one of them a condition, or a time that lies ahead; a replay goes on",
            )
        self._note(effect, (steps + 1, min(before, overdue or inf)))

    def outcome(self, command: UUID, event: UUID) -> None:
        """Notes that an event is what a command did."""
        if known := self._steps.get(command):
            self._note(event, known)

    def _note(self, effect: UUID, known: tuple[int, float]) -> None:
        self._steps[effect] = known
        if len(self._steps) > KEPT:
            self._steps.popitem(last=False)
