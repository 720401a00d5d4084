"""Explains the board's colours, lines and tokens in a small card that floats over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from workbench.gui.board.board_graph import KINDS, NodeKind
from workbench.gui.board.flow_tokens import draw_mark
from workbench.gui.board.mark_painter import RING, CardMarks, paint_ring
from workbench.gui.icons import pixmap
from workbench.gui.safe_painter import painting
from workbench.gui.theme import mix, theme, ui_font
from workbench.services.design.marks.mark import Severity

LINE = 22
SAMPLE = 22.0
PAD = 12
GAP = 10
"""Pixels between the card and the board's corner."""
OUTCOMES = {"ok": "Messages that move", "retry": "Failed, will be retried", "dead": "Became a dead letter"}

Entry = tuple[Callable[[QPainter, QRectF], None], str]


class Legend(QFrame):
    """Lists the kinds that the board shows, and what its lines and tokens mean."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._kinds: tuple[str, ...] = ()
        self._moving = True
        self._board = parent
        parent.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Legend")
        theme().changed.connect(self.update)
        self.hide()

    def set_kinds(self, kinds: set[str], *, moving: bool) -> None:
        """Explains these kinds, and either what moves or what is shown again."""
        self._moving = moving
        self._kinds = tuple(kind for kind in KINDS if kind in kinds)
        self.setAccessibleDescription(", ".join(text for _, text in self._entries()))
        self.resize(self.sizeHint())
        self._place()
        self.update()

    def _place(self) -> None:
        """Stands in the lower left corner."""
        self.move(GAP, max(GAP, self._board.height() - self.height() - GAP))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _entries(self) -> list[Entry]:
        kinds: list[Entry] = [(_card(KINDS[kind]), KINDS[kind].word) for kind in self._kinds]
        kinds += [(_problem, "Something is wrong"), (_ring, "Worth a second look")]
        if not self._moving:
            return [*kinds, (_ghost, "Shown again")]
        return [*kinds, *((_token(outcome), text) for outcome, text in OUTCOMES.items())]

    @override
    def sizeHint(self) -> QSize:
        entries, metrics = self._entries(), self.fontMetrics()
        wide = max(metrics.horizontalAdvance(text) for _, text in entries)
        return QSize(round(PAD * 2 + SAMPLE + 10 + wide), PAD * 2 + LINE * len(entries) - 4)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme().colors
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.border))
            painter.setBrush(QColor(colors.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
            for index, (draw, text) in enumerate(self._entries()):
                y = PAD - 2 + LINE * index
                draw(painter, QRectF(PAD, y + 2, SAMPLE, LINE - 4))
                painter.setPen(QColor(colors.text))
                painter.drawText(
                    QRectF(PAD + SAMPLE + 10, y, self.width(), LINE), Qt.AlignmentFlag.AlignVCenter, text
                )


def _card(kind: NodeKind) -> Callable[[QPainter, QRectF], None]:
    def draw(painter: QPainter, place: QRectF) -> None:
        colors, role = theme().colors, kind.role
        fill = str(getattr(colors, role))
        painter.setPen(QColor(mix(colors.ink(role), fill, 0.45)))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(place, 4, 4)
        _icon(painter, place, kind.icon, str(getattr(colors, f"on_{role}")))

    return draw


def _ghost(painter: QPainter, place: QRectF) -> None:
    pen = QPen(QColor(theme().colors.event_ink), 1)
    pen.setDashPattern([3, 2])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, 4, 4)


def _problem(painter: QPainter, place: QRectF) -> None:
    _icon(painter, place, "warning", theme().colors.warning)


def _ring(painter: QPainter, place: QRectF) -> None:
    marks = CardMarks(count=1, severity=Severity.WARNING)
    paint_ring(painter, place.center(), marks, ui_font(8.25), RING - 1)


def _icon(painter: QPainter, place: QRectF, name: str, color: str) -> None:
    mark = pixmap(name, 13, color, painter.device().devicePixelRatioF())
    painter.drawPixmap(
        QRectF(place.center().x() - 6.5, place.center().y() - 6.5, 13, 13), mark, QRectF(mark.rect())
    )


def _token(outcome: str) -> Callable[[QPainter, QRectF], None]:
    def draw(painter: QPainter, place: QRectF) -> None:
        colors = theme().colors
        role = {"retry": "warning", "dead": "error"}.get(outcome, "event")
        painter.save()
        painter.setPen(QPen(QColor(colors.faint), 1.3))
        middle = place.center().y()
        painter.drawLine(QPointF(place.left(), middle), QPointF(place.right(), middle))
        painter.translate(place.center())
        painter.setPen(QPen(QColor(colors.raised), 1.5))
        painter.setBrush(QColor(colors.ink(role)))
        draw_mark(painter, outcome, 5.0)
        painter.restore()

    return draw
