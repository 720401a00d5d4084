"""Ends chains of causes that go on by themselves (K9)."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from workbench.errors import PermanentError

MOST = 1000
KEPT = 10_000


class Causation:
    """Counts the steps that led to a message, one from another at once; of the last ones that were made."""

    def __init__(self) -> None:
        self._steps: OrderedDict[UUID, int] = OrderedDict()

    def step(self, cause: UUID, effect: UUID) -> None:
        """Notes that a message makes another one.

        Raises:
            PermanentError: Too many have made each other. Its cause begins to count again, so that a replay
                goes on.
        """
        steps = self._steps.get(cause, 0) + 1
        if steps > MOST:
            del self._steps[cause]
            raise PermanentError(
                f"this may never end: {MOST:,} steps followed from each other, none of which waited",
                hint="give one of them a condition; a replay goes on",
            )
        self._note(effect, steps)

    def outcome(self, command: UUID, event: UUID) -> None:
        """Notes that an event is what a command did."""
        if steps := self._steps.get(command):
            self._note(event, steps)

    def _note(self, effect: UUID, steps: int) -> None:
        self._steps[effect] = steps
        if len(self._steps) > KEPT:
            self._steps.popitem(last=False)
