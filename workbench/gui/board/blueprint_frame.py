"""What stays beside a blueprint while it moves: the lanes' names at the left, the slices' heads above."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from workbench.gui.board.blueprint_layout import WIDTH, LanePlace, SlicePlace
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.card_painter import font_of, paint_name
from workbench.gui.board.flow_view import DRAG, FlowView
from workbench.gui.board.slice_coverage import Coverage
from workbench.gui.icons import draw_icon
from workbench.gui.safe_painter import painting
from workbench.gui.theme import mix, theme
from workbench.gui.widgets import give_keyboard, plain_tip
from workbench.model.json_values import visible

GUTTER, HEAD, NOTE = 26, 44, 22
"""Width of the lanes' names, height of the slices' heads, and where in them their scenarios are told."""
LEGIBLE = 44.0
"""Pixels of the screen that a head needs for its name; with less the names stand upright."""
UPRIGHT, TALLEST = 15.0, 132
"""Pixels that an upright name needs beside the next one, and the height of heads with such names at most."""
ROOMY = 100.0
"""Pixels from which it has room for how its scenarios stand, too."""


def paint_head(painter: QPainter, title: str, place: QRectF, note: Coverage | None, *, chosen: bool) -> None:
    """Paints the head of a slice: its name, and how its scenarios stand."""
    colors = theme().colors
    if chosen:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.hover))
        painter.drawRoundedRect(place.adjusted(-6, 2, 6, -3), 6, 6)
    fonts = [
        font
        for font, measures in map(font_of, ("name", "far"))
        if measures.horizontalAdvance(title) <= place.width()
    ]
    if place.width() < ROOMY or not fonts:
        painter.setPen(QColor(colors.text))
        paint_name(painter, title, place.adjusted(0, 4, 0, -4))
        return
    name = QRectF(place.left(), place.top() + 5, place.width(), 18)
    _line(painter, title, name, fonts[0], colors.text)
    if note is not None:
        icon_name, role, words = note.told
        ink = colors.ink(role)
        draw_icon(painter, icon_name, QRectF(place.left(), place.top() + 25, 12, 12), ink)
        below = QRectF(place.left() + 16, place.top() + 23, place.width() - 16, 16)
        _line(painter, words, below, font_of("type")[0], ink)


def paint_upright(painter: QPainter, title: str, place: QRectF, *, chosen: bool) -> None:
    """Paints the name of a slice from the foot of its head upwards, where there is no room for it beside."""
    colors = theme().colors
    painter.save()
    painter.translate(place.center().x(), place.bottom() - 6)
    painter.rotate(-90)
    line = QRectF(0, -UPRIGHT / 2, place.height() - 12, UPRIGHT)
    if chosen:
        painter.fillRect(line.adjusted(-4, 0, 4, 0), QColor(colors.selection))
    _line(painter, title, line, font_of("type")[0], colors.on_selection if chosen else colors.text)
    painter.restore()


def _line(painter: QPainter, text: str, place: QRectF, font: QFont, color: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = painter.fontMetrics().elidedText(visible(text), Qt.TextElideMode.ElideMiddle, int(place.width()))
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


def paint_lane(painter: QPainter, lane: LanePlace, place: QRectF, *, chosen: bool = False) -> None:
    """Paints the name of a lane, upright."""
    colors = theme().colors
    painter.save()
    if chosen:
        painter.fillRect(place, QColor(colors.selection))
    painter.setPen(QColor(colors.on_selection if chosen else colors.muted))
    painter.translate(place.left(), place.bottom())
    painter.rotate(-90)
    paint_name(painter, lane.title, QRectF(2, 0, place.height() - 4, place.width()), part="field", level=True)
    painter.restore()


class SliceHeads(QWidget):
    """The names of the slices, above them; a click chooses what a slice is about, a drag moves it.

    What is dropped outside of the picture stays where it was.

    Signals:
        moved: Id of a slice, and the number of the slice before which it is to stand.
        note_clicked: Id of a slice of which a click was on how its scenarios stand.
    """

    moved = Signal(str, int)
    note_clicked = Signal(str)

    def __init__(self, view: FlowView, scene: BlueprintScene) -> None:
        super().__init__(view)
        self._held, self._pressed, self._target = "", 0.0, -1
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._view, self._scene = view, scene
        self.setAccessibleName("Slices")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        with painting(self) as painter:
            painter.fillRect(self.rect(), QColor(colors.raised))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            here = self._scene.slice_of(self._scene.here)
            for place, head in self._heads():
                if self.are_upright:
                    paint_upright(painter, place.title, head, chosen=place.id == here)
                else:
                    note = self._scene.note_of(place.id)
                    paint_head(painter, place.title, head, note, chosen=place.id == here)
            if self._target >= 0:
                painter.setPen(QPen(QColor(colors.accent), 3))
                painter.drawLine(QPointF(self._edge(), 4), QPointF(self._edge(), self.height() - 4))
            painter.fillRect(QRect(0, 0, GUTTER, self.height()), QColor(colors.raised))
            painter.setPen(QColor(colors.border))
            painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    @property
    def are_upright(self) -> bool:
        """Whether the names stand upright: the picture is too small for names beside each other."""
        return WIDTH * self._view.scale_now < LEGIBLE

    @property
    def tall(self) -> int:
        """How tall the heads are to be, for the names as they stand."""
        if not self.are_upright:
            return HEAD
        measures = font_of("type")[1]
        longest = max(
            (measures.horizontalAdvance(one.title) for one in self._scene.layout.slices), default=0.0
        )
        return max(HEAD, min(TALLEST, math.ceil(longest) + 16))

    def _heads(self) -> list[tuple[SlicePlace, QRectF]]:
        """Returns the heads that are seen; of those that would cover each other the first."""
        scale, found = self._view.scale_now, list[tuple[SlicePlace, QRectF]]()
        for place, head in self._all_heads(scale):
            if not found or head.center().x() - found[-1][1].center().x() >= UPRIGHT:
                found.append((place, head))
        return found

    def _all_heads(self, scale: float) -> list[tuple[SlicePlace, QRectF]]:
        left = self._view.mapToScene(0, 0).x()
        right = self._view.mapToScene(self._view.viewport().width(), 0).x()
        return [
            (place, QRectF(GUTTER + (place.x - left) * scale, 0, WIDTH * scale, self.height()))
            for place in self._scene.slices_between(left, right)
        ]

    def _at(self, where: QPointF) -> str:
        """Returns the id of the slice whose head is at a point; empty where none is."""
        return next((place.id for place, head in self._heads() if head.contains(where)), "")

    def _edge(self) -> float:
        """Returns where the slice that is dragged would begin."""
        places = self._scene.layout.slices
        last = self._target >= len(places)
        x = places[-1].right + WIDTH / 16 if last else places[self._target].x - WIDTH / 16
        return GUTTER + self._view.mapFromScene(QPointF(x, 0)).x()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        where = event.position()
        self._held, self._pressed, self._target = self._at(where), where.x(), -1
        if self._held:
            self._view.reveal(self._held)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._held and (self._target >= 0 or abs(x - self._pressed) > DRAG):
            there = self._view.mapToScene(round(x) - GUTTER, 0).x()
            places = self._scene.layout.slices
            over = QRect(self.mapFrom(self._view, QPoint()), self._view.size())
            drops = over.contains(event.position().toPoint())
            self._target = sum(there > place.x + WIDTH / 2 for place in places) if drops else -1
            self.setCursor(Qt.CursorShape.ClosedHandCursor if drops else Qt.CursorShape.ForbiddenCursor)
            self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, target = self._held, self._target
        self._held, self._target = "", -1
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.update()
        if held and target >= 0:
            self.moved.emit(held, target)
        elif held and not self.are_upright and event.position().y() >= NOTE:
            self.note_clicked.emit(held)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._view.offering.open_at(event.globalPos())

    @override
    def event(self, event: QEvent) -> bool:
        """Tells at the pointer what the scenarios of a slice try, and what they do not."""
        if not isinstance(event, QHelpEvent):
            return super().event(event)
        note = self._scene.note_of(self._at(QPointF(event.pos())))
        QToolTip.showText(event.globalPos(), plain_tip(note.tip) if note is not None else "", self)
        return True


class LaneGutter(QWidget):
    """The names of the lanes, at their left; a click on that of an aggregate chooses the aggregate."""

    def __init__(self, view: FlowView, scene: BlueprintScene) -> None:
        super().__init__(view)
        self._view, self._scene = view, scene
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Lanes")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        with painting(self) as painter:
            painter.fillRect(self.rect(), QColor(colors.raised))
            painter.setPen(QPen(QColor(mix(colors.border, colors.surface, 0.6)), 1))
            for lane, whole in self._places():
                painter.setPen(QColor(colors.border))
                painter.drawLine(whole.bottomLeft(), whole.bottomRight())
                seen = whole.intersected(QRectF(self.rect()))
                chosen = lane.id == self._scene.chosen
                if seen.height() >= LEGIBLE / 2:
                    paint_lane(painter, lane, seen, chosen=chosen)
                if chosen and self._view.hasFocus():
                    painter.setPen(QPen(QColor(colors.accent), 2))
                    painter.drawRect(seen.adjusted(1, 1, -1, -1))
            painter.setPen(QColor(colors.border))
            painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())

    def _places(self) -> Iterator[tuple[LanePlace, QRectF]]:
        """Yields the lanes that are seen, and where."""
        scale, begin = self._view.tall_now, self._view.mapToScene(0, 0).y()
        end = begin + self.height() / scale
        for lane in self._scene.layout.lanes:
            if lane.top < end and lane.bottom > begin:
                tall = (lane.bottom - lane.top) * scale
                yield lane, QRectF(0, (lane.top - begin) * scale, self.width(), tall)

    def _at(self, where: QPointF) -> str:
        """Returns the id of the aggregate whose lane is at a point; empty where none is."""
        found = next((lane.id for lane, place in self._places() if place.contains(where)), "")
        return found if self._scene.has(found) else ""

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.MiddleButton:
            give_keyboard(self._view)
            self._scene.choose(self._at(event.position()))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._view.offering.open_at(event.globalPos())

    @override
    def event(self, event: QEvent) -> bool:
        """Tells at the pointer what a click on a lane's name does."""
        if not isinstance(event, QHelpEvent):
            return super().event(event)
        name = self._at(QPointF(event.pos())).partition(":")[2]
        said = f"Aggregate {name}: a click shows its state, a right click what can be done" if name else ""
        QToolTip.showText(event.globalPos(), plain_tip(said), self)
        return True


