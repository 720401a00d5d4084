"""Gives lines that go around the columns lanes beside each other, in the gutters and channels of the board.

Gutters stand upright beside the strips; channels lie above and below a block, or all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from workbench.gui.board.threads import Key, Thread

LANE = 9.0
"""Pixels from one lane to the next."""
CLEAR = 12.0
"""Pixels that two lines in the same lane stay apart."""

Name = TypeVar("Name")
Channel = tuple[int | None, str]
"""A block's number, None for the whole board; and ``top`` or ``bottom``."""


@dataclass(slots=True)
class Lanes:
    """Which lane each bundle of lines has; a bundle is named by its hub.

    Attributes:
        gutters: For every gutter, that is before strip 0, 1 …, the lanes of the bundles.
        channels: For every channel the lanes of the bundles, the inner one first.
        sides: By bundle and block, whether it passes above or below.
    """

    gutters: list[dict[str, int]]
    channels: dict[Channel, dict[str, int]] = field(default_factory=dict)
    sides: dict[tuple[str, int | None], str] = field(default_factory=dict)

    def width(self, gutter: int) -> float:
        """Returns the room that the lanes of a gutter need."""
        return _room(self.gutters[gutter])

    def height(self, channel: Channel) -> float:
        """Returns the room that the lanes of a channel need."""
        return _room(self.channels.get(channel, {}))

    def channel_of(self, thread: Thread) -> Channel | None:
        """Returns the channel through which a thread goes; None if a gutter alone is enough."""
        side = self.sides.get((thread.hub, thread.block))
        return None if side is None or beside(thread) else (thread.block, side)


def beside(thread: Thread) -> bool:
    """Whether the target's strip follows the source's, so that the gutter between them is all it needs."""
    return thread.strips[0] + 1 == thread.strips[1]


def ends(thread: Thread) -> tuple[Key, Key]:
    """Returns where a thread leaves its strip, and where it comes in again."""
    return thread.ahead[-1], thread.back[0]


def choose_channels(
    threads: Sequence[Thread], heights: Mapping[Key, float], spans: Mapping[int | None, tuple[float, float]]
) -> Lanes:
    """Decides for every bundle whether it passes above or below, and gives it a lane there.

    Args:
        threads: Those that go around.
        heights: Where their ends stand, measured like the spans.
        spans: Top and bottom of every block, and under None of the board.
    """
    gutters = max((max(thread.strips) for thread in threads), default=0) + 2
    lanes = Lanes([{} for _ in range(gutters)])
    above: dict[tuple[str, int | None], list[tuple[float, float]]] = {}
    reach: dict[tuple[str, int | None], tuple[float, float]] = {}
    for thread in threads:
        if beside(thread):
            continue
        bundle = (thread.hub, thread.block)
        top, bottom = spans[thread.block]
        ways = [(heights[end] - top, bottom - heights[end]) for end in ends(thread)]
        above.setdefault(bundle, []).extend(ways)
        _stretch(reach, bundle, thread.strips[0] + 1, thread.strips[1])
    wanted: dict[Channel, dict[str, tuple[float, float, float]]] = {}
    for (hub, block), ways in above.items():
        up, down = sum(way[0] for way in ways), sum(way[1] for way in ways)
        side = "top" if up < down else "bottom"
        lanes.sides[hub, block] = side
        wanted.setdefault((block, side), {})[hub] = (*reach[hub, block], min(up, down) / len(ways))
    lanes.channels = {channel: share(spans_of) for channel, spans_of in wanted.items()}
    return lanes


def choose_gutters(
    lanes: Lanes, threads: Sequence[Thread], heights: Mapping[Key, float], levels: Mapping[Channel, float]
) -> None:
    """Gives every bundle a lane in the gutters that it uses.

    Args:
        lanes: To be completed.
        threads: Those that go around.
        heights: Where their ends stand.
        levels: Where the channels begin.
    """
    spans: list[dict[str, tuple[float, float]]] = [{} for _ in lanes.gutters]
    for thread in threads:
        leave, enter = (heights[end] for end in ends(thread))
        channel = lanes.channel_of(thread)
        if channel is None:
            _stretch(spans[thread.strips[1]], thread.hub, leave, enter)
        else:
            _stretch(spans[thread.strips[0] + 1], thread.hub, leave, levels[channel])
            _stretch(spans[thread.strips[1]], thread.hub, enter, levels[channel])
    lanes.gutters[:] = [
        share({hub: (low, high, high - low) for hub, (low, high) in gutter.items()}) for gutter in spans
    ]


def share(wanted: Mapping[str, tuple[float, float, float]]) -> dict[str, int]:
    """Gives each the first lane that is free over their whole span.

    Args:
        wanted: From, to, and how far out one may be: the lowest number chooses first.
    """
    lanes: list[list[tuple[float, float]]] = []
    given = {}
    for name, (low, high, _) in sorted(wanted.items(), key=lambda item: (item[1][2], item[0])):
        number = next(
            place
            for place, taken in enumerate([*lanes, []])
            if all(high + CLEAR < begin or end + CLEAR < low for begin, end in taken)
        )
        if number == len(lanes):
            lanes.append([])
        lanes[number].append((low, high))
        given[name] = number
    return given


def _stretch(spans: dict[Name, tuple[float, float]], name: Name, *points: float) -> None:
    """Makes the span of a name reach the points."""
    spans[name] = (min(*points, *spans.get(name, ())), max(*points, *spans.get(name, ())))


def _room(lanes: Mapping[str, int]) -> float:
    return LANE * (max(lanes.values()) + 1) if lanes else 0.0
