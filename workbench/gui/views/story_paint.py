"""Paints the lines of a story: who did what in chips, and bars along time in which waits are hatched."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen

from workbench.gui.icons import draw_icon
from workbench.gui.theme import Colors, mix, theme, ui_font
from workbench.services.story.story import LineState, StoryLine
from workbench.services.story.time_axis import Gap, TimeAxis, length_words

ROLES = {"process": "policy"}
"""Kinds of what acts that look like others."""
ICONS = {"process": "policy", "person": "person", "aggregate": "aggregate"}
STEP, DEEPEST = 16, 14
"""Pixels to the right for each cause, and after how many causes no more."""
CHIP, ICON = 18, 12
BAR = 8
LEAST = 3
"""Pixels of a bar at least."""
STATES = {
    LineState.WAITS: ("hourglass", "warning"),
    LineState.REFUSED: ("error", "error"),
    LineState.DEAD: ("dead-letter", "error"),
    LineState.DIED: ("dead-letter", "error"),
    LineState.FAILED: ("error", "error"),
}
"""Icon and role of how a line stands; none where it ended."""


def role_of(kind: str) -> str:
    """Returns the role in which something that acts is drawn."""
    return ROLES.get(kind, kind)


def icon_of(kind: str) -> str:
    """Returns the icon of something that acts."""
    return ICONS.get(kind, role_of(kind))


def paint_line(painter: QPainter, place: QRectF, line: StoryLine, *, chosen: bool) -> None:
    """Paints who did what: an icon and a name, chips for the command and what came of it, and words."""
    colors = theme().colors
    ink = colors.on_selection if chosen else colors.text
    x, middle, right = place.x() + 8 + STEP * min(line.depth, DEEPEST), place.center().y(), place.right() - 6
    draw_icon(
        painter, icon_of(line.actor_kind), QRectF(x, middle - 7, 14, 14), colors.ink(role_of(line.actor_kind))
    )
    x = _text(painter, x + 20, middle, right, line.actor, ink, QFont.Weight.Medium)
    for kind, name in _chips(line):
        x = _chip(painter, x + 6, middle, right, kind, name, colors)
    if line.said:
        icon, role = STATES.get(line.state, ("", ""))
        if icon and x + 22 < right:
            draw_icon(painter, icon, QRectF(x + 8, middle - 6.5, 13, 13), colors.ink(role))
            x += 16
        quiet = colors.on_selection if chosen else colors.ink(role) if role else colors.muted
        _text(painter, x + 8, middle, right, line.said, quiet)


def _chips(line: StoryLine) -> Iterator[tuple[str, str]]:
    if line.command:
        yield "command", line.command
    for told in line.told:
        yield ("event" if told.kind == "event" else "topic"), told.name


def _text(
    painter: QPainter,
    x: float,
    middle: float,
    right: float,
    text: str,
    ink: str,
    weight: QFont.Weight = QFont.Weight.Normal,
) -> float:
    """Draws a text, cut where it has no room; returns where it ends."""
    font = ui_font(9.0, weight)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, round(right - x)))
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(QPointF(x, middle + (metrics.ascent() - metrics.descent()) / 2), shown)
    return x + metrics.horizontalAdvance(shown)


def _chip(
    painter: QPainter, x: float, middle: float, right: float, kind: str, name: str, colors: Colors
) -> float:
    """Draws the chip of a command, an event or a message; returns where it ends."""
    metrics = QFontMetrics(ui_font(9.0, QFont.Weight.Medium))
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(0, round(right - x - 30)))
    if right - x < 46:
        return x
    box = QRectF(x, middle - CHIP / 2, metrics.horizontalAdvance(shown) + 28, CHIP)
    fill = getattr(colors, kind)
    painter.setPen(QPen(QColor(mix(colors.ink(kind), fill, 0.45)), 1))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    draw_icon(painter, kind, QRectF(x + 7, middle - ICON / 2, ICON, ICON), colors.ink(kind))
    _text(painter, x + 22, middle, right, shown, getattr(colors, f"on_{kind}"), QFont.Weight.Medium)
    return box.right()


# -- along time ---------------------------------------------------------------------------------------------


def paint_bar(painter: QPainter, place: QRectF, line: StoryLine, axis: TimeAxis) -> None:
    """Paints from when to when a line was: what it waited hatched, failed tries as red marks."""
    colors = theme().colors
    ink, left, wide = colors.ink(role_of(line.actor_kind)), place.x() + 10, place.width() - 20
    top = place.center().y() - BAR / 2

    def at(time: int) -> float:
        return left + wide * axis.place(time)

    begun, ended = line.begun, line.ended
    if line.waits is not None:
        since, until = line.waits
        hatched = QRectF(at(since), top, max(LEAST, at(until) - at(since)), BAR)
        paint_hatch(painter, hatched, colors)
        begun = until
    if line.untimed:
        return
    if ended is None:
        _open_end(painter, at(max(begun, line.begun)), place.right() - 8, place.center().y(), colors)
    else:
        x = at(begun)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(
            QColor(colors.error if line.state in {LineState.DEAD, LineState.DIED, LineState.FAILED} else ink)
        )
        painter.drawRoundedRect(QRectF(x, top, max(LEAST, at(ended) - x), BAR), 1.5, 1.5)
    painter.setPen(QPen(QColor(colors.error), 1.5))
    for time in line.tries:
        painter.drawLine(QPointF(at(time), top - 3), QPointF(at(time), top + BAR + 3))


def _open_end(painter: QPainter, x: float, right: float, middle: float, colors: Colors) -> None:
    pen = QPen(QColor(colors.warning), 1.5)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.drawLine(QPointF(x, middle), QPointF(max(x + 8, right), middle))


def paint_hatch(painter: QPainter, place: QRectF, colors: Colors) -> None:
    """Paints a time of waiting."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.tint("warning", 0.10)))
    painter.drawRect(place)
    painter.setBrush(QBrush(QColor(mix(colors.warning, colors.surface, 0.55)), Qt.BrushStyle.BDiagPattern))
    painter.drawRect(place)


def paint_axis(painter: QPainter, place: QRectF, axis: TimeAxis) -> None:
    """Paints what the times along the bars are: those of the ends and of folded waits."""
    colors, left, wide = theme().colors, place.x() + 10, place.width() - 20
    start, metrics = axis.times[0], QFontMetrics(ui_font(9.0))
    labels = [(0.0, length_words(0), "muted")]
    labels += [((gap.left + gap.right) / 2, gap_words(gap), "warning") for gap in axis.gaps]
    labels.append((1.0, length_words(axis.times[-1] - start), "muted"))
    labels += [(axis.place(at), length_words(at - start), "muted") for at in axis.times[1:-1:2]]
    taken: list[tuple[float, float]] = []
    for share, text, role in labels:
        long = metrics.horizontalAdvance(text)
        x = min(max(left, left + wide * share - long / 2), left + wide - long)
        if all(x > last + 8 or x + long < first - 8 for first, last in taken):
            taken.append((x, x + long))
            _text(painter, x, place.center().y(), place.right(), text, colors.ink(role))


def gap_words(gap: Gap) -> str:
    """Returns what a folded gap is called."""
    return f"waits {length_words(gap.length)}"
