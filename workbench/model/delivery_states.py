"""The delivery state machine as a table, which the stores obey and the picture in the docs is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """States of a delivery (contract §5); those that need no row are told by the cursor alone."""

    BLOCKED = "blocked"
    DELAYED = "delayed"
    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    EXPIRED = "expired"
    SKIPPED = "skipped"


class Trigger(StrEnum):
    """What can happen to a delivery."""

    PUBLISH = "publish"
    DUE = "due"
    DO_NOW = "do now"
    PROMOTE = "promote"
    CLAIM = "claim"
    ACK = "ack"
    FAIL = "fail"
    REJECT = "reject"
    RELEASE = "release"
    CRASH = "crash"
    EXPIRE = "expire"
    SKIP = "skip"
    REPLAY = "replay"
    RECALL = "recall"
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Transition:
    """What a trigger does to a delivery in one state.

    Attributes:
        before: None stands for a delivery that does not exist yet.
        after: The states that it can lead to; which of them is decided by the note.
    """

    before: DeliveryState | None
    on: Trigger
    after: tuple[DeliveryState, ...]
    note: str


_S, _T = DeliveryState, Trigger

TRANSITIONS = (
    Transition(
        None,
        _T.PUBLISH,
        (_S.BLOCKED, _S.DELAYED, _S.READY),
        "blocked behind an earlier one of its key; else delayed until its time; else ready",
    ),
    Transition(_S.DELAYED, _T.DUE, (_S.READY,), "its time has come"),
    Transition(_S.DELAYED, _T.DO_NOW, (_S.READY,), "by an operator, before its time, recorded"),
    Transition(
        _S.BLOCKED,
        _T.PROMOTE,
        (_S.READY, _S.DELAYED),
        "the one before it with its key has ended; delayed if it has a time of its own",
    ),
    Transition(_S.READY, _T.CLAIM, (_S.LEASED,), "a worker takes it, with a token and a deadline"),
    Transition(_S.LEASED, _T.ACK, (_S.DONE,), "effects commit with it"),
    Transition(_S.LEASED, _T.FAIL, (_S.DELAYED, _S.DEAD), "tried again later; dead after max_attempts"),
    Transition(_S.LEASED, _T.REJECT, (_S.DEAD,), "a permanent error"),
    Transition(_S.LEASED, _T.RELEASE, (_S.READY,), "paused or shut down; counts as no attempt"),
    Transition(_S.LEASED, _T.CRASH, (_S.READY, _S.DEAD), "the lease ran out; dead after max_crashes"),
    Transition(_S.READY, _T.EXPIRE, (_S.DEAD, _S.EXPIRED), "dead, or expired where the topic drops"),
    Transition(_S.DELAYED, _T.EXPIRE, (_S.DEAD, _S.EXPIRED), "dead, or expired where the topic drops"),
    Transition(_S.BLOCKED, _T.EXPIRE, (_S.DEAD, _S.EXPIRED), "dead, or expired where the topic drops"),
    Transition(_S.READY, _T.SKIP, (_S.SKIPPED,), "by an operator, recorded"),
    Transition(_S.DELAYED, _T.SKIP, (_S.SKIPPED,), "by an operator, recorded"),
    Transition(_S.BLOCKED, _T.SKIP, (_S.SKIPPED,), "by an operator, recorded"),
    Transition(_S.DEAD, _T.REPLAY, (_S.READY, _S.BLOCKED), "a new generation, its counters at 0"),
    *(
        Transition(state, _T.RECALL, (_S.DEAD,), "a replay whose subscription the project no longer has")
        for state in (_S.READY, _S.DELAYED, _S.BLOCKED, _S.LEASED)
    ),
    Transition(_S.DEAD, _T.PURGE, (_S.SKIPPED,), "removed; those blocked behind it continue"),
)
"""Every legal move; all others are refused (I7: what is done stays done)."""

WAITING = (DeliveryState.BLOCKED, DeliveryState.DELAYED, DeliveryState.READY)
TERMINAL = tuple(state for state in DeliveryState if not any(one.before is state for one in TRANSITIONS))
"""States that nothing leads out of; a dead one can be replayed."""


def sources(*triggers: Trigger) -> tuple[DeliveryState, ...]:
    """Returns the states in which one of the triggers is legal, each once."""
    found = [one.before for one in TRANSITIONS if one.on in triggers and one.before is not None]
    return tuple(dict.fromkeys(found))


def targets(before: DeliveryState | None, on: Trigger) -> tuple[DeliveryState, ...]:
    """Returns the states that a trigger can lead to; none where it is illegal."""
    for one in TRANSITIONS:
        if one.before is before and one.on is on:
            return one.after
    return ()


def mermaid() -> str:
    """Returns the state machine as a Mermaid diagram."""
    lines = ["stateDiagram-v2"]
    for one in TRANSITIONS:
        source = "[*]" if one.before is None else one.before.value
        lines += [f"    {source} --> {state.value}: {one.on.value}" for state in one.after]
    lines += [f"    {state.value} --> [*]" for state in TERMINAL]
    return "\n".join(lines) + "\n"
