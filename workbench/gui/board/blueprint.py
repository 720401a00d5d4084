"""The model as a story: slices from left to right, lanes from top to bottom, and what leads to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from workbench.gui.board.model_parts import ModelPart, ModelParts, parts_of
from workbench.gui.board.slice_order import Step, exchanged, ordered
from workbench.model.flow_rules import FlowRule
from workbench.model.registry import Registry
from workbench.services.documents.card_fields import CardField

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
        draft: As of a `BoardNode`.
        problems: Why it does not run yet.
        leaves: The events by which a row of it goes, or an instance of it ends, in words; may be empty.
        rules: When what follows from it does, and for what it is refused; below the fields.
    """

    key: str
    node: str
    kind: str
    title: str
    fields: tuple[CardField, ...] = ()
    ghost: bool = False
    draft: str = ""
    problems: tuple[str, ...] = ()
    leaves: str = ""
    rules: tuple[FlowRule, ...] = ()


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
    """Derives the picture from a model that runs.

    Args:
        order: Names of slices in the order in which they are shown, instead of that which the model says.
    """
    parts = parts_of(registry)
    return blueprint_from(replace(parts, steps=tuple(order)) if order else parts)


def blueprint_from(parts: ModelParts, stands: Sequence[str] = ()) -> Blueprint:
    """Derives the picture from the parts of a model.

    Args:
        stands: Ids of slices in the order in which they are shown already: a draft moves none of them.
    """
    plan = _Plan(parts)
    plan.commands()
    plan.reactions()
    plan.readers()
    return plan.drawn(stands)


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
        below: What stands below its read model.
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
    below: list[str] = field(default_factory=list)
    behind: tuple[str, ...] = ()
    loose: dict[str, Sequence[str]] = field(default_factory=dict)

    def step(self, publishing: Iterable[str]) -> Step:
        reads = [signal for signals in self.triggers.values() for signal in signals]
        gives = [*self.emits, *(one for one in self.triggers if one in publishing)]
        gives += [self.main] if self.main.startswith("command:") or self.main in publishing else []
        read = dict.fromkeys((*reads, *self.reads, *self.behind))
        return Step(id=self.id, reads=tuple(read), gives=tuple(gives))


