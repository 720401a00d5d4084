"""What one run of an expression may use up: steps and room (X2).

An expression that goes over lists, or makes texts and lists, is run with a *frame*: a list that holds what
its variables are read from, the steps and the room that are left, and the variables of its macros. A step is
about a fifth of a microsecond: a node that is evaluated, an item that is looked at, some characters that
are searched. Room is counted in characters and items that are made.
"""

from __future__ import annotations

from typing import Any

from workbench.model.expressions.cel_values import OutOfBudget, Wrong

STEPS = 100_000
"""Steps of one run: about 20 milliseconds."""
ROOM = 16 * 1024 * 1024
"""Characters, bytes and items that one run makes."""
WIDTH = 64 * 1024 * 1024
"""Size of a result when it is written out, what stands in it twice counted twice (contract §8)."""

_BEGINNING = 8
"""Characters by which the places are counted where a text may stand."""
_SHORT = 2_500
"""Characters of a text that Python compares place by place."""

_PARTS = frozenset({list, dict, tuple})
Frame = list[Any]
OUTSIDE, STEPS_LEFT, ROOM_LEFT, SLOTS = 0, 1, 2, 3
"""Places in a frame."""


def frame_of(env: Any, slots: int, budget: Frame | None = None) -> Frame:
    """Returns the frame of a new run, with the steps and the room that another one has left."""
    if budget is None:
        return [env, STEPS, ROOM, *[None] * slots]
    return [env, budget[STEPS_LEFT], budget[ROOM_LEFT], *[None] * slots]


def step(frame: Frame, count: int) -> None:
    """Uses up steps.

    Raises:
        OutOfBudget: There are no more.
    """
    frame[STEPS_LEFT] -= count
    if frame[STEPS_LEFT] < 0:
        raise OutOfBudget(f"it takes more than the {STEPS:,} steps that an expression may take")


def take(frame: Frame, size: int) -> None:
    """Uses up room for characters or items, and the steps that filling it takes.

    Raises:
        OutOfBudget: There is no more.
    """
    frame[ROOM_LEFT] -= size
    if frame[ROOM_LEFT] < 0:
        raise OutOfBudget(
            f"it makes more than the {ROOM // 1024 // 1024} MiB of text and items that are allowed"
        )
    if size > 512:
        step(frame, size >> 9)


def read(frame: Frame, size: int) -> None:
    """Uses up the steps that comparing a number of characters takes."""
    if size > 256:
        step(frame, size >> 8)


def search(frame: Frame, text: str, wanted: str) -> None:
    """Uses up the steps that looking for a text in another may take.

    Python looks in time that grows with the text; where that is short, or not four times as long as what is
    wanted, with each place that begins like it, too.
    """
    size = len(text)
    if size > 256:
        step(frame, size >> 5)
    if len(wanted) > _BEGINNING and (size < _SHORT or size < 4 * len(wanted)):
        places = min(size, _BEGINNING * text.count(wanted[:_BEGINNING]))
        step(frame, min(places, max(0, size - len(wanted) + 1)) * len(wanted) >> 8)


def search_again(frame: Frame, text: str, wanted: str, count: int) -> None:
    """Uses up the steps that looking for all places of a text takes, beyond those of looking once."""
    step(frame, count >> 3)
    if count and len(wanted) > _BEGINNING:
        search(frame, text[-max(_SHORT - 1, 4 * len(wanted) - 1) :], wanted)


def weigh(frame: Frame, value: Any) -> None:
    """Makes sure that a result can be written out.

    Raises:
        OutOfBudget: It is too large, or too deep.
    """
    left, open_parts, depth = WIDTH, [value], 0
    while open_parts:
        inner: list[Any] = []
        depth += 1
        for part in open_parts:
            items = part.values() if type(part) is dict else part
            step(frame, 1 + len(items))
            left -= 2 * len(items)
            kinds = {*map(type, items)}
            if str in kinds:
                left -= sum(len(item) for item in items if type(item) is str)
            if not kinds.isdisjoint(_PARTS):
                inner += [item for item in items if type(item) in _PARTS]
            if left < 0:
                raise OutOfBudget(f"its result is larger than {WIDTH // 1024 // 1024} MiB")
        open_parts = inner
    if depth > 100:
        raise Wrong("its result is nested deeper than 100")
