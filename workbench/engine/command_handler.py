"""Handles commands: load, decide, append; conflicts are decided again, repeats are recognised (K1–K4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from workbench.engine.aggregate_loader import AggregateLoader
from workbench.engine.decision import Decider, Decision
from workbench.engine.faults import Faults
from workbench.engine.group_commit import CommandWriter
from workbench.engine.metrics import Metrics
from workbench.engine.turns import Turns
from workbench.errors import (
    STREAM_EXISTS,
    CallerError,
    CommandRejected,
    InvalidCommand,
    InvalidValue,
    StreamClosed,
    WrongExpectedVersion,
)
from workbench.model.aggregate import AggregateType
from workbench.model.clock import Clock
from workbench.model.command import CommandOutcome, CommandResult, CommandType
from workbench.model.error_text import as_text, error_sentence, error_text
from workbench.model.ids import NewId
from workbench.model.json_values import write_json
from workbench.model.project_code import ProjectCode
from workbench.model.registry import Registry
from workbench.model.secrets import without_secrets
from workbench.store.operations import Atomic, RecordCommand, SaveSnapshot
from workbench.store.stored_values import CommandRecord, Snapshot

DECISIONS = 4
"""A command is decided once, and again after each of at most three conflicts (K2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A command that is to be handled.

    Attributes:
        values: Its fields as plain values.
        expected: The version that the sender saw, which is then not retried, or `STREAM_EXISTS`; None: any.
        origin: Who sent it: ``form``, ``cli``, a policy's name.
        again: The sender tries again after a conflict, which is raised then, and not its recorded outcome.
    """

    type: str
    values: Mapping[str, Any]
    id: UUID
    expected: int | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    origin: str = ""
    again: bool = False


class CommandHandler:
    """The one place where commands become events."""

    def __init__(
        self,
        *,
        registry: Registry,
        loader: AggregateLoader,
        writer: CommandWriter,
        clock: Clock,
        new_id: NewId,
        metrics: Metrics,
        snapshot_every: int,
        report: Callable[[str], None],
        faults: Faults | None = None,
    ) -> None:
        self._registry = registry
        self._loader = loader
        self._writer = writer
        self._clock = clock
        self._metrics = metrics
        self._snapshot_every = snapshot_every
        self._report = report
        self._faults = faults or Faults(clock)
        self._turns = Turns()
        self._decider = Decider(registry, new_id)
        self._running: dict[int, asyncio.Future[CommandResult | None] | None] = {}

    async def handle(self, issue: Issue) -> CommandResult:
        """Handles one command; what the domain or a conflict says is a result, not an error.

        Raises:
            NoHandler: The model has no such command.
            InvalidCommand: Fields are wrong.
            InvalidValue: The expected version is no number.
            WrongExpectedVersion: The sender tries again.
            WorldError: The store could not write.
            InjectedFault: A fault that is armed failed it.
        """
        kind = self._registry.command(issue.type)
        if issue.expected is not None and type(issue.expected) is not int:
            raise InvalidValue(f"a version is a whole number, not {issue.expected!r}", path="expected")
        try:
            with ProjectCode(f"{kind.name} could not be read", issue.values):
                command = kind.parse(issue.values)
        except InvalidCommand as error:
            told = [(place, without_secrets(said, issue.values)) for place, said in error.fields]
            raise InvalidCommand(told) from None
        identity = issue.id.int  # a UUID is slow to look up
        while identity in self._running:
            if (same := await self._same(identity)) is not None:
                return msgspec.structs.replace(same, duplicate=True)
        self._running[identity] = None
        result = None
        try:
            result = await self._decide(kind, command, issue)
            if not result.duplicate:
                self._metrics.decided(kind.name, result.outcome)
            return result
        finally:
            if (future := self._running.pop(identity)) is not None:
                future.set_result(result)

    async def _same(self, identity: int) -> CommandResult | None:
        """Returns the result of the command with that id, which is being handled at this moment (K3).

        None where that came to nothing: then it is for the next one to handle it.
        """
        future = self._running[identity]
        if future is None:
            future = self._running[identity] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(future)

    async def _decide(self, kind: CommandType, command: Any, issue: Issue) -> CommandResult:
        values = kind.dump(command)
        kind = kind.for_values(values)
        streams = self._registry.streams_of(kind, values)
        base = CommandRecord(
            command_id=issue.id,
            type=kind.name,
            stream=streams[0],
            data=write_json(values),
            outcome=CommandOutcome.ACCEPTED,
            issued_at=self._clock.now(),
            correlation_id=issue.correlation_id or issue.id,
            causation_id=issue.causation_id,
            origin=issue.origin,
        )
        taken: list[str] = []
        try:
            # In one order, so that no two wait for each other.
            for stream in sorted({*streams}) if kind.involves else streams:
                await self._turns.take(stream)
                taken.append(stream)
            return await self._decide_alone(kind, command, issue, base, streams)
        finally:
            for stream in taken:
                self._turns.give_on(stream)

    async def _decide_alone(
        self, kind: CommandType, command: Any, issue: Issue, base: CommandRecord, streams: tuple[str, ...]
    ) -> CommandResult:
        self._faults.before_decision(kind.name)
        for attempt in range(1, DECISIONS + 1):
            try:
                decision = self._decision(kind, command, issue, base, streams)
            except CallerError as failure:
                return await self._record(base, 0, failure, attempt)
            loaded = decision.loaded[0]
            if decision.refusal is not None:
                return await self._record(base, loaded.version, decision.refusal, attempt)
            record = _with(
                base, version=loaded.version, attempts=attempt, duration_us=self._clock.now() - base.issued_at
            )
            try:
                self._faults.before_append(kind.name, streams[0], loaded.version)
                return await self._append(kind, streams, decision, record)
            except WrongExpectedVersion as conflict:
                for stream in streams:
                    self._loader.forget(stream)
                if attempt == DECISIONS and issue.again:
                    raise
                if attempt == DECISIONS or issue.expected not in (None, STREAM_EXISTS):
                    return await self._record(base, conflict.actual, conflict, attempt)
            except CallerError as refusal:
                return await self._record(base, loaded.version, refusal, attempt)
        raise AssertionError  # the last attempt always returned

    def _decision(
        self, kind: CommandType, command: Any, issue: Issue, base: CommandRecord, streams: tuple[str, ...]
    ) -> Decision:
        """Decides on what is remembered of the streams; a refusal must hold for what the store has (K2).

        Raises:
            UnknownEvent: A stream cannot be folded (U2).
        """
        aggregates = self._decider.aggregates(kind)
        loaded = tuple(map(self._loader.load, aggregates, streams))
        decision = self._decider.decide(
            kind, command, base, self._clock.now(), streams, loaded, issue.expected
        )
        if decision.refusal is None:
            return decision  # the append expects the versions
        current = tuple(map(self._loader.refresh, aggregates, streams))
        if [one.version for one in current] == [one.version for one in loaded]:
            return decision
        return self._decider.decide(kind, command, base, self._clock.now(), streams, current, issue.expected)

    async def _append(
        self, kind: CommandType, streams: tuple[str, ...], decision: Decision, record: CommandRecord
    ) -> CommandResult:
        appends = decision.appends(streams)
        answers = await self._writer.write(Atomic(operations=(*appends, RecordCommand(record=record))))
        stored = answers[-1]
        if answers[0] is None:
            return _result(stored, duplicate=True)
        result = _result(stored, event_ids=tuple(event.id for _, event in decision.events))
        for at, aggregate in enumerate(self._decider.aggregates(kind)):
            before, after = decision.loaded[at].version, decision.after[at]
            self._loader.advance(streams[at], after)
            await self._take_snapshot(aggregate, streams[at], before, after.version)
        return result

    async def _take_snapshot(self, aggregate: AggregateType, stream: str, before: int, after: int) -> None:
        """Takes a snapshot when a multiple of N was crossed; its failure never fails the command (S1)."""
        every = aggregate.snapshot_every or self._snapshot_every
        if not every or before // every == after // every:
            return
        try:
            loaded = self._loader.load(aggregate, stream)
            snapshot = Snapshot(
                stream=stream,
                version=loaded.version,
                state_hash=aggregate.state_hash,
                state=aggregate.write_state(loaded.state),
            )
            await self._writer.write(SaveSnapshot(snapshot=snapshot))
        except Exception as error:  # noqa: BLE001  # the events are stored, and that is the command's answer (C11)
            self._report(f"no snapshot of {stream} could be taken: {error_sentence(error)}")

    async def _record(
        self, base: CommandRecord, version: int, error: CallerError, attempt: int
    ) -> CommandResult:
        record = _with(
            base,
            outcome=_outcome(error),
            version=version,
            message=without_secrets(error_text(error), base.data),
            hint=without_secrets(as_text(error.hint), base.data),
            field=_field(error),
            expected=_expected(error),
            attempts=attempt,
            duration_us=self._clock.now() - base.issued_at,
        )
        stored = await self._writer.write(RecordCommand(record=record))
        return _result(stored, duplicate=stored.number > 0)


def _field(error: CallerError) -> str | None:
    named = error.field if isinstance(error, CommandRejected) else None
    return None if named is None else as_text(named)


def _expected(error: CallerError) -> int | None:
    version = error.expected if isinstance(error, WrongExpectedVersion) else None
    return version if type(version) is int else None  # one that a `decide` made up may be anything


def _outcome(error: CallerError) -> CommandOutcome:
    match error:
        case CommandRejected() | StreamClosed():
            return CommandOutcome.REJECTED
        case WrongExpectedVersion():
            return CommandOutcome.CONFLICT
        case _:
            return CommandOutcome.FAILED


def _with(record: CommandRecord, **changes: Any) -> CommandRecord:
    return msgspec.structs.replace(record, **changes)


def _result(
    record: CommandRecord, *, duplicate: bool = False, event_ids: tuple[UUID, ...] = ()
) -> CommandResult:
    return CommandResult(
        command_id=record.command_id,
        command_type=record.type,
        stream=record.stream,
        outcome=CommandOutcome(record.outcome),
        version=record.version,
        first_position=record.first_position,
        last_position=record.last_position,
        event_ids=event_ids,
        duplicate=duplicate,
        message=record.message,
        hint=record.hint,
        field=record.field,
        expected=record.expected,
        attempts=record.attempts,
        duration_us=record.duration_us,
    )
