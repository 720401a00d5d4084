"""The board's graph from the live registrations, and which edges a difference in the counters moves along."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.gui.board.board_graph import ARMED, BoardEdge, BoardGraph, BoardNode, Pair
from workbench.gui.time_format import short
from workbench.model.counts import counted
from workbench.model.messaging import Mode
from workbench.model.model_flow import INCOMING, KINDS, arrows
from workbench.model.pydantic_messages import summary_of

if TYPE_CHECKING:
    from workbench.model.messaging import Message, Subscription
    from workbench.model.registry import Registry

FIELDS = 5
"""Fields that a node lists; more are counted."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Messages that move along edges one after the other."""

    path: tuple[Pair, ...]
    kind: str
    count: int


def model_graph(registry: Registry, flow: Mapping[str, int]) -> BoardGraph:
    """Draws the model: commands, aggregates, events, topics, subscriptions, policies, projections.

    Args:
        flow: Counters since the start: what Python handlers publish or issue is known only once it was seen.
    """
    builder = _Builder(registry)
    builder.write_side()
    builder.topics()
    builder.readers()
    builder.actors()
    builder.seen(flow)
    return builder.graph()


def pulses(registry: Registry, before: Mapping[str, int], after: Mapping[str, int]) -> list[Pulse]:
    """Returns what moved between two readings of the counters."""
    found = []
    makers = _makers(registry)
    for key, total in after.items():
        moved = total - before.get(key, 0)
        if moved > 0 and (path := _path(registry, key, makers)):
            outcome = key.rpartition(":")[2] if key.startswith("delivery:") else "ok"
            found.append(Pulse(path, outcome, moved))
    return found


def badges(flow: Mapping[str, int], waiting: Mapping[str, Sequence[Message]]) -> dict[str, str]:
    """Returns the counters that nodes show, and of who issued something for later when the next is due.

    Args:
        waiting: Commands that wait for their time, by who issued them, the next due first.
    """
    shown: dict[str, str] = {}
    for key, total in flow.items():
        kind, _, rest = key.partition(":")
        if kind in {"command", "event"}:
            shown[key] = f"{total:,}"
        elif kind == "delivery" and rest.endswith(":ok"):
            shown[f"subscription:{rest.removesuffix(':ok')}"] = f"{total:,}"
    for name, told in waiting.items():
        more = f" +{len(told) - 1:,}" if len(told) > 1 else ""
        shown[f"subscription:{name}"] = f"due {short(told[0].deliver_at or 0)}{more}"
    return shown


