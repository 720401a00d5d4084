"""Subscriptions for which what waited at a time is brought back, and how far they had come (W9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from workbench.model.messaging import Message
from workbench.model.retry import RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """A subscription whose messages wait.

    Attributes:
        retry: How long one waits for its next try.
        past_dead: Whether a dead letter blocks nothing (O2).
        own: Returns a message as the subscription sees it: with the key that orders it there, and when it
            expires; None where it does not get it.
        by_message: Whether the key is the message's own, which of an event is its stream.
    """

    retry: RetryPolicy
    past_dead: bool
    own: Callable[[Message], Message | None]
    by_message: bool = True


class Reached(NamedTuple):
    """How far a subscription had come.

    Attributes:
        cursor: It had looked at everything up to there.
        left: What of that was not handled: it waits, or is dead.
    """

    cursor: int
    left: frozenset[int] = frozenset()
