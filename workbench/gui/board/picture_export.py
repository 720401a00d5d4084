"""Draws the board or a part of it for a file, a few cards in each turn of the loop, so that nothing freezes.

What is chosen, marked or can be held is not drawn, nor whether all of it is saved.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QGraphicsItem

from workbench.gui.board.blueprint_frame import GUTTER, HEAD, paint_head, paint_lane
from workbench.gui.board.blueprint_items import CardItem, WireItem
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_items import EdgeItem, NodeItem
from workbench.gui.board.picture import Picture
from workbench.gui.board.word_item import WordItem
from workbench.gui.safe_painter import painting
from workbench.gui.theme import DARK, LIGHT, code_font, theme, ui_font

DRAWN = CardItem | WireItem | NodeItem | EdgeItem | WordItem
"""Items that are what the picture shows; others only help a hand."""
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
FAMILIES = {
    b"Inter": b"Inter,Arial,Helvetica,sans-serif",
    b"JetBrains": b"JetBrains Mono,Consolas,Menlo,monospace",
}
"""Fonts of texts in SVG, where ours are not there, by how the names of ours begin."""
TEXT = re.compile(
    r'(<text [^>]*?font-family="(Inter|JetBrains)[^"]*" font-size="([\d.]+)"'
    r' font-weight="(\d+)"[^>]*)>([^<]+)<'
)
AROUND = 24.0
"""Pixels of the picture around the cards of a part."""


def nodes_about(picture: Picture, node: str) -> frozenset[str]:
    """Returns the nodes that `part_of` draws."""
    if isinstance(picture, BlueprintScene):
        told = picture.slice_of(picture.here)
        cards = next((one.cards for one in picture.blueprint.slices if one.id == told), ())
        return frozenset(card.node for card in cards) | {node}
    return frozenset({node, *picture.graph.sources[node], *picture.graph.targets[node]})


def part_of(picture: Picture, node: str) -> QRectF:
    """Returns the part of a picture that is about a node.

    That is its slice in a blueprint, else the node with what it is wired to.
    """
    content = picture.content()
    if isinstance(picture, BlueprintScene):
        told = picture.slice_of(picture.here)
        found = next((one for one in picture.layout.slices if one.id == told), None)
        if found is None:
            return content
        return QRectF(found.left, content.top(), found.right + AROUND / 2 - found.left, content.height())
    whole = QRectF()
    for key in nodes_about(picture, node) & set(picture.cards()):
        whole = whole.united(picture.box_of(key))
    return whole.adjusted(-AROUND, -AROUND, AROUND, AROUND).intersected(content)


async def svg_of(picture: Picture, part: QRectF, *, dark: bool = False) -> bytes:
    """Returns a part of a picture as lines and text, in SVG; texts stay as wide as they are here."""
    from PySide6.QtSvg import QSvgGenerator

    size, found = _size(picture, part), QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(found)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(picture.name)
    generator.setResolution(96)
    with painting(generator) as painter:
        await _draw(picture, painter, part, dark=dark)
    return portable(bytes(found.data().data()))


def portable(drawn: bytes) -> bytes:
    """Returns what was drawn as SVG so that it looks alike where our fonts are not."""
    written = TEXT.sub(_with_width, drawn.decode()).encode()
    for ours, families in FAMILIES.items():
        written = re.sub(rb'font-family="%s[^"]*"' % ours, b'font-family="%s"' % families, written)
    return written


def _with_width(text: re.Match[str]) -> str:
    """Says how wide a text is, so that another font does not leave its box."""
    head, family, size, weight, words = text.groups()
    font = ui_font() if family == "Inter" else code_font()
    font.setPixelSize(round(float(size)))
    font.setWeight(QFont.Weight(int(weight)))
    wide = QFontMetricsF(font).horizontalAdvance(unescape(words))
    return f'{head} textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs">{words}<'


async def png_of(picture: Picture, part: QRectF, *, dark: bool = False) -> bytes:
    """Returns a part of a picture as an image, at twice its size where that is not too large."""
    size, found = _size(picture, part), QBuffer()
    scale = min(SHARP, (LARGEST / (size.width() * size.height())) ** 0.5)
    scale = min(scale, LONGEST / max(size.width(), size.height()))
    image = QImage((size * scale).toSize().expandedTo(QSize(1, 1)), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        await _draw(picture, painter, part, dark=dark, bands=BANDS)
    await asyncio.to_thread(QImageWriter(found, QByteArray(b"png")).write, image)
    return bytes(found.data().data())


def _corner(picture: Picture) -> QSizeF:
    """Returns the room that names of lanes and slices need."""
    return QSizeF(GUTTER, HEAD) if isinstance(picture, BlueprintScene) else QSizeF(0, 0)


def _size(picture: Picture, part: QRectF) -> QSizeF:
    return part.size() + _corner(picture)


async def _draw(picture: Picture, painter: QPainter, part: QRectF, *, dark: bool, bands: int = 1) -> None:
    """Draws everything, at the size at which it is designed.

    Args:
        dark: In the colours of the dark look, else of the light one, whichever the window has.
        bands: In how many parts the ground is painted.
    """
    size, corner = _size(picture, part), _corner(picture)
    tall = size.height() / bands
    for number in range(bands):
        colors = DARK if dark else LIGHT
        painter.fillRect(QRectF(0, number * tall, size.width(), tall + 1), QColor(colors.surface))
        await asyncio.sleep(0)
    painter.translate(corner.width() - part.left(), corner.height() - part.top())
    for number, draw in enumerate(_parts(picture, part), 1):
        painter.save()
        with theme().as_look(dark=dark):
            draw(painter)
        painter.restore()
        if not number % AT_ONCE:
            await asyncio.sleep(0)


def _parts(picture: Picture, part: QRectF) -> Iterator[Callable[[QPainter], object]]:
    """Yields what draws the ground, every card and line, and what stays beside them on the screen."""
    told = picture if isinstance(picture, BlueprintScene) else None
    if told is not None:
        edges = part.left(), part.right()
        yield from (partial(_lane, told, number, edges) for number in range(len(told.layout.lanes)))
    for item in picture.items(
        part, Qt.ItemSelectionMode.IntersectsItemBoundingRect, Qt.SortOrder.AscendingOrder
    ):
        yield partial(_item, picture, item)
    if told is not None:
        yield partial(_beside, told, part)


def _lane(picture: BlueprintScene, number: int, edges: tuple[float, float], painter: QPainter) -> None:
    picture.paint_lane(painter, number, *edges)


def _item(picture: Picture, item: QGraphicsItem, painter: QPainter) -> None:
    if item.scene() is picture and isinstance(item, DRAWN):  # one drawn again meanwhile has other items
        painter.translate(item.pos())
        item.paint_plain(painter)


def _beside(picture: BlueprintScene, part: QRectF, painter: QPainter) -> None:
    """Draws the names of lanes and slices over what reaches below them."""
    surface = QColor(theme().colors.surface)
    left, top = QRectF(part), QRectF(part)
    left.setRect(part.left() - GUTTER, part.top(), GUTTER, part.height())
    top.setRect(part.left() - GUTTER, part.top() - HEAD, part.width() + GUTTER, HEAD)
    painter.fillRect(left, surface)
    painter.fillRect(top, surface)
    for lane in picture.layout.lanes:
        seen = QRectF(left.left(), lane.top, GUTTER, lane.bottom - lane.top).intersected(left)
        if seen.height() > GUTTER:
            paint_lane(painter, lane, seen, chosen=False)
    for place in picture.slices_between(part.left(), part.right()):
        head = QRectF(place.x, top.top(), place.right - place.x, HEAD)
        paint_head(painter, place.title, head, picture.note_of(place.id), chosen=False)
