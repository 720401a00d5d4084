"""Shows the whole picture small in a corner, with the part that is seen; a click or a drag moves there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMarginsF, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.board.flow_view import FlowView
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

SIZE = QSize(196, 76)
LEAST_ROOM = QSize(700, 400)
"""Pixels of the board below which it would hide too much of it."""
EDGE, GAP = 6, 10
"""Pixels inside of it around the picture, and between it and the board's corner."""
SPARE = QMarginsF(24, 24, 24, 24)
"""The edge of a picture that need not be seen."""
BROADER = 6.0
"""How much more one direction may be enlarged than the other."""
LEAST_WINDOW = 8.0
"""Pixels that the part that is seen is tall and wide at least."""
LEAST = 2.0
"""Pixels that a card is tall and wide at least."""


class Minimap(QWidget):
    """The whole picture, while not all of it is seen and there is room beside it."""

    def __init__(self, view: FlowView) -> None:
        super().__init__(view)
        self._view = view
        self._drawn = QPixmap()
        self._known: object = None
        self.resize(SIZE)
        self.setAccessibleName("Overview")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        view.installEventFilter(self)
        view.moved.connect(self.follow)
        view.zoomed.connect(lambda _scale: self.follow())
        theme().changed.connect(self.redraw)
        self.follow()

    def redraw(self) -> None:
        """Draws the cards again."""
        self._known = None
        self.follow()

    def follow(self) -> None:
        """Shows which part is seen now."""
        content, room = self._view.board.content(), self._view.size()
        hidden = content.isEmpty() or self._seen().contains(content.marginsRemoved(SPARE))
        self.setVisible(room.expandedTo(LEAST_ROOM) == room and not hidden)
        self._view.covered = 0 if self.isHidden() else self.height() + 2 * GAP
        if self.isVisible():
            self._stand_free()
        self.update()

    def _stand_free(self) -> None:
        """Stands in a corner where it covers no card; where none is so, and at first, in the lower right."""
        right, low = self._view.width() - self.width() - GAP, self._view.height() - self.height() - GAP
        port, seen = self._view.viewport().pos(), self._seen()
        left, high = port.x() + GAP, port.y() + GAP
        corners = [QPoint(right, low), QPoint(left, low), QPoint(right, high), QPoint(left, high)]
        if self.pos() in corners[1:]:
            corners = [self.pos(), *corners]  # it does not go to and fro
        cards = [
            self._view.mapFromScene(box).boundingRect().translated(port)
            for box, _ in self._view.board.blocks()
            if box.intersects(seen)
        ]
        free = (one for one in corners if not any(QRect(one, self.size()).intersects(box) for box in cards))
        self.move(next(free, QPoint(right, low)))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.follow()
        return False

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _matrix(self) -> QTransform:
        """Returns how the picture is drawn here: what is very long or tall is drawn a few times broader."""
        content = self._view.board.content()
        room = QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)
        across, down = room.width() / max(content.width(), 1.0), room.height() / max(content.height(), 1.0)
        across, down = min(across, BROADER * down), min(down, BROADER * across)
        made = QTransform.fromTranslate(self.width() / 2, self.height() / 2).scale(across, down)
        return made.translate(-content.center().x(), -content.center().y())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        board, ratio = self._view.board, self.devicePixelRatioF()
        known = (board, board.graph, board.content(), ratio)
        if known != self._known:
            self._known = known
            self._draw(ratio)
        with painting(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            painter.setPen(QPen(QColor(colors.accent_ink), 1.5))
            tint = QColor(colors.accent)
            tint.setAlpha(40)
            painter.setBrush(tint)
            painter.drawRoundedRect(self._window(), 3, 3)

    def _window(self) -> QRectF:
        """Returns where the part that is seen is here."""
        place = self._matrix().mapRect(self._seen()).intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        more = max(0.0, LEAST_WINDOW - place.width()) / 2, max(0.0, LEAST_WINDOW - place.height()) / 2
        return place.adjusted(-more[0], -more[1], *more)

    def _draw(self, ratio: float) -> None:
        colors, matrix = theme().colors, self._matrix()
        self._drawn = QPixmap(self.size() * ratio)
        self._drawn.setDevicePixelRatio(ratio)
        self._drawn.fill(Qt.GlobalColor.transparent)
        with painting(self._drawn) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.border))
            painter.setBrush(QColor(colors.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            for box, role in self._view.board.blocks():
                place = matrix.mapRect(box)
                wide, tall = max(place.width(), LEAST), max(place.height(), LEAST)
                painter.fillRect(QRectF(place.x(), place.y(), wide, tall), QColor(getattr(colors, role)))

    # -- moving there --------------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        there, _ = self._matrix().inverted()
        self._view.look_at(there.map(event.position()))
