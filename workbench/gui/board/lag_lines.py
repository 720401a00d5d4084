"""The lag of the last ten minutes as a small line on each subscription's card of the topology."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from workbench.gui.board.board_graph import kind_of
from workbench.gui.board.board_items import LAG, PAD, STRIP, NodeItem
from workbench.gui.plot import number_text
from workbench.gui.safe_painter import drawing
from workbench.gui.series_lines import SPARK, SPARKED, draw_line
from workbench.gui.theme import mix, theme
from workbench.services.monitor.rate_rings import Measure

if TYPE_CHECKING:
    from workbench.gui.board.board_scene import BoardScene
    from workbench.services.monitor.rate_history import RateHistory

SEEN = 0.35
"""Scale below which a line is too small to be read."""
PREFIX = "subscription:"
PARTS = 10
"""Seconds in which every card gets its newest line: a part of them each second, in a short turn (V4)."""
FEW = 5
"""Cards of a part at least."""


class LagLine(QGraphicsItem):
    """The line on one card; drawing it again leaves the card as it is.

    Attributes:
        card: On which it stands.
        values: Positions to the head, one for each ten seconds; NaN where nothing was watched.
    """

    def __init__(self, card: NodeItem) -> None:
        super().__init__(card)
        self.values: Sequence[float] = ()
        self.card = card
        self._role = kind_of(card.node.kind).role
        bottom = card.box.height - STRIP * len(card.node.problems) - 5
        self._area = QRectF(PAD, bottom - LAG, card.box.width - 2 * PAD, LAG)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_values(self, values: Sequence[float]) -> None:
        """Draws other values."""
        if _told(values) != _told(self.values):
            self.values = values
            known = _known(values)
            said = (
                f"at most {number_text(max(known))}, last {number_text(known[-1])}"
                if known
                else "not watched"
            )
            self.setToolTip(f"Lag in the last ten minutes: {said}")
            self.update()

    @override
    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-1, -2, 1, 2)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) < SEEN:
            return
        colors = theme().colors
        fill, on = str(getattr(colors, self._role)), str(getattr(colors, f"on_{self._role}"))
        with drawing(painter):
            behind = any(_known(self.values))
            draw_line(painter, self._area, self.values, QColor(on if behind else mix(on, fill, 0.4)))


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if value == value]  # noqa: PLR0124  # without NaN


def _told(values: Sequence[float]) -> list[float]:
    return [value if value == value else -1.0 for value in values]  # noqa: PLR0124  # NaN equals nothing


class LagLines:
    """Keeps the lines of a topology's cards up to date."""

    def __init__(self, topology: BoardScene, rates: RateHistory) -> None:
        self._topology, self._rates = topology, rates
        self._lines: dict[str, LagLine] = {}
        self._next = 0

    def turn(self) -> None:
        """Looks at a part of the cards; called about once a second while they are seen."""
        nodes = self._topology.nodes
        names = sorted(name for name in nodes if name.startswith(PREFIX))
        self._lines = {name: line for name, line in self._lines.items() if name in nodes}
        count = min(len(names), max(FEW, -(-len(names) // PARTS)))
        part = [names[(self._next + at) % len(names)] for at in range(count)]
        self._next = (self._next + count) % max(1, len(names))
        end, subscriptions = self._rates.end, [name.removeprefix(PREFIX) for name in part]
        seen = self._rates.rings.window(Measure.LAG, end - SPARKED, end, SPARKED // SPARK, subscriptions)
        for name in part:
            self._line(name, nodes[name]).show_values(seen.values.get(name.removeprefix(PREFIX), ()))

    def _line(self, name: str, card: NodeItem) -> LagLine:
        line = self._lines.get(name)
        if line is None or line.card is not card:
            line = self._lines[name] = LagLine(card)
        return line
