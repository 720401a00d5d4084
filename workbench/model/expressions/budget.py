"""What one run of an expression may use up: steps and room (X2).

An expression that goes over lists, or makes texts and lists, is run with a *frame*: a list that holds what
its variables are read from, the steps and the room that are left, and the variables of its macros. A step is
about a fifth of a microsecond: a node that is evaluated, an item that is looked at, some characters that
are searched. Room is counted in characters and items that are made.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from workbench.model.expressions.cel_values import OutOfBudget, Wrong

STEPS = 100_000
"""Steps of one run: about 20 milliseconds."""
TOGETHER = 1_000_000
"""Steps of all runs for one decision, reaction or row: about 200 milliseconds."""
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
P = ParamSpec("P")
R = TypeVar("R")
OUTSIDE, STEPS_LEFT, ROOM_LEFT, SLOTS = 0, 1, 2, 3
"""Places in a frame."""


def frame_of(env: Any, slots: int, budget: Frame | None = None) -> Frame:
    """Returns the frame of a new run, with the steps and the room that another one has left."""
    if budget is None:
        return [env, STEPS, ROOM, *[None] * slots]
    return [env, budget[STEPS_LEFT], budget[ROOM_LEFT], *[None] * slots]


class _Shared:
    """What all runs for one decision, reaction or row share.

    Attributes:
        left: Steps that are left to them.
        names: Value, or error, of each name that was computed.
    """

    __slots__ = ("left", "names")

    def __init__(self) -> None:
        self.left = TOGETHER
        self.names: dict[object, tuple[Any, Exception | None]] = {}


_SHARED: ContextVar[_Shared] = ContextVar("shared")


def together(work: Callable[P, R]) -> Callable[P, R]:
    """Returns the same work; all expressions that run in it share one budget, and the values of names."""

    def shared(*given: P.args, **named: P.kwargs) -> R:
        before = _SHARED.set(_Shared())
        try:
            return work(*given, **named)
        finally:
            _SHARED.reset(before)

    return shared


def once(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Returns what computes a name once for all expressions that run `together`; errors are kept, too."""

    def kept(env: Any) -> Any:
        names = _SHARED.get().names
        found = names.get(kept)
        if found is None:
            try:
                found = get(env), None
            except Exception as error:  # noqa: BLE001  # raised below, each time that the name is used
                found = None, error
            names[kept] = found
        if found[1] is not None:
            raise found[1].with_traceback(None)
        return found[0]

    return kept


def metered(work: Callable[[Frame], Any], slots: int) -> Callable[[Any], Any]:
    """Returns what does work with a frame of its own, within what those that run `together` have left."""

    def run(env: Any) -> Any:
        frame, shared = frame_of(env, slots), _SHARED.get(None)
        if shared is None:
            return work(frame)
        given = frame[STEPS_LEFT] = min(STEPS, shared.left)
        try:
            return work(frame)
        except OutOfBudget:
            if given == STEPS or frame[STEPS_LEFT] >= 0:
                raise
            said = "the decision, reaction or row that it belongs to takes"
            raise OutOfBudget(f"{said} more than {TOGETHER:,} steps in all") from None
        finally:
            shared.left -= given - frame[STEPS_LEFT]

    return run


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
