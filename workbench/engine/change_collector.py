"""Says what a commit changed, in one small value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from workbench.errors import WorkbenchError
from workbench.model.changes import Changes
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store import operations as op
from workbench.store.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
)
from workbench.store.stored_values import AppendResult, CommandRecord

_OF_PROJECTIONS = (
    ApplyProjection,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
    DropGeneration,
)


_OPERATED = (EnsureProjection, MarkProjection, DropGeneration)


class Collector:
    """Gathers the changes of one commit.

    Attributes:
        versions: Which version each stream came to; None where only the store knows.
        released: There may be deliveries to make again, in any subscription.
        configured: What operators changed of subscriptions.
        skipped: Subscriptions of which an operator skipped deliveries.
        operated: Projections that were paused, resumed, or whose rebuild began or was given up.
    """

    def __init__(self) -> None:
        self.head = 0
        self.streams: set[str] = set()
        self.versions: dict[str, int | None] = {}
        self.projections: set[str] = set()
        self.subscriptions: set[str] = set()
        self.letters = self.commands = self.operations = False
        self.released = self.removed = False
        self.configured: list[op.ConfigureSubscription] = []
        self.skipped: set[str] = set()
        self.operated: set[str] = set()
        self.flow: Counter[str] = Counter()

    def note(self, operation: op.Operation, answer: Any) -> None:
        """Adds what one operation changed."""
        if isinstance(answer, WorkbenchError):
            return
        note: Callable[[Collector, Any, Any], None] = self._notes.get(type(operation), Collector._stood)
        note(self, operation, answer)

    def _all(self, operation: op.Atomic, answer: Any) -> None:
        for one in answer:
            if type(one) is CommandRecord and one.number:
                return  # the command was known, and nothing was done
        for part, part_answer in zip(operation.operations, answer, strict=True):
            self.note(part, part_answer)

    def _appended_many(self, operation: op.AppendMany, answer: Any) -> None:
        for part, part_answer in zip(operation.appends, answer, strict=True):
            self._appended(part, part_answer)

    def _commanded(self, _operation: op.RecordCommand, _answer: CommandRecord) -> None:
        self.commands = True

    def _published(self, _operation: op.NewMessage, answer: int) -> None:
        self.head = max(self.head, answer)

    def _closed(self, operation: op.CloseStream, _answer: None) -> None:
        self.streams.add(operation.stream)

    def _repaired(self, operation: op.Operation, _answer: Any) -> None:
        self.letters = self.released = True
        self.operations |= isinstance(operation, op.AdvanceJob) and operation.note is not None

    def _forgot(self, operation: op.ForgetLetters, answer: int) -> None:
        if answer:
            self._repaired(operation, answer)

    def _removed(self, _operation: op.Operation, answer: int) -> None:
        self.removed |= answer > 0

    def _stood(self, operation: op.Operation, _answer: Any) -> None:
        """Notes what changed where something stands, beside the log."""
        self.operations |= isinstance(operation, op.RecordAction)
        if isinstance(operation, _OF_PROJECTIONS):
            self.projections.add(operation.name)
            if isinstance(operation, _OPERATED):
                self.operated.add(operation.name)
        elif name := getattr(operation, "subscription", ""):
            self.subscriptions.add(name)

    def _configured(self, operation: op.ConfigureSubscription, _answer: Any) -> None:
        self.subscriptions.add(operation.subscription)
        self.configured.append(operation)

    def _skipped(self, operation: op.Skip, _answer: int) -> None:
        self.subscriptions.add(operation.subscription)
        self.skipped.add(operation.subscription)

    def _appended(self, operation: op.Append, answer: AppendResult) -> None:
        if answer.idempotent or not operation.events:
            return
        self.head = max(self.head, answer.last_position)
        self.streams.add(operation.stream)
        self.versions[operation.stream] = answer.last_version
        for event in operation.events:
            self.flow[f"event:{event.type}"] += 1

    def _settled(self, operation: op.Settle, _answer: None) -> None:
        self.subscriptions.add(operation.subscription)
        # Effects were written with it; where they put events and messages is read from the head.
        for effect in operation.effects:
            if isinstance(effect, op.Append):
                self.versions[effect.stream] = None
            if isinstance(effect, op.NewMessage):
                self.head = max(self.head, 1)
                issued = effect.topic == COMMANDS_TOPIC
                what = f"issue:{operation.subscription}:{effect.type}"
                self.flow[what if issued else f"publish:{operation.subscription}:{effect.topic}"] += 1
        if operation.settlements or any(row.letter for row in operation.deliveries):
            self.letters = True

    _notes: ClassVar[dict[type[op.Operation], Callable[[Collector, Any, Any], None]]] = {
        op.AdvanceJob: _repaired,
        op.Append: _appended,
        op.AppendMany: _appended_many,
        op.Atomic: _all,
        op.CloseStream: _closed,
        op.ConfigureSubscription: _configured,
        op.ForgetLetters: _forgot,
        op.ForgetMessages: _removed,
        op.MarkLetters: _repaired,
        op.NewMessage: _published,
        op.RecordCommand: _commanded,
        op.ReplayLetter: _repaired,
        op.RestoreLetters: _repaired,
        op.Retain: _removed,
        op.Settle: _settled,
        op.Skip: _skipped,
    }
    """What each operation changes; the others change what merely stands."""

    def changes(self) -> Changes:
        """Returns what was gathered."""
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


def collect(operations: Sequence[op.Operation], answers: Sequence[Any]) -> Collector:
    """Gathers what a whole commit changed."""
    collector = Collector()
    for operation, answer in zip(operations, answers, strict=True):
        collector.note(operation, answer)
    return collector
