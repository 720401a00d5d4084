"""What a handler is given beside the message; its effects are buffered until it succeeds (D1, D2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from workbench.engine.causation import Causation
from workbench.engine.delivery_attempt import DeliveryAttempt
from workbench.engine.publisher import OutgoingMessage, new_message
from workbench.engine.rows_buffer import check_key, check_row
from workbench.errors import ANY, ModelError, PermanentError
from workbench.model.calendar_spans import later
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.command import Command, field_values
from workbench.model.event import Event, NewEvent, written
from workbench.model.expressions.value_views import in_microseconds, moment
from workbench.model.ids import derived_id
from workbench.model.json_values import write_json
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC, NOTHING, Priority, Topic
from workbench.model.projection import Projection
from workbench.model.registry import Registry
from workbench.store.operations import Append, NewMessage, Operation, ProjectRows, WithdrawTimeouts
from workbench.store.ports import ModelReader


@dataclass(frozen=True, slots=True)
class Issuer:
    """For whom a handler issues commands.

    Attributes:
        origin: Name of the policy, process or subscription.
        about: Position of the message that they follow from; answers to refusals read it again (K6).
        instance: Of a process, as the store names it: who may withdraw what is issued for later (K7).
    """

    origin: str
    about: int
    instance: str = ""


class DeliveryContext:
    """What a handler is given beside the message; implements `workbench.model.messaging.Context`."""

    def __init__(
        self,
        task: DeliveryAttempt,
        subscription: str,
        registry: Registry,
        reader: ModelReader,
        clock: Clock,
        *,
        make_room: Callable[[Topic, Collection[UUID]], None],
        causation: Causation,
        timeout: float = 60.0,
        dry_run: bool = False,
    ) -> None:
        self._task = task
        self._subscription = subscription
        self._registry = registry
        self._reader = reader
        self._clock = clock
        self._make_room = make_room
        self._causation = causation
        self._timeout = timeout
        self._dry_run = dry_run

    @cached_property
    def issuer(self) -> Issuer:
        """For whom it issues commands; a process says more of itself."""
        return Issuer(self._subscription, self._task.message.position)

    @property
    def attempt(self) -> int:
        """Number of this try, from 1."""
        return self._task.attempt

    @property
    def redelivered(self) -> bool:
        """Whether a handler may have seen this message before (D2)."""
        row = self._task.delivery
        return row is not None and bool(row.attempts or row.crashed or row.generation)

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this delivery."""
        return f"{self._subscription}:{self._task.message.id}"

    @property
    def started_at(self) -> int:
        """The time at which this try began, microseconds since 1970."""
        return self._task.started_at

    @property
    def now(self) -> datetime:
        """The time at which this try began, in UTC."""
        return moment(self._task.started_at)

    @property
    def deadline(self) -> int:
        """When this try is given up, microseconds since 1970 (D4)."""
        return self._task.started_at + round(self._timeout * MICROSECONDS)

    @property
    def cancelled(self) -> bool:
        """Whether the deadline has passed: what a plain function does after it is ignored."""
        return self._task.given_up or self._clock.now() > self.deadline

    @property
    def dry_run(self) -> bool:
        """Whether nothing of this will be stored: leave out what acts on the outside."""
        return self._dry_run

    def append(self, stream: str, *events: Event, expected: int = ANY) -> None:
        """Appends events to a stream when this handler succeeds; a refusal fails the delivery."""
        message = self._task.message
        new = tuple(
            NewEvent(
                id=self._effect_id(index),
                type=event.event_type,
                schema_version=event.event_version,
                data=self._written(event),
                correlation_id=message.correlation_id,
                causation_id=message.id,
            )
            for index, event in enumerate(events)
        )
        self._task.effects.append(Append(stream=stream, events=new, expected=expected))

    def publish(
        self,
        topic: str,
        data: Mapping[str, Any],
        *,
        type: str = "",
        key: str = "",
        delay: float = 0.0,
        at: datetime | None = None,
        ttl: float | None = None,
        priority: Priority | None = None,
    ) -> None:
        """Publishes a message when this handler succeeds.

        Raises:
            InvalidValue: Whatever `Publisher.publish` takes for none.
            BackPressure: The topic is full (B2); unless the handler knows better, it is tried again later.
        """
        message, identity = self._task.message, self._effect_id()
        known = self._registry.topics.get(topic)
        draft = OutgoingMessage(
            topic=topic,
            data=dict(data),
            type=type,
            key=key,
            priority=priority,
            delay=0.0 if at is not None else delay,
            at=None if at is None else in_microseconds(at),
            ttl=ttl,
            correlation_id=message.correlation_id,
            causation_id=message.id,
        )
        new = new_message(draft, known or Topic(name=topic), identity, self._clock.now())
        if known is not None:
            self._make_room(known, (identity,))
        self._task.effects.append(new if key else replace(new, key=message.key))

    def project(self, table: str, **row: Any) -> None:
        """Puts a row into a table that handlers write, when this handler succeeds.

        Raises:
            ModelError: There is no such table.
            PermanentError: The row does not fit it; no further try would make it fit.
        """
        known = handler_table(self._registry, table)
        full = {column.name: row.get(column.name) for column in known.columns}
        _lasting(check_row, known, row)
        self._task.effects.append(ProjectRows(name=table, rows=(full,)))

    def remove(self, table: str, key: Any) -> None:
        """Removes a row of a table that handlers write, when this handler succeeds.

        Raises:
            ModelError: There is no such table.
            PermanentError: It can have no row with such a key.
        """
        known = handler_table(self._registry, table)
        _lasting(check_key, known, key)
        self._task.effects.append(ProjectRows(name=known.name, deleted=(key,)))

    def issue(
        self, command: Any, *, delay: float = 0.0, at: datetime | None = None, refused: str = ""
    ) -> None:
        """Issues a command when this handler succeeds: after ``delay`` seconds, or at a time.

        Args:
            refused: Name of the answer to a refusal (K6).

        Raises:
            ModelError: There is no such answer.
            PermanentError: It would be the last of very many that followed from each other at once (K9).
        """
        kind = self._registry.command(command.command_type)
        values = kind.dump(command)
        message, issuer = self._task.message, self.issuer
        said: dict[str, Any] = {"origin": issuer.origin}
        said |= {"instance": issuer.instance} if issuer.instance else {}
        due, identity = self._later(delay, at), self._effect_id()
        if due is None or due <= self.started_at:
            self._causation.step(message.id, identity, 0 if due is None else self.started_at - due)
        if refused:
            said |= {"answer": self._known_answer(refused)}
        if refused or (due and issuer.instance):
            said |= {"about": issuer.about}
        self._task.effects.append(
            NewMessage(
                id=identity,
                topic=COMMANDS_TOPIC,
                type=kind.name,
                key=self._registry.stream_of(kind, values),
                data=write_json(values),
                correlation_id=message.correlation_id,
                causation_id=message.id,
                metadata=write_json(said),
                deliver_at=due,
                instance=issuer.instance if due else "",
            )
        )

    def withdraw(self, commands: Sequence[type[Command]], having: Mapping[str, Any]) -> None:
        """Takes back what the instance issued for later, when this handler succeeds (K7).

        Args:
            having: Fields and their values: only commands that have them are taken back.

        Raises:
            ModelError: What runs is no process, or a command has no such field or cannot have such a value.
        """
        if not self.issuer.instance:
            raise ModelError(f"{self.issuer.origin} is no process, and only they withdraw what they issued")
        issuer = self.issuer
        # An event that is delivered again finds what was issued on it and behind it: that stays (D1).
        # An answer to a refusal comes when it comes, and takes whatever waits.
        again = self._task.message.topic == LOG_TOPIC
        ahead = tuple(one.id for one in self._task.effects if isinstance(one, NewMessage))
        for command in commands:
            self._task.effects.append(
                WithdrawTimeouts(
                    instance=issuer.instance,
                    types=(command.command_type,),
                    having=field_values(command, having) if having else {},
                    about=issuer.about,
                    before=issuer.about if again else 0,
                    ahead=ahead,
                )
            )

    def _known_answer(self, name: str) -> str:
        known = self._registry.answers(self.issuer.origin)
        if name != NOTHING and name not in known:
            said = f"{self.issuer.origin} has no answer {name} to a refusal"
            raise ModelError(said, hint=f"there are: {', '.join([*known, NOTHING])}")
        return name

    def effect(self, operation: Operation) -> None:
        """Adds a write that takes effect when this handler succeeds."""
        self._task.effects.append(operation)

    def row(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Reads a row of a read model as it stands now."""
        return self._reader.row(projection, key)

    def _written(self, event: Event) -> str:
        """Returns the data of an event, which may be one of no aggregate."""
        kind = self._registry.events.get(event.event_type)
        return written(event, kind.decode if kind else partial(msgspec.json.decode, type=type(event)))[0]

    def _effect_id(self, index: int = 0) -> UUID:
        # The same try or a later one makes the same ids: a repeated effect finds its first self (D1).
        parts = (self._subscription, self._task.message.id, len(self._task.effects))
        return derived_id(*parts, index) if index else derived_id(*parts)

    def _later(self, delay: float, at: datetime | None) -> int | None:
        if at is not None:
            return in_microseconds(at)
        return later(self._clock.now(), delay, "delay") if delay else None


def _lasting(check: Callable[[Projection, Any], None], table: Projection, value: Any) -> None:
    """Checks what a handler writes.

    Raises:
        PermanentError: It does not fit.
    """
    try:
        check(table, value)
    except ModelError as error:
        raise PermanentError(error.message) from error


def handler_table(registry: Registry, name: str) -> Projection:
    """Returns a table that handlers write: a projection that folds no events.

    Raises:
        ModelError: There is none of that name, or its rows are folded from events.
    """
    table = registry.projections.get(name)
    if table is None or not table.by_handlers:
        said = "its rows are folded from events" if table else "there is no such table"
        tables = sorted(one.name for one in registry.projections.values() if one.by_handlers)
        raise ModelError(
            f"a handler cannot write to {name}: {said}",
            hint=f"tables of handlers: {', '.join(tables)}"
            if tables
            else "declare a projection without events",
        )
    return table
