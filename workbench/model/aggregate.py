"""Aggregates: a state folded from events, and pure decisions on it (K1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from workbench.model.command import Command
from workbench.model.decision_context import DecisionContext, with_context
from workbench.model.declarations import check_classes, check_functions
from workbench.model.event import Event, Upcaster
from workbench.model.fingerprints import TextOf, fingerprint
from workbench.model.pydantic_messages import doc_of

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """One aggregate as Python declares it: its events, its fold and its decisions.

    Type checkers hold ``decide`` and ``evolve`` to its state.

    Attributes:
        name: Also the category of its streams: the stream of id 7 is ``name-7``.
        state: Class of the folded state, a `msgspec.Struct`.
        decide: ``(state or None, command) -> events``, or the same with a `DecisionContext` behind them;
            pure. Refuses by raising `CommandRejected`.
        evolve: ``(state or None, event) -> state``; pure.
        upcasters: By event type name, then by the version that each step starts from.
        snapshot_every: Events between two snapshots (S1); None takes the project's setting.
        fold: What ``evolve`` was made of, where that is no Python; snapshots of another are ignored (K1).
    """

    name: str
    state: type[msgspec.Struct]
    events: tuple[type[Event], ...]
    commands: tuple[type[Command], ...]
    decide: Callable[..., Iterable[Event]]
    evolve: Callable[[Any, Any], Any]
    upcasters: Mapping[str, Mapping[int, Upcaster]] = field(default_factory=dict)
    snapshot_every: int | None = None
    fold: str = ""
    doc: str = ""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            state: type[S],
            events: tuple[type[Event], ...],
            commands: tuple[type[Command], ...],
            decide: Callable[[S | None, Any], Iterable[Event]]
            | Callable[[S | None, Any, DecisionContext], Iterable[Event]],
            evolve: Callable[[S | None, Any], S],
            upcasters: Mapping[str, Mapping[int, Upcaster]] = ...,
            snapshot_every: int | None = None,
            fold: str = "",
            doc: str = "",
        ) -> None: ...

    def __post_init__(self) -> None:
        where = f"aggregate {self.name}"
        check_classes(f"events of {where}", self.events, Event)
        check_classes(f"commands of {where}", self.commands, Command)
        check_functions(where, decide=self.decide, evolve=self.evolve)


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateType:
    """What the engine knows of an aggregate, wherever it was declared.

    Attributes:
        state_hash: Changes when the shape of the state changes, what folds it, or what reads its events;
            snapshots of another hash are ignored (K1, J7).
        write_state: Turns the state into JSON text.
        read_state: The way back.
        show_state: Turns the state into plain values for people.
    """

    name: str
    events: tuple[str, ...]
    commands: tuple[str, ...]
    decide: Callable[[Any, Any, DecisionContext], Iterable[Any]]
    evolve: Callable[[Any, Any], Any]
    state_hash: str
    write_state: Callable[[Any], str]
    read_state: Callable[[str], Any]
    show_state: Callable[[Any], Any]
    snapshot_every: int | None = None
    doc: str = ""


def stream_name(aggregate: str, identity: object) -> str:
    """Returns the stream of one aggregate: category, hyphen, id."""
    return f"{aggregate}-{identity}"


def category_of(stream: str) -> str:
    """Returns what stands before the first hyphen of a stream's name; the whole name if there is none."""
    return stream.partition("-")[0]


def aggregate_type_of(aggregate: Aggregate, text_of: TextOf, made_of: Sequence[str]) -> AggregateType:
    """Builds what the engine needs from a Python declaration.

    Args:
        text_of: Gives the text of what it is made of.
        made_of: Digests of what reads its events.
    """
    schema = msgspec.json.encode(msgspec.json.schema(aggregate.state), order="sorted")
    fold = aggregate.fold or (text_of(aggregate.state), text_of(aggregate.evolve))
    return AggregateType(
        name=aggregate.name,
        events=tuple(cls.event_type for cls in aggregate.events),
        commands=tuple(cls.command_type for cls in aggregate.commands),
        decide=with_context(aggregate.decide),
        evolve=aggregate.evolve,
        state_hash=fingerprint(schema, fold, made_of),
        write_state=lambda state: msgspec.json.encode(state).decode(),
        read_state=msgspec.json.Decoder(aggregate.state).decode,
        show_state=msgspec.to_builtins,
        snapshot_every=aggregate.snapshot_every,
        doc=aggregate.doc or doc_of(aggregate.state),
    )
