"""What a project file can say: the sections with their settings, defaults and limits."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from workbench.model.clock import parse_rfc3339
from workbench.model.filter import Filter, Operator, check_expression
from workbench.model.messaging import (
    Mode,
    OnDead,
    OnExpired,
    Ordering,
    Priority,
    Start,
    StartAt,
    Subscription,
    Topic,
)
from workbench.model.retry import Backoff, RetryPolicy
from workbench.project.durations import Duration, Lasting

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
Name = Annotated[str, Field(min_length=1, max_length=255)]


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def read_start(text: str) -> Start | StartAt:
    """Reads where a subscription begins (P4).

    Raises:
        ValueError: It is no word, position or time.
    """
    if text in ("new", "beginning"):
        return Start(text)
    if text.isascii() and text.isdigit():
        return StartAt(position=int(text))
    try:
        return StartAt(time=parse_rfc3339(text))
    except ValueError:
        raise ValueError(
            'should be "beginning", "new", a position such as "120", or a time such as "2024-05-01T12:00:00Z"'
        ) from None


def _written_start(value: object) -> object:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str):
        read_start(text)
    return text


class Section(BaseModel):
    """A section or block; what it does not know is an error (S-UNKNOWN)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ProjectSection(Section):
    """``[project]``."""

    name: Name | None = Field(None, description="What the window's title says; by default the folder's name")
    format: Literal[1] = Field(1, description="Version of the file's format")
    description: str = Field("", description="What the project is about")


class EventStoreSection(Section):
    """``[event_store]``."""

    path: Name = Field("data/events.db", description="The store's file, relative to the project's folder")
    synchronous: Literal["full", "normal"] = Field(
        "full", description="full survives power loss; normal is faster and may lose the last commits then"
    )
    snapshot_every: int = Field(100, ge=1, le=1_000_000, description="Events of a stream between snapshots")


class RetrySettings(Section):
    """How failed deliveries are tried again; what is not given is taken from ``[message_queue]``."""

    max_attempts: int | None = Field(None, ge=1, le=1000, description="Tries in all; 1 means no retry")
    retry_delay: Duration | None = Field(None, ge=0, description="Wait before the second try")
    backoff: Annotated[Backoff | None, Field(strict=False)] = Field(None, description="How the wait grows")
    factor: float | None = Field(None, ge=1, description="Growth of an exponential wait")
    max_delay: Duration | None = Field(None, ge=0, description="Longest wait")
    jitter: float | None = Field(None, ge=0, le=1, description="Part of the wait that is random")
    delays: list[Duration] | None = Field(None, description="The waits, for backoff list")

    @model_validator(mode="after")
    def _list_needs_delays(self) -> RetrySettings:
        if self.backoff is Backoff.LIST and not self.delays:
            raise ValueError('backoff "list" needs delays, such as ["1s", "10s", "1m"]')
        return self

    def policy(self, base: RetryPolicy) -> RetryPolicy:
        """Returns the retry policy: what is given here, the rest from ``base``."""
        given = {
            "max_attempts": self.max_attempts,
            "delay": self.retry_delay,
            "backoff": self.backoff,
            "factor": self.factor,
            "max_delay": self.max_delay,
            "jitter": self.jitter,
            "delays": tuple(self.delays) if self.delays else None,
        }
        return base.model_copy(update={key: value for key, value in given.items() if value is not None})


class QueueSection(RetrySettings):
    """``[message_queue]``: defaults for all subscriptions."""

    handler_timeout: Duration = Field(60.0, gt=0, description="Time that a handler may take")
    lease: Duration = Field(30.0, ge=1, description="Time after which a silent worker is taken for dead")
    in_flight: int = Field(16, ge=1, le=1000, description="Handlers of a subscription that run at once")
    workers: int = Field(4, ge=1, le=100, description="Workers that compete for the messages of a queue")
    retention: Lasting = Field(30 * 86_400.0, gt=0, description="How long settled messages are kept")
    ttl: Lasting = Field(math.inf, gt=0, description="Longest life of a message before it is delivered")
    on_expired: Annotated[OnExpired, Field(strict=False)] = Field(
        OnExpired.DEAD, description="What becomes of a message that lived too long"
    )
    max_crashes: int = Field(3, ge=1, le=100, description="Crashes after which a message is a dead letter")


