"""The model as nodes and edges, the way the board draws it; knows nothing of drawing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

Pair = tuple[str, str]
"""Ids of an edge's source and target."""
ARMED = "armed"
"""What the badge of a node ends with where something goes wrong on purpose."""


@dataclass(frozen=True, slots=True)
class NodeKind:
    """What the nodes of one kind have in common.

    Attributes:
        word: What a person calls it.
        role: Of `workbench.gui.theme.Colors`; also the name of its icon, unless it has a picture of its own.
        column: Natural place from left to right; None where the neighbours decide.
        picture: Name of its icon where that is not the role's.
    """

    word: str
    role: str
    column: int | None
    picture: str = ""

    @property
    def icon(self) -> str:
        """The name of its icon."""
        return self.picture or self.role


KINDS = {
    "command": NodeKind("Command", "command", 0),
    "aggregate": NodeKind("Aggregate", "aggregate", 1),
    "event": NodeKind("Event", "event", 2),
    "topic": NodeKind("Topic", "topic", 3),
    "queue": NodeKind("Queue", "topic", 3, "queue"),
    "subscription": NodeKind("Subscription", "subscription", 4),
    "worker": NodeKind("Workers of a queue", "subscription", 4, "workers"),
    "policy": NodeKind("Policy", "policy", 4),
    "process": NodeKind("Process", "policy", 4),
    "projection": NodeKind("Projection", "projection", 4),
    "query": NodeKind("Query", "projection", 4, "query"),
    "handler": NodeKind("Handler", "subscription", 4, "code"),
    "actor": NodeKind("Actor", "person", None),
    "external": NodeKind("External", "external", None),
}


def kind_of(name: str) -> NodeKind:
    """Returns what is known of a kind; one that is not listed shows its own name."""
    return KINDS.get(name) or NodeKind(name.capitalize(), "external", None)


DRAFT, NOT_RUNNING = "draft", "not running"
"""What is designed and not saved; what is saved, while an older model runs."""
DRAWN = {
    DRAFT: "Draft: it does not run as it is drawn",
    NOT_RUNNING: "Saved, not running: an older model runs than the files say",
}
"""What is told of either."""


@dataclass(frozen=True, slots=True)
class BoardNode:
    """One thing of the model.

    Attributes:
        id: Unique in the graph, such as ``event:user.created``.
        kind: A key of `KINDS`.
        rows: Fields or facts, a line each.
        problems: What is wrong with it, a sentence each, such as "Detached: no handler is named x".
        badge: A short text that changes while the board is shown, such as a counter.
        draft: How it stands where what it shows is not what runs: `DRAFT` or `NOT_RUNNING`.
    """

    id: str
    kind: str
    title: str
    subtitle: str = ""
    rows: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    badge: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class BoardEdge:
    """Something flows from one node to another.

    Attributes:
        kind: What the edge means, such as ``handles``, ``emits``, ``routes``, ``consumes``, ``issues``.
        words: When it flows, such as ``after 24h, when state.open``; a line for each of several ways.
        seen: It is not in the model, but was seen while the program ran; it must not move what stands.
    """

    source: str
    target: str
    kind: str
    seen: bool = False
    words: str = ""


@dataclass(frozen=True)
class BoardGraph:
    """Nodes and edges in a fixed order, on which the drawing depends.

    Raises:
        ValueError: Two nodes share an id, or an edge ends nowhere.
    """

    nodes: tuple[BoardNode, ...] = ()
    edges: tuple[BoardEdge, ...] = ()

    def __post_init__(self) -> None:
        if len(self.by_id) != len(self.nodes):
            raise ValueError("two nodes of the board have the same id")
        for edge in self.edges:
            for end in (edge.source, edge.target):
                if end not in self.by_id:
                    raise ValueError(f"an edge of the board ends at {end}, which is not there")

    @cached_property
    def by_id(self) -> dict[str, BoardNode]:
        """Every node by its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """What is connected, each pair once, in the order of the edges."""
        return tuple(dict.fromkeys((edge.source, edge.target) for edge in self.edges))

    @cached_property
    def declared(self) -> BoardGraph:
        """The same without what was only seen."""
        return BoardGraph(self.nodes, tuple(edge for edge in self.edges if not edge.seen))

    @cached_property
    def targets(self) -> dict[str, tuple[str, ...]]:
        """For every node those that its edges lead to."""
        return self._neighbours(0, 1)

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """For every node those whose edges lead to it."""
        return self._neighbours(1, 0)

    def _neighbours(self, here: int, there: int) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for pair in self.pairs:
            found[pair[here]].append(pair[there])
        return {node: tuple(others) for node, others in found.items()}

    def connected(self, node: str, returning: Collection[Pair] = ()) -> tuple[set[str], set[Pair]]:
        """Returns what a node depends on and what depends on it.

        Args:
            node: Where to begin.
            returning: Edges that lead back and close cycles; they are followed from and to the node itself
                only, else a cycle would connect everything with everything.
        """
        nodes, pairs = {node}, set[Pair]()
        for neighbours, forward in ((self.targets, True), (self.sources, False)):
            reached, waiting = {node}, [node]
            while waiting:
                here = waiting.pop()
                for there in neighbours[here]:
                    pair = (here, there) if forward else (there, here)
                    if pair in returning and here != node:
                        continue
                    pairs.add(pair)
                    if there not in reached:
                        reached.add(there)
                        if pair not in returning:
                            waiting.append(there)
            nodes |= reached
        return nodes, pairs
