"""What the blueprint tells of a model: its things, what each of them reads, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workbench.model.command import CommandType
from workbench.model.command_order import command_order
from workbench.model.event import EventType
from workbench.model.flow_rules import FlowRule, rules_of
from workbench.model.messaging import Subscription
from workbench.model.model_flow import INCOMING, ModelFlow
from workbench.model.registry import Registry
from workbench.services.documents.card_fields import CardField, fields_of_columns, fields_of_schema
from workbench.services.documents.flow_steps import asked_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPart:
    """One thing of a model.

    Attributes:
        kind: A key of `workbench.gui.board.board_graph.KINDS`.
        owner: Of a command or event the aggregate's name; of a query the id of its read model.
        reads: Signals that lead to it: ids of events, of topics, or of subscriptions that publish.
        flows: What follows from it.
        draft: As of a `BoardNode`.
        problems: Why it does not run yet.
        rules: When what follows from it does, and for what it is refused.
    """

    kind: str
    title: str
    fields: tuple[CardField, ...] = ()
    owner: str = ""
    reads: tuple[str, ...] = ()
    flows: tuple[ModelFlow, ...] = ()
    draft: str = ""
    problems: tuple[str, ...] = ()
    rules: tuple[FlowRule, ...] = ()

    @property
    def leaves(self) -> str:
        """By which events its rows go, or its instances end, in words; empty where none is known."""
        word = "leaves by" if self.kind == "projection" else "ends by"
        found = dict.fromkeys(one.name for one in self.flows if one.verb in INCOMING and _takes_away(one))
        return f"{word} {', '.join(found)}" if found else ""

    @property
    def publishes(self) -> bool:
        """Whether others may react to what it publishes."""
        return any(one.verb == "publishes" for one in self.flows)


def _takes_away(flow: ModelFlow) -> bool:
    """Whether an event ends what it comes to."""
    return flow.words.startswith(("removes", "ends", "starts and ends"))


@dataclass(frozen=True, kw_only=True)
class ModelParts:
    """All things of a model.

    Attributes:
        nodes: By their ids, such as ``event:user.created``.
        aggregates: Names, in the order of their lanes.
        steps: Names of slices in the order that a person gave them.
        story: Names of commands in the order in which a story tells them.
    """

    nodes: Mapping[str, ModelPart] = field(default_factory=dict)
    aggregates: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    story: tuple[str, ...] = ()

    def of(self, sort: str) -> Iterator[tuple[str, ModelPart]]:
        """Yields the things whose ids begin with a word."""
        return ((node, part) for node, part in self.nodes.items() if node.startswith(f"{sort}:"))


NONE = ModelParts()
Fields = Callable[[str, str], tuple[CardField, ...]]
"""Returns the fields of a command or event, given the id of its node and its name."""


def parts_of(registry: Registry, earlier: Registry | None = None, known: ModelParts = NONE) -> ModelParts:
    """Reads the parts of a model that runs.

    Args:
        earlier: The model that ran before; what it has in common with this one has the same fields.
        known: Its parts.
    """
    kinds = _kinds(registry)
    before = _kinds(earlier) if earlier is not None else {}

    def fields(node: str, name: str) -> tuple[CardField, ...]:
        same = node in known.nodes and before.get(name) is kinds[name]
        return known.nodes[node].fields if same else fields_of_schema(kinds[name].schema)

    return ModelParts(
        nodes={node: part for told in _told(registry, fields) for node, part in told},
        aggregates=tuple(registry.aggregates),
        steps=tuple(one.name for one in registry.flows_of("flow:main")),
        story=command_order(registry),
    )


def _kinds(model: Registry) -> dict[str, CommandType | EventType]:
    return {**model.commands, **model.events}


def _told(model: Registry, fields: Fields) -> Iterator[Iterator[tuple[str, ModelPart]]]:
    yield _commands(model, fields)
    yield _events(model, fields)
    yield _actors(model)
    yield _reactors(model)
    yield _subscriptions(model)
    yield _projections(model)
    yield _queries(model)
    yield _loose(model)


def _commands(model: Registry, fields: Fields) -> Iterator[tuple[str, ModelPart]]:
    for owner in model.aggregates.values():
        for name in owner.commands:
            node = f"command:{name}"
            flows, shown = model.flows_of(node), fields(node, name)
            rules = rules_of(model.rules_of(node))
            yield (
                node,
                ModelPart(
                    kind="command", title=name, fields=shown, owner=owner.name, flows=flows, rules=rules
                ),
            )


def _events(model: Registry, fields: Fields) -> Iterator[tuple[str, ModelPart]]:
    for owner in model.aggregates.values():
        for name in owner.events:
            node = f"event:{name}"
            yield node, ModelPart(kind="event", title=name, fields=fields(node, name), owner=owner.name)


def _actors(model: Registry) -> Iterator[tuple[str, ModelPart]]:
    for name in model.actors:
        node, kind = f"external:{name}", "external" if name in model.externals else "actor"
        yield node, ModelPart(kind=kind, title=name, flows=model.flows_of(node))


def _reactors(model: Registry) -> Iterator[tuple[str, ModelPart]]:
    for name, one in model.reactors.items():
        node, kind = f"subscription:{name}", "process" if one.stateful else "policy"
        reads = tuple(f"event:{event}" for event in one.events)
        flows = model.flows_of(node)
        yield node, ModelPart(kind=kind, title=name, reads=reads, flows=flows, rules=rules_of(flows))


def _subscriptions(model: Registry) -> Iterator[tuple[str, ModelPart]]:
    routed = {name: model.routing.topics_of(name) for name in model.events}
    given: dict[str, set[str]] = {}
    for name in model.subscriptions:
        for flow in model.flows_of(f"subscription:{name}"):
            if flow.verb == "publishes":
                given.setdefault(f"subscription:{name}", set()).add(flow.name)
    for name, one in model.subscriptions.items():
        reads = [f"event:{event}" for event in _handled(model, one, routed) if event in model.events]
        reads += [node for node, topics in given.items() if one.topic in topics]
        reads += [f"topic:{one.topic}"]
        yield f"subscription:{name}", subscription_part(name, one.handler, one.topic, reads, model)


def subscription_part(
    name: str, handler: str, topic: str, reads: Iterable[str], model: Registry | None = None
) -> ModelPart:
    """Returns a subscription, which is called as its handler is."""
    flows = model.flows_of(f"subscription:{name}") if model is not None else ()
    fields = (CardField(name=name, type=f"on {topic}"),)
    return ModelPart(
        kind="handler",
        title=handler or name,
        fields=fields,
        reads=tuple(reads),
        flows=flows,
        rules=rules_of(flows),
    )


def _handled(model: Registry, one: Subscription, routed: Mapping[str, Iterable[str]]) -> Iterable[str]:
    """Returns the events that a subscription handles: those its handler says, else all that it gets."""
    said = [flow.cause for flow in model.flows_of(f"subscription:{one.name}")]
    if said and all(said):
        return dict.fromkeys(said)
    return [
        event
        for event, topics in routed.items()
        if one.topic in topics and (not one.types or event in one.types)
    ]


def _projections(model: Registry) -> Iterator[tuple[str, ModelPart]]:
    for name, one in model.projections.items():
        reads = tuple(f"event:{event}" for event in one.handlers() if event in model.events)
        fields, flows = fields_of_columns(one.columns), model.flows_of(f"projection:{name}")
        part = ModelPart(kind="projection", title=name, fields=fields, reads=reads, flows=flows)
        yield f"projection:{name}", part


def _queries(model: Registry) -> Iterator[tuple[str, ModelPart]]:
    for name, one in model.queries.items():
        owner = next((f"projection:{read}" for read in asked_by(model, name)), "")
        yield (
            f"query:{name}",
            ModelPart(kind="query", title=name, fields=fields_of_schema(one.schema), owner=owner),
        )


def _loose(model: Registry) -> Iterator[tuple[str, ModelPart]]:
    """Yields what nothing else tells of: handlers and topics without a subscription, bare aggregates.

    A topic to which a pattern such as ``*`` leads, or what no other gets, is none of a story's steps.
    """
    used = {one.handler for one in model.subscriptions.values()}
    for name in model.handlers:
        if name not in used and name not in model.externals:
            flows = model.flows_of(f"handler:{name}")
            reads = tuple(dict.fromkeys(f"event:{one.cause}" for one in flows if one.cause in model.events))
            yield (
                f"handler:{name}",
                ModelPart(kind="handler", title=name, reads=reads, flows=flows, rules=rules_of(flows)),
            )
    heard = {one.topic for one in model.subscriptions.values()}
    for name in model.topics:
        told = [one.pattern for one in model.routing.routes if name in one.topics]
        patterns = name == model.routing.default_topic or any(one not in model.events for one in told)
        if name not in heard and not patterns:
            reads = tuple(f"event:{one}" for one in told)
            yield f"topic:{name}", ModelPart(kind="topic", title=name, reads=reads)
    for name, owner in model.aggregates.items():
        if not owner.commands and not owner.events:
            yield f"aggregate:{name}", ModelPart(kind="aggregate", title=name)
