"""The registry: everything the model declares, found by name; the one thing that all others read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from workbench.errors import ModelError, NoHandler, UnknownEvent
from workbench.model.aggregate import Aggregate, AggregateType, aggregate_type_of, stream_name
from workbench.model.command import Answer, CommandType, QueryType, command_type_of, query_type_of
from workbench.model.declarations import check_all
from workbench.model.event import EventType, RecordedEvent, StoredData, event_type_of, misstored
from workbench.model.fingerprints import TextOf, fingerprint, made_of, text_of_module
from workbench.model.hints import did_you_mean
from workbench.model.invariant import Invariant
from workbench.model.messaging import (
    LOG_TOPIC,
    Context,
    Handler,
    Message,
    Route,
    Routing,
    Subscription,
    Topic,
)
from workbench.model.model_flow import INCOMING, ModelFlow
from workbench.model.policy import Answers, Policy, Process, ReactorType, policy_type_of, process_type_of
from workbench.model.projection import Projection
from workbench.model.pydantic_messages import doc_of, summary_of

T = TypeVar("T")
ONE_NAME = (
    "a stored name belongs to one event, and no other event is named so: give the other one another name"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """What one Python module of a project declares, in a variable named ``DEFINITIONS``.

    Attributes:
        handlers: Functions that subscriptions of the project file name.
        actors: Those who give commands by name, with what is said of them.
        externals: Outside systems by name, with what they are.
        flows: What follows from what, in words, by ``command:NAME``, ``subscription:NAME`` of a policy or
            process, ``handler:NAME``, or ``external:NAME`` of an actor or outside system; where it is not
            said, a policy issues what its ``issues`` names.
    """

    aggregates: tuple[Aggregate, ...] = ()
    projections: tuple[Projection, ...] = ()
    policies: tuple[Policy, ...] = ()
    processes: tuple[Process, ...] = ()
    queries: tuple[Answer, ...] = ()
    handlers: Mapping[str, Callable[[Message, Context], Awaitable[None] | None]] = field(default_factory=dict)
    flows: Mapping[str, tuple[ModelFlow, ...]] = field(default_factory=dict)
    actors: Mapping[str, str] = field(default_factory=dict)
    externals: Mapping[str, str] = field(default_factory=dict)
    invariants: tuple[Invariant, ...] = ()

    def __post_init__(self) -> None:
        check_all("aggregates", self.aggregates, Aggregate)
        check_all("projections", self.projections, Projection)
        check_all("policies", self.policies, Policy)
        check_all("processes", self.processes, Process)
        check_all("queries", self.queries, Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The whole model of a project; immutable.

    Attributes:
        actors: Actors and outside systems by name, with what is said of them.
        externals: The outside systems of these.
        declared: What the aggregates were made of, by their names.
    """

    events: Mapping[str, EventType] = field(default_factory=dict)
    commands: Mapping[str, CommandType] = field(default_factory=dict)
    queries: Mapping[str, QueryType] = field(default_factory=dict)
    aggregates: Mapping[str, AggregateType] = field(default_factory=dict)
    projections: Mapping[str, Projection] = field(default_factory=dict)
    reactors: Mapping[str, ReactorType] = field(default_factory=dict)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    routing: Routing = field(default_factory=Routing)
    flows: Mapping[str, tuple[ModelFlow, ...]] = field(default_factory=dict)
    actors: Mapping[str, str] = field(default_factory=dict)
    externals: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Aggregate] = field(default_factory=dict)
    invariants: Mapping[str, Invariant] = field(default_factory=dict)

    def flows_of(self, source: str) -> tuple[ModelFlow, ...]:
        """Returns what is known to follow from ``command:NAME`` or ``subscription:NAME``."""
        kind, _, name = source.partition(":")
        if kind == "subscription" and name in self.reactors and source not in self.flows:
            return tuple(ModelFlow(verb="issues", name=one) for one in self.reactors[name].commands)
        return self.flows.get(self._told_as(source), ())

    def rules_of(self, source: str) -> tuple[ModelFlow, ...]:
        """Returns why something refuses or fails, what it sets, and the expressions to which it gives names.

        Args:
            source: ``command:NAME``, ``event:NAME``, ``projection:NAME`` or ``subscription:NAME``.
        """
        return self.flows.get(f"rules:{self._told_as(source)}", ())

    def told_of(self, source: str) -> tuple[ModelFlow, ...]:
        """Returns the rules of something and what follows from it, all that belongs to one event together."""
        flows = self.flows_of(source)
        told = [
            *(one for one in flows if one.verb in INCOMING),
            *self.rules_of(source),
            *(one for one in flows if one.verb not in INCOMING),
        ]
        events = list(dict.fromkeys(("", *(one.event for one in told))))
        return tuple(sorted(told, key=lambda one: events.index(one.event)))

    def ways_of(self, node: str) -> tuple[str, ...]:
        """Returns when and under which conditions something flows to a node or from it, a line for each way.

        Args:
            node: ``command:NAME``, ``event:NAME``, ``projection:NAME``, ``subscription:NAME``, ``topic:NAME``
                or ``external:NAME``.
        """
        owners = {
            "command": self.commands,
            "subscription": {**self.reactors, **self.subscriptions},
            "projection": self.projections,
        }
        doers = [f"{kind}:{name}" for kind, names in owners.items() for name in names]
        return tuple(
            one.told_of(doer.partition(":")[2])
            for doer in doers
            for one in self.flows_of(doer)
            if (one.all_words or one.verb == "withdraws") and node in {doer, f"{one.kind}:{one.name}"}
        )

    def _told_as(self, source: str) -> str:
        """Returns whose deeds and rules something has: a subscription has those of its handler."""
        kind, _, name = source.partition(":")
        one = self.subscriptions.get(name) if kind == "subscription" else None
        return f"handler:{one.handler}" if one is not None else source

    def gets(self, subscription: Subscription, event_type: str) -> bool:
        """Whether a subscription's topic gets events of a type and it is not limited to others."""
        if subscription.types and event_type not in subscription.types:
            return False
        topic = subscription.topic
        return topic == LOG_TOPIC or topic in self.routing.topics_of(event_type)

    def handled_by(self, subscription: Subscription) -> tuple[str, ...]:
        """Returns the events that a subscription gets, of those that its handler says where it says some."""
        handler = self.handlers.get(subscription.handler)
        said = {*getattr(handler, "events", ())}
        said |= {flow.cause for flow in self.flows_of(f"subscription:{subscription.name}")}
        every = not said or "" in said
        return tuple(one for one in self.events if (every or one in said) and self.gets(subscription, one))

    def stored_names(self) -> dict[str, str]:
        """Returns under which name events are stored, by the names of types that have another one (U3)."""
        return {name: one.stored_as for name, one in self.events.items() if one.stored_as}

    def named(self, stored: str) -> str:
        """Returns what the model calls the type of events that are stored under a name (U3)."""
        return next((name for name, below in self.stored_names().items() if below == stored), stored)

    def command(self, name: str) -> CommandType:
        """Returns a command type.

        Raises:
            NoHandler: No aggregate handles a command of that name (Q1).
        """
        if name not in self.commands:
            raise NoHandler(f"no aggregate handles the command {name}", hint=_known(name, self.commands))
        return self.commands[name]

    def query(self, name: str) -> QueryType:
        """Returns a query type.

        Raises:
            NoHandler: There is no query of that name (Q1).
        """
        if name not in self.queries:
            raise NoHandler(f"there is no query {name}", hint=_known(name, self.queries))
        return self.queries[name]

    def aggregate_of_stream(self, stream: str) -> AggregateType | None:
        """Returns the aggregate whose category the stream has; None for streams of others."""
        return self.aggregates.get(stream.partition("-")[0])

    def stream_of(self, command_type: CommandType, values: Mapping[str, Any]) -> str:
        """Returns the stream that a command with these values is for."""
        return stream_name(command_type.aggregate, command_type.identity(command_type.target, values))

    def streams_of(self, command_type: CommandType, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Returns the streams that a command with these values is decided over, its own first (K8)."""
        first = self.stream_of(command_type, values)
        if not command_type.involves:
            return (first,)
        others = command_type.involves.values()
        return (first, *(stream_name(one.aggregate, command_type.identity(one.id, values)) for one in others))

    def answers(self, origin: str) -> Answers:
        """Returns what follows where a command is refused that a policy, process or subscription issued."""
        if (reactor := self.reactors.get(origin)) is not None:
            return reactor.answers
        subscription = self.subscriptions.get(origin)
        handler = self.handlers.get(subscription.handler) if subscription else None
        return getattr(handler, "refused", {})

    def read_event(self, record: RecordedEvent | StoredData) -> Any:
        """Returns the typed event, upcast.

        Raises:
            UnknownEvent: The model does not know the type (U2).
        """
        known = self.events.get(record.type)
        if known is None:
            raise UnknownEvent(
                f"the model does not know the event type {record.type} (position {record.position})",
                hint="it can be looked at raw, but not folded",
            )
        return known.read(record)


def build_registry(
    modules: Iterable[Definitions],
    *,
    topics: Iterable[Topic] = (),
    subscriptions: Iterable[Subscription] = (),
    routes: Iterable[Route] = (),
    default_topic: str | None = None,
    text_of: TextOf = text_of_module,
    before: Registry | None = None,
) -> Registry:
    """Builds the registry from what modules declare and the project's settings say.

    Args:
        text_of: Gives the text of something declared, with that of all that it calls (J7).
        before: The registry that this one follows: what was made there of the same aggregate is taken over.

    Raises:
        ModelError: Two things of one kind share a name (Q1), or a declaration contradicts itself.
    """
    events: dict[str, EventType] = {}
    commands: dict[str, CommandType] = {}
    queries: dict[str, QueryType] = {}
    aggregates: dict[str, AggregateType] = {}
    projections: dict[str, Projection] = {}
    reactors: dict[str, ReactorType] = {}
    handlers: dict[str, Handler] = {}
    flows: dict[str, tuple[ModelFlow, ...]] = {}
    actors: dict[str, str] = {}
    externals: dict[str, str] = {}
    declared: dict[str, Aggregate] = {}
    invariants: list[Invariant] = []
    for module in modules:
        for aggregate in module.aggregates:
            made = _taken_over(aggregate, before) or _made_of(aggregate, text_of)
            for event in made.events:
                _add(events, event.name, event, "event")
            _add(aggregates, aggregate.name, made.type, "aggregate")
            _add(declared, aggregate.name, aggregate, "aggregate")
            for command in made.commands:
                _add(commands, command.name, command, "command")
            for cls in aggregate.commands:
                emits = (ModelFlow(verb="emits", name=event.event_type) for event in cls.emits)
                flows[f"command:{cls.command_type}"] = tuple(emits)
                for actor in cls.issued_by:
                    given = ModelFlow(verb="issues", name=cls.command_type)
                    flows[f"external:{actor}"] = (*flows.get(f"external:{actor}", ()), given)
        for projection in module.projections:
            _add(projections, projection.name, projection, "projection")
        for policy in module.policies:
            _add(reactors, policy.name, policy_type_of(policy), "policy")
        for process in module.processes:
            _add(reactors, process.name, process_type_of(process), "process")
        for answer in module.queries:
            _add(queries, answer.query.query_type, query_type_of(answer), "query")
        flows |= {source: (*flows.get(source, ()), *found) for source, found in module.flows.items()}
        actors |= module.actors
        externals |= module.externals
        invariants += module.invariants
        for name, handler in module.handlers.items():
            _add(handlers, name, handler, "handler")
    _check_stored_names(events)
    return Registry(
        events=events,
        commands=commands,
        queries=queries,
        aggregates=aggregates,
        projections={name: _folding(one, events, text_of) for name, one in projections.items()},
        reactors=reactors,
        handlers=handlers,
        topics={topic.name: topic for topic in topics},
        subscriptions={one.name: _described(one, handlers) for one in subscriptions},
        routing=Routing(tuple(routes), default_topic),
        flows=flows,
        actors={**dict.fromkeys(_giving(flows), ""), **actors, **externals},
        externals=externals,
        declared=declared,
        invariants=_by_name(invariants),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What is made of a declared aggregate."""

    type: AggregateType
    events: Sequence[EventType]
    commands: Sequence[CommandType]


def _made_of(aggregate: Aggregate, text_of: TextOf) -> _Made:
    names = {event.event_type for event in aggregate.events}
    if unknown := sorted(set(aggregate.upcasters) - names):
        raise ModelError(f"{aggregate.name} has upcasters for {', '.join(unknown)}, not its events")
    events = []
    for cls in aggregate.events:
        event = event_type_of(cls, aggregate.upcasters.get(cls.event_type))
        events.append(replace(event, made_of=made_of(cls, event.upcasters, text_of)))
    return _Made(
        type=aggregate_type_of(aggregate, text_of, [event.made_of for event in events]),
        events=events,
        commands=[command_type_of(command, aggregate.name) for command in aggregate.commands],
    )


def _taken_over(aggregate: Aggregate, before: Registry | None) -> _Made | None:
    """Returns what an earlier registry made of the same aggregate, with schemas that were asked for."""
    if before is None or before.declared.get(aggregate.name) is not aggregate:
        return None
    made = before.aggregates[aggregate.name]
    return _Made(
        type=made,
        events=[before.events[name] for name in made.events],
        commands=[before.commands[name] for name in made.commands],
    )


def _by_name(invariants: Iterable[Invariant]) -> dict[str, Invariant]:
    found: dict[str, Invariant] = {}
    for one in invariants:
        _add(found, one.name, one, "invariant")
    return found


def _check_stored_names(events: Mapping[str, EventType]) -> None:
    for name, said in misstored({name: one.stored_as for name, one in events.items()}).items():
        raise ModelError(f"{name} cannot be stored as it says: {said}", hint=ONE_NAME)


def _giving(flows: Mapping[str, object]) -> Iterator[str]:
    """Yields the names of those of whom it is known what they give."""
    for source in flows:
        if source.startswith("external:"):
            yield source.partition(":")[2]


def _folding(projection: Projection, events: Mapping[str, EventType], text_of: TextOf) -> Projection:
    """Gives a projection the digest of all that folds its events (J7)."""
    stored = {
        (events[name].stored_as if name in events else "") or name: name for name in projection.handlers()
    }
    read = [events[stored[name]].made_of for name in sorted(stored) if stored[name] in events]
    text = projection.definition or text_of(projection)
    return replace(projection, made_of=fingerprint(text, read), reads=tuple(sorted(stored)))


def _add(into: dict[str, T], name: str, value: T, kind: str) -> None:
    if not name:
        raise ModelError(f"a {kind} needs a name")
    if name in into:
        raise ModelError(f"two {kind}s are named {name}")
    into[name] = value


def _described(subscription: Subscription, handlers: Mapping[str, Handler]) -> Subscription:
    """Says what a subscription is for in its handler's words, where it has none of its own."""
    handler = handlers.get(subscription.handler)
    if subscription.doc or handler is None:
        return subscription
    return replace(subscription, doc=summary_of(doc_of(handler)))


def _known(name: str, names: Mapping[str, object]) -> str:
    known = "known: " + ", ".join(sorted(names)) if names else "the model has none"
    return did_you_mean(name, names, known)
