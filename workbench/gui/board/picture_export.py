"""Draws a picture of the board for a file, a few cards in each turn of the loop, so that nothing freezes."""

from __future__ import annotations

import asyncio
import re

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from workbench.gui.board.blueprint_frame import GUTTER, HEAD, paint_head, paint_lane
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.picture import Picture
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

AT_ONCE = 25
"""Cards and lines that are drawn in one turn."""
SHARP = 2.0
"""How many pixels of an image one pixel of the picture gets, where the image does not become too large."""
LARGEST = 60_000_000
"""Pixels of an image at most."""
LONGEST = 32_000
"""Pixels of an image's edge at most."""
FAMILIES = b'font-family="Inter,Arial,Helvetica,sans-serif"'
"""Fonts of texts in SVG: where ours is not there, others that are not wider."""


async def svg_of(picture: Picture) -> bytes:
    """Returns a picture as lines and text, in SVG."""
    from PySide6.QtSvg import QSvgGenerator

    size, found = _size(picture), QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(found)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(picture.name)
    generator.setResolution(96)
    with painting(generator) as painter:
        await _draw(picture, painter)
    return re.sub(rb'font-family="Inter[^"]*"', FAMILIES, bytes(found.data().data()))


async def png_of(picture: Picture) -> bytes:
    """Returns a picture as an image, at twice its size where that is not too large."""
    size, found = _size(picture), QBuffer()
    scale = min(SHARP, (LARGEST / (size.width() * size.height())) ** 0.5)
    scale = min(scale, LONGEST / max(size.width(), size.height()))
    image = QImage((size * scale).toSize().expandedTo(QSize(1, 1)), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        await _draw(picture, painter)
    await asyncio.to_thread(QImageWriter(found, QByteArray(b"png")).write, image)
    return bytes(found.data().data())


def _corner(picture: Picture) -> QSizeF:
    """Returns the room that names of lanes and slices need."""
    return QSizeF(GUTTER, HEAD) if isinstance(picture, BlueprintScene) else QSizeF(0, 0)


def _size(picture: Picture) -> QSizeF:
    return picture.content().size() + _corner(picture)


async def _draw(picture: Picture, painter: QPainter) -> None:
    """Draws everything, at the size at which it is designed."""
    content, corner = picture.content(), _corner(picture)
    painter.fillRect(QRectF(0, 0, *_size(picture).toTuple()), QColor(theme().colors.surface))
    painter.translate(corner.width() - content.left(), corner.height() - content.top())
    if isinstance(picture, BlueprintScene):
        picture.paint_lanes(painter, content)
    option = QStyleOptionGraphicsItem()
    items = picture.items(Qt.SortOrder.AscendingOrder)
    for number, item in enumerate(items, 1):
        if item.scene() is picture:  # a picture that was drawn again meanwhile has other items
            painter.save()
            painter.translate(item.pos())
            painter.setOpacity(item.opacity())
            item.paint(painter, option, None)
            painter.restore()
        if not number % AT_ONCE:
            await asyncio.sleep(0)
    if isinstance(picture, BlueprintScene):
        _draw_frame(picture, painter)


def _draw_frame(picture: BlueprintScene, painter: QPainter) -> None:
    for place in picture.layout.slices:
        paint_head(painter, place, QRectF(place.x, -HEAD, place.right - place.x, HEAD), chosen=False)
    for lane in picture.layout.lanes:
        paint_lane(painter, lane, QRectF(-GUTTER, lane.top, GUTTER, lane.bottom - lane.top))
