"""Gathers what a commit changed, as its operations say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from workbench.errors import WorkbenchError
from workbench.model.changes import Changes
from workbench.store.operations.operation import Operation
from workbench.store.operations.queue_operations import ConfigureSubscription


class Touched:
    """What one commit changed.

    Attributes:
        versions: Which version each stream came to; None where only the store knows.
        released: There may be deliveries to make again, in any subscription.
        configured: What operators changed of subscriptions.
        moved: Subscriptions whose cursor an undo may have moved.
        skipped: Subscriptions of which an operator skipped deliveries, or had one made now.
        operated: Projections that were paused, resumed, or whose rebuild began or was given up.
        weight: The characters of payloads that its largest operation wrote.
        flow: How many of each kind passed, by ``event:TYPE``, ``issue:…`` and ``publish:…``.
    """

    def __init__(self, operations: Sequence[Operation] = (), answers: Sequence[Any] = ()) -> None:
        self.head = 0
        self.streams: set[str] = set()
        self.versions: dict[str, int | None] = {}
        self.projections: set[str] = set()
        self.subscriptions: set[str] = set()
        self.letters = self.commands = self.operations = False
        self.released = self.removed = False
        self.configured: list[ConfigureSubscription] = []
        self.skipped: set[str] = set()
        self.moved: set[str] = set()
        self.operated: set[str] = set()
        self.flow: defaultdict[str, int] = defaultdict(int)
        self.weight = max((one.weight for one in operations), default=0)
        for operation, answer in zip(operations, answers, strict=True):
            self.note(operation, answer)

    def note(self, operation: Operation, answer: Any) -> None:
        """Adds what one operation changed; one that failed changed nothing."""
        if not isinstance(answer, WorkbenchError):
            operation.touch(answer, self)

    def changes(self) -> Changes:
        """Returns what went stale."""
        return Changes(
            head=self.head,
            streams=frozenset(self.streams),
            projections=frozenset(self.projections),
            subscriptions=frozenset(self.subscriptions),
            dead_letters=self.letters,
            commands=self.commands,
            operations=self.operations,
            removed=self.removed,
        )
