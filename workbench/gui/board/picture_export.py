"""Draws a picture of the board for a file, a few cards in each turn of the loop, so that nothing freezes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from workbench.gui.board.blueprint_frame import GUTTER, HEAD, paint_head, paint_lane
from workbench.gui.board.blueprint_layout import SlicePlace
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.picture import Picture
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

AT_ONCE = 5
"""Cards and lines that are drawn in one turn."""
SHARP = 2.0
"""How many pixels of an image one pixel of the picture gets, where the image does not become too large."""
LARGEST = 20_000_000
"""Pixels of an image at most."""
LONGEST = 32_000
"""Pixels of an image's edge at most."""
BANDS = 16
"""Parts in which the ground of an image is painted."""
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
    written = bytes(found.data().data())
    ours = re.search(rb'font-family="Inter[^"]*"', written)
    return written.replace(ours[0], FAMILIES) if ours else written


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
        await _draw(picture, painter, bands=BANDS)
    await asyncio.to_thread(QImageWriter(found, QByteArray(b"png")).write, image)
    return bytes(found.data().data())


def _corner(picture: Picture) -> QSizeF:
    """Returns the room that names of lanes and slices need."""
    return QSizeF(GUTTER, HEAD) if isinstance(picture, BlueprintScene) else QSizeF(0, 0)


def _size(picture: Picture) -> QSizeF:
    return picture.content().size() + _corner(picture)


async def _draw(picture: Picture, painter: QPainter, bands: int = 1) -> None:
    """Draws everything, at the size at which it is designed.

    Args:
        bands: In how many parts the ground is painted.
    """
    size, content, corner = _size(picture), picture.content(), _corner(picture)
    tall = size.height() / bands
    for number in range(bands):
        painter.fillRect(QRectF(0, number * tall, size.width(), tall), QColor(theme().colors.surface))
        await asyncio.sleep(0)
    painter.translate(corner.width() - content.left(), corner.height() - content.top())
    for number, part in enumerate(_parts(picture), 1):
        painter.save()
        part(painter)
        painter.restore()
        if not number % AT_ONCE:
            await asyncio.sleep(0)


def _parts(picture: Picture) -> Iterator[Callable[[QPainter], object]]:
    """Yields what draws the ground, every card and line, and what stays beside them on the screen."""
    told = picture if isinstance(picture, BlueprintScene) else None
    if told is not None:
        yield from (partial(_lane, told, number) for number in range(len(told.layout.lanes)))
    for item in picture.items(Qt.SortOrder.AscendingOrder):
        yield partial(_item, picture, item)
    if told is not None:
        yield from (partial(_head, told, place) for place in told.layout.slices)


def _lane(picture: BlueprintScene, number: int, painter: QPainter) -> None:
    picture.paint_lane(painter, number, picture.content().left(), picture.content().right())
    lane = picture.layout.lanes[number]
    paint_lane(painter, lane, QRectF(-GUTTER, lane.top, GUTTER, lane.bottom - lane.top))


def _item(picture: Picture, item: QGraphicsItem, painter: QPainter) -> None:
    if item.scene() is picture:  # a picture that was drawn again meanwhile has other items
        painter.translate(item.pos())
        painter.setOpacity(item.opacity())
        item.paint(painter, QStyleOptionGraphicsItem(), None)


def _head(picture: BlueprintScene, place: SlicePlace, painter: QPainter) -> None:
    head = QRectF(place.x, -HEAD, place.right - place.x, HEAD)
    paint_head(painter, place.title, head, picture.coverage.get(place.id), chosen=False)