def faults_told(on: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Returns what nodes show where something goes wrong on purpose.

    Args:
        on: What faults do, by the node that they strike.
    """
    return {node: f"{counted(len(said), 'fault')} {ARMED}" for node, said in on.items()}


def _path(registry: Registry, key: str, makers: Mapping[str, Sequence[str]]) -> tuple[Pair, ...]:
    kind, _, rest = key.partition(":")
    name, _, last = rest.rpartition(":")
    match kind:
        case "command" | "rejected" | "conflict" | "failed" if rest in registry.commands:
            return ((f"command:{rest}", f"aggregate:{registry.commands[rest].aggregate}"),)
        case "event" if rest in registry.events:
            return _event_path(registry, rest, makers.get(rest, ()))
        case "delivery" if name in registry.subscriptions and last in {"ok", "retry", "dead"}:
            return ((f"topic:{registry.subscriptions[name].topic}", f"subscription:{name}"),)
        case "project":
            return ((f"event:{last}", f"projection:{name}"),)
        case "react":
            return ((f"event:{last}", f"subscription:{name}"),)
        case "publish":
            return ((f"subscription:{name}", f"topic:{last}"),)
        case "issue":
            return ((f"subscription:{name}", f"command:{last}"),)
        case _:
            return ()


def _event_path(registry: Registry, name: str, makers: Sequence[str]) -> tuple[Pair, ...]:
    owner = next((a.name for a in registry.aggregates.values() if name in a.events), None)
    sources = makers or ([f"aggregate:{owner}"] if owner else [])
    first = ((sources[0], f"event:{name}"),) if len(sources) == 1 else ()
    topics = sorted(topic for topic in registry.routing.topics_of(name) if topic in registry.topics)
    return (*first, (f"event:{name}", f"topic:{topics[0]}")) if topics else first


def _in_time(registry: Registry, graph: BoardGraph) -> dict[str, int]:
    """Returns the place of every node in the order of time: that of its first cause.

    Each command that nothing issues begins; what follows from it comes before what follows from the next.
    """
    caused = {target for source, target in graph.pairs if not source.startswith("external:")}
    begins = [node.id for node in graph.nodes if node.kind == "command" and node.id not in caused]
    place: dict[str, int] = {}
    seen: set[Pair] = set()
    for begin in [*begins, *graph.by_id]:
        waiting = deque([(begin, "")])
        while waiting:
            name, event = waiting.popleft()
            if (name, event) not in seen:
                seen.add((name, event))
                place.setdefault(name, len(place))
                event = name.partition(":")[2] if name.startswith("event:") else event
                waiting.extend((target, event) for target in _next(registry, graph, name, event))
    return place


def _next(registry: Registry, graph: BoardGraph, name: str, event: str) -> Iterator[str]:
    """Yields where things flow on from a node, for one event where that makes a difference."""
    if not name.startswith("subscription:"):
        yield from graph.targets[name]
        return
    for one in registry.flows_of(name):
        target = f"{one.kind}:{one.name}"
        if one.verb not in {"consumes", "withdraws"} and one.cause in {"", event} and target in graph.by_id:
            yield target


def _makers(registry: Registry) -> dict[str, list[str]]:
    """Returns the ids of the commands of which it is known that they emit an event, by its name."""
    found: dict[str, list[str]] = {}
    for command in registry.commands:
        for event in dict.fromkeys(one.name for one in registry.flows_of(f"command:{command}")):
            found.setdefault(event, []).append(f"command:{command}")
    return found


class _Builder:
    def __init__(self, registry: Registry) -> None:
        self._model = registry
        self._nodes: dict[str, BoardNode] = {}
        self._edges: dict[Pair, BoardEdge] = {}

    def graph(self) -> BoardGraph:
        edges = [edge for pair, edge in self._edges.items() if all(end in self._nodes for end in pair)]
        graph = BoardGraph(nodes=tuple(self._nodes.values()), edges=tuple(edges))
        place = _in_time(self._model, graph.declared)
        return BoardGraph(tuple(sorted(graph.nodes, key=lambda node: place[node.id])), graph.edges)

    def write_side(self) -> None:
        model, made = self._model, _makers(self._model)
        for command in model.commands.values():
            self._add(f"command:{command.name}", "command", command.name, rows=_fields(command.schema))
            for owner, words in command.over.items():
                self._join(f"command:{command.name}", f"aggregate:{owner}", "handles", words=words)
            self._follow(f"command:{command.name}")
        for aggregate in model.aggregates.values():
            self._add(
                f"aggregate:{aggregate.name}",
                "aggregate",
                aggregate.name,
                subtitle=summary_of(aggregate.doc),
            )
            for event in (event for event in aggregate.events if event not in made):
                self._join(f"aggregate:{aggregate.name}", f"event:{event}", "emits")
        for kind in model.events.values():
            version = f"version {kind.version}" if kind.version > 1 else ""
            lost = sorted(model.routing.topics_of(kind.name) - set(model.topics))
            self._add(
                f"event:{kind.name}",
                "event",
                kind.name,
                subtitle=version,
                rows=_fields(kind.schema),
                problems=tuple(f"Routed to {topic}, which is no topic" for topic in lost),
            )

    def topics(self) -> None:
        model = self._model
        queues = {one.topic for one in model.subscriptions.values() if _is_queue(one)}
        for topic in model.topics.values():
            kind = "queue" if topic.name in queues else "topic"
            self._add(f"topic:{topic.name}", kind, topic.name)
        for event in model.events:
            for topic_name in sorted(model.routing.topics_of(event)):
                self._join(f"event:{event}", f"topic:{topic_name}", "routes")

    def readers(self) -> None:
        model = self._model
        for subscription in model.subscriptions.values():
            workers = _workers(subscription.workers) if _is_queue(subscription) else ""
            self._add(
                f"subscription:{subscription.name}",
                "worker" if workers else "subscription",
                subscription.name,
                subtitle=", ".join(part for part in (workers, subscription.handler) if part),
                rows=(
                    *((str(subscription.filter),) if not subscription.filter.empty else ()),
                    *self._deeds(subscription.name),
                ),
                problems=tuple(self._troubles(subscription)),
            )
            self._join(f"topic:{subscription.topic}", f"subscription:{subscription.name}", "consumes")
            self._follow(f"subscription:{subscription.name}")
        for reactor in model.reactors.values():
            kind = "process" if reactor.stateful else "policy"
            self._add(
                f"subscription:{reactor.name}",
                kind,
                reactor.name,
                subtitle=summary_of(reactor.doc),
                rows=self._deeds(reactor.name),
            )
            self._follow(f"subscription:{reactor.name}")
            for event in reactor.events:
                self._join(f"event:{event}", f"subscription:{reactor.name}", "consumes")
        for projection in model.projections.values():
            columns = tuple(column.name for column in projection.columns)
            self._add(f"projection:{projection.name}", "projection", projection.name, rows=listed(columns))
            self._follow(f"projection:{projection.name}")
            for event in projection.handlers():
                self._join(f"event:{event}", f"projection:{projection.name}", "projects")

    def actors(self) -> None:
        """Adds actors and outside systems: who gives commands, and whom a stand-in answers for."""
        for name, said in self._model.actors.items():
            identity = f"external:{name}"
            kind = "external" if name in self._model.externals else "actor"
            self._add(identity, kind, name, subtitle=summary_of(said))
            self._follow(identity)
            for subscription in self._model.subscriptions.values():
                if subscription.handler == name:
                    self._join(f"subscription:{subscription.name}", identity, "calls")

    def _troubles(self, subscription: Subscription) -> Iterator[str]:
        if subscription.handler not in self._model.handlers:
            yield f"Detached: no handler is named {subscription.handler}"
        if subscription.topic not in self._model.topics:
            yield f"Reads {subscription.topic}, which is no topic"

    def seen(self, flow: Mapping[str, int]) -> None:
        """Adds edges for what handlers were seen to publish and to issue."""
        for key in flow:
            kind, _, rest = key.partition(":")
            name, _, last = rest.rpartition(":")
            if kind == "publish":
                self._join(f"subscription:{name}", f"topic:{last}", "publishes", seen=True)
            elif kind == "issue":
                self._join(f"subscription:{name}", f"command:{last}", "issues", seen=True)

    def _deeds(self, name: str) -> tuple[str, ...]:
        ends = arrows(self._model.flows_of(f"subscription:{name}")).items()
        deeds = [(end, words or ("",)) for (verb, end), words in ends if verb != "consumes"]
        return listed(tuple(f"{end} {line}".strip() for end, words in deeds for line in words))

    def _follow(self, source: str) -> None:
        """Adds edges for what is known to follow, with the words of all the ways to it."""
        for (verb, name), words in arrows(self._model.flows_of(source)).items():
            target = f"{KINDS[verb]}:{name}"
            pair = (target, source) if verb in INCOMING else (source, target)
            self._join(*pair, verb, words="\n".join(words))

    def _add(
        self,
        identity: str,
        kind: str,
        title: str,
        *,
        subtitle: str = "",
        rows: tuple[str, ...] = (),
        problems: tuple[str, ...] = (),
    ) -> None:
        self._nodes[identity] = BoardNode(identity, kind, title, subtitle, rows, problems)

    def _join(self, source: str, target: str, kind: str, *, seen: bool = False, words: str = "") -> None:
        self._edges.setdefault((source, target), BoardEdge(source, target, kind, seen, words))


def _is_queue(subscription: Subscription) -> bool:
    return subscription.mode is Mode.POINT_TO_POINT


def _workers(count: int) -> str:
    return f"{count:,} worker" if count == 1 else f"{count:,} workers"


def _fields(schema: Mapping[str, object]) -> tuple[str, ...]:
    """Lists the fields of a JSON Schema, whether it stands at the top or behind a reference."""
    found: object = schema
    reference = schema.get("$ref")
    definitions = schema.get("$defs")
    if isinstance(reference, str) and isinstance(definitions, Mapping):
        found = definitions.get(reference.rpartition("/")[2], {})
    properties = found.get("properties", {}) if isinstance(found, Mapping) else {}
    return listed(tuple(properties)) if isinstance(properties, Mapping) else ()


def listed(names: tuple[str, ...]) -> tuple[str, ...]:
    """Returns as many names as a node lists, and how many more there are."""
    if len(names) <= FIELDS:
        return names
    return (*names[: FIELDS - 1], f"and {len(names) - FIELDS + 1} more")
