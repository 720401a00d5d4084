"""Subscriptions for which what waited at a time is brought back, and how far they had come (W9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class BroughtBack(NamedTuple):
    """How far subscriptions had come, and what a store does not know any more of that time.

    Attributes:
        tried: Subscriptions of which a message was tried again and ended without a dead letter; when, is not
            known.
        acts: Acts of operators of which it is forgotten to which deliveries they were done (L10).
        messages: How many were there and are not stored any more (G1).
        letters: How many dead letters were removed (L7).
    """

    reached: Mapping[str, Reached]
    tried: tuple[str, ...] = ()
    acts: int = 0
    messages: int = 0
    letters: int = 0