class _Plan:
    """One blueprint while it is made.

    A signal is what something reacts to: the id of an event, of a topic, or of a subscription that publishes.
    """

    def __init__(self, parts: ModelParts) -> None:
        self._parts, self._nodes = parts, parts.nodes
        self._slices: dict[str, _Slice] = {}
        heard = {signal for part in parts.nodes.values() for signal in part.reads}
        self._publishing = {node for node, part in parts.nodes.items() if part.publishes} & heard
        self._publishing |= {node for node, _ in parts.of("topic")} & heard

    # -- what there is -------------------------------------------------------------------------------------

    def commands(self) -> None:
        """Plans a slice for each command, and for each event of which no command is known to emit it."""
        emits = {node: self._emitted(part) for node, part in self._parts.of("command")}
        made = {event for events in emits.values() for event in events}
        events = self._by_owner("event")
        for owner, commands in self._by_owner("command").items():
            own = {node: emits[node] for node in commands}
            for node, emitted in own.items():
                lane = "" if emitted else f"aggregate:{owner}"
                self._slices[node] = _Slice(node, main=node, lane=lane, emits=emitted)
            unsaid = tuple(node for node, emitted in own.items() if not emitted)
            for node in (one for one in events[owner] if one not in made):
                self._slices[node] = _Slice(node, emits={node: ""}, behind=unsaid)

    def _by_owner(self, sort: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self._parts.aggregates}
        for node, part in self._parts.of(sort):
            found[part.owner].append(node)
        return found

    def _emitted(self, command: ModelPart) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in command.flows:
            if one.verb == "emits" and f"event:{one.name}" in self._nodes:
                _say(found, f"event:{one.name}", one.words)
        return found

    def reactions(self) -> None:
        """Adds to the commands who issues them; who reacts without a command has a slice."""
        for sort in ("external", "subscription", "handler"):
            for node, part in self._parts.of(sort):
                self._issue(node, [one for one in part.reads if one in self._nodes])

    def _issue(self, node: str, signals: Sequence[str]) -> None:
        """Adds a trigger to the commands that it issues, and what leads to none to a slice of its own.

        Where it is not known which signal leads to which command, they are taken to follow each other as they
        are declared: that gives the order, but no wire.
        """
        left, unsure = dict.fromkeys(signals, ""), 0
        for one in self._nodes[node].flows:
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
        idle = node.startswith("external:") and bool(self._nodes[node].flows)
        if left or (not signals and not idle):
            self._slices[node] = _Slice(node, triggers={node: left})

    def readers(self) -> None:
        """Plans a slice for each read model with its queries, and for what nothing else tells of."""
        for sort in ("projection", "topic", "aggregate"):
            for node, part in self._parts.of(sort):
                reads = tuple(one for one in part.reads if one in self._nodes)
                self._slices[node] = _Slice(node, main=node, reads=reads)
        for node, part in self._parts.of("query"):
            if part.owner in self._slices:
                self._slices[part.owner].below.append(node)
            else:
                self._slices[node] = _Slice(node, main=node)

    # -- drawing -------------------------------------------------------------------------------------------

    def drawn(self, stands: Sequence[str]) -> Blueprint:
        """Returns the picture; ``stands`` as of `blueprint_from`."""
        named = {name: node for node in reversed(self._slices) for name in (node, node.partition(":")[2])}
        order = [named[one] for one in self._parts.steps if one in named]
        story = [node for name in self._parts.story if (node := f"command:{name}") in self._slices]
        steps = {
            name: self._slices[name].step(self._publishing) for name in exchanged([*self._slices], story)
        }
        found = ordered(list(steps.values()), order, stands)
        slices = [self._slices[name] for name in found]
        given: dict[str, int] = {}
        for number, one in enumerate(slices):
            for signal in steps[one.id].gives:
                given.setdefault(signal, number)
        for number, one in enumerate(slices):
            for node, signals in one.loose.items():
                led = [signal for signal in signals if given.get(signal, number) < number]
                one.triggers[node] |= dict.fromkeys(led, "")
                if (own := self._slices.get(node)) is not None:
                    own.triggers[node] = {name: "" for name in own.triggers[node] if name not in led}
        kept = [one for one in slices if one.main or one.emits or self._tells(one)]
        return _Drawing(self._parts, kept).blueprint()

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

    def __init__(self, parts: ModelParts, slices: Sequence[_Slice]) -> None:
        self._nodes, self._planned = parts.nodes, slices
        lanes = [TRIGGERS, STEPS, *(f"aggregate:{name}" for name in parts.aggregates)]
        self._lanes = {lane: number for number, lane in enumerate(lanes)}
        self._lane_of = {
            node: self._lanes[f"aggregate:{part.owner}"] for node, part in parts.of("event")
        } | dict.fromkeys((node for node, _ in parts.of("topic")), self._lanes[STEPS])
        self._seen: dict[str, str] = {}
        """By the nodes that have a card, in which slice."""
        self._wires: dict[tuple[str, str], Wire] = {}

    def blueprint(self) -> Blueprint:
        slices = tuple(self._slice(one) for one in self._planned)
        lanes = tuple(Lane(id=name, title=_lane_title(name)) for name in self._lanes)
        return Blueprint(lanes=lanes, slices=slices, wires=tuple(self._wires.values()))

    def _slice(self, planned: _Slice) -> Slice:
        cells: list[list[Card]] = [[] for _ in self._lanes]
        triggers = {node: self._put(cells[0], node, planned) for node in planned.triggers}
        main = self._put(cells[1], planned.main, planned) if planned.main else ""
        for node in planned.below:
            self._put(cells[1], node, planned)
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
                self._join(self._source(signal, cells, planned), triggers[node], "reads")
        for signal in planned.reads:
            self._join(self._source(signal, cells, planned), main, "reads")
        return Slice(
            id=planned.id,
            title=_slice_title(planned.id),
            cells=tuple(map(tuple, cells)),
        )

    def _source(self, signal: str, cells: list[list[Card]], planned: _Slice) -> str:
        """Returns the card from which a signal comes: to the left, else a ghost of it here."""
        if self._seen.get(signal, planned.id) != planned.id:
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
        self._seen.setdefault(node, planned.id)
        cell.append(self._card(node, key))
        return key

    def _join(self, source: str, target: str, kind: str, words: str = "") -> None:
        self._wires.setdefault((source, target), Wire(source=source, target=target, kind=kind, words=words))

    def _card(self, node: str, key: str) -> Card:
        part, ghost = self._nodes[node], key != node
        return Card(
            key=key,
            node=node,
            kind=part.kind,
            title=part.title,
            fields=() if ghost else part.fields,
            ghost=ghost,
            draft=part.draft,
            problems=() if ghost else part.problems,
            leaves="" if ghost else part.leaves,
            rules=() if ghost else part.rules,
        )


def _slice_title(name: str) -> str:
    kind, _, rest = name.partition(":")
    return f"Topic {rest}" if kind == "topic" else in_words(rest)


def _lane_title(lane: str) -> str:
    titles: Mapping[str, str] = {TRIGGERS: "Triggers", STEPS: "Commands, read models"}
    return titles.get(lane) or f"{in_words(lane.partition(':')[2])} events"
