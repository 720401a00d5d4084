"""Finds a place for every node of the board and a way for every line, so that no line runs through a node.

Nodes stand in columns by their kind. Lines to a later column pass the columns between them in lanes of their
own; lines that lead back go around. Lines that were only seen while the program ran go around below all of
that, so that none of it moves when they are seen. Deterministic: the same graph always looks the same.
Commands and events keep the order of the graph, which is that of time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from workbench.gui.board.board_graph import BoardGraph, Pair, kind_of
from workbench.gui.board.columns import Cells, arrange
from workbench.gui.board.lanes import LANE, Channel, choose_channels, choose_gutters
from workbench.gui.board.strips import divide
from workbench.gui.board.threads import Block, Key, Thread, blocks_of, make_threads

COLUMN_GAP = 84.0
"""Pixels between two columns."""
BLOCK_GAP = 44.0
MARGIN = 26.0
"""Pixels between the columns and the first lane beside them."""
STRIP_GAP = 70.0
WORDS = 150.0
"""Pixels that a gap or gutter grows at most for the words of a line."""
WORDS_MARGIN = 28.0
"""Pixels of a line that are seen beside its words, with bend and arrow."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def size(self) -> tuple[float, float]:
        """Its width and height."""
        return self.width, self.height

    @property
    def middle(self) -> float:
        """Half its height, where lines begin and end."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands.

    Attributes:
        boxes: Of the nodes.
        routes: Points of the lines from the source's right side to the target's left side. Between two points
            of the same x or y a line is straight, otherwise it swings from one to the other, level at both.
        returning: Lines that lead to the same or an earlier column.
        bounds: Around everything.
    """

    boxes: Mapping[str, Box] = field(default_factory=dict)
    routes: Mapping[Pair, tuple[Point, ...]] = field(default_factory=dict)
    returning: frozenset[Pair] = frozenset()
    bounds: Box = Box(0, 0, 0, 0)


def lay_out(
    graph: BoardGraph,
    sizes: Mapping[str, tuple[float, float]],
    words: Mapping[Pair, tuple[float, float]] = MappingProxyType({}),
    *,
    room: float = WORDS,
) -> Layout:
    """Finds places and ways.

    Args:
        graph: What is drawn.
        sizes: Width and height of every node; nodes of one column become equally wide.
        words: Width and height of what stands on lines of the model; where it may stand, room is made for it.
        room: Pixels that a gap or gutter grows at most for words.
    """
    if not graph.nodes:
        return Layout()
    plan = _Plan(graph.declared, sizes, words, room)
    plan.stack()
    plan.place()
    known = set(graph.declared.pairs)
    return _with_seen(plan, [pair for pair in graph.pairs if pair not in known])


def natural_columns(graph: BoardGraph) -> dict[str, int]:
    """Returns the column of every node: that of its kind, else beside its neighbours; no column is empty."""
    found = {node.id: kind_of(node.kind).column for node in graph.nodes}
    for node, column in found.items():
        if column is None:
            before = [found[other] for other in graph.sources[node]]
            after = [found[other] for other in graph.targets[node]]
            known = [place + 1 for place in before if place is not None]
            known = known or [place - 1 for place in after if place is not None]
            found[node] = max(known, default=0)
    used = sorted({column for column in found.values() if column is not None})
    return {node: used.index(column) for node, column in found.items() if column is not None}


