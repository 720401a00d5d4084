"""What the mouse makes on the blueprint: wires drawn from a card's handle, fields changed and copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_offers import identity_of
from workbench.gui.board.card_painter import FIELDS
from workbench.gui.board.flow_view import DRAG
from workbench.gui.widgets import give_keyboard, plain_label
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import targets_of

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor

OUTSIDE = "Release here to leave it as it was"
"""What is said of a drag that is over something else than the canvas."""
EDGE, PUSH = 24, 12
"""Pixels from the edge of the canvas within which a drag moves the picture, and by how much each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What was pressed on.

    Attributes:
        key: Of the card.
        field: Name of the field, of a new one ``+``; empty for the card's handle.
        start: Where, a point of the viewport.
    """

    key: str
    node: DesignNode
    field: str
    start: QPoint


class BoardHand(QObject):
    """Takes the mouse on the blueprint where something is made by it; the rest is the canvas's.

    Signals:
        told: What would happen where the pointer is; empty where nothing is held.
    """

    moves = (WidgetKey("Esc", "Leave a wire or field where it was dragged from"),)
    told = Signal(str)

    def __init__(self, editor: BoardEditor) -> None:
        super().__init__(editor)
        self._editor, self._canvas = editor, editor.canvas
        self._held: Held | None = None
        self._moving = False
        self._pressed = QPoint()
        self._ends: Callable[[QPoint], object] | None = None
        self._carried = plain_label("")
        self._carried.setParent(self._canvas.viewport())
        self._carried.setObjectName("carried_field")
        self._carried.hide()
        port = self._canvas.viewport()
        port.setMouseTracking(True)
        port.installEventFilter(self)
        self._canvas.installEventFilter(self)
        for picture in self._canvas.pictures:
            picture.node_chosen.connect(lambda _node: self._show_handles(""))
            picture.rebuilt.connect(lambda: self._show_handles(""))
            picture.rebuilt.connect(self._look_again)
        editor.stood.connect(self._look_again)
        self._last = QPoint()
        for moved in (
            self._canvas.horizontalScrollBar().valueChanged,
            self._canvas.verticalScrollBar().valueChanged,
            self._canvas.zoomed,
        ):
            moved.connect(self._show_again)

    @property
    def _board(self) -> BlueprintScene | None:
        board = self._canvas.board
        return board if isinstance(board, BlueprintScene) else None

    # -- events --------------------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            return self._key(event)
        if isinstance(event, QContextMenuEvent):
            return bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)  # it ended a drag
        if not isinstance(event, QMouseEvent) or watched is not self._canvas.viewport():
            return False
        if self._board is None:
            return False
        kinds: dict[QEvent.Type, Callable[[QMouseEvent, BlueprintScene], bool]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.MouseButtonDblClick: self._press_again,
        }
        known = kinds.get(event.type())
        return known is not None and known(event, self._board)

    def _key(self, event: QKeyEvent) -> bool:
        """Escape ends a drag without a change; no other key does anything meanwhile."""
        if self._held is None and not self._canvas.is_dragged:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._let_go()
        return True

    def _look_again(self) -> None:
        """Ends the drag of what is not there any more."""
        held, board = self._held, self._board
        if held is None:
            return
        known = gestures.exists(self._editor.state.text, held.node)
        if known and held.field not in {"", "+"}:
            known = held.field in gestures.fields_of(self._editor.state.text, held.node)
        if not known or board is None or held.key not in board.cards():
            self._let_go()

    def _press(self, event: QMouseEvent, board: BlueprintScene) -> bool:
        self._pressed = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton:
            return self._interrupt()
        self._let_go()  # a drag whose release went elsewhere
        self._ends = None
        key = board.card_at(self._canvas.mapToScene(self._pressed))
        if key:
            self._editor.want_nothing()
        if key and board.cards()[key].card.node in board.lights.targets:
            self._editor.entry.take_node(board.cards()[key].card.node)  # a name is asked for: this one is it
            return True
        if not key and self._editor.entry.isVisible():  # it takes what was typed, and what is chosen stays
            self._ends = lambda _place: None
            return True
        self._held, self._moving = self._taken(self._pressed, board), False
        if self._held is not None:
            give_keyboard(self._canvas)
        return self._held is not None

    def _interrupt(self) -> bool:
        """Ends a drag for another button, as Escape does; the release of the first one does nothing."""
        dragged = self._held is not None
        if dragged:
            self._let_go()
            self._ends = lambda _place: None
        return dragged

    def _press_again(self, event: QMouseEvent, board: BlueprintScene) -> bool:
        """A double click on nothing offers what can be made there, once the button is released."""
        free = not board.part_at(self._canvas.mapToScene(event.position().toPoint()))[0]
        if free and event.button() == Qt.MouseButton.LeftButton:
            self._ends = self._editor.offer_at
        return free

    def _taken(self, place: QPoint, board: BlueprintScene) -> Held | None:
        """Returns what a press there takes."""
        key, part, number = board.part_at(self._canvas.mapToScene(place))
        node = self._editor.node(board.cards()[key].card.node) if key else None
        if node is None:
            return None
        if part == "handle" and self._leads(node):
            return Held(key=key, node=node, field="", start=place)
        lines = key == board.here and self._canvas.scale_now >= FIELDS
        if part == "more" and lines:
            return Held(key=key, node=node, field="+", start=place)
        name = board.cards()[key].card.fields[number].name.removesuffix("?") if part == "field" else ""
        if lines and name in gestures.fields_of(self._editor.state.text, node):
            return Held(key=key, node=node, field=name, start=place)
        return None

    @staticmethod
    def _leads(node: DesignNode) -> bool:
        return next(targets_of(node.kind), None) is not None

    def _move(self, event: QMouseEvent, board: BlueprintScene) -> bool:
        place = event.position().toPoint()
        if self._held is None:
            self._show_handles(board.part_at(self._canvas.mapToScene(place))[0])
            return False
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._let_go()  # the release went elsewhere
            return False
        if not self._moving and (place - self._held.start).manhattanLength() <= DRAG:
            return True
        if not self._moving and self._held.field != "+":
            self._moving = True
            self._light(self._held, board)
        if self._moving:
            self._last = place
            self._push(place)
            self._show(self._held, place, board)
        return True

    def _show_again(self) -> None:
        """The picture moves below the pointer: another card may be there."""
        if self._held is not None and self._moving and self._board is not None:
            self._show(self._held, self._last, self._board)

    def _release(self, event: QMouseEvent, board: BlueprintScene) -> bool:
        place, held, moved = event.position().toPoint(), self._held, self._moving
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._ends is not None:
            end, self._ends = self._ends, None
            end(place)
            return True
        if held is None:
            if (place - self._pressed).manhattanLength() <= DRAG:
                self._editor.wires.choose_at(place)
            return False
        self._let_go()
        if moved:
            if self._is_over(place):
                self._drop(held, place, board)
        elif held.field == "+":
            self._editor.fields.add(held.node)
        elif held.field:
            self._editor.fields.change(held.node, held.field)
        else:
            board.choose(held.key)
            self._editor.wires.ask_what_follows(held.node, place + self._canvas.viewport().pos())
        return True

    # -- what is shown -------------------------------------------------------------------------------------

    def _show_handles(self, hovered: str) -> None:
        """Shows the handles of the card under the pointer and of the chosen one."""
        board = self._board
        if board is not None:
            keys = [key for key in {hovered, board.here} if key and self._has_handle(board, key)]
            board.lights.show_handles(keys)

    def _has_handle(self, board: BlueprintScene, key: str) -> bool:
        node = self._editor.node(board.cards()[key].card.node)
        return node is not None and self._leads(node)

    def _light(self, held: Held, board: BlueprintScene) -> None:
        if held.field:
            board.light(identity_of(held.node), self._editor.fields.takers(held.node, held.field))
            self._carried.setText(held.field)
            self._carried.adjustSize()
            return
        nodes = {item.card.node for item in board.cards().values()}
        board.light(
            board.cards()[held.key].card.node,
            [one for one in nodes if not self._editor.wires.refused(held.node, one)],
        )

    def _show(self, held: Held, place: QPoint, board: BlueprintScene) -> None:
        there = self._canvas.mapToScene(place)
        if held.field:
            self._carried.move(place + QPoint(12, 8))
            self._carried.show()
        else:
            board.lights.draw(held.key, there)
        over = self._is_over(place)
        self.told.emit(self._words(held, board.card_at(there), board) if over else OUTSIDE)

    def _is_over(self, place: QPoint) -> bool:
        """Whether a point of the viewport is of the canvas alone: nothing else of the window lies there."""
        port, window = self._canvas.viewport(), self._canvas.window()
        there = port.mapToGlobal(place)
        top = QApplication.topLevelAt(there)
        if top not in {None, window} or not port.rect().contains(place):
            return False
        found = window.childAt(window.mapFromGlobal(there))
        return found in {port, self._carried}

    def _words(self, held: Held, key: str, board: BlueprintScene) -> str:
        """Says what a release there would do, or why nothing."""
        node = board.cards()[key].card.node if key else ""
        if held.field:
            if node in board.lights.targets:
                return f"Release to copy {held.field} to {board.cards()[key].card.title}"
            return f"Carry {held.field} to a card that has no such field"
        if not node:
            return "Release on a lit card to link it, or here for something new"
        if key == held.key:
            return "Drag to what follows"
        why = self._editor.wires.refused(held.node, node)
        title = board.cards()[key].card.title
        return why[:1].upper() + why[1:] if why else f"Release to link {held.node.name} and {title}"

    def _push(self, place: QPoint) -> None:
        """Moves the picture where the pointer is near its edge."""
        port = self._canvas.viewport().rect()
        across, down = self._canvas.horizontalScrollBar(), self._canvas.verticalScrollBar()
        for bar, at, end in ((across, place.x(), port.width()), (down, place.y(), port.height())):
            bar.setValue(bar.value() + (PUSH if at > end - EDGE else -PUSH if at < EDGE else 0))

    # -- what is done --------------------------------------------------------------------------------------

    def _let_go(self) -> None:
        board, held = self._board, self._held
        self._held, self._moving = None, False
        self._carried.hide()
        if board is not None and held is not None:
            board.light("", ())
            board.lights.draw(held.key, None)
        self.told.emit("")

    def _drop(self, held: Held, place: QPoint, board: BlueprintScene) -> None:
        key = board.card_at(self._canvas.mapToScene(place))
        identity = board.cards()[key].card.node if key else ""
        target = self._editor.node(identity)
        if held.field:
            if target is not None and identity in self._editor.fields.takers(held.node, held.field):
                self._editor.fields.copy_to(held.node, held.field, target)
        elif not key:
            self._editor.wires.ask_what_follows(held.node, place + self._canvas.viewport().pos())
        elif target is not None and not self._editor.wires.refused(held.node, identity):
            self._editor.wires.lead(held.node, target)
