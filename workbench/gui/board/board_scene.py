"""Builds the drawn board from a graph, marks what belongs to the chosen node, and lets tokens travel."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem
from typing_extensions import override

from workbench.gui.board.board_graph import BoardGraph, BoardNode, Pair, kind_of
from workbench.gui.board.board_items import EdgeItem, NodeItem, path_of, size_of
from workbench.gui.board.flow_tokens import FlowTokens, Track
from workbench.gui.board.layout import WORDS_MARGIN, Box, Layout, Point, lay_out, natural_columns
from workbench.gui.board.mark_painter import card_marks
from workbench.gui.board.picture import Picture
from workbench.gui.board.word_item import WIDEST, WordItem, size_of_words
from workbench.gui.board.word_places import place_words
from workbench.services.design.marks.mark import DesignMark

MARGIN = 32.0
"""Pixels around everything."""
_size_of, _size_of_words = lru_cache(4096)(size_of), lru_cache(4096)(size_of_words)
"""Measuring texts takes long, and of a board that is drawn again few are others."""


class BoardScene(Picture):
    """The topology: nodes, lines and tokens of one graph.

    Attributes:
        nodes: The cards by node id.
        edges: The lines by the ids of their ends.
        words: What stands on them, for those that have a place for it.
        tokens: What travels.
    """

    name = "Topology"
    moving = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[Pair, EdgeItem] = {}
        self.words: dict[Pair, WordItem] = {}
        self.tokens = FlowTokens(self._touch, self)
        self._layout, self._widest = Layout(), WIDEST
        self._tracks: dict[tuple[Pair, ...], Track] = {}
        self._lines: dict[Pair, tuple[tuple[Point, ...], str, str, bool]] = {}
        self._badges: dict[str, str] = {}
        self.setItemIndexMethod(self.ItemIndexMethod.NoIndex)  # items are few and never move

    # -- building ------------------------------------------------------------------------------------------

    def show_graph(self, graph: BoardGraph, layout: Layout | None = None) -> None:
        """Draws another graph; where only words and lines that were seen come, nothing moves.

        Args:
            layout: Where everything stands, if `lay_out_graph` found it already.
        """
        for _ in self.building(graph, layout):
            pass

    def building(self, graph: BoardGraph, layout: Layout | None = None) -> Iterator[None]:
        """Draws another graph piece by piece, for a loop that is not to be held; once begun, to its end."""
        layout = layout or lay_out_graph(graph)
        before, self.graph = self.graph, graph
        boxes, place = self._layout.boxes, self.place_now()
        moves = boxes != layout.boxes or before.declared.edges != graph.declared.edges
        if layout != self._layout:
            self._layout = layout
            self._tracks.clear()
        if moves:
            self._clear(boxes)
        for node in graph.nodes:
            self._show_node(node)
            yield
        self.show_marks(self.marks)
        yield from self._show_lines()
        if moves:
            yield from self._show_words()
        self.setSceneRect(self.content())
        self.keep_choice()
        self.mark()
        if moves:
            self._know_move(place)
            self.rebuilt.emit()

    @override
    def show_marks(self, marks: Mapping[str, tuple[DesignMark, ...]]) -> None:
        super().show_marks(marks)
        for name, item in self.nodes.items():
            item.set_marks(card_marks((), marks.get(name, ())))

    async def whole(self) -> BoardScene:
        """Returns the same picture with cards that are wide enough for all of their words, as for a file."""
        layout = await asyncio.to_thread(_lay_out_whole, self.graph)
        made = BoardScene(self)
        made._widest = math.inf
        made.set_badges(self._badges)
        for _ in made.building(self.graph, layout):
            await asyncio.sleep(0)
        return made

    def _clear(self, before: Mapping[str, Box]) -> None:
        """Takes away what stands elsewhere now, and all words."""
        self.tokens.clear()
        for item in self.words.values():
            self.removeItem(item)
        self.words.clear()
        boxes = self._layout.boxes
        for name in [name for name in self.nodes if before[name] != boxes.get(name)]:
            self.removeItem(self.nodes.pop(name))

    def _show_node(self, node: BoardNode) -> None:
        held = self.nodes.get(node.id)
        if held is None:
            self.nodes[node.id] = made = NodeItem(node, self._layout.boxes[node.id])
            made.set_badge(self._badges.get(node.id, node.badge))
            self.addItem(made)
        elif held.node != node:
            held.set_node(node)

    def _show_lines(self) -> Iterator[None]:
        """Draws the lines that are not there yet, and takes away those that are not there any more."""
        tips, returning = _tips(self.graph), self._layout.returning
        wanted = {
            pair: (route, self._role(pair[0]), tips[pair], pair in returning)
            for pair, route in self._layout.routes.items()
        }
        for pair in [pair for pair in self.edges if wanted.get(pair) != self._lines[pair]]:
            self.removeItem(self.edges.pop(pair))
        for pair, (route, role, tip, back) in wanted.items():
            if pair not in self.edges:
                self.edges[pair] = EdgeItem(route, role, tip, returning=back)
                self.addItem(self.edges[pair])
                yield
        self._lines = wanted

    def _show_words(self) -> Iterator[None]:
        """Writes on the lines of the model when they flow."""
        said = {(edge.source, edge.target): edge.words for edge in self.graph.edges}
        tips = _tips(self.graph)
        for pair, box in place_words(self._layout, _word_sizes(self.graph, self._widest)).items():
            self.words[pair] = WordItem(said[pair], box, self._role(pair[0]), tips[pair])
            self.addItem(self.words[pair])
            yield

    def _role(self, node: str) -> str:
        return kind_of(self.graph.by_id[node].kind).role

    @override
    def content(self) -> QRectF:
        bounds = self._layout.bounds
        around = QRectF(bounds.x, bounds.y, bounds.width, bounds.height)
        return around.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    @override
    def set_badges(self, badges: Mapping[str, str]) -> None:
        self._badges = dict(badges)
        for name, item in self.nodes.items():
            item.set_badge(badges.get(name, item.node.badge))

    @override
    def cards(self) -> Mapping[str, NodeItem]:
        return self.nodes

    @override
    def kinds(self) -> set[str]:
        return {item.node.kind for item in self.nodes.values()}

    @override
    def blocks(self) -> Iterator[tuple[QRectF, str]]:
        for item in self.nodes.values():
            wrong = "error" if item.node.problems else ""
            yield item.body.translated(item.pos()), wrong or kind_of(item.node.kind).role

    # -- choosing ------------------------------------------------------------------------------------------

    @override
    def mark(self) -> None:
        related, lit, chosen = set[str](), set[Pair](), set(self.several)
        for one in chosen:
            nodes, pairs = self.graph.connected(one, self._layout.returning)
            related, lit = related | nodes, lit | pairs
        for name, item in self.nodes.items():
            item.mark(
                chosen=name in chosen,
                focused=self._focused,
                dimmed=bool(self.chosen) and name not in related,
            )
        for lines in (self.edges, self.words):
            for pair, line in lines.items():
                line.mark(lit=pair in lit, dimmed=bool(self.chosen) and pair not in lit)

    @override
    def card_at(self, place: QPointF) -> str:
        found = next((item for item in self.items(place) if isinstance(item, NodeItem)), None)
        return found.node.id if found is not None else ""

    @override
    def towards(self, x: int, y: int) -> str:
        if self.chosen not in self.nodes:
            return self.first()
        here = self.nodes[self.chosen].sceneBoundingRect().center()
        best, least = "", math.inf
        for name, item in self.nodes.items():
            way = item.sceneBoundingRect().center() - here
            ahead, aside = (way.x() * x, way.y()) if x else (way.y() * y, way.x())
            if ahead > 1 and (cost := ahead + 2.0 * abs(aside)) < least:
                best, least = name, cost
        return best

    @override
    def first(self) -> str:
        boxes = self._layout.boxes
        return min(boxes, key=lambda name: (boxes[name].x, boxes[name].y), default="")

    @override
    def last(self) -> str:
        boxes = self._layout.boxes
        return max(boxes, key=lambda name: (boxes[name].x, boxes[name].y), default="")

    # -- tokens --------------------------------------------------------------------------------------------

    @override
    def pulse(self, path: Sequence[Pair], kind: str, count: int) -> None:
        way = tuple(pair for pair in path if pair in self.edges)
        if not way or not any(view.isVisible() for view in self.views()):
            return
        if way not in self._tracks:
            self._tracks[way] = Track([path_of(self._layout.routes[pair]) for pair in way])
        self.tokens.send(self._tracks[way], kind, self._role(way[-1][0]), count)

    @override
    def rest(self) -> None:
        self.tokens.clear()

    def _touch(self, place: QRectF) -> None:
        self.update(place)

    @override
    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        transform: QTransform = painter.worldTransform()
        self.tokens.paint(painter, QStyleOptionGraphicsItem.levelOfDetailFromTransform(transform))


def lay_out_graph(graph: BoardGraph) -> Layout:
    """Returns where everything of a graph stands; it may be called beside the loop."""
    return lay_out(graph, {node.id: _size_of(node) for node in graph.nodes}, _word_sizes(graph))


def _lay_out_whole(graph: BoardGraph) -> Layout:
    """Returns where everything stands with room for all words, those too that stand in a column they pass."""
    words, columns = _word_sizes(graph, math.inf), natural_columns(graph.declared)
    least: dict[int, float] = {}
    for (source, target), (wide, _) in words.items():
        for column in range(columns[source] + 1, columns[target]):
            least[column] = max(least.get(column, 0.0), wide + WORDS_MARGIN)
    sizes = {}
    for node in graph.nodes:
        wide, tall = size_of(node, math.inf)
        sizes[node.id] = max(wide, least.get(columns[node.id], 0.0)), tall
    return lay_out(graph, sizes, words, room=math.inf)


def _word_sizes(graph: BoardGraph, widest: float = WIDEST) -> dict[Pair, tuple[float, float]]:
    found = ((edge.source, edge.target, edge.words) for edge in graph.edges if edge.words)
    return {(source, target): _size_of_words(words, widest) for source, target, words in found}


def _tips(graph: BoardGraph) -> dict[Pair, str]:
    found: dict[Pair, list[str]] = {}
    for edge in graph.edges:
        words = f"{graph.by_id[edge.source].title} {edge.kind} → {graph.by_id[edge.target].title}"
        found.setdefault((edge.source, edge.target), []).extend([words, *edge.words.splitlines()])
    return {pair: "\n".join(lines) for pair, lines in found.items()}
