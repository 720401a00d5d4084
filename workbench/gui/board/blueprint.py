"""The model as a story: slices from left to right, lanes from top to bottom, and what leads to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workbench.gui.board.card_fields import CardField, fields_of_columns, fields_of_schema
from workbench.gui.board.slice_order import Step, ordered
from workbench.model.messaging import Subscription
from workbench.model.registry import Registry

TRIGGERS, STEPS = "triggers", "steps"
"""Ids of the lanes above those of the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card.

    Attributes:
        key: Unique in the blueprint: the id of its node, and for a ghost also its slice.
        node: Id of what it shows, as on the board, such as ``event:user.created``.
        kind: A key of `workbench.gui.board.board_graph.KINDS`.
        ghost: What it shows has its own card in another slice.
    """

    key: str
    node: str
    kind: str
    title: str
    fields: tuple[CardField, ...] = ()
    ghost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One column.

    Attributes:
        id: Of the node that it is about: a command, a read model, an event, or who reacts.
        cells: Its cards in each lane, from top to bottom.
    """

    id: str
    title: str
    cells: tuple[tuple[Card, ...], ...]

    @property
    def cards(self) -> Iterator[Card]:
        """All its cards."""
        return (card for cell in self.cells for card in cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One row; those of events belong to an aggregate, whose node's id is theirs."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Something leads from one card to another.

    Attributes:
        source: Key of a card.
        target: Key of a card, or the id of a lane where it is not known which of its events come.
        kind: What it means: ``issues``, ``emits``, ``reads``, ``publishes``.
        words: When, a line for each of several ways; may be empty.
    """

    source: str
    target: str
    kind: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """The whole picture; no wire leads to a slice further left."""

    lanes: tuple[Lane, ...] = ()
    slices: tuple[Slice, ...] = ()
    wires: tuple[Wire, ...] = ()

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Every card by its key, slice by slice."""
        return {card.key: card for one in self.slices for card in one.cards}


def blueprint_of(registry: Registry, order: Sequence[str] = ()) -> Blueprint:
    """Derives the picture from a model.

    Args:
        order: Ids of slices in the order that a person gave them.
    """
    plan = _Plan(registry)
    plan.commands()
    plan.reactions()
    plan.readers()
    return plan.drawn(order)


def in_words(name: str) -> str:
    """Returns a name as a heading says it: ``Place order`` for ``place_order``."""
    words = name.translate(str.maketrans("_-.", "   ")).strip()
    return words[:1].upper() + words[1:] or name


@dataclass(slots=True)
class _Slice:
    """A slice while it is planned.

    Attributes:
        triggers: For each that leads to its command, or that reacts without one: the signals that it reacts
            to, with words.
        main: Node of its command or read model, if it has one.
        emits: Events with words.
        reads: Signals that its read model reads.
        behind: Further signals behind whose givers it stands.
        loose: All that a trigger reacts to, where it is not known what of it makes it issue the command.
    """

    id: str
    main: str = ""
    lane: str = ""
    triggers: dict[str, dict[str, str]] = field(default_factory=dict)
    issued: dict[str, str] = field(default_factory=dict)
    emits: dict[str, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    loose: dict[str, Sequence[str]] = field(default_factory=dict)

    def step(self, publishing: Iterable[str]) -> Step:
        reads = [signal for signals in self.triggers.values() for signal in signals]
        gives = [*self.emits, *(one for one in self.triggers if one in publishing)]
        gives += [self.main] if self.main.startswith("command:") else []
        read = dict.fromkeys((*reads, *self.reads, *self.behind))
        return Step(id=self.id, reads=tuple(read), gives=tuple(gives))


class _Plan:
    """One blueprint while it is made.

    A signal is what something reacts to: the id of an event, or of a subscription that publishes.
    """

    def __init__(self, registry: Registry) -> None:
        self._model = registry
        self._slices: dict[str, _Slice] = {}
        self._routed = {name: registry.routing.topics_of(name) for name in registry.events}
        self._publishing: dict[str, set[str]] = {}
        for name in registry.subscriptions:
            for one in registry.flows_of(f"subscription:{name}"):
                if one.verb == "publishes":
                    self._publishing.setdefault(f"subscription:{name}", set()).add(one.name)

    # -- what there is -------------------------------------------------------------------------------------

    def commands(self) -> None:
        """Plans a slice for each command, and for each event of which no command is known to emit it."""
        model = self._model
        emits = {name: self._emitted(name) for name in model.commands}
        made = {event for events in emits.values() for event in events}
        for aggregate in model.aggregates.values():
            own = {f"command:{name}": emits[name] for name in aggregate.commands}
            for node, events in own.items():
                lane = "" if events else f"aggregate:{aggregate.name}"
                self._slices[node] = _Slice(node, main=node, lane=lane, emits=events)
            unsaid = tuple(node for node, events in own.items() if not events)
            for node in (f"event:{name}" for name in aggregate.events):
                if node not in made:
                    self._slices[node] = _Slice(node, emits={node: ""}, behind=unsaid)

    def _emitted(self, command: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in self._model.flows_of(f"command:{command}"):
            if one.verb == "emits" and one.name in self._model.events:
                _say(found, f"event:{one.name}", one.words)
        return found

    def reactions(self) -> None:
        """Adds to the commands who issues them; who reacts without a command has a slice."""
        model = self._model
        for actor in model.actors:
            self._issue(f"external:{actor}", ())
        for name, reactor in model.reactors.items():
            self._issue(f"subscription:{name}", [f"event:{one}" for one in reactor.events])
        for name, one in model.subscriptions.items():
            got = [f"event:{event}" for event in self._handled(one) if event in model.events]
            got += [node for node, topics in self._publishing.items() if one.topic in topics]
            self._issue(f"subscription:{name}", got)

    def _handled(self, one: Subscription) -> Iterable[str]:
        """Returns the events that a subscription handles: those its handler says, else all that it gets."""
        said = [flow.cause for flow in self._model.flows_of(f"subscription:{one.name}")]
        if said and all(said):
            return dict.fromkeys(said)
        return [
            event
            for event, topics in self._routed.items()
            if one.topic in topics and (not one.types or event in one.types)
        ]

    def _issue(self, node: str, signals: Sequence[str]) -> None:
        """Adds a trigger to the commands that it issues, and what leads to none to a slice of its own.

        Where it is not known which signal leads to which command, they are taken to follow each other as they
        are declared: that gives the order, but no wire.
        """
        left, unsure = dict.fromkeys(signals, ""), 0
        for one in self._model.flows_of(node):
            target = self._slices.get(f"command:{one.name}")
            if one.verb != "issues" or target is None:
                continue
            _say(target.issued, node, one.words)
            caused, cause = target.triggers.setdefault(node, {}), f"event:{one.cause}"
            if cause in signals:
                caused[cause] = ""
                left.pop(cause, None)
            elif signals:
                target.loose[node] = signals
                target.behind += (signals[min(unsure, len(signals) - 1)],)
                unsure += 1
        if left or (not signals and not node.startswith("external:")):
            self._slices[node] = _Slice(node, triggers={node: left})

    def readers(self) -> None:
        """Plans a slice for each read model."""
        for name, projection in self._model.projections.items():
            node = f"projection:{name}"
            read = tuple(f"event:{one}" for one in projection.handlers() if one in self._model.events)
            self._slices[node] = _Slice(node, main=node, reads=read)

    # -- drawing -------------------------------------------------------------------------------------------

    def drawn(self, order: Sequence[str]) -> Blueprint:
        """Returns the picture."""
        found = ordered([one.step(self._publishing) for one in self._slices.values()], order)
        slices = [self._slices[name] for name in found]
        given: dict[str, int] = {}
        for number, one in enumerate(slices):
            for signal in one.step(self._publishing).gives:
                given.setdefault(signal, number)
        for number, one in enumerate(slices):
            for node, signals in one.loose.items():
                led = [signal for signal in signals if given.get(signal, number) < number]
                one.triggers[node] |= dict.fromkeys(led, "")
                if (own := self._slices.get(node)) is not None:
                    own.triggers[node] = {name: "" for name in own.triggers[node] if name not in led}
        kept = [one for one in slices if one.main or one.emits or self._tells(one)]
        return _Drawing(self._model, kept).blueprint()

    def _tells(self, one: _Slice) -> bool:
        """Whether a slice without a command says something that no other says."""
        issues = any(one.id in other.triggers for other in self._slices.values() if other is not one)
        return any(one.triggers.values()) or not issues


def _say(where: dict[str, str], name: str, words: str) -> None:
    """Adds when something happens to the other times."""
    said = [*where.get(name, "").splitlines(), words]
    where[name] = "\n".join(dict.fromkeys(filter(None, said)))


class _Drawing:
    """Turns planned slices, in their order, into cards and wires."""

    def __init__(self, model: Registry, slices: Sequence[_Slice]) -> None:
        self._model, self._planned = model, slices
        owners = {f"event:{name}": one.name for one in model.aggregates.values() for name in one.events}
        lanes = [TRIGGERS, STEPS, *(f"aggregate:{name}" for name in model.aggregates)]
        self._lanes = {lane: number for number, lane in enumerate(lanes)}
        self._lane_of = {event: self._lanes[f"aggregate:{name}"] for event, name in owners.items()}
        self._seen: set[str] = set()
        self._wires: dict[tuple[str, str], Wire] = {}

    def blueprint(self) -> Blueprint:
        slices = tuple(self._slice(one) for one in self._planned)
        lanes = tuple(Lane(id=name, title=_lane_title(name)) for name in self._lanes)
        return Blueprint(lanes=lanes, slices=slices, wires=tuple(self._wires.values()))

    def _slice(self, planned: _Slice) -> Slice:
        cells: list[list[Card]] = [[] for _ in self._lanes]
        before = set(self._seen)
        triggers = {node: self._put(cells[0], node, planned) for node in planned.triggers}
        main = self._put(cells[1], planned.main, planned) if planned.main else ""
        emitted = {node: self._put(cells[self._lane_of[node]], node, planned) for node in planned.emits}
        for node, words in planned.emits.items():
            if main:
                self._join(main, emitted[node], "emits", words)
        if main and planned.lane:
            self._join(main, planned.lane, "emits")
        for node, signals in planned.triggers.items():
            if main:
                self._join(triggers[node], main, "issues", planned.issued[node])
            for signal in signals:
                self._join(self._source(signal, before, cells, planned), triggers[node], "reads")
        for signal in planned.reads:
            self._join(self._source(signal, before, cells, planned), main, "reads")
        return Slice(
            id=planned.id,
            title=in_words(planned.id.partition(":")[2]),
            cells=tuple(tuple(cell) for cell in cells),
        )

    def _source(self, signal: str, before: set[str], cells: list[list[Card]], planned: _Slice) -> str:
        """Returns the card from which a signal comes: to the left, else a ghost of it here."""
        if signal in before:
            return signal
        known = self._ghost(signal, planned)
        if not any(card.key == known for cell in cells for card in cell):
            cells[self._lane_of.get(signal, 0)].append(self._card(signal, known))
        return known

    @staticmethod
    def _ghost(node: str, planned: _Slice) -> str:
        return f"{node}@{planned.id}"

    def _put(self, cell: list[Card], node: str, planned: _Slice) -> str:
        """Adds the card of a node, or, if it was seen before, its ghost; returns the key."""
        key = self._ghost(node, planned) if node in self._seen else node
        self._seen.add(node)
        cell.append(self._card(node, key))
        return key

    def _join(self, source: str, target: str, kind: str, words: str = "") -> None:
        self._wires.setdefault((source, target), Wire(source=source, target=target, kind=kind, words=words))

    def _card(self, node: str, key: str) -> Card:
        sort, _, name = node.partition(":")
        kind, title, fields = self._told(sort, name)
        ghost = key != node
        return Card(key=key, node=node, kind=kind, title=title, fields=() if ghost else fields, ghost=ghost)

    def _told(self, sort: str, name: str) -> tuple[str, str, tuple[CardField, ...]]:
        """Returns the kind, title and fields of a card."""
        model = self._model
        if sort == "command":
            return sort, name, fields_of_schema(model.commands[name].schema)
        if sort == "event":
            return sort, name, fields_of_schema(model.events[name].schema)
        if sort == "projection":
            return sort, name, fields_of_columns(model.projections[name].columns)
        if sort == "external":
            return "external" if name in model.externals else "actor", name, ()
        if (reactor := model.reactors.get(name)) is not None:
            return "process" if reactor.stateful else "policy", name, ()
        one = model.subscriptions[name]
        return "handler", one.handler or name, (CardField(name=name, type=f"on {one.topic}"),)


def _lane_title(lane: str) -> str:
    titles: Mapping[str, str] = {TRIGGERS: "Triggers", STEPS: "Commands, read models"}
    return titles.get(lane) or f"{in_words(lane.partition(':')[2])} events"