class BlueprintFrame(QObject):
    """Keeps gutter and heads beside the picture, while it is the one that is seen."""

    def __init__(self, view: FlowView, scene: BlueprintScene) -> None:
        super().__init__(view)
        self._view, self._scene, self._tall = view, scene, 0
        self.heads, self.gutter = SliceHeads(view, scene), LaneGutter(view, scene)
        view.installEventFilter(self)
        view.moved.connect(self.follow)
        view.zoomed.connect(lambda _scale: self.follow())
        scene.node_chosen.connect(lambda _node: self.heads.update())
        scene.drafts_changed.connect(self.heads.update)
        scene.node_chosen.connect(lambda _node: self.gutter.update())
        theme().changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Stands beside what is seen now, or goes."""
        shown = self._view.board is self._scene and bool(self._scene.layout.slices)
        tall = self.heads.tall if shown else 0
        if tall != self._tall:
            self._tall = tall
            self._view.make_room(GUTTER if shown else 0, tall)
        for part in (self.heads, self.gutter):
            part.setVisible(shown)
            part.update()
        self._place()

    def _place(self) -> None:
        self.heads.setGeometry(0, 0, self._view.width(), self._tall)
        self.gutter.setGeometry(0, self._tall, GUTTER, self._view.height() - self._tall)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.gutter.update()
        return False
