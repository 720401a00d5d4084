"""Keeps the line that is typed on the board at the card that it is about, whatever moves."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF

from workbench.gui.board.asking import Asking
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_entry import BoardEntry
from workbench.gui.board.flow_view import FlowView

BELOW = 9
"""Pixels between a card and the line below it: the ring of what is chosen is there."""
BEGIN = QPoint(24, 92)
"""Where the line stands while nothing is on the board: below the words that say how to begin."""


class EntryPlace(QObject):
    """Finds the place of the line that is typed, whenever the picture moves or is drawn again.

    It lies over the field that is changed, or stands below its card, beside it where that has no room below,
    or where a person pointed.
    """

    def __init__(self, canvas: FlowView, entry: BoardEntry) -> None:
        super().__init__(canvas)
        self._canvas, self._entry = canvas, entry
        self._spot: QPointF | None = None
        self._beside = False
        canvas.moved.connect(self.follow)
        canvas.zoomed.connect(lambda _scale: self.follow())
        entry.typed.connect(self.bring)

    def ask(self, asking: Asking, place: QPoint | None) -> None:
        """Asks for a line where it is about something, or at a point of the canvas."""
        self._beside = False
        self._spot = None if place is None else self._canvas.mapToScene(place - self._corner())
        self._entry.ask(asking, self._place(asking))
        self.bring()

    def bring(self) -> None:
        """Brings the card into sight, with room for the line."""
        asking = self._entry.asking
        if not self._entry.isVisible():
            return
        if self._spot is None and self._is_there(asking):
            box, scale = self._box(asking), self._canvas.tall_now
            if self._room_beside(self.on_canvas(box)) is not None:
                self._canvas.bring(box)
                self._beside = self._beside or not self._has_room_below(self.on_canvas(box))
            if not self._beside:
                self._canvas.bring(box.adjusted(0, 0, 0, (self._entry.height() + BELOW) / scale))
        self.follow()

    def _has_room_below(self, seen: QRect) -> bool:
        return seen.bottom() + BELOW + self._entry.height() <= self._canvas.height()

    def _room_beside(self, seen: QRect) -> QPoint | None:
        """Returns where the line stands beside a card, on its right if it can; None where it has no room."""
        wide, right = self._entry.width(), seen.right() + BELOW
        left = right if right + wide <= self._canvas.width() else seen.left() - BELOW - wide
        return QPoint(left, seen.top()) if left >= 0 else None

    def follow(self) -> None:
        """Goes where its card is seen now."""
        if self._entry.isVisible():
            self._entry.stand(self._place(self._entry.asking))

    def on_canvas(self, box: QRectF) -> QRect:
        """Returns where a part of the picture is seen on the canvas."""
        return self._canvas.mapFromScene(box).boundingRect().translated(self._corner())

    def _corner(self) -> QPoint:
        return self._canvas.viewport().pos()

    def _is_there(self, asking: Asking) -> bool:
        return bool(asking.card) and self._canvas.board.has(asking.card)

    def _place(self, asking: Asking) -> QPoint | QRect:
        if self._spot is not None:
            return self._canvas.mapFromScene(self._spot) + self._corner()
        if self._is_there(asking):
            seen = self.on_canvas(self._box(asking))
            if self._has_line(asking):
                return seen
            beside = self._room_beside(seen) if self._beside else None
            return beside if beside is not None else seen.bottomLeft() + QPoint(0, BELOW)
        if asking.card and self._entry.isVisible():
            return self._entry.pos()  # its card is not drawn yet
        middle = self._canvas.viewport().rect().center() - QPoint(150, 40)
        return middle if self._canvas.board.cards() else BEGIN

    def _has_line(self, asking: Asking) -> bool:
        board, scale = self._canvas.board, self._canvas.scale_now
        return asking.field >= 0 and isinstance(board, BlueprintScene) and board.has_lines(asking.card, scale)

    def _box(self, asking: Asking) -> QRectF:
        """Returns where the card of what is asked for stands, or the line of it that is changed."""
        board = self._canvas.board
        if self._has_line(asking) and isinstance(board, BlueprintScene):
            return board.line_box(asking.card, asking.field)
        if isinstance(board, BlueprintScene) and (lane := board.lane_of(asking.card)) is not None:
            return QRectF(board.content().left(), lane.top, 1, BELOW)
        key = board.here if board.chosen == asking.card and board.here else asking.card
        box = board.box_of(key)
        if isinstance(board, BlueprintScene):
            box.setHeight(board.cards()[key].whole.height)
        return box
