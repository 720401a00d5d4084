"""Topics, routes, subscriptions and the messages that travel between them."""

from __future__ import annotations

import fnmatch
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any, Protocol

import msgspec

from workbench.errors import ANY
from workbench.model.calendar_spans import later
from workbench.model.event import Event, Identified, RecordedEvent
from workbench.model.filter import Filter
from workbench.model.json_values import read_json
from workbench.model.marks import HISTORY, WITHDRAWN, has_mark
from workbench.model.retry import RetryPolicy

COMMANDS_TOPIC = "$commands"
"""Carries the commands that policies and processes issue; belongs to the engine."""
LOG_TOPIC = "$log"
"""Every event of the store, whatever routes say; what policies and processes listen to."""
_IN_WORDS = {COMMANDS_TOPIC: "commands of policies", LOG_TOPIC: "all events"}
NOTHING = "nothing"
"""Names the answer to a refusal that has no consequence."""


def called(name: str) -> str:
    """Returns what a topic or subscription is called where a person reads it: the engine's own have words."""
    return _IN_WORDS.get(name, name)


class Mode(StrEnum):
    """How the messages of a topic are shared out (P6)."""

    PUBLISH_SUBSCRIBE = "publish_subscribe"
    POINT_TO_POINT = "point_to_point"


class Ordering(StrEnum):
    """Whether messages with one key are handled one after the other (O1)."""

    KEY = "key"
    NONE = "none"


class OnDead(StrEnum):
    """What a dead letter does to those behind it with its key (O2)."""

    BLOCK_KEY = "block_key"
    CONTINUE = "continue"


class Start(StrEnum):
    """Where a new subscription begins (P4)."""

    NEW = "new"
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAt:
    """A place where a new subscription begins (P4); one of them is given.

    Attributes:
        position: The first that is delivered.
        time: What was recorded from then on is delivered, microseconds since 1970.
    """

    position: int | None = None
    time: int | None = None


class OnExpired(StrEnum):
    """What becomes of a message whose time has passed before a handler saw it (contract §5)."""

    DEAD = "dead"
    DROP = "drop"


class Priority(IntEnum):
    """Order among waiting messages; a boost in seconds, so that low ones never starve (R1)."""

    LOW = -60
    NORMAL = 0
    HIGH = 60
    CRITICAL = 300


class Message(Identified, msgspec.Struct, frozen=True, kw_only=True):
    """What a subscription's handler gets: an event that was routed to its topic, or a published message.

    Ids are kept as their 16 bytes, as in `RecordedEvent`: most readers look at none.

    Attributes:
        position: Place in the store's common order of events and messages.
        key: Orders and blocks deliveries; the stream for events.
        event: Whether it is an event of the log.
        data: JSON text.
        metadata: JSON text of an object, or None.
        expires_at: Microseconds since 1970; no handler starts later (T1).
        deliver_at: Microseconds since 1970; not before.
        stream: Of an event: where it stands; the key may be another one, such as a process's.
        occurred_at: Of an event: when it happened, microseconds since 1970.
    """

    position: int
    id_bytes: bytes
    topic: str
    type: str
    key: str
    data: str
    event: bool
    published_at: int
    correlation_bytes: bytes
    causation_bytes: bytes | None = None
    metadata: str | None = None
    version: int = 0
    schema_version: int = 1
    priority: int = 0
    deliver_at: int | None = None
    expires_at: int | None = None
    stream: str = ""
    occurred_at: int = 0

    @property
    def history(self) -> bool:
        """Whether it is an event that was brought in for read models alone (B3)."""
        return self.event and has_mark(self.metadata, HISTORY)

    @property
    def withdrawn(self) -> bool:
        """Whether it is a command that was issued for later and withdrawn (K7)."""
        return self.topic == COMMANDS_TOPIC and has_mark(self.metadata, WITHDRAWN)

    def facts(self) -> dict[str, Any]:
        """Returns what filters look at."""
        return {
            "type": self.type,
            "topic": self.topic,
            "key": self.key,
            "data": self.json(),
            "metadata": read_json(self.metadata) if self.metadata else {},
        }


def event_as_message(event: RecordedEvent, topic: str) -> Message:
    """Shows an event as a message of the topic that it was routed to."""
    return Message(
        position=event.position,
        id_bytes=event.id_bytes,
        topic=topic,
        type=event.type,
        key=event.stream,
        data=event.data,
        event=True,
        published_at=event.recorded_at,
        correlation_bytes=event.correlation_bytes,
        causation_bytes=event.causation_bytes,
        metadata=event.metadata,
        version=event.version,
        schema_version=event.schema_version,
        stream=event.stream,
        occurred_at=event.occurred_at,
    )


def expiry(now: int, *lives: float | None) -> int | None:
    """Returns when a message expires that is published now: the shortest of its lives counts (T1).

    Args:
        now: Microseconds since 1970.
        lives: Seconds, or None for ever: the message's own ttl, the topic's.

    Raises:
        InvalidValue: The calendar has no such time (N2).
    """
    given = [life for life in lives if life is not None]
    return later(now, min(given), "ttl") if given else None


