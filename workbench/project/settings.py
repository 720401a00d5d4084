"""What a project file can say: the sections with their settings, defaults and limits."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from workbench.model.filters import Filter, Operator
from workbench.model.messaging import Mode, OnDead, Ordering, Start
from workbench.model.retry import Backoff, RetryPolicy
from workbench.project.units import Duration

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
Name = Annotated[str, Field(min_length=1, max_length=255)]


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


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
    in_flight: int = Field(16, ge=1, le=1000, description="Handlers of a subscription that run at once")
    max_crashes: int = Field(3, ge=1, le=100, description="Crashes after which a message is a dead letter")


class TopicSettings(Section):
    """A topic."""

    name: Name | None = Field(None, description="By default the block's name")
    description: str = Field("", description="What it carries")


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
    ordering: Annotated[Ordering, Field(strict=False)] = Field(
        Ordering.KEY, description="Whether a key's messages wait for each other"
    )
    on_dead: Annotated[OnDead, Field(strict=False)] = Field(
        OnDead.BLOCK_KEY, description="What a dead letter does to those behind it"
    )
    start: Annotated[Start, Field(strict=False)] = Field(
        Start.BEGINNING, description="Where it begins when it is new"
    )
    handler_timeout: Duration | None = Field(None, gt=0, description="Time that the handler may take")
    in_flight: int | None = Field(None, ge=1, le=1000, description="Handlers that run at once")
    max_crashes: int | None = Field(
        None, ge=1, le=100, description="Crashes after which a message is a dead letter"
    )
    description: str = Field("", description="What it is for")

    @field_validator("filter")
    @classmethod
    def _filter_is_cel(cls, expression: str) -> str:
        Filter(expression=expression)
        return expression

    @model_validator(mode="after")
    def _one_form_of_filter(self) -> SubscriptionSettings:
        if self.filter and self.filter_field:
            raise ValueError("give filter, or filter_field with its operator and value, not both")
        return self

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

    pattern: Name = Field(description="Event type; * stands for anything")
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


class Settings(Section):
    """A whole project file."""

    project: ProjectSection = Field(default_factory=ProjectSection)
    event_store: EventStoreSection = Field(default_factory=EventStoreSection)
    message_queue: QueueSection = Field(default_factory=QueueSection)
    topics: dict[str, TopicSettings] = Field(default_factory=dict)
    subscriptions: dict[str, SubscriptionSettings] = Field(default_factory=dict)
    routing: RoutingSection = Field(default_factory=RoutingSection)
    cqrs: CqrsSection = Field(default_factory=CqrsSection)
