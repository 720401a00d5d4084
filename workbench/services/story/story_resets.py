"""Tells which resets of a subscription delivered a message again, as far as the store knows that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.model.operator_acts import OperatorAct
from workbench.services.story.story import LineState, StoryLine

if TYPE_CHECKING:
    from workbench.store.operator_actions import OperatorAction
    from workbench.store.ports import Reader
    from workbench.store.stored_values import DeadLetter

MOST = 200
"""Resets that are looked at, the newest."""
_TO = re.compile(r"to position ([\d,]+);.* again")
"""What the record of a reset says that delivers something again: where it went."""
Lines = tuple[StoryLine, Iterable[Any]]
"""A line, and what follows from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """A reset back.

    Attributes:
        after: The position behind which it delivered again.
        upto: The last position that it delivers again; once it was undone, that it had delivered by then.
    """

    act: OperatorAction
    after: int
    upto: int


def resets(reader: Reader) -> dict[str, list[Reset]]:
    """Returns by subscription the resets that delivered something again, the oldest first."""
    found: dict[str, list[Reset]] = {}
    for act in reversed(reader.actions(limit=MOST, kind=OperatorAct.RESET)):
        if (to := _TO.match(act.detail)) is None:
            continue
        after = int(to[1].replace(",", ""))
        undo = reader.action(act.undone) if act.undone else None
        upto = after + act.count - (undo.count if undo is not None else 0)
        name = act.subject.partition(" ")[2]
        found.setdefault(name, []).append(Reset(act=act, after=after, upto=upto))
    return found


def again(known: Iterable[Reset], position: int, letters: Sequence[DeadLetter]) -> list[Reset]:
    """Returns the resets that delivered a message again: none of one whose dead letter was open then (L8).

    Args:
        known: Of its subscription.
        letters: Of its delivery.
    """
    return [
        one
        for one in known
        if one.after < position <= one.upto
        and not any(letter.died_at <= one.act.at < _settled_at(letter) for letter in letters)
    ]


def _settled_at(letter: DeadLetter) -> float:
    return float("inf") if letter.status in {"open", "replaying"} else letter.changed_at


def with_resets(
    told: Iterable[Lines], found: Sequence[Reset], outcome: StoryLine, *, first: bool
) -> Iterator[Lines]:
    """Yields what is told of a delivery, and in its time each reset and the delivery that followed from it.

    Of a plain success nothing keeps the time: that it was is known from the cursor alone.

    Args:
        told: In order of time.
        found: The oldest first.
        outcome: How the delivery stands now.
        first: Whether its first delivery is told here, as nothing was made of it.
    """
    left, waits = list(found), outcome.state is LineState.WAITS
    for line, then in told:
        while left and _is_later(line, left[0]):
            if first:
                yield replace(_plain(outcome), key=f"{outcome.key}:first"), ()
            yield _operation(outcome, left[0]), ()
            if len(left) > 1 and _is_later(line, left[1]):
                yield _again(outcome, left[0]), ()
            left.pop(0)
            first = False
        first = False
        yield line, then
    for one in left:
        yield _operation(outcome, one), ()
        last = waits and one is left[-1]
        yield replace(outcome, begun=one.act.at) if last else _again(outcome, one), ()


def _is_later(line: StoryLine, reset: Reset) -> bool:
    """Whether what a line tells came behind a reset; a plain success, of which no time is kept, did not."""
    if line.state is LineState.WAITS:
        return True
    return line.ended is not None and line.ended > reset.act.at


def _plain(outcome: StoryLine) -> StoryLine:
    said = "handled it" if outcome.actor_kind == "subscription" else "nothing followed"
    return replace(
        outcome, said=said, state=LineState.ENDED, ended=None, waits=None, tries=(), payloads=(), letter=0
    )


def _again(outcome: StoryLine, reset: Reset) -> StoryLine:
    key = f"{outcome.key}:again-{reset.act.number}"
    return replace(_plain(outcome), key=key, said="handled it again", begun=reset.act.at)


def _operation(outcome: StoryLine, reset: Reset) -> StoryLine:
    number = reset.act.number
    to = f"to position {reset.after:,}, which delivers it again"
    return StoryLine(
        key=f"{outcome.key}:operation-{number}",
        depth=outcome.depth,
        actor=reset.act.who or "a person",
        actor_kind="person",
        said=f"reset {outcome.actor} {to} (operation {number:,})",
        begun=reset.act.at,
        ended=reset.act.at,
        cause=outcome.cause,
        operation=number,
    )
