"""Draws a model as Mermaid diagrams: how things flow, and the event model in its lanes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import shorten

from workbench.model.json_values import visible
from workbench.model.model_flow import INCOMING, arrows
from workbench.model.registry import Registry
from workbench.services.documents.flow_steps import asked_by

LABEL = 60
"""Characters of an arrow's words; the text below says them wholly."""
_ESCAPES = str.maketrans({char: f"#{ord(char)};" for char in '"#<>&`\\{}[]()|'})
_SHAPES = {
    "command": ("[", "]"),
    "aggregate": ("[[", "]]"),
    "event": ("([", "])"),
    "topic": ("{{", "}}"),
    "subscription": (">", "]"),
    "policy": ("[/", "/]"),
    "process": ("[/", "/]"),
    "projection": ("[(", ")]"),
    "query": (">", "]"),
    "external": ("((", "))"),
}
_COLORS = {
    "command": "fill:#cfe3ff,stroke:#3b78c4,color:#10243f",
    "aggregate": "fill:#fff3bf,stroke:#b08900,color:#3a2d00",
    "event": "fill:#ffd8a8,stroke:#c2620d,color:#3f1f00",
    "topic": "fill:#e9ecef,stroke:#868e96,color:#212529",
    "subscription": "fill:#e9ecef,stroke:#868e96,color:#212529",
    "policy": "fill:#eed9fb,stroke:#8a3fbf,color:#2e0a45",
    "process": "fill:#eed9fb,stroke:#8a3fbf,color:#2e0a45",
    "external": "fill:#f9d9e3,stroke:#b0305f,color:#6b1a38",
    "projection": "fill:#d3f9d8,stroke:#2b8a3e,color:#0b3215",
    "query": "fill:#d3f9d8,stroke:#2b8a3e,color:#0b3215",
}


def label(text: str) -> str:
    """Returns text between quotes, in which nothing is Mermaid's or HTML."""
    return f'"{visible(" ".join(text.split())).translate(_ESCAPES)}"'


@dataclass(slots=True)
class _Drawing:
    """Nodes with short ids of their own, since names of the model may be anything."""

    lines: list[str] = field(default_factory=list)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    edges: dict[tuple[str, str], str] = field(default_factory=dict)
    only: Collection[str] | None = None

    def node(self, kind: str, name: str, indent: str = "    ") -> None:
        here = f"{'subscription' if kind in {'policy', 'process'} else kind}:{name}"
        if (kind, name) not in self.ids and (self.only is None or here in self.only):
            known = self.ids[kind, name] = f"{kind}{len(self.ids)}"
            opening, closing = _SHAPES[kind]
            self.lines.append(f"{indent}{known}{opening}{label(name)}{closing}:::{kind}")

    def edge(self, source: tuple[str, str], target: tuple[str, str], arrow: str = "-->") -> None:
        """Joins two nodes once; what is not drawn is not joined."""
        if source in self.ids and target in self.ids:
            self.edges.setdefault((self.ids[source], self.ids[target]), arrow)

    def text(self, direction: str) -> list[str]:
        drawn = {kind for kind, _ in self.ids if kind in _COLORS}
        colors = [f"    classDef {kind} {_COLORS[kind]}" for kind in _COLORS if kind in drawn]
        joined = [f"    {source} {arrow} {target}" for (source, target), arrow in self.edges.items()]
        return ["```mermaid", f"flowchart {direction}", *self.lines, *joined, *colors, "```", ""]


def flow_diagram(registry: Registry, only: Collection[str] | None = None) -> list[str]:
    """Draws the way from commands over events and topics to what reads them; ends with an empty line.

    Args:
        only: Nodes of the board that are drawn, such as ``event:order.placed``; None for all.
    """
    drawing = _Drawing(only=only)
    for kind, names in (
        ("command", registry.commands),
        ("aggregate", registry.aggregates),
        ("event", registry.events),
        ("topic", registry.topics),
        ("subscription", registry.subscriptions),
        ("projection", registry.projections),
        ("query", registry.queries),
        ("external", registry.actors),
    ):
        for name in names:
            drawing.node(kind, name)
    _reactors(registry, drawing)
    for command in registry.commands.values():
        for owner, words in command.over.items():
            arrow = f"-->{_said(words.splitlines())}"
            drawing.edge(("command", command.name), ("aggregate", owner), arrow)
        _follow(registry, drawing, "command", command.name)
    made = _made(registry)
    for aggregate in registry.aggregates.values():
        for event in aggregate.events:
            if event not in made:
                drawing.edge(("aggregate", aggregate.name), ("event", event))
    for event in registry.events:
        for topic in sorted(registry.routing.topics_of(event)):
            drawing.edge(("event", event), ("topic", topic))
    for one in registry.subscriptions.values():
        drawing.edge(("topic", one.topic), ("subscription", one.name))
        _follow(registry, drawing, "subscription", one.name)
        drawing.edge(("subscription", one.name), ("external", one.handler))
    for name in registry.actors:
        _follow(registry, drawing, "external", name)
    _projected(registry, drawing)
    return drawing.text("LR")


