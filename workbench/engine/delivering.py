"""Runs a handler on a message: its context, its buffered effects, its failure in words (D1–D4)."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from workbench.errors import PermanentError, WorkbenchError
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC, Handler, Message
from workbench.model.registry import Registry
from workbench.model.values import write_json
from workbench.store.operations import NewMessage, Operation
from workbench.store.ports import ModelReader
from workbench.store.values import Attempt, Delivery, Reason

KEPT_TRACEBACK = 16_000


@dataclass(slots=True, kw_only=True)
class Failure:
    """Why a handler did not succeed.

    Attributes:
        permanent: Trying again cannot help.
        place: File, line and function where the error rose, in the handler's own code if possible.
    """

    error_type: str
    error: str
    place: str
    trace: str
    permanent: bool
    reason: Reason | None = None


@dataclass(slots=True, kw_only=True)
class Task:
    """One message on its way through a handler.

    Attributes:
        delivery: Its row, where it has one.
        key: What orders it.
    """

    message: Message
    key: str
    delivery: Delivery | None = None
    failure: Failure | None = None
    started: bool = False
    effects: list[Operation] = field(default_factory=list)
    started_at: int = 0
    ended_at: int = 0

    @property
    def attempt(self) -> int:
        """Number of the try that is under way, from 1."""
        return (self.delivery.failed if self.delivery else 0) + 1

    def attempts(self) -> tuple[Attempt, ...]:
        """Returns the history of attempts with the failed one that just ended."""
        before = self.delivery.attempts if self.delivery else ()
        if self.failure is None:
            return before
        latest = Attempt(
            number=self.attempt,
            at=self.started_at,
            duration_us=self.ended_at - self.started_at,
            error_type=self.failure.error_type,
            error=self.failure.error,
            place=self.failure.place,
        )
        return (*before, latest)


class DeliveryContext:
    """What a handler is given beside the message; implements `workbench.model.messaging.Context`."""

    def __init__(
        self, task: Task, subscription: str, registry: Registry, reader: ModelReader, clock: Clock
    ) -> None:
        self._task = task
        self._subscription = subscription
        self._registry = registry
        self._reader = reader
        self._clock = clock

    @property
    def attempt(self) -> int:
        """Number of this try, from 1."""
        return self._task.attempt

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this delivery."""
        return f"{self._subscription}:{self._task.message.id}"

    def publish(
        self, topic: str, data: Mapping[str, Any], *, type: str = "", key: str = "", delay: float = 0.0
    ) -> None:
        """Publishes a message when this handler succeeds."""
        message = self._task.message
        self._task.effects.append(
            NewMessage(
                id=self._effect_id(),
                topic=topic,
                type=type or topic,
                key=key or message.key,
                data=write_json(dict(data)),
                correlation_id=message.correlation_id,
                causation_id=message.id,
                deliver_at=self._later(delay),
            )
        )

    def issue(self, command: Any, *, delay: float = 0.0) -> None:
        """Issues a command when this handler succeeds, after ``delay`` seconds."""
        kind = self._registry.command(command.command_type)
        values = kind.dump(command)
        message = self._task.message
        self._task.effects.append(
            NewMessage(
                id=self._effect_id(),
                topic=COMMANDS_TOPIC,
                type=kind.name,
                key=self._registry.stream_of(kind, values),
                data=write_json(values),
                correlation_id=message.correlation_id,
                causation_id=message.id,
                metadata=write_json({"origin": self._subscription}),
                deliver_at=self._later(delay),
            )
        )

    def effect(self, operation: Operation) -> None:
        """Adds a write that takes effect when this handler succeeds."""
        self._task.effects.append(operation)

    def row(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Reads a row of a read model as it stands now."""
        return self._reader.row(projection, key)

    def _effect_id(self) -> UUID:
        # The same try or a later one makes the same ids: a repeated effect finds its first self (D1).
        return derived_id(self._subscription, self._task.message.id, len(self._task.effects))

    def _later(self, delay: float) -> int | None:
        return self._clock.now() + round(delay * MICROSECONDS) if delay else None


async def deliver(
    task: Task, handler: Handler, context: DeliveryContext, *, seconds: float, clock: Clock
) -> None:
    """Runs the handler; the task then knows its failure or its effects.

    Plain functions run in a thread, so that a blocking one delays nobody.
    """
    task.started = True
    task.started_at = clock.now()
    try:
        async with asyncio.timeout(seconds):
            if inspect.iscoroutinefunction(handler):
                await handler(task.message, context)
            elif getattr(handler, "inline", False):
                handler(task.message, context)
            else:
                await asyncio.to_thread(handler, task.message, context)
    except TimeoutError as error:
        task.failure = describe(
            error, f"the handler took longer than {seconds:g} s" if not str(error) else ""
        )
    except Exception as error:  # noqa: BLE001  # whatever a handler raises is its failure, never ours
        task.failure = describe(error)
    finally:
        task.ended_at = clock.now()
    if task.failure is not None:
        task.effects.clear()


def describe(error: Exception, said: str = "") -> Failure:
    """Says what a handler raised, and where in its own code."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _ours(frame.filename)] or list(frames)
    # The cause is grouped by the first place in the handler's code, not by where a library gave up.
    first = own[0] if own else None
    place = f"{Path(first.filename).name}:{first.lineno} {first.name}" if first else ""
    text = "".join(traceback.format_exception(error))
    return Failure(
        error_type=type(error).__name__,
        error=said
        or (error.message if isinstance(error, WorkbenchError) else str(error))
        or type(error).__name__,
        place=place,
        trace=text[-KEPT_TRACEBACK:],
        permanent=isinstance(error, PermanentError),
    )


def _ours(filename: str) -> bool:
    parts = Path(filename).parts
    return "asyncio" in parts or "concurrent" in parts or parts[-2:] in _ENGINE_FILES


_ENGINE_FILES = {("engine", "delivering.py"), ("engine", "subscribing.py")}
