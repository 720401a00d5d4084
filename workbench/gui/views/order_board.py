"""The moves of an order on the board: what each touched is marked, and tokens travel the way that it took."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.gui.board.board_scene import BoardScene, lay_out_graph
from workbench.gui.board.flow_view import FlowView
from workbench.gui.layouts import in_column
from workbench.gui.views.board_model import model_graph, pulses
from workbench.gui.widgets import ElidedLabel
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.services.worlds.moves import MoveKind

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.registry import Registry
    from workbench.services.worlds.schedule_words import MoveLine


class OrderBoard(QWidget):
    """The topology of a model, on which moves are shown one by one; none is the project's own traffic."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._drawn: Registry | None = None
        self._move: MoveLine | None = None
        self.scene = BoardScene(self)
        self.canvas = FlowView(self.scene)
        self.canvas.setAccessibleName("The move on the board")
        self.said = ElidedLabel("muted")
        in_column(self.said, (self.canvas, 1), of=self, margins=0, spacing=4)

    def show_move(self, registry: Registry, move: MoveLine | None) -> None:
        """Shows a move; its tokens travel, and who made it is chosen."""
        self._move = move
        self.said.setText(_told(move) if move is not None else "No move")
        if self._drawn is not registry:
            self._drawn = registry
            self._desk.run(self._draw(registry), "Draw the board")
        else:
            self._travel()

    async def _draw(self, registry: Registry) -> None:
        """Draws the model, laid out beside the loop and drawn piece by piece (V4)."""
        graph = await asyncio.to_thread(model_graph, registry, {})
        layout = await asyncio.to_thread(lay_out_graph, graph)
        if not isValid(self):
            return
        for _ in self.scene.building(graph, layout):
            await asyncio.sleep(0)
            if not isValid(self):
                return
        self._travel()

    def _travel(self) -> None:
        self.scene.rest()
        registry, move = self._drawn, self._move
        if registry is None or move is None or not self.scene.nodes:
            return
        self.scene.choose(_node(move))
        path = tuple(pair for pulse in pulses(registry, {}, counters(registry, move)) for pair in pulse.path)
        self.scene.pulse(path, "dead" if move.made.refused else "ok", 1)


def counters(registry: Registry, move: MoveLine) -> dict[str, int]:
    """Returns what a move adds to the counters of the board, in the order in which it happens."""
    found: list[str] = []
    match move.kind:
        case MoveKind.PROJECTION:
            found.append(f"project:{move.who}:{move.message}")
        case MoveKind.DELIVERY if move.who in registry.reactors:
            found.append(f"react:{move.who}:{move.message}")
        case MoveKind.DELIVERY if move.who != COMMANDS_TOPIC:
            found.append(f"delivery:{move.who}:ok")
        case MoveKind.STEP | MoveKind.DELIVERY if move.message in registry.commands:
            found.append(f"command:{move.message}")
    found += [f"event:{event}" for event in move.made.events]
    if move.kind is MoveKind.DELIVERY and move.who != COMMANDS_TOPIC:
        found += [f"issue:{move.who}:{command}" for command in move.made.commands]
    return dict.fromkeys(found, 1)


def _node(move: MoveLine) -> str:
    """Returns the id of the node that made a move; empty where none did."""
    match move.kind:
        case MoveKind.PROJECTION:
            return f"projection:{move.who}"
        case MoveKind.DELIVERY if move.who != COMMANDS_TOPIC:
            return f"subscription:{move.who}"
        case MoveKind.STEP | MoveKind.DELIVERY:
            return f"command:{move.message}"
    return ""


def _told(move: MoveLine) -> str:
    made = f" → {move.made}" if str(move.made) else ""
    deviates = f"   deviates: {move.deviation}" if move.deviation else ""
    return f"Move {move.number:,}: {move.words}{made}{deviates}"
