"""The sequence of a story: lifelines, what goes from one to another, and folded waits between."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QAbstractScrollArea
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.context_menu import Offering
from workbench.gui.icons import draw_icon
from workbench.gui.safe_painter import painting
from workbench.gui.theme import code_font, mix, theme, ui_font
from workbench.gui.views.story_paint import gap_words, icon_of, paint_hatch, role_of
from workbench.services.story.exchange import Arrow, Exchange, Party
from workbench.services.story.story import LineState
from workbench.services.story.time_axis import Gap

HEAD, ROW, GUTTER = 40, 20, 72
LANE = 130
"""Pixels of a lifeline at least."""
INKS = {"message": "topic", "act": "person"}
"""Kinds of arrows that are drawn in the ink of others."""
EMPTY = Exchange(parties=(), steps=(), start=0)
KEYS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Home: -(10**6),
    Qt.Key.Key_End: 10**6,
}


class SequencePainter:
    """Paints a sequence at a width; its places are those of a picture that begins at 0, 0."""

    def __init__(self, told: Exchange, width: float) -> None:
        self.told = told
        self.lane = max(LANE, (width - GUTTER) / max(1, len(told.parties)))
        self.width = max(width, GUTTER + self.lane * len(told.parties))
        self.height = HEAD + ROW * len(told.steps) + 12 + (ROW if told.hidden else 0)
        self._at = {party: GUTTER + (number + 0.5) * self.lane for number, party in enumerate(told.parties)}

    def head(self, painter: QPainter, top: float) -> None:
        """Paints who takes part, over what lies below."""
        colors = theme().colors
        painter.fillRect(QRectF(0, top, self.width, HEAD), QColor(colors.surface))
        for party, x in self._at.items():
            self._party(painter, party, QRectF(x - self.lane / 2 + 4, top + 6, self.lane - 8, 26))

    def _party(self, painter: QPainter, party: Party, box: QRectF) -> None:
        colors, (kind, name) = theme().colors, party
        role = role_of(kind)
        painter.setPen(QPen(QColor(mix(colors.ink(role), getattr(colors, role), 0.45)), 1))
        painter.setBrush(QColor(getattr(colors, role)))
        painter.drawRoundedRect(box, 6, 6)
        font = ui_font(9.0, QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, round(box.width() - 34))
        draw_icon(painter, icon_of(kind), QRectF(box.x() + 8, box.center().y() - 7, 14, 14), colors.ink(role))
        painter.setFont(font)
        painter.setPen(QColor(getattr(colors, f"on_{role}")))
        painter.drawText(QPointF(box.x() + 28, box.center().y() + metrics.ascent() / 2 - 2), shown)

    def lines(self, painter: QPainter, top: float, bottom: float) -> None:
        """Paints the lifelines."""
        for (kind, _name), x in self._at.items():
            pen = QPen(QColor(mix(theme().colors.ink(role_of(kind)), theme().colors.surface, 0.6)), 1)
            pen.setDashPattern([2, 3])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))

    def step(self, painter: QPainter, number: int, *, chosen: bool) -> None:
        """Paints an arrow, or a folded wait."""
        step, middle = self.told.steps[number], HEAD + number * ROW + ROW / 2
        colors = theme().colors
        if isinstance(step, Gap):
            paint_hatch(painter, QRectF(8, middle - 8, self.width - 16, 16), colors)
            self._label(painter, self.width / 2, middle, gap_words(step), colors.warning, bold=False)
            return
        if chosen:
            painter.fillRect(QRectF(0, middle - ROW / 2, self.width, ROW), QColor(colors.selection))
        painter.setFont(code_font(8.5))
        painter.setPen(QColor(colors.on_selection if chosen else colors.muted))
        since = step.since(self.told.start)
        painter.drawText(
            QRectF(0, middle - 9, GUTTER - 10, 18),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            since,
        )
        self._arrow(painter, step, middle, chosen=chosen)

    def _arrow(self, painter: QPainter, step: Arrow, middle: float, *, chosen: bool) -> None:
        colors = theme().colors
        bad = step.state in {LineState.REFUSED, LineState.DEAD, LineState.DIED, LineState.FAILED}
        kind = INKS.get(step.kind, step.kind)
        ink = colors.error if bad else colors.ink(kind)
        first, last = self._at[step.source], self._at[step.target]
        pen = QPen(QColor(ink), 2.5 if chosen else 1.5)
        if step.state is LineState.WAITS:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.setBrush(QColor(ink))
        painter.drawEllipse(QPointF(first, middle), 2.5, 2.5)
        if step.source == step.target:
            self._label(painter, first + 14, middle, step.name, ink, bold=chosen, left=True)
            painter.setPen(pen)
            painter.drawLine(QPointF(first, middle), QPointF(first + 11, middle))
            return
        way = 1 if last > first else -1
        painter.drawLine(QPointF(first, middle), QPointF(last - 5 * way, middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(_head_of(last, middle, way))
        near = first + way * min(abs(last - first), self.lane) / 2
        self._label(
            painter, near, middle, step.name + (" ✗" if bad else ""), ink, bold=chosen, room=self.lane - 34
        )

    def _label(
        self,
        painter: QPainter,
        x: float,
        middle: float,
        text: str,
        ink: str,
        *,
        bold: bool,
        left: bool = False,
        room: float = 0,
    ) -> None:
        font = ui_font(9.0, QFont.Weight.DemiBold if bold else QFont.Weight.Medium)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, round(room)) if room else text
        wide = metrics.horizontalAdvance(shown)
        start = x if left else x - wide / 2
        ground = theme().colors.selection if bold else theme().colors.surface
        painter.fillRect(QRectF(start - 4, middle - 8, wide + 8, 16), QColor(ground))
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(QPointF(start, middle + (metrics.ascent() - metrics.descent()) / 2), shown)

    def rest(self, painter: QPainter) -> None:
        """Says how many arrows are not drawn."""
        if self.told.hidden:
            painter.setFont(ui_font(9.0))
            painter.setPen(QColor(theme().colors.muted))
            y = HEAD + ROW * len(self.told.steps) + ROW - 4
            painter.drawText(
                QPointF(GUTTER, y), f"{self.told.hidden:,} more are not drawn; the list above has all."
            )


def _head_of(x: float, y: float, way: int) -> QPolygonF:
    return QPolygonF([QPointF(x, y), QPointF(x - 6 * way, y - 3.5), QPointF(x - 6 * way, y + 3.5)])


class StorySequence(QAbstractScrollArea):
    """Shows a sequence; one arrow is current, by mouse or by the arrow keys.

    Signals:
        chosen: Key of the line of the story whose arrow the person chose.
        activated: An `Arrow` on which Enter was pressed, or a double click fell.
    """

    moves = (WidgetKey("Up / Down / Home / End", "What went from one to another before, after, first, last"),)
    chosen = Signal(str)
    activated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Sequence of what went from one to another")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self._told = EMPTY
        self._painter = SequencePainter(EMPTY, 0)
        self._current = ""
        self.offering = Offering(
            self,
            self.arrow,
            named=lambda arrow: arrow.name,
            nothing="Nothing is chosen",
            choose_at=self._choose_at,
            where=lambda: QPoint(GUTTER, self._row_of(max(0, self._number()))),
            activated=self.activated,
        )
        theme().changed.connect(self.viewport().update)
        self.verticalScrollBar().setSingleStep(ROW)
        self.horizontalScrollBar().setSingleStep(LANE // 2)

    def show_told(self, told: Exchange) -> None:
        """Shows a sequence; what is current stays that."""
        self._told = told
        self._measure()

    def choose(self, line: str) -> None:
        """Makes the arrows of a line current, without telling that as a person's choice."""
        self._current = line
        number = self._number()
        if number >= 0:
            self._bring(number)
        self.viewport().update()

    def arrow(self) -> Arrow | None:
        """Returns the current arrow."""
        number = self._number()
        step = self._told.steps[number] if number >= 0 else None
        return step if isinstance(step, Arrow) else None

    def _number(self) -> int:
        steps = enumerate(self._told.steps)
        return next((at for at, one in steps if isinstance(one, Arrow) and one.line == self._current), -1)

    def _row_of(self, number: int) -> int:
        return HEAD + number * ROW - self.verticalScrollBar().value()

    def _bring(self, number: int) -> None:
        top, port = self._row_of(number), self.viewport().height()
        bar = self.verticalScrollBar()
        if top < HEAD:
            bar.setValue(bar.value() + top - HEAD)
        elif top + ROW > port:
            bar.setValue(bar.value() + top + ROW - port)

    def _measure(self) -> None:
        port = self.viewport().size()
        self._painter = SequencePainter(self._told, port.width())
        for bar, whole, seen in (
            (self.verticalScrollBar(), round(self._painter.height), port.height()),
            (self.horizontalScrollBar(), round(self._painter.width), port.width()),
        ):
            bar.setRange(0, max(0, whole - seen))
            bar.setPageStep(seen)
        self.viewport().update()

    @override
    def resizeEvent(self, event: object) -> None:
        self._measure()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(180, 90)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        down, across = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        first = max(0, (down - HEAD) // ROW)
        last = min(len(self._told.steps), (down + self.viewport().height()) // ROW + 1)
        with painting(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.viewport().rect(), QColor(theme().colors.surface))
            painter.translate(-across, -down)
            self._painter.lines(painter, down + HEAD - 8, self._painter.height)
            for number in range(first, last):
                step = self._told.steps[number]
                self._painter.step(
                    painter, number, chosen=isinstance(step, Arrow) and step.line == self._current
                )
            self._painter.rest(painter)
            self._painter.head(painter, down)
            painter.resetTransform()
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme().colors.accent_ink), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRect(0, 0, self.viewport().width() - 1, self.viewport().height() - 1))

    # -- keys and mouse -------------------------------------------------------------------------------------

    def _go(self, number: int) -> None:
        """Makes the arrow at a place current, and tells that."""
        step = self._told.steps[number]
        if isinstance(step, Arrow) and step.line != self._current:
            self._current = step.line
            self._bring(number)
            self.viewport().update()
            self.offering.refresh()
            self.chosen.emit(step.line)

    def _stops(self) -> list[int]:
        """Returns where the keyboard stops: at the first arrow of each line."""
        first: dict[str, int] = {}
        for number, step in enumerate(self._told.steps):
            if isinstance(step, Arrow):
                first.setdefault(step.line, number)
        return list(first.values())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        way, stops = KEYS.get(Qt.Key(event.key())), self._stops()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        if way is not None and stops:
            here = stops.index(self._number()) if self._number() in stops else -1
            self._go(stops[max(0, min(here + way, len(stops) - 1))])
        elif enter and self.arrow() is not None:
            self.activated.emit(self.arrow())
        else:
            super().keyPressEvent(event)

    def _choose_at(self, place: QPoint) -> None:
        if place.y() >= HEAD:
            number = (place.y() - HEAD + self.verticalScrollBar().value()) // ROW
            if number < len(self._told.steps):
                self._go(number)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose_at(event.position().toPoint())

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.arrow() is not None:
            self.activated.emit(self.arrow())
