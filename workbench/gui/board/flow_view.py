"""Looks at the board: zoom around the pointer, drag, fit, and the arrow keys from node to node."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, WidgetKey, action
from workbench.gui.board.picture import Picture
from workbench.gui.context_menu import Offering
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

STEP = 1.25
"""How much a key or a button zooms."""
WHEEL = 1.0015
"""How much a unit of the wheel zooms."""
NOTCH = 120
"""Units of a notch of the wheel."""
LEGIBLE, READ = 0.38, 0.5
"""Smallest scales at which a board comes up, from its upper left corner if need be, and names can be read."""
FIT = "Show the whole board; once more: as large as names can be read"
DRAG = 5
"""Pixels that the pointer may tremble in a click."""
PLAIN = {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}
ARROWS |= {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class FlowView(QGraphicsView):
    """The window onto a picture of the model, or onto several, one at a time.

    Until a person zooms or moves, the board is fitted again whenever the view or the model changes its size.

    Signals:
        node_activated: Id of a node that was double clicked or confirmed with Enter.
        zoomed: The scale, 1 being its own size.
        moved: Another part of the picture is seen, or another picture.

    Attributes:
        board: The picture that is seen, one of the pictures.
        covered: Pixels at the lower edge over which something else may lie.
    """

    node_activated = Signal(str)
    zoomed = Signal(float)
    moved = Signal()

    def __init__(self, scene: Picture, *others: Picture, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.board, self.pictures = scene, (scene, *others)
        self.covered, self._fitted = 0, True
        self._left: dict[Picture, tuple[tuple[float, float], QPointF] | None] = {}
        self._drag: QPoint | None = None
        self._pressed, self._turned = QPoint(), 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 120)
        self.setAcceptDrops(False)  # Qt would keep files from the window, which opens or imports them
        self.setAccessibleName("Flow board")
        self.offering = Offering(
            self,
            lambda: self.board.chosen,
            named=lambda _node: self.board.called(),
            nothing="Choose a card first",
            choose_at=self._choose_at,
            where=self._where,
            activated=self.node_activated,
        )
        self.acts = Actions(self, self)
        self.offering.before = self.acts.offer()
        for one in self.pictures:
            one.node_chosen.connect(lambda _node: self.offering.refresh())
            one.rebuilt.connect(self._rebuilt)

    def show_picture(self, board: Picture) -> None:
        """Shows another picture, as it was left."""
        if board is self.board:
            return
        scales = self.scale_now, self.tall_now
        self._left[self.board] = None if self._fitted else (scales, self._seen().center())
        self.board.rest()
        self.board.set_focused(False)
        self.board = board
        self.setScene(board)
        board.set_focused(self.hasFocus())
        self._fitted = (left := self._left.get(board)) is None
        if left is None:
            self._come_up()
        else:
            self._set_scale(*left[0])
            self.centerOn(left[1])
        self.offering.refresh()
        self.moved.emit()

    def make_room(self, left: int, top: int) -> None:
        """Leaves room beside the picture for what does not move with it, in pixels."""
        self.setViewportMargins(left, top, 0, 0)

    def _rebuilt(self) -> None:
        if self.sender() is not self.board:
            return
        moved, corner = self.board.moved_by, self._seen().topLeft() + self.board.moved_by
        self._reach()
        if self._fitted and (moved.isNull() or not self.board.steps):
            self._come_up()
        elif not moved.isNull():  # what is chosen stays where it is seen, with room beside it if need be
            self._fitted = False
            self.setSceneRect(self.sceneRect().united(QRectF(corner, QSizeF(1, 1))))
            self._scroll(QPointF(moved.x() * self.scale_now, moved.y() * self.tall_now).toPoint())
        self.moved.emit()

    # -- zoom ----------------------------------------------------------------------------------------------

    @property
    def scale_now(self) -> float:
        """How large the board is drawn; 1 is its own size."""
        return self.transform().m11()

    @property
    def tall_now(self) -> float:
        """How tall it is drawn: as large as wide, but where a story is fitted that shows names alone."""
        return self.transform().m22()

    @action("Fit the whole board", keys="Ctrl+0", icon="fit", tip=FIT, anyway=True)
    def fit(self, _node: str = "") -> None:
        """Shows the whole board; where it is seen whole and cannot be read so, as much as can be."""
        seen, all_of_it = self.viewport().rect(), self.mapFromScene(self.board.content()).boundingRect()
        in_parts = self.scale_now < LEGIBLE and seen.adjusted(-2, -2, 2, 2).contains(all_of_it)
        self._fitted = False  # as what stands beside it takes other room at that scale
        for _ in range(2):
            self._show_at_least(READ if in_parts else 0.0)
        self._fitted = not (self.board.steps or in_parts) and self.scale_now >= LEGIBLE  # until it is moved

    def _show_at_least(self, scale: float) -> None:
        """Shows the whole board, or its beginning where it would be smaller than a scale."""
        self._set_scale(*self.board.fitted(QSizeF(self.viewport().size()), scale))
        content = self.board.content()
        seen = content.intersected(QRectF(content.topLeft(), self._seen().size()))
        self.centerOn(seen.center())
        if self.board.here and seen != content:
            self.ensureVisible(self._with_room_below(self.board.here), 20, 20)

    def _come_up(self) -> None:
        """Shows the beginning of a picture that is read from there, of others as much as can be read."""
        if self.board.steps:
            self._set_scale(1.0)
            self.centerOn(self.sceneRect().topLeft())
        else:
            self._show_at_least(LEGIBLE)

    def zoom(self, factor: float, around: QPoint | None = None) -> None:
        """Zooms; what is at a point of the view stays there, or the chosen card, or what is in the middle."""
        self._zoom_to(self.board.next_scale(self.scale_now, factor), around)

    def _zoom_to(self, scale: float, around: QPoint | None = None) -> None:
        self._fitted, here, middle = False, self.board.here, self.viewport().rect().center()
        under = self.mapToScene(middle if around is None else around)
        if around is None and here and (box := self.board.box_of(here)).intersects(self._seen()):
            under = box.center()
        place = self.mapFromScene(under)
        self._set_scale(scale)
        self._scroll(self.mapFromScene(under) - place)

    @action("Larger", keys="Ctrl++ / Ctrl+=", icon="zoom-in", anyway=True)
    def zoom_in(self, _node: str = "") -> None:
        """Shows less, larger."""
        self.zoom(STEP)

    @action("Smaller", keys="Ctrl+-", icon="zoom-out", anyway=True)
    def zoom_out(self, _node: str = "") -> None:
        """Shows more, smaller."""
        self.zoom(1 / STEP)

    @action("Own size", keys="1", icon="zoom-in", tip="Show the board in its own size", anyway=True)
    def own_size(self, _node: str = "") -> None:
        """Shows everything as large as it is meant to be."""
        self._zoom_to(1.0)

    def _set_scale(self, scale: float, tall: float = 0.0) -> None:
        self.resetTransform()
        self.scale(scale, tall or scale)
        self._reach()
        self.zoomed.emit(scale)

    def _reach(self) -> None:
        """Lets the board be moved until only a part of it is left in sight."""
        self.setSceneRect(self.board.reach(self._seen().size()))

    def _seen(self) -> QRectF:
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def _scroll(self, by: QPoint) -> None:
        for bar, way in ((self.horizontalScrollBar(), by.x()), (self.verticalScrollBar(), by.y())):
            bar.setValue(bar.value() + way)

    def look_at(self, place: QPointF) -> None:
        """Brings a place of the picture into the middle."""
        self._fitted = False
        self.centerOn(place)

    # -- nodes ---------------------------------------------------------------------------------------------

    def reveal(self, card: str, *, near: bool = False) -> None:
        """Brings a card into sight, or so near that it can be read, and chooses its node."""
        if not self.board.has(card):
            return
        self.board.choose(card)
        if near and self.scale_now < LEGIBLE:
            self._zoom_to(READ)
            self.look_at(self.board.box_of(card).center())
        self.bring(self._with_room_below(card))

    def bring(self, box: QRectF) -> None:
        """Brings a part of the picture into sight; where it is seen whole nothing moves."""
        if not self._seen().contains(box):
            self._fitted = self._fitted and not self.board.steps
            self.ensureVisible(box, 40, 40)

    def _with_room_below(self, card: str) -> QRectF:
        """Returns where a card stands, with the room that it needs not to be covered, where there is some."""
        box = self.board.box_of(card)
        room = min(float(self.covered), self.viewport().height() - 80 - box.height() * self.tall_now)
        return box.adjusted(0, 0, 0, max(room, 0.0) / self.tall_now)

    moves = (WidgetKey("← ↑ → ↓", "Go to the next node in that direction"),)

    @action("Choose the first node", keys="Home", icon="first", group=1, anyway=True)
    def choose_first(self, _node: str) -> None:
        """Goes to the node with which the board begins."""
        self.reveal(self.board.first())

    @action("Choose the last node", keys="End", icon="last", group=1, anyway=True)
    def choose_last(self, _node: str) -> None:
        """Goes to the node with which the board ends."""
        self.reveal(self.board.last())

    def _choose_at(self, place: QPoint) -> None:
        """Chooses the card at a point, unless it is among several that are chosen."""
        if self.board.thing_of(key := self.board.card_at(self.mapToScene(place))) not in self.board.several:
            self.board.choose(key)

    @action("Choose nothing", keys="Esc", icon="close", group=1, several=True)
    def choose_nothing(self, _node: str) -> None:
        """Clears the chosen node."""
        self.board.choose("")

    def _where(self) -> QPoint:
        if not self.board.here:
            return self.viewport().rect().center()
        return self.mapFromScene(self.board.box_of(self.board.here).bottomLeft()) + QPoint(12, 0)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS and event.modifiers() in PLAIN:
            self.reveal(self.board.towards(*ARROWS[key]))
        elif key in ENTER and self.board.chosen and event.modifiers() in PLAIN:
            self.node_activated.emit(self.board.chosen)
        else:
            event.ignore()  # the scroll bars are hidden: their keys belong to the window

    # -- mouse ---------------------------------------------------------------------------------------------

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned, pressed = event.angleDelta(), event.modifiers()
        if self.board.steps and not pressed & Qt.KeyboardModifier.ControlModifier:
            self._fitted = False
            along = pressed & Qt.KeyboardModifier.ShiftModifier
            self._scroll(-QPoint(turned.y(), turned.x()) if along else -turned)
        elif turned.y():
            self._turn(turned.y(), event.position().toPoint())
        event.accept()

    def _turn(self, by: int, place: QPoint) -> None:
        """Zooms by the wheel: smoothly, or a step a notch."""
        if not self.board.steps:
            self.zoom(WHEEL**by, place)
            return
        self._turned += by
        if abs(self._turned) >= NOTCH:
            self.zoom(STEP if self._turned > 0 else 1 / STEP, place)
            self._turned = 0

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._pressed = self._drag = event.position().toPoint()
        event.accept()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._drag is None:
            super().mouseMoveEvent(event)
        elif self._moving(here):
            self._fitted = False
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._scroll(self._drag - here)
            self._drag = here

    @property
    def is_dragged(self) -> bool:
        """Whether a person moves the picture with a button held."""
        return self._drag is not None

    def _moving(self, here: QPoint) -> bool:
        return self._drag != self._pressed or (here - self._pressed).manhattanLength() > DRAG

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._drag is not None and self._drag == self._pressed
        self._drag = None
        self.viewport().unsetCursor()
        if clicked and event.button() == Qt.MouseButton.LeftButton:
            self.board.choose(self.board.card_at(self.mapToScene(event.position().toPoint())))

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if card := self.board.card_at(self.mapToScene(event.position().toPoint())):
            self.board.choose(card)
            self.node_activated.emit(self.board.chosen)

    # -- coming and going ----------------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._reach()
        if self._fitted and (not self.board.chosen or event.size().width() != event.oldSize().width()):
            self._come_up()
        if self.board.here:  # where the details came up below, what was clicked stays where it is, in sight
            self.ensureVisible(self._with_room_below(self.board.here), 20, 20)
        self.moved.emit()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.moved.emit()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._fitted:
            self._come_up()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self.board.rest()
        super().hideEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.board.set_focused(True)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._drag = None
        self.board.set_focused(False)
        self.viewport().update()

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        done = super().viewportEvent(event)
        if event.type() == QEvent.Type.Paint and self.hasFocus() and not self.board.chosen:
            with painting(self.viewport()) as painter:
                painter.setPen(QColor(theme().colors.accent))
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        return done
