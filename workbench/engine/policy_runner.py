"""Policies and processes as handlers: events in, commands out, state kept with the ack."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from workbench.engine.handler_context import DeliveryContext, Issuer
from workbench.engine.metrics import Metrics
from workbench.errors import PermanentError
from workbench.model.decision_context import ReactionContext
from workbench.model.event import RecordedEvent
from workbench.model.hints import in_brackets
from workbench.model.messaging import LOG_TOPIC, Message, Subscription
from workbench.model.policy import UNFIT, ReactorType, issue, unfit
from workbench.model.project_code import ProjectCode
from workbench.model.projection import unstorable
from workbench.model.registry import Registry
from workbench.model.retry import RetryPolicy
from workbench.store.operations import SaveProcess
from workbench.store.ports import ModelReader
from workbench.store.stored_values import Instance

KEPT = 1000


class PolicyRunner:
    """Runs one policy or process; pure code, so it runs on the loop."""

    inline = True

    def __init__(self, kind: ReactorType, registry: Registry, reader: ModelReader, metrics: Metrics) -> None:
        self._kind = kind
        self._registry = registry
        self._reader = reader
        self._metrics = metrics
        self._states: OrderedDict[str, Instance | None] = OrderedDict()

    def __call__(self, message: Message, context: DeliveryContext) -> None:
        """Handles one event."""
        record = as_record(message)
        event = self._registry.read_event(record)
        key = self._instance(message, record, event)
        if key is None:
            return
        self._metrics.flow[f"react:{self._kind.name}:{record.type}"] += 1
        before = self._before(key)
        began = message.position if before is None else before.began
        if self._kind.stateful:
            context.issuer = Issuer(self._kind.name, message.position, instance_name(self._kind, key, began))
        state = None if before is None else state_of(self._kind, key, before)
        state, reaction = self._kind.react(state, event, ReactionContext(context.started_at, record))
        for one in reaction:
            issue(one, context)
        if self._kind.write_state is not None:
            said = None if state is None else self._kind.write_state(state)
            context.effect(SaveProcess(process=self._kind.name, key=key, state=said, began=began))
            # The next event of this instance may be in the same batch, before the state is stored.
            self._states[key] = None if said is None else Instance(said, began)
            self._states.move_to_end(key)
            if len(self._states) > KEPT:
                self._states.popitem(last=False)

    def key_of(self, message: Message) -> str:
        """Returns the instance that an event belongs to: events of one instance come in order.

        Empty for an event that belongs to none.
        """
        return instance_of(self._kind, self._registry, message)

    def _instance(self, message: Message, record: RecordedEvent, event: Any) -> str | None:
        """Returns the key of the instance; None where the event belongs to none."""
        if self._kind.correlate is None or message.key not in ("", message.stream):
            return message.key
        # A row that has waited shows the stream where it has no key: only the event says whose it is.
        return _correlated(self._kind, event, record) or None

    def forget(self) -> None:
        """Drops remembered states, after what was buffered did not come to be stored."""
        self._states.clear()

    def apart(self) -> PolicyRunner:
        """Returns the same reactor with a memory of its own."""
        return PolicyRunner(self._kind, self._registry, self._reader, self._metrics)

    def _before(self, key: str) -> Instance | None:
        if not self._kind.stateful:
            return None
        return self._states[key] if key in self._states else self._reader.process(self._kind.name, key)


def instance_name(kind: ReactorType, key: str, began: int) -> str:
    """Returns how the store names an instance: by what began it, too (K7)."""
    return f"{kind.name}@{began}:{key}" if began else f"{kind.name}:{key}"


def state_of(kind: ReactorType, key: str, instance: Instance) -> Any:
    """Returns the state of an instance of a process.

    Raises:
        PermanentError: It does not fit the process as the model has it now.
    """
    try:
        return kind.read_state(instance.state) if kind.read_state else None
    except msgspec.MsgspecError as error:
        said = f"the instance {key} of {kind.name} does not fit any more: {unfit(error)}"
        raise PermanentError(in_brackets(said, UNFIT)) from error


def instance_of(kind: ReactorType, registry: Registry, message: Message) -> str:
    """Returns the instance that an event belongs to: as `PolicyRunner.key_of` does."""
    if kind.correlate is None:
        return message.key
    record = as_record(message)
    with ProjectCode(f"{kind.name} could not say the instance of {record.type}", record.data):
        return _correlated(kind, registry.read_event(record), record)


def _correlated(kind: ReactorType, event: Any, record: RecordedEvent) -> str:
    key = (kind.correlate(event, record) if kind.correlate else None) or ""
    if not isinstance(key, str) or unstorable(key):
        raise PermanentError(f"{kind.name} takes text for the key of an instance, not {key!r}")
    return key


def as_record(message: Message) -> RecordedEvent:
    """Returns the event that a message of the log is."""
    return RecordedEvent(
        position=message.position,
        stream=message.stream or message.key,
        version=message.version,
        id_bytes=message.id.bytes,
        type=message.type,
        schema_version=message.schema_version,
        recorded_at=message.published_at,
        occurred_at=message.occurred_at or message.published_at,
        correlation_bytes=message.correlation_id.bytes,
        causation_bytes=message.causation_id.bytes if message.causation_id else None,
        data=message.data,
        metadata=message.metadata,
    )


def reactor_subscription(kind: ReactorType, retry: RetryPolicy) -> Subscription:
    """Returns the subscription through which a policy or process listens to the log."""
    return Subscription(
        name=kind.name,
        topic=LOG_TOPIC,
        handler=kind.name,
        types=kind.events,
        retry=retry,
        doc=kind.doc,
    )
