"""What a decision or a reaction may know beside its state and its command or event."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from workbench.model.event import RecordedEvent
from workbench.model.expressions.value_views import moment


class DecisionContext(msgspec.Struct, frozen=True):
    """What a command is decided with.

    Attributes:
        at: The time of the decision, microseconds since 1970; its events carry it as `occurred_at` (K5).
        states: Of the further aggregates that the command involves, by their names; None where there is no
            stream yet, or the id is null (K8).
    """

    at: int
    states: Mapping[str, Any] = {}

    @property
    def now(self) -> datetime:
        """The time of the decision, in UTC."""
        return moment(self.at)


class For(msgspec.Struct, frozen=True):
    """An event of one of several aggregates that are of one kind, such as two accounts (K8).

    Attributes:
        name: The aggregate's in `Command.involves`; empty for the command's own.
    """

    name: str
    event: Any


class ReactionContext(msgspec.Struct, frozen=True):
    """What a policy or process reacts with.

    Attributes:
        at: The time of this try, microseconds since 1970.
        record: The event as the store holds it.
        before: Of a process: the state before this event; None where it begins the instance.
    """

    at: int
    record: RecordedEvent
    before: Any = None

    @property
    def now(self) -> datetime:
        """The time of this try, in UTC."""
        return moment(self.at)


def with_context(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns what is called with two values and a context; a model's function may take the two alone."""
    if _takes_three(function):
        return function
    return lambda one, other, _context: function(one, other)


def _takes_three(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True
