"""Several cards of the board are chosen, and what can be done to all of them is done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QRubberBand
from typing_extensions import override

from workbench.gui.actions import BoundAction, WidgetKey, action
from workbench.gui.board.asking import Asking, Entered, Offer
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_slices import BoardPart
from workbench.gui.board.flow_view import ARROWS, DRAG
from workbench.gui.widgets import give_keyboard
from workbench.services.design import gestures
from workbench.services.design.relations import declared_names
from workbench.services.design.several import counted_kinds, texts_of, why_not_owned

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NAMED = 6
"""Names that are told above a line that is typed."""
MORE = ("remove", "move_to_aggregate", "copy_name", "copy_text", "copy_chosen", "choose_nothing")
"""Keys of the actions that are done to all that is chosen."""


class BoardSeveral(BoardPart):
    """Chooses several cards by mouse and keys; its actions are done to one or to all that is chosen."""

    moves = (
        WidgetKey("Shift+← ↑ → ↓", "Choose the next node in that direction, too, or leave it out again"),
        WidgetKey("Ctrl+click / Shift+click", "Choose a card, too, or leave it out again"),
        WidgetKey("Shift+drag", "Choose what is in a rectangle, too"),
    )

    def __init__(self, editor: BoardEditor) -> None:
        super().__init__(editor)
        port = self.canvas.viewport()
        self._start: QPoint | None = None
        self.canvas.offering.alone = self._alone
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, port)
        port.installEventFilter(self)
        self.canvas.installEventFilter(self)

    def _alone(self) -> str:
        count = len(self.canvas.board.several)
        return f"{count} are chosen: it is done to one alone" if count > 1 else ""

    def said(self) -> str:
        """Returns how many of each kind are chosen."""
        board = self.canvas.board
        return counted_kinds(
            [board.graph.by_id[one].kind for one in board.several if one in board.graph.by_id]
        )

    def titles(self) -> list[str]:
        """Returns how all that is chosen is called."""
        board = self.canvas.board
        return [board.graph.by_id[one].title for one in board.several if one in board.graph.by_id]

    def offered(self) -> list[BoundAction]:
        """Returns what can be done to all that is chosen."""
        found = {one.act.key: one for one in self.canvas.actions() if isinstance(one, BoundAction)}
        return [found[key] for key in MORE]

    # -- choosing ------------------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QMouseEvent) and watched is self.canvas.viewport():
            return self._mouse(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if self._start is not None and key == Qt.Key.Key_Escape:
            self._end()
            return True
        if key not in ARROWS or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != SHIFT:
            return False
        board = self.canvas.board
        to = board.towards(*ARROWS[key])
        if to in board.cards():
            several, node = board.several, board.thing_of(to)
            board.choose_several(several[:-1] if node in several else several, to)
            self.canvas.bring(board.box_of(to))
        return True

    def _mouse(self, event: QMouseEvent) -> bool:
        place = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress:
            wanted = event.modifiers() & (SHIFT | CONTROL) and event.button() == Qt.MouseButton.LeftButton
            if wanted and not self.editor.entry.isVisible():
                give_keyboard(self.canvas)
                self._start = place
        elif self._start is not None and event.type() == QEvent.Type.MouseMove:
            self._draw(self._start, place)
        elif self._start is not None and event.type() == QEvent.Type.MouseButtonRelease:
            self._take(self._start, place)
            return True
        return self._start is not None

    def _draw(self, start: QPoint, place: QPoint) -> None:
        """Draws the rectangle of a drag that began on nothing."""
        far = (place - start).manhattanLength() > DRAG
        if self._band.isVisible() or (far and not self._card_at(start)):
            self._band.setGeometry(QRect(start, place).normalized())
            self._band.show()

    def _take(self, start: QPoint, place: QPoint) -> None:
        board, key = self.canvas.board, self._card_at(place)
        if self._band.isVisible():
            box = self.canvas.mapToScene(self._band.geometry()).boundingRect()
            inside = [
                one for one in board.cards() if board.node_of(one) and box.intersects(board.box_of(one))
            ]
            self._choose([*board.several, *inside])
        elif key and key == self._card_at(start):
            self._toggle(key)
        self._end()

    def _end(self) -> None:
        self._start = None
        self._band.hide()

    def _card_at(self, place: QPoint) -> str:
        return self.canvas.board.card_at(self.canvas.mapToScene(place))

    def _toggle(self, key: str) -> None:
        board = self.canvas.board
        several, node = board.several, board.thing_of(key)
        if node in several:
            self._choose([one for one in several if one != node])
        else:
            board.choose_several(several, key)

    def _choose(self, nodes: list[str]) -> None:
        self.canvas.board.choose_several(nodes[:-1], nodes[-1] if nodes else "")

    @action(
        "Choose all",
        keys="Ctrl+A",
        tip="Choose all of the slice; once more: all of the board",
        on="canvas",
        group=1,
        anyway=True,
    )
    def choose_all(self, _node: str) -> None:
        """Chooses all of the slice of what is chosen; where that is so, all of the board."""
        board, several = self.canvas.board, self.canvas.board.several
        slices = board.blueprint.slices if isinstance(board, BlueprintScene) else ()
        here = board.slice_of(board.here) if isinstance(board, BlueprintScene) else ""
        own = [card.node for one in slices if one.id == here for card in one.cards if not card.ghost]
        if not own or set(own) <= set(several):
            own = [one for one in board.cards() if board.node_of(one)]
        last = board.chosen if board.chosen in own else ""
        self._choose([*(one for one in own if one != last), *([last] if last else [])])

    # -- doing ---------------------------------------------------------------------------------------------

    def _not_owned(self, _identity: str) -> str:
        nodes = self.editor.nodes()
        return self.editor.no_nodes("") or why_not_owned(nodes)

    @action(
        "Move to another aggregate …",
        keys="M",
        icon="aggregate",
        tip="Move commands and events to the lane of another aggregate, with what they are joined with",
        on="canvas",
        group=3,
        several=True,
        why=_not_owned,
    )
    def move_to_aggregate(self, _identity: str) -> None:
        """Asks for the aggregate to which commands and events shall belong."""
        nodes, text = self.editor.nodes(), self.editor.state.text
        more = len(nodes) - NAMED
        told = ", ".join(one.name for one in nodes[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
        known = declared_names(text.project, "aggregate")
        asking = Asking(
            title=f"To which aggregate shall {told} belong?",
            sign="aggregate",
            take=partial(self._move, nodes),
            fits=lambda typed: [_aggregate(one) for one in known if typed in one],
            act="move_to_aggregate",
            card=self.canvas.board.chosen,
        )
        self.editor.place_of_entry.ask(asking, None)

    def _move(self, nodes: list[gestures.DesignNode], entered: Entered) -> None:
        self.editor.changes.move(nodes, entered.offer.name if entered.offer is not None else entered.text)

    @action("Copy name", keys="Ctrl+C", icon="copy", on="canvas", group=1, several=True)
    def copy_name(self, _node: str) -> None:
        """Copies what is chosen is called, a line each."""
        QApplication.clipboard().setText("\n".join(self.titles()))

    def _no_nodes(self, identity: str) -> str:
        return self.editor.no_nodes(identity)

    @action(
        "Copy as text",
        keys="Ctrl+Shift+C",
        icon="code",
        tip="Copy what the project file says of it",
        on="canvas",
        group=1,
        several=True,
        why=_no_nodes,
    )
    def copy_text(self, _node: str) -> None:
        """Copies the sections of what is chosen."""
        QApplication.clipboard().setText(texts_of(self.editor.state.text, self.editor.nodes()))


def _aggregate(name: str) -> Offer:
    return Offer(text=name, name=name, icon="aggregate", node=f"aggregate:{name}")