class TopicSettings(Section):
    """A topic."""

    name: Name | None = Field(None, description="By default the block's name")
    ttl: Lasting | None = Field(None, gt=0, description="Longest life of a message before it is delivered")
    on_expired: Annotated[OnExpired | None, Field(strict=False)] = Field(
        None, description="What becomes of a message that lived too long"
    )
    priority: Literal["low", "normal", "high", "critical"] = Field(
        "normal", description="Of messages that are published without one"
    )
    retention: Lasting | None = Field(None, gt=0, description="How long settled messages are kept")
    keep: int | None = Field(None, ge=0, description="How many of the newest settled messages are kept")
    max_backlog: int | None = Field(
        None, ge=1, description="Waiting messages at which nothing more can be published"
    )
    description: str = Field("", description="What it carries")

    def topic(self, key: str, queue: QueueSection, *, persistent: bool = True) -> Topic:
        """Returns the topic; what is not given here is taken from ``[message_queue]``."""
        ttl = queue.ttl if self.ttl is None else self.ttl
        retention = queue.retention if self.retention is None else self.retention
        return Topic(
            name=self.name or key,
            ttl=None if ttl == math.inf else ttl,
            on_expired=self.on_expired or queue.on_expired,
            priority=Priority[self.priority.upper()],
            retention=None if retention == math.inf else retention,
            keep=self.keep,
            max_backlog=self.max_backlog,
            persistent=persistent,
            doc=self.description,
        )


class SubscriptionSettings(RetrySettings):
    """A subscription; the simple filter's three fields belong together."""

    name: Name | None = Field(None, description="By default the block's name")
    topic: Name = Field(description="What it reads")
    handler: Name = Field(description="Name of a handler of the model, never an import path")
    mode: Annotated[Mode, Field(strict=False)] = Field(
        Mode.PUBLISH_SUBSCRIBE, description="Who gets a message"
    )
    filter: str = Field("", description="CEL, such as data.status == 'active'")
    filter_field: str = Field("", description="Dotted path in the data, for the simple form")
    filter_operator: Annotated[Operator, Field(strict=False)] = Field(
        Operator.EQUALS, description="How to compare"
    )
    filter_value: str | int | float | bool | None = Field(None, description="What to compare with")
    ordering: Annotated[Ordering | None, Field(strict=False)] = Field(
        None, description="Whether a key's messages wait for each other; by default not in a queue"
    )
    on_dead: Annotated[OnDead | None, Field(strict=False)] = Field(
        None, description="What a dead letter does to those behind it; by default nothing in a queue"
    )
    start: Annotated[str, BeforeValidator(_written_start)] = Field(
        "beginning",
        description="Where it begins when it is new: beginning, new, a position or a time",
        examples=["new", "120", "2024-05-01T12:00:00Z"],
    )
    handler_timeout: Duration | None = Field(None, gt=0, description="Time that the handler may take")
    lease: Duration | None = Field(None, ge=1, description="Time after which a silent worker counts as dead")
    in_flight: int | None = Field(None, ge=1, le=1000, description="Handlers that run at once")
    workers: int | None = Field(None, ge=1, le=100, description="Workers that compete for a queue's messages")
    max_crashes: int | None = Field(
        None, ge=1, le=100, description="Crashes after which a message is a dead letter"
    )
    description: str = Field("", description="What it is for")

    @field_validator("filter")
    @classmethod
    def _filter_is_cel(cls, expression: str) -> str:
        if expression:
            check_expression(expression)
        return expression

    @model_validator(mode="after")
    def _one_form_of_filter(self) -> SubscriptionSettings:
        if self.filter and self.filter_field:
            raise ValueError("give filter, or filter_field with its operator and value, not both")
        return self

    @property
    def is_queue(self) -> bool:
        """Whether its workers compete for the messages (P6)."""
        return self.mode is Mode.POINT_TO_POINT

    def subscription(self, key: str, queue: QueueSection, *, dead_letters: bool = True) -> Subscription:
        """Returns the subscription; what is not given here is taken from ``[message_queue]``."""
        return Subscription(
            name=self.name or key,
            topic=self.topic,
            handler=self.handler,
            mode=self.mode,
            filter=self.wanted(),
            retry=self.policy(queue.policy(RetryPolicy())),
            ordering=self.ordering or (Ordering.NONE if self.is_queue else Ordering.KEY),
            on_dead=self.on_dead or (OnDead.CONTINUE if self.is_queue else OnDead.BLOCK_KEY),
            start=read_start(self.start),
            in_flight=self.in_flight or queue.in_flight,
            workers=self.workers or queue.workers,
            timeout=self.handler_timeout or queue.handler_timeout,
            lease=self.lease or queue.lease,
            max_crashes=self.max_crashes or queue.max_crashes,
            dead_letters=dead_letters,
            doc=self.description,
        )

    def wanted(self) -> Filter:
        """Returns the filter, from whichever form is given."""
        return Filter(
            expression=self.filter,
            field=self.filter_field,
            operator=self.filter_operator,
            value=self.filter_value,
        )


