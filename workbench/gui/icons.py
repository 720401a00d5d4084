"""Draws the program's own icons in the colours of the look, sharp at every size, and follows its changes."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPaintEngine, QPainter, QPixmap
from typing_extensions import override

from workbench.assets import asset
from workbench.gui.theme import theme

SIZES = (16, 20, 24, 32)
"""Edges, in logical pixels, at which an icon is offered when no size is asked for."""


def icon(name: str, role: str = "text") -> QIcon:
    """Returns an icon that takes its colour from the look at every painting.

    Args:
        name: A file of ``resources/icons`` without its ending, such as ``"dead-letter"``.
        role: A role of `workbench.gui.theme.Colors`; a kind such as ``"event"`` gives the kind's ink.

    Raises:
        FileNotFoundError: No icon has that name.
        AttributeError: No role has that name.
    """
    return QIcon(_shared(name, role))  # a copy, since a caller may add pictures to it


@cache
def _shared(name: str, role: str) -> QIcon:
    _source(name)
    theme().colors.ink(role)
    return QIcon(_engine(name, role))


def pixmap(name: str, size: int, color: str, ratio: float = 1.0) -> QPixmap:
    """Returns an icon as a picture.

    Args:
        name: As for `icon`.
        size: The edge in logical pixels.
        color: ``#rrggbb``.
        ratio: Device pixels per logical pixel.

    Raises:
        FileNotFoundError: No icon has that name.
    """
    return _render(name, round(size * ratio), color, ratio)


def draw_icon(painter: QPainter, name: str, place: QRectF, color: str) -> None:
    """Draws an icon in a picture that may be a file: as lines where that can be, else sharp at its size.

    Raises:
        FileNotFoundError: No icon has that name.
    """
    if painter.paintEngine().type() is QPaintEngine.Type.SVG:
        from PySide6.QtSvg import QSvgRenderer

        QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode())).render(painter, place)
        return
    ratio = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
    mark = pixmap(name, round(place.width()), color, ratio)
    painter.drawPixmap(place, mark, QRectF(mark.rect()))


class _Engine(QIconEngine):
    """Paints one icon in one role."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    @override
    def clone(self) -> QIconEngine:
        return _engine(self._name, self._role)

    @override
    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        edge = min(size.width(), size.height())
        return QSize(edge, edge)

    @override
    def availableSizes(
        self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
    ) -> list[QSize]:
        return [QSize(edge, edge) for edge in SIZES]

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    @override
    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        edge = max(1, round(min(size.width(), size.height()) * scale))
        return _render(self._name, edge, self._color(mode), scale)

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        edge = min(rect.width(), rect.height())
        corner = rect.center() - QPoint((edge - 1) // 2, (edge - 1) // 2)
        painter.drawPixmap(
            QRect(corner, QSize(edge, edge)), pixmap(self._name, edge, self._color(mode), ratio)
        )

    def _color(self, mode: QIcon.Mode) -> str:
        colors = theme().colors
        if mode == QIcon.Mode.Disabled:
            return colors.faint
        if mode == QIcon.Mode.Selected and self._role in {"text", "muted"}:
            return colors.on_selection
        return colors.ink(self._role)


_engines: list[_Engine] = []


def _engine(name: str, role: str) -> _Engine:
    """Makes an engine and keeps its Python half for ever: Qt owns the other one and calls into it."""
    engine = _Engine(name, role)
    _engines.append(engine)
    return engine


@cache
def _source(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=1024)
def _render(name: str, edge: int, color: str, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    result = QPixmap(edge, edge)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result
