"""Whether a model does the same again: orders that are done twice are compared (W7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Protocol

from workbench.model.json_values import read_json

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.services.worlds.explored import Choices, End, EndTally
    from workbench.services.worlds.moves import DoneMove
    from workbench.services.worlds.stepped_world import SteppedWorld

    Stored = RecordedEvent | Message

ENDS = 20
"""Ends whose order is done again."""
OFTEN = 8
"""Times that the usual order is done again: what is drawn with even chances comes otherwise by then."""
WHY = "it may go by the machine's clock, by chance, or by what stands elsewhere"


class NotTheSame(Exception):  # no error of this program: the model's code does not do the same each time
    """A move that was possible is not possible when the same order is done again."""


class _Run(Protocol):
    @property
    def world(self) -> SteppedWorld:
        """What was moved."""

    @property
    def end(self) -> End | None:
        """How it ended."""


def otherwise_done(one: SteppedWorld, again: SteppedWorld) -> str:
    """Says what differs first where the same choices were made in two worlds; empty for nothing."""
    for first, second in zip(one.deeds, again.deeds, strict=False):
        if first.move != second.move:
            return f"“{second.move}” came where “{first.move}” had come before; {WHY}"
        for before, then in zip_longest(_stored(one, first), _stored(again, second)):
            if before != then:
                return f"behind “{first.move}” {_told(before, then)}; {WHY}"
    if len(one.deeds) != len(again.deeds):
        return f"once it took {len(one.deeds):,} moves, and once {len(again.deeds):,}; {WHY}"
    died, dead = ([(each.subscription, each.position) for each in world.letters()] for world in (one, again))
    return "" if died == dead else f"other deliveries became dead letters; {WHY}"


async def otherwise_again(
    replayed: Callable[[Choices], Awaitable[_Run]],
    outcomes: Mapping[End, EndTally],
    over: Callable[[], bool],
) -> str:
    """Does the usual order and those of some ends again, and says what comes otherwise; empty for nothing.

    Args:
        over: Whether there is no time left for another one.
    """
    usual = (await replayed(())).world
    for _ in range(OFTEN):
        if over():
            return ""
        if said := otherwise_done(usual, (await replayed(())).world):
            return said
    for end, tally in list(outcomes.items())[:ENDS]:
        if over():
            break
        then = (await replayed(tally.choices)).end
        if then is not None and then != end:
            return f"an order that led to {end.told_from([then])} led to {then.told_from([end])}; {WHY}"
    return ""


def _stored(world: SteppedWorld, deed: DoneMove) -> list[Stored]:
    """Returns what a move stored."""
    tables = world.tables
    found = (
        tables.events.get(position) or tables.messages.get(position)
        for position in range(deed.first + 1, deed.last + 1)
    )
    return [one for one in found if one is not None]


def _told(before: Stored | None, then: Stored | None) -> str:
    if before is None or then is None or before.type != then.type:
        names = ["nothing more" if one is None else one.type for one in (before, then)]
        return f"came {names[0]} once, and {names[1]} once"
    one, other = read_json(before.data), read_json(then.data)
    if isinstance(one, dict) and isinstance(other, dict):
        fields = [name for name in {**one, **other} if one.get(name) != other.get(name)]
        if fields:
            return f"{', '.join(fields)} of {then.type} came otherwise each time"
    return f"{then.type} came otherwise each time"