class _Plan:
    """One layout while it is computed."""

    def __init__(
        self,
        graph: BoardGraph,
        sizes: Mapping[str, tuple[float, float]],
        words: Mapping[Pair, tuple[float, float]],
        room: float,
    ) -> None:
        self.graph = graph
        self.sizes = sizes
        self.words, self._room = words, room
        self.columns = natural_columns(graph)
        count = max(self.columns.values()) + 1
        self.widths = [0.0] * count
        for node, column in self.columns.items():
            self.widths[column] = max(self.widths[column], sizes[node][0])
        self.gaps = [COLUMN_GAP] * (count - 1)
        for source, target in words:
            if (begin := self.columns[source]) + 1 == self.columns[target]:
                self._widen(self.gaps, begin, (source, target))
        self.width = sum(self.widths) + sum(self.gaps)
        heights = {node: size[1] for node, size in sizes.items()}
        self.strips = divide(graph, self.columns, heights, self.width + STRIP_GAP)
        self._weave()

    def _weave(self) -> None:
        """Makes the blocks, their cells, and the threads through them."""
        strip_of = {node: index for index, strip in enumerate(self.strips) for node in strip}
        self.blocks = [
            Block(strip_of[nodes[0]], nodes, Cells([[] for _ in self.widths]), {})
            for nodes in blocks_of(self.graph, self.strips)
        ]
        block_of = {node: index for index, block in enumerate(self.blocks) for node in block.nodes}
        for block in self.blocks:
            for node in block.nodes:
                cell = block.place(node, self.columns[node], self.sizes[node][1])
                if self.graph.by_id[node].kind in {"command", "event"}:
                    block.cells.kept.add(cell)
        self.threads = make_threads(self.graph, self.columns, block_of, strip_of, self.words)
        for thread in self.threads:
            source, target = thread.pair
            tall = self.words.get(thread.pair, (0.0, 0.0))[1]
            shared = thread.hub == source
            self._string(self.blocks[block_of[source]], thread.ahead, 0.0 if shared else tall)
            self._string(self.blocks[block_of[target]], thread.back, tall if shared else 0.0)
        self.around = [thread for thread in self.threads if thread.back]

    def _string(self, block: Block, keys: Sequence[Key], tall: float) -> None:
        cells = [block.place(key, self._column(key), tall) for key in keys]
        for here, there in pairwise(cells):
            block.cells.link(here, there)

    def _column(self, key: Key) -> int:
        return self.columns[key] if isinstance(key, str) else key[2]

    # --- heights

    def stack(self) -> None:
        """Arranges every block and puts the blocks of each strip below each other."""
        local: dict[Key, float] = {}
        spans: dict[int | None, tuple[float, float]] = {None: (0.0, 0.0)}
        for index, block in enumerate(self.blocks):
            middles = arrange(block.cells)
            tops = [middle - height / 2 for middle, height in zip(middles, block.cells.heights, strict=True)]
            top = min(tops)
            bottom = max(top + height for top, height in zip(tops, block.cells.heights, strict=True))
            spans[index] = (0.0, bottom - top)
            local.update({key: middles[cell] - top for key, cell in block.of.items()})
        inner = [thread for thread in self.around if thread.block is not None]
        self.lanes = choose_channels(inner, local, spans)
        self.levels: dict[Channel, float] = {}
        self.middle: dict[Key, float] = {}
        self.foot = self._pile(local, spans)
        self._go_around(inner)

    def _pile(
        self, local: Mapping[Key, float], spans: Mapping[int | None, tuple[float, float]]
    ) -> list[float]:
        """Finds the height of every cell and channel; returns where each strip ends."""
        foot = [0.0] * len(self.strips)
        for index, block in enumerate(self.blocks):
            y = foot[block.strip] + (BLOCK_GAP if foot[block.strip] else 0.0)
            above = self.lanes.height((index, "top"))
            y += above + MARGIN if above else 0.0
            self.levels[index, "top"] = y - MARGIN
            self.middle.update({key: y + local[key] for key in block.of})
            y += spans[index][1]
            self.levels[index, "bottom"] = y + MARGIN
            below = self.lanes.height((index, "bottom"))
            foot[block.strip] = y + (below + MARGIN if below else 0.0)
        return foot

    def _go_around(self, inner: Sequence[Thread]) -> None:
        """Gives lanes to what goes around the whole board, and to all in the gutters."""
        outer = [thread for thread in self.around if thread.block is None]
        found = choose_channels(outer, self.middle, {None: (0.0, max(self.foot))})
        self.lanes.channels.update(found.channels)
        self.lanes.sides.update(found.sides)
        self.lanes.gutters = [{} for _ in range(len(self.strips) + 1)]
        self.levels[None, "top"] = -MARGIN
        self.levels[None, "bottom"] = max(self.foot) + MARGIN
        choose_gutters(self.lanes, [*inner, *outer], self.middle, self.levels)

    # --- widths

    def place(self) -> None:
        """Finds where every strip and column stands from left to right."""
        self._make_room()
        self.lefts: list[list[float]] = []
        x = 0.0
        for strip in range(len(self.strips)):
            if strip:
                x += max(STRIP_GAP, self.lanes.width(strip) + self.leave[strip] + self.enter[strip])
            lefts = []
            for width, gap in zip(self.widths, [*self.gaps, 0.0], strict=True):
                lefts.append(x)
                x += width + gap
            self.lefts.append(lefts)

    def _make_room(self) -> None:
        """Finds how far the lanes of each gutter stay from the strips, for the words of what goes around.

        They stand where their line has left its bundle, or has not joined it yet: in a column that it passes,
        else in the gutter.
        """
        self.leave, self.enter = ([MARGIN] * (len(self.strips) + 1) for _ in range(2))
        for thread in self.around:
            if thread.hub == thread.pair[0] and len(thread.back) == 1:
                self._widen(self.enter, thread.strips[1], thread.pair)
            elif thread.hub == thread.pair[1] and len(thread.ahead) == 1:
                self._widen(self.leave, thread.strips[0] + 1, thread.pair)

    def _widen(self, gaps: list[float], place: int, pair: Pair) -> None:
        """Makes room in a gap or gutter for the words of a pair, if it has any."""
        if pair in self.words:
            gaps[place] = max(gaps[place], min(self.words[pair][0], self._room) + WORDS_MARGIN)

    def _gutter(self, number: int, hub: str) -> float:
        """Returns where a bundle stands in a gutter."""
        offset = LANE * self.lanes.gutters[number][hub]
        if number == 0:
            return self.lefts[0][0] - self.enter[0] - offset
        return self.lefts[number - 1][-1] + self.widths[-1] + self.leave[number] + offset

    def _level(self, channel: Channel, hub: str) -> float:
        offset = LANE * self.lanes.channels[channel][hub]
        return self.levels[channel] + (offset if channel[1] == "bottom" else -offset)

    # --- the result

    def result(self) -> Layout:
        """Returns boxes and routes."""
        strip_of = {node: index for index, strip in enumerate(self.strips) for node in strip}
        boxes = {}
        for node in self.graph.by_id:
            column, height = self.columns[node], self.sizes[node][1]
            x = self.lefts[strip_of[node]][column]
            boxes[node] = Box(
                round(x), round(self.middle[node] - height / 2), round(self.widths[column]), height
            )
        routes = {thread.pair: self._route(thread, boxes) for thread in self.threads}
        return Layout(boxes, routes, self.returning(self.graph.pairs), _bounds(boxes, routes))

    def returning(self, pairs: Sequence[Pair]) -> frozenset[Pair]:
        """Returns those that lead to the same or an earlier column."""
        return frozenset(pair for pair in pairs if self.columns[pair[1]] <= self.columns[pair[0]])

    def _route(self, thread: Thread, boxes: Mapping[str, Box]) -> tuple[Point, ...]:
        source, target = boxes[thread.pair[0]], boxes[thread.pair[1]]
        points: list[Point] = [(source.right, source.middle)]
        points += self._through(thread.strips[0], thread.ahead)
        if thread.back:
            points += self._detour(thread, points[-1][1])
            points += self._through(thread.strips[1], thread.back)
        points.append((target.x, target.middle))
        return _tidy(points)

    def _through(self, strip: int, keys: Sequence[Key]) -> list[Point]:
        """Returns both ends of every lane in which a line passes a column."""
        points: list[Point] = []
        for key in keys:
            if not isinstance(key, str):
                x, y = self.lefts[strip][key[2]], round(self.middle[key])
                points += [(x, y), (x + self.widths[key[2]], y)]
        return points

    def _detour(self, thread: Thread, leave: float) -> list[Point]:
        """Returns the corners of the way around."""
        enter_key = thread.back[0]
        enter = self.middle[enter_key]
        enter = self._port(enter_key) if isinstance(enter_key, str) else round(enter)
        out = self._gutter(thread.strips[0] + 1, thread.hub)
        channel = self.lanes.channel_of(thread)
        if channel is None:
            return [(out, leave), (out, enter)]
        into, level = self._gutter(thread.strips[1], thread.hub), self._level(channel, thread.hub)
        return [(out, leave), (out, level), (into, level), (into, enter)]

    def _port(self, node: str) -> float:
        height = self.sizes[node][1]
        return round(self.middle[node] - height / 2) + height / 2


def _with_seen(plan: _Plan, pairs: Sequence[Pair]) -> Layout:
    """Leads further lines below everything; they go down and up in the gaps between the columns."""
    found = plan.result()
    routes, boxes = dict(found.routes), found.boxes
    level = found.bounds.bottom + MARGIN
    for pair in pairs:
        here, there = (boxes[end] for end in pair)
        out, into = here.right + MARGIN, there.x - MARGIN
        start, end = (here.right, here.middle), (there.x, there.middle)
        routes[pair] = (start, (out, start[1]), (out, level), (into, level), (into, end[1]), end)
        level += LANE
    returning = found.returning | plan.returning(pairs)
    return Layout(boxes, routes, returning, _bounds(boxes, routes))


def _tidy(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leaves out points that lie on a straight line between others."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and any(kept[-2][axis] == kept[-1][axis] == point[axis] for axis in (0, 1)):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _bounds(boxes: Mapping[str, Box], routes: Mapping[Pair, tuple[Point, ...]]) -> Box:
    corners = [(box.x, box.y) for box in boxes.values()] + [(box.right, box.bottom) for box in boxes.values()]
    corners += [point for route in routes.values() for point in route]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    return Box(left, top, max(x for x, _ in corners) - left, max(y for _, y in corners) - top)