class RouteSettings(Section):
    """A route."""

    pattern: Name = Field(description="Event type; * matches anything")
    topics: Annotated[list[Name], BeforeValidator(_one_or_many)] = Field(
        description="Where it goes", min_length=1
    )


class RoutingSection(Section):
    """``[routing]``: its blocks are routes."""

    default_topic: Name | None = Field(None, description="Where events go that no route fits")
    routes: dict[str, RouteSettings] = Field(default_factory=dict)


class CqrsSection(Section):
    """``[cqrs]``."""

    modules: list[str] = Field(
        default_factory=list, description="Python modules of the folder that make up the model"
    )

    @field_validator("modules")
    @classmethod
    def _modules_are_names(cls, modules: list[str]) -> list[str]:
        for name in modules:
            if not _MODULE.fullmatch(name):
                raise ValueError(f'{name!r} is not a module; write "domain" for domain.py in the folder')
        return modules


def _flag(promise: str) -> Any:
    return Field(None, description=f"true promises, false forbids: {promise}")


class Flags(Section):
    """What guides of this architecture write; shown among the settings only where a project has it."""


class ArchitectureSection(Flags):
    """``[event_driven_architecture]``: what the project promises to consist of."""

    event_sourcing: bool | None = _flag("aggregates whose state is the fold of their events")
    cqrs: bool | None = _flag("commands apart from read models and queries")
    message_queues: bool | None = _flag("topics with subscriptions")
    reactive_streams: bool | None = _flag("policies, processes or subscriptions that react to events")


class ConfigurationSection(Flags):
    """``[event_configuration]``: the same promises under other names."""

    enable_event_sourcing: bool | None = _flag("aggregates whose state is the fold of their events")
    enable_cqrs: bool | None = _flag("commands apart from read models and queries")
    enable_message_queues: bool | None = _flag("topics with subscriptions")
    enable_streaming: bool | None = _flag("policies, processes or subscriptions that react to events")


class SourcingSection(Flags):
    """``[event_sourcing]``."""

    aggregate_pattern: bool | None = _flag("aggregates")
    event_replay: bool | None = _flag(
        "what is made from all events: projections, subscriptions that begin early"
    )
    snapshot_pattern: bool | None = _flag("snapshots of aggregates; false takes none")
    projection_pattern: bool | None = _flag("projections")


class CqrsArchitectureSection(Flags):
    """``[cqrs_architecture]``."""

    command_handlers: bool | None = _flag("commands")
    query_handlers: bool | None = _flag("queries")
    read_models: bool | None = _flag("projections")
    write_models: bool | None = _flag("aggregates")


class QueuesSection(Flags):
    """``[message_queues]``."""

    publish_subscribe: bool | None = _flag("subscriptions that all get every message")
    point_to_point: bool | None = _flag("queues, whose workers share the messages out")
    dead_letter_queues: bool | None = _flag("dead letters; false drops a message after its last try")
    message_persistence: bool | None = _flag(
        "messages that outlive the program; false keeps them only while the project is open"
    )


class Settings(Section):
    """A whole project file."""

    project: ProjectSection = Field(default_factory=ProjectSection)
    event_store: EventStoreSection = Field(default_factory=EventStoreSection)
    message_queue: QueueSection = Field(default_factory=QueueSection)
    topics: dict[str, TopicSettings] = Field(default_factory=dict)
    subscriptions: dict[str, SubscriptionSettings] = Field(default_factory=dict)
    routing: RoutingSection = Field(default_factory=RoutingSection)
    cqrs: CqrsSection = Field(default_factory=CqrsSection)
    event_driven_architecture: ArchitectureSection = Field(default_factory=ArchitectureSection)
    event_configuration: ConfigurationSection = Field(default_factory=ConfigurationSection)
    event_sourcing: SourcingSection = Field(default_factory=SourcingSection)
    cqrs_architecture: CqrsArchitectureSection = Field(default_factory=CqrsArchitectureSection)
    message_queues: QueuesSection = Field(default_factory=QueuesSection)
    event_components: dict[str, str] = Field(default_factory=dict, description="Name: what it does")
