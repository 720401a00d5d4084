"""Builds the drawn board from a graph, marks what belongs to the chosen node, and lets tokens travel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QGraphicsScene, QStyleOptionGraphicsItem
from typing_extensions import override

from workbench.gui.board.board_graph import BoardGraph, BoardNode, Pair, kind_of
from workbench.gui.board.board_items import EdgeItem, NodeItem, path_of, size_of
from workbench.gui.board.flow_tokens import FlowTokens, Track
from workbench.gui.board.layout import Layout, Point, lay_out
from workbench.gui.board.word_item import WordItem, size_of_words
from workbench.gui.board.word_places import place_words
from workbench.gui.theme import theme
from workbench.model.text_folding import folded

MARGIN = 32.0
"""Pixels around everything."""


class BoardScene(QGraphicsScene):
    """Nodes, lines and tokens of one graph.

    Signals:
        node_chosen: The id of the node that was chosen, empty if none is.
        rebuilt: Nodes or lines stand elsewhere now.

    Attributes:
        graph: What is drawn.
        nodes: The cards by node id.
        edges: The lines by the ids of their ends.
        words: What stands on them, for those that have a place for it.
        chosen: Id of the chosen node, or empty.
        tokens: What travels.
    """

    node_chosen = Signal(str)
    rebuilt = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.graph = BoardGraph()
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[Pair, EdgeItem] = {}
        self.words: dict[Pair, WordItem] = {}
        self.chosen = ""
        self.tokens = FlowTokens(self._touch, self)
        self._layout = Layout()
        self._tracks: dict[tuple[Pair, ...], Track] = {}
        self._badges: dict[str, str] = {}
        self._focused = False
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # items are few and never move
        theme().changed.connect(self._dress)

    # -- building ------------------------------------------------------------------------------------------

    def show_graph(self, graph: BoardGraph) -> None:
        """Draws another graph; where only words and lines that were seen come, nothing moves."""
        before, self.graph = self.graph, graph
        routes = self._layout.routes
        if moves := _shape(before) != _shape(graph):
            self._empty()
        if moves or before.edges != graph.edges:
            sizes = {node.id: size_of(node) for node in graph.nodes}
            self._layout = lay_out(graph, sizes, _word_sizes(graph))
            self._tracks.clear()
        for node in graph.nodes:
            self._show_node(node)
        self._show_lines(routes)
        if moves:
            self._show_words()
        self.setSceneRect(self.content())
        if self.chosen not in graph.by_id:
            self.choose("")
        self._mark()
        if moves:
            self.rebuilt.emit()

    def _empty(self) -> None:
        self.tokens.clear()
        self._tracks.clear()
        for item in (*self.edges.values(), *self.words.values(), *self.nodes.values()):
            self.removeItem(item)
        self.edges.clear()
        self.words.clear()
        self.nodes.clear()

    def _show_node(self, node: BoardNode) -> None:
        held = self.nodes.get(node.id)
        if held is None:
            self.nodes[node.id] = made = NodeItem(node, self._layout.boxes[node.id])
            made.set_badge(self._badges.get(node.id, node.badge))
            self.addItem(made)
        elif held.node != node:
            held.set_node(node)

    def _show_lines(self, before: Mapping[Pair, tuple[Point, ...]]) -> None:
        """Draws the lines that are not there yet, and takes away those that are not there any more."""
        routes, tips = self._layout.routes, _tips(self.graph)
        for pair in [pair for pair in self.edges if routes.get(pair) != before[pair]]:
            self.removeItem(self.edges.pop(pair))
        for pair, route in routes.items():
            if pair not in self.edges:
                back = pair in self._layout.returning
                self.edges[pair] = EdgeItem(route, self._role(pair[0]), tips[pair], returning=back)
                self.addItem(self.edges[pair])

    def _show_words(self) -> None:
        """Writes on the lines of the model when they flow."""
        said = {(edge.source, edge.target): edge.words for edge in self.graph.edges}
        tips = _tips(self.graph)
        for pair, box in place_words(self._layout, _word_sizes(self.graph)).items():
            self.words[pair] = WordItem(said[pair], box, self._role(pair[0]), tips[pair])
            self.addItem(self.words[pair])

    def _role(self, node: str) -> str:
        return kind_of(self.graph.by_id[node].kind).role

    def content(self) -> QRectF:
        """Returns the rectangle around everything, with a margin."""
        bounds = self._layout.bounds
        around = QRectF(bounds.x, bounds.y, bounds.width, bounds.height)
        return around.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def set_badges(self, badges: Mapping[str, str]) -> None:
        """Shows these short texts on the nodes, and none on the others."""
        self._badges = dict(badges)
        for name, item in self.nodes.items():
            item.set_badge(badges.get(name, item.node.badge))

    def _dress(self) -> None:
        for item in self.items():
            item.update()  # cards are kept as pictures, which the scene's own update would show again

    # -- choosing ------------------------------------------------------------------------------------------

    def choose(self, node: str) -> None:
        """Chooses a node, or none, and marks what it depends on and what depends on it."""
        if node == self.chosen or (node and node not in self.nodes):
            return
        self.chosen = node
        self._mark()
        self.node_chosen.emit(node)

    def set_focused(self, focused: bool) -> None:
        """Shows whether the keyboard is on the board."""
        self._focused = focused
        self._mark()

    def _mark(self) -> None:
        related, lit = (
            self.graph.connected(self.chosen, self._layout.returning) if self.chosen else (set(), set())
        )
        for name, item in self.nodes.items():
            item.mark(
                chosen=name == self.chosen,
                focused=self._focused,
                dimmed=bool(self.chosen) and name not in related,
            )
        for lines in (self.edges, self.words):
            for pair, line in lines.items():
                line.mark(lit=pair in lit, dimmed=bool(self.chosen) and pair not in lit)

    def node_at(self, place: QPointF) -> str:
        """Returns the id of the node at a place, or empty."""
        found = next((item for item in self.items(place) if isinstance(item, NodeItem)), None)
        return found.node.id if found is not None else ""

    def towards(self, x: int, y: int) -> str:
        """Returns the nearest node in a direction from the chosen one; the first node if none is chosen."""
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

    def first(self) -> str:
        """Returns the node at the upper left, or empty."""
        boxes = self._layout.boxes
        return min(boxes, key=lambda name: (boxes[name].x, boxes[name].y), default="")

    def find(self, text: str) -> list[str]:
        """Returns the ids of the nodes whose title, kind or text holds what is looked for, best first."""
        wanted = folded(text.strip())
        if not wanted:
            return []
        ranked = [(rank, node.id) for node in self.graph.nodes if (rank := _rank(node, wanted)) is not None]
        return [name for _, name in sorted(ranked, key=lambda found: found[0])]

    def problems(self) -> list[str]:
        """Returns the ids of the nodes with which something is wrong."""
        return [node.id for node in self.graph.nodes if node.problems]

    # -- tokens --------------------------------------------------------------------------------------------

    def pulse(self, path: Sequence[Pair], kind: str, count: int) -> None:
        """Lets messages travel along lines, one after the other; lines that are not there are left out."""
        way = tuple(pair for pair in path if pair in self.edges)
        if not way or not any(view.isVisible() for view in self.views()):
            return
        if way not in self._tracks:
            self._tracks[way] = Track([path_of(self._layout.routes[pair]) for pair in way])
        self.tokens.send(self._tracks[way], kind, self._role(way[-1][0]), count)

    def _touch(self, place: QRectF) -> None:
        self.update(place)

    @override
    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        transform: QTransform = painter.worldTransform()
        self.tokens.paint(painter, QStyleOptionGraphicsItem.levelOfDetailFromTransform(transform))


def _shape(graph: BoardGraph) -> tuple[object, ...]:
    """Returns what the places of a graph's nodes and lines depend on."""
    return tuple((node.id, node.kind, size_of(node)) for node in graph.nodes), graph.declared.edges


def _word_sizes(graph: BoardGraph) -> dict[Pair, tuple[float, float]]:
    return {(edge.source, edge.target): size_of_words(edge.words) for edge in graph.edges if edge.words}


def _tips(graph: BoardGraph) -> dict[Pair, str]:
    found: dict[Pair, list[str]] = {}
    for edge in graph.edges:
        words = f"{graph.by_id[edge.source].title} {edge.kind} → {graph.by_id[edge.target].title}"
        found.setdefault((edge.source, edge.target), []).extend([words, *edge.words.splitlines()])
    return {pair: "\n".join(lines) for pair, lines in found.items()}


def _rank(node: BoardNode, wanted: str) -> int | None:
    """Returns how well a node fits what is looked for, 0 best; None if it does not."""
    title = folded(node.title)
    if title.startswith(wanted):
        return 0
    if wanted in title:
        return 1
    rest = folded(" ".join((kind_of(node.kind).word, node.subtitle, *node.rows)))
    return 2 if wanted in rest else None
