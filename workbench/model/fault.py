"""What goes wrong on purpose: where, how, and at which of its calls (W10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong.

    A crash ends the engine between what a handler did and its ack. What is duplicated comes once more. What
    is delayed comes a time later; what is reordered up to that time later, by chance, so that what has
    another key comes before it. A conflict is as if another one had written between load and append.
    """

    FAIL = "fail"
    TIMEOUT = "timeout"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    CRASH = "crash"
    CONFLICT = "conflict"
    CLOCK = "clock"


class FaultPlace(StrEnum):
    """On what: a policy or process is meant by the subscription through which it listens."""

    SUBSCRIPTION = "subscription"
    HANDLER = "handler"
    PROJECTION = "projection"
    COMMAND = "command"


_DELIVERED = (
    FaultKind.FAIL,
    FaultKind.TIMEOUT,
    FaultKind.DUPLICATE,
    FaultKind.DELAY,
    FaultKind.REORDER,
    FaultKind.CRASH,
    FaultKind.CLOCK,
)
KINDS: dict[FaultPlace, tuple[FaultKind, ...]] = {
    FaultPlace.SUBSCRIPTION: _DELIVERED,
    FaultPlace.HANDLER: _DELIVERED,
    FaultPlace.PROJECTION: (FaultKind.FAIL, FaultKind.DELAY, FaultKind.CRASH, FaultKind.CLOCK),
    FaultPlace.COMMAND: (FaultKind.FAIL, FaultKind.CONFLICT, FaultKind.CLOCK),
}
"""What can go wrong where."""
SPANS: dict[FaultKind, float] = {
    FaultKind.DELAY: 30.0,
    FaultKind.REORDER: 30.0,
    FaultKind.CLOCK: 3600.0,
}
"""Kinds that have a time, and how many seconds it is where none is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """A fault that can be armed.

    Attributes:
        name: Of the subscription, policy, process, handler, read model or command.
        call: Which call it strikes, counted from 1 since it was armed; 0 for any, by chance.
        chance: How likely it strikes a call, above 0 and up to 1, where it goes by chance.
        seed: Of that chance, and of the times of what is reordered.
        seconds: By how much it delays, or the clock jumps ahead.
    """

    kind: FaultKind
    place: FaultPlace
    name: str
    call: int = 1
    chance: float = 0.0
    seed: int = 1
    seconds: float = 0.0