class Context(Protocol):
    """What a handler may do; its effects commit together with its success, exactly once (D1)."""

    @property
    def attempt(self) -> int:
        """Number of this try, from 1."""

    @property
    def redelivered(self) -> bool:
        """Whether a handler may have seen this message before (D2)."""

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this delivery: give it to outside services (D2)."""

    @property
    def now(self) -> datetime:
        """The time at which this try began, in UTC."""

    @property
    def deadline(self) -> int:
        """When this try is given up, microseconds since 1970 (D4)."""

    @property
    def cancelled(self) -> bool:
        """Whether the deadline has passed: a plain function that asks can end early."""

    @property
    def dry_run(self) -> bool:
        """Whether nothing of this will be stored: leave out what acts on the outside."""

    def append(self, stream: str, *events: Event, expected: int = ANY) -> None:
        """Appends events to a stream when this handler succeeds; a refusal fails the delivery."""

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
        """Publishes a message when this handler succeeds; a full topic answers `BackPressure` at once (B2).

        Args:
            delay: Seconds before it is delivered.
            at: When it is delivered, instead of a delay; at once where that has passed.
            ttl: Seconds that it lives; the topic's may be shorter (T1).
            priority: None takes the topic's.
        """

    def project(self, table: str, **row: Any) -> None:
        """Puts a row into a table that handlers write, when this handler succeeds."""

    def remove(self, table: str, key: Any) -> None:
        """Removes a row of a table that handlers write, when this handler succeeds."""

    def issue(
        self, command: Any, *, delay: float = 0.0, at: datetime | None = None, refused: str = ""
    ) -> None:
        """Issues a command when this handler succeeds: after ``delay`` seconds, or at a time.

        Args:
            refused: Name of the answer to a refusal, among the handler's own, which are its attribute
                ``refused``; ``nothing`` for none. Without it a refusal makes a dead letter.
        """

    def row(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Reads a row of a read model as it stands now."""


Handler = Callable[[Message, Any], Awaitable[None] | None]
"""``(message, context)``, async or plain; the context is a `Context`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A named flow of messages.

    Attributes:
        ttl: Longest life of a message in seconds, None for ever (T1).
        on_expired: What becomes of one that lived too long.
        priority: Of messages that are published without one.
        retention: Seconds that settled messages are kept, None for ever (G1).
        keep: How many of the newest settled messages are kept at most, None for no such limit (G1).
        max_backlog: Waiting messages at which publish answers `BackPressure`, None for no limit (B2).
        persistent: Whether messages outlive the program; else they are forgotten when the project is closed.
    """

    name: str
    ttl: float | None = None
    on_expired: OnExpired = OnExpired.DEAD
    priority: Priority = Priority.NORMAL
    retention: float | None = None
    keep: int | None = None
    max_backlog: int | None = None
    persistent: bool = True
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A durable reader of a topic (P4).

    Attributes:
        handler: Name in the registry.
        start: Where it begins when it is new: a word, a position, or a time in microseconds since 1970.
        in_flight: Handlers that may run at once (B1).
        workers: How many compete for the messages of a point-to-point subscription (P6).
        timeout: Seconds that a handler may take (D4).
        lease: Seconds after which a worker that gives no sign is taken for dead (D4).
        types: Event types it is limited to; empty for all.
        dead_letters: Whether what fails for good is kept; else it is dropped after its last try.
    """

    name: str
    topic: str
    handler: str
    mode: Mode = Mode.PUBLISH_SUBSCRIBE
    filter: Filter = field(default_factory=Filter)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    ordering: Ordering = Ordering.KEY
    on_dead: OnDead = OnDead.BLOCK_KEY
    start: Start | StartAt = Start.BEGINNING
    in_flight: int = 16
    workers: int = 4
    timeout: float = 60.0
    lease: float = 30.0
    max_crashes: int = 3
    types: tuple[str, ...] = ()
    dead_letters: bool = True
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Sends the events whose type fits a pattern to topics.

    Attributes:
        pattern: Event type, ``*`` matches anything: ``user.*``.
    """

    pattern: str
    topics: tuple[str, ...]
    name: str = ""


class Routing:
    """Which topics an event goes to: every route that fits, else the default topic."""

    def __init__(self, routes: tuple[Route, ...] = (), default_topic: str | None = None) -> None:
        self.routes = routes
        self.default_topic = default_topic
        self.topics_of = lru_cache(maxsize=4096)(self._topics_of)

    def _topics_of(self, event_type: str) -> frozenset[str]:
        found = {
            topic
            for route in self.routes
            if fnmatch.fnmatchcase(event_type, route.pattern)
            for topic in route.topics
        }
        if not found and self.default_topic:
            found.add(self.default_topic)
        return frozenset(found)
