"""What the pictures of a model have in common: choosing, finding, what is wrong, and a graph behind them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import ClassVar

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from workbench.gui.board.board_graph import BoardGraph, BoardNode, Pair, kind_of
from workbench.gui.board.card_painter import FIELDS
from workbench.gui.board.mark_painter import RING, CardMarks, card_marks, ring_of
from workbench.gui.theme import theme
from workbench.model.text_folding import folded
from workbench.services.design.marks.mark import DesignMark

TALLER = 2.0
"""How many times as tall as wide a story is drawn at most."""
CLOSEST, FARTHEST = 2.5, 0.06
"""The largest and the smallest scale to which smooth zooming leads; fitting may go farther."""


class Picture(QGraphicsScene):
    """One picture of the model, in which nodes can be chosen.

    A node may have several cards; the key of a card is that of its node, unless it repeats another.

    Signals:
        node_chosen: The id of the node that was chosen, empty if none is.
        rebuilt: Cards or lines stand elsewhere now.

    Attributes:
        name: What a person calls it.
        moving: Whether messages travel in it.
        steps: The scales that zooming goes through; none where it is smooth.
        graph: What is known of the nodes.
        chosen: Id of the chosen node, or empty; of several the one that was chosen last.
        others: Ids of the nodes that are chosen besides it.
        gone: Id of the one that was chosen last and is drawn no more, until another one is chosen; or empty.
        takes_fields: Returns whether fields can be added to a node, by its id.
        marks: What is worth a second look in the design, by the ids of nodes.
        moved_by: How far the card with the keyboard moved when it was drawn again the last time.
    """

    node_chosen = Signal(str)
    rebuilt = Signal()
    name: ClassVar[str] = ""
    moving: ClassVar[bool] = False
    steps: ClassVar[tuple[float, ...]] = ()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.graph = BoardGraph()
        self.chosen, self.others, self.gone = "", tuple[str, ...](), ""
        self.takes_fields: Callable[[str], bool] = lambda _node: False
        self.marks: Mapping[str, tuple[DesignMark, ...]] = {}
        self.moved_by = QPointF()
        self._focused = False
        theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setBackgroundBrush(QColor(theme().colors.surface))
        for item in self.items():
            item.update()  # cards are kept as pictures, which the scene's own update would show again

    # -- what a picture has ----------------------------------------------------------------------------------

    def next_scale(self, now: float, factor: float) -> float:
        """Returns the scale to which zooming by a factor leads."""
        if not self.steps:
            return min(max(now * factor, min(now, FARTHEST)), CLOSEST)
        larger = (one for one in self.steps if one > now * 1.001)
        smaller = (one for one in reversed(self.steps) if one < now * 0.999)
        return next(larger if factor > 1 else smaller, now)

    def fitted(self, port: QSizeF, least: float) -> tuple[float, float]:
        """Returns how wide and how tall it is drawn to be seen whole in a window, in its own size at most.

        A story that shows names alone takes the height that there is.

        Args:
            port: Pixels of the window.
            least: It is not smaller than this, if not all of it is seen then.
        """
        content = self.content()
        across, down = port.width() / max(content.width(), 1), port.height() / max(content.height(), 1)
        wide = max(least, min(1.0, across, down))
        return wide, max(wide, min(TALLER * wide, down)) if self.steps and wide < FIELDS else wide

    def cards(self) -> Mapping[str, QGraphicsItem]:
        """Returns the cards by their keys."""
        raise NotImplementedError

    def has(self, key: str) -> bool:
        """Whether something is there that can be chosen by a key."""
        return key in self.cards()

    def kinds(self) -> set[str]:
        """Returns the kinds of what it shows."""
        raise NotImplementedError

    def content(self) -> QRectF:
        """Returns the rectangle around everything, with a margin."""
        raise NotImplementedError

    def reach(self, port: QSizeF) -> QRectF:
        """Returns the part of the plane that can be brought into a window of a size."""
        wide, tall = port.width(), port.height()
        return self.content().adjusted(-wide, -tall, wide, tall)

    def towards(self, x: int, y: int) -> str:
        """Returns the key of the card to which an arrow key leads; the first card's if none is chosen."""
        raise NotImplementedError

    def first(self) -> str:
        """Returns the key of the first card, or empty."""
        raise NotImplementedError

    def last(self) -> str:
        """Returns the key of the last card, or empty."""
        raise NotImplementedError

    def blocks(self) -> Iterator[tuple[QRectF, str]]:
        """Yields where cards stand, and the roles of their colours."""
        raise NotImplementedError

    def card_at(self, place: QPointF) -> str:
        """Returns the key of the card at a place, or empty."""
        raise NotImplementedError

    def mark(self) -> None:
        """Shows what is chosen."""
        raise NotImplementedError

    def show_marks(self, marks: Mapping[str, tuple[DesignMark, ...]]) -> None:
        """Shows the marks of the design on the cards of their nodes."""
        self.marks = marks

    def mark_at(self, place: QPointF, scale: float, tall: float) -> str:
        """Returns the key of the card whose ring is at a place, given both scales of the view."""
        for key in self.cards():
            away = ring_of(self.box_of(key), scale) - place
            if (
                self.is_marked(self.node_of(key))
                and abs(away.x()) * scale + abs(away.y()) * tall <= RING * 1.4
            ):
                return key
        return ""

    def node_of(self, key: str) -> str:
        """Returns the id of the node that a card shows."""
        return key

    def thing_of(self, key: str) -> str:
        """Returns the id of the node that a card stands for, also one that repeats another."""
        return key

    def set_badges(self, badges: Mapping[str, str]) -> None:
        """Shows short texts on nodes, where the picture has room for them."""

    def pulse(self, path: Sequence[Pair], kind: str, count: int) -> None:
        """Lets messages travel along lines, where the picture shows them."""

    def light(self, source: str, targets: Collection[str]) -> None:
        """Shows to which nodes a wire from one could lead, where the picture does; empty: shows all again."""

    def rest(self) -> None:
        """Stops what moves."""

    # -- choosing --------------------------------------------------------------------------------------------

    @property
    def here(self) -> str:
        """Key of the card on which the keyboard stands, or empty."""
        return self.chosen

    @property
    def several(self) -> tuple[str, ...]:
        """Ids of all chosen nodes, in the order in which they were chosen."""
        return (*self.others, self.chosen) if self.chosen else ()

    def called(self) -> str:
        """Returns how what is chosen is called, one thing or several."""
        return f"{len(self.several)} things" if self.others else self.chosen.partition(":")[2]

    def choose(self, key: str) -> None:
        """Chooses a node by the key of a card, or none, and marks what belongs to it."""
        self.choose_several((), key)

    def choose_several(self, others: Sequence[str], key: str) -> None:
        """Chooses nodes by their ids, and one by the key of its card, which has the keyboard then."""
        if key and not self.has(key):
            return
        node = self.thing_of(key)
        rest = tuple(dict.fromkeys(one for one in others if one != node and self.has(one))) if key else ()
        before = self.several
        if key == (self.here or self.chosen) and rest == self.others:
            return
        self.others, self.gone = rest, "" if key else self.gone
        self._stand_on(key)
        self.mark()
        if self.several != before:
            self.node_chosen.emit(self.chosen)

    def keep_choice(self) -> None:
        """Keeps chosen what is still there; where the last of it went, the one before has the keyboard."""
        left = [one for one in self.several if self.has(one)]
        last = (self.here or self.chosen) if self.chosen in left else left[-1] if left else ""
        self.gone = self.gone if last or not self.chosen else self.chosen
        self.choose_several(left, last)

    def _stand_on(self, key: str) -> None:
        """Gives the keyboard to a card, and chooses its node."""
        self.chosen = key

    def set_focused(self, focused: bool) -> None:
        """Shows whether the keyboard is on the board."""
        self._focused = focused
        self.mark()

    def box_of(self, key: str) -> QRectF:
        """Returns where a card stands."""
        return self.cards()[key].sceneBoundingRect()

    def place_now(self) -> QPointF | None:
        """Returns where the card with the keyboard stands; None where there is none."""
        return self.box_of(self.here).topLeft() if self.here in self.cards() else None

    def _know_move(self, before: QPointF | None) -> None:
        """Knows how far the card with the keyboard moved, given where it stood."""
        now = self.place_now()
        self.moved_by = now - before if now is not None and before is not None else QPointF()

    def find(self, text: str) -> list[str]:
        """Returns the ids of the nodes whose title, kind or text holds what is looked for, best first."""
        wanted = folded(text.strip())
        if not wanted:
            return []
        nodes = [node for node in self.graph.nodes if self.has(node.id)]
        ranked = [(rank, node.id) for node in nodes if (rank := _rank(node, wanted)) is not None]
        return [name for _, name in sorted(ranked, key=lambda found: found[0])]

    def problems(self) -> list[str]:
        """Returns the ids of the nodes with which something is wrong, or that are marked."""
        return [node.id for node in self.graph.nodes if self.is_marked(node.id) and self.has(node.id)]

    def is_marked(self, node: str) -> bool:
        """Whether something is wrong with a node, or marked on it."""
        known = self.graph.by_id.get(node)
        return node in self.marks or (known is not None and bool(known.problems))

    def troubles(self) -> CardMarks:
        """Returns all that is wrong or marked on its cards."""
        nodes = [self.graph.by_id[name] for name in self.problems()]
        problems = [said for node in nodes for said in node.problems]
        return card_marks(problems, [one for node in nodes for one in self.marks.get(node.id, ())])


def _rank(node: BoardNode, wanted: str) -> int | None:
    """Returns how well a node fits what is looked for, 0 best; None if it does not.

    That is by its name, as a whole, from its beginning or that of one of its parts, or somewhere; else by
    what its card says beside it.
    """
    title = folded(node.title)
    parts = title.split(".")
    ranks = (
        title == wanted,
        wanted in parts,
        any(one.startswith(wanted) for one in (title, *parts)),
        wanted in title,
        wanted in folded(" ".join((kind_of(node.kind).word, node.subtitle, *node.rows))),
    )
    return next((rank for rank, fits in enumerate(ranks) if fits), None)
