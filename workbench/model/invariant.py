"""Invariants: what must hold after every commit, or once nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Facts(Protocol):
    """What is known of a log up to a commit; a question for what the model does not have is an error."""

    def count(self, event: str, id: object = None) -> int:
        """Returns how many events of a type there are: in all, or in the stream of an id."""

    def count_with(self, event: str, field: str, value: object) -> int:
        """Returns how many events of a type have a value in a field."""

    def state(self, aggregate: str, id: object) -> Any:
        """Returns the state of an aggregate; None where there is none."""

    def row(self, projection: str, key: object) -> Mapping[str, Any] | None:
        """Returns a row of a read model, as expressions see it; None where there is none."""

    def total(self, projection: str, column: str) -> Any:
        """Returns the sum of a column of numbers over all rows of a read model; empty ones are 0."""

    def rows(self, projection: str) -> Sequence[Mapping[str, Any]]:
        """Returns all rows of a read model in the order of their keys."""


class Subject(NamedTuple):
    """What an invariant is asked of: a stream or a row; where it is the whole, all but the facts is empty.

    Attributes:
        value: State or row.
    """

    facts: Facts
    id: str = ""
    version: int = 0
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantQuestion:
    """One condition of an invariant.

    Attributes:
        ask: Says of a subject whether it holds; raises `ExpressionFailed` where it has no value.
        parts: The values that it is made of, by how they are written: what to tell where it does not hold.
        states: Aggregates at whose states it looks.
        projections: Read models at whose rows it looks.
        counts: Event types that it counts, each with the fields by whose values.
    """

    text: str
    ask: Callable[[Subject], Any]
    parts: Callable[[], Mapping[str, Callable[[Subject], Any]]]
    states: frozenset[str] = frozenset()
    projections: frozenset[str] = frozenset()
    counts: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What is never to be otherwise.

    Attributes:
        of: Aggregate of whose streams it is asked; empty where it is asked of rows or of the whole.
        rows: Read model of whose rows it is asked.
        always: What holds after every commit.
        eventually: What holds whenever nothing is left to do.
        never_dead_letter: Whether nothing ever dies.
        consumers: Subscriptions, policies and processes for which alone that is said; none for all.
    """

    name: str
    of: str = ""
    rows: str = ""
    always: InvariantQuestion | None = None
    eventually: InvariantQuestion | None = None
    never_dead_letter: bool = False
    consumers: frozenset[str] = frozenset()
    doc: str = ""

    def forbids_letter(self, subscription: str) -> bool:
        """Whether a dead letter of a subscription, policy or process breaks it."""
        return self.never_dead_letter and (not self.consumers or subscription in self.consumers)
