"""Short words for what tests of stores do."""

from __future__ import annotations

from typing import Any

from workbench.errors import ANY
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append, Operation
from workbench.store.ports import Store


def event(letter: str, data: str = '{"n":1}', type: str = "thing.done") -> NewEvent:
    """Returns the event that a letter names; the same letter always has the same id."""
    return NewEvent(id=derived_id(letter), type=type, data=data)


def append(stream: str, letters: str, expected: int = ANY, data: str = '{"n":1}') -> Append:
    """Returns the append of the events that letters name."""
    return Append(stream=stream, events=tuple(event(letter, data) for letter in letters), expected=expected)


def one(store: Store, operation: Operation) -> Any:
    """Writes one operation; returns its answer or its error."""
    (answer,) = store.write([operation])
    return answer


def do(store: Store, stream: str, letters: str, expected: int = ANY, data: str = '{"n":1}') -> Any:
    """Appends the events that the letters name; returns the answer or the error."""
    return one(store, append(stream, letters, expected, data))