def event_model(registry: Registry) -> list[str]:
    """Draws the event model: a lane of commands, a lane of events for each aggregate, a lane of read models.

    An arrow leads from a command to its events, or to their lane where they are not known. Ends with an
    empty line.
    """
    drawing = _Drawing()
    actors = (f"subscription:{name}" for name in (*registry.reactors, *registry.subscriptions))
    issued = {one.name for actor in actors for one in registry.flows_of(actor) if one.verb == "issues"}
    asked = [name for name in registry.commands if name not in issued]
    automatic = [name for name in registry.commands if name in issued]
    _lane(drawing, "asked", "Commands", (("command", name) for name in asked))
    _lane(drawing, "automatic", "Commands that are issued", (("command", name) for name in automatic))
    for number, aggregate in enumerate(registry.aggregates.values()):
        lane = f"lane{number}"
        title = f"Events of {aggregate.name}"
        _lane(drawing, lane, title, (("event", event) for event in aggregate.events))
        drawing.ids["lane", aggregate.name] = lane
    reactors = registry.reactors.values()
    kinds = (("process" if kind.stateful else "policy", kind.name) for kind in reactors)
    _lane(drawing, "reactions", "Policies and processes", kinds)
    reads = [("projection", name) for name in registry.projections]
    reads += [("query", name) for name in registry.queries]
    _lane(drawing, "known", "Read models and queries" if registry.queries else "Read models", reads)
    for command in registry.commands.values():
        if registry.flows_of(f"command:{command.name}"):
            _follow(registry, drawing, "command", command.name)
        else:
            drawing.edge(("command", command.name), ("lane", command.aggregate))
    _reactors(registry, drawing)
    _projected(registry, drawing)
    return drawing.text("TB")


def _lane(drawing: _Drawing, lane: str, title: str, nodes: Iterable[tuple[str, str]]) -> None:
    listed = list(nodes)
    if not listed:
        return
    drawing.lines += [f"    subgraph {lane}[{label(title)}]", "        direction LR"]
    for kind, name in listed:
        drawing.node(kind, name, "        ")
    drawing.lines.append("    end")


def _reactors(registry: Registry, drawing: _Drawing) -> None:
    for kind in registry.reactors.values():
        word = "process" if kind.stateful else "policy"
        drawing.node(word, kind.name)
        _follow(registry, drawing, word, kind.name)
        for event in kind.events:
            drawing.edge(("event", event), (word, kind.name))


_ARROWS = {
    "emits": ("-->", "event"),
    "issues": ("-.->", "command"),
    "publishes": ("-.->", "topic"),
}


def _follow(registry: Registry, drawing: _Drawing, kind: str, name: str) -> None:
    """Joins a node with what is known to follow from it; the arrow says when."""
    owner = kind if kind in {"command", "external", "projection"} else "subscription"
    for (verb, target), words in arrows(registry.flows_of(f"{owner}:{name}")).items():
        shown = _said(words)
        if verb in INCOMING:
            drawing.edge(("event", target), (kind, name), f"-->{shown}")
        else:
            arrow, end = _ARROWS[verb]
            drawing.edge((kind, name), (end, target), f"{arrow}{shown}")


def _said(words: Iterable[str]) -> str:
    """Returns the words of an arrow: those of all the ways."""
    when = "; or ".join(words)
    return f"|{label(shorten(when, LABEL, placeholder=' …'))}|" if when else ""


def _made(registry: Registry) -> set[str]:
    """Returns the events of which it is known which command emits them."""
    return {one.name for command in registry.commands for one in registry.flows_of(f"command:{command}")}


def _projected(registry: Registry, drawing: _Drawing) -> None:
    for projection in registry.projections.values():
        _follow(registry, drawing, "projection", projection.name)
        for event in projection.handlers():
            drawing.edge(("event", event), ("projection", projection.name))
    for name in registry.queries:
        for read in asked_by(registry, name):
            drawing.edge(("projection", read), ("query", name))


def legend() -> Iterator[str]:
    """Yields what the shapes and colours of the diagrams mean."""
    yield "Blue boxes are commands, yellow ones aggregates, orange ones events, green drums read models,"
    yield "green flags the queries of them,"
    yield "violet slants policies and processes (a dotted arrow leads to what they issue or publish), grey"
    yield "hexagons topics, grey flags the subscriptions to them,"
    yield "and pink circles actors and outside systems."
