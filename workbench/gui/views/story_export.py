"""Writes a story to a file: as lines and text, as an image, or as Mermaid."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter

from workbench.gui.board.picture_export import LARGEST, LONGEST, SHARP, portable
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme, ui_font
from workbench.gui.views.story_paint import paint_axis, paint_bar, paint_line
from workbench.gui.views.story_sequence import SequencePainter
from workbench.interop.output_files import replace_output
from workbench.services.story.story_mermaid import story_mermaid
from workbench.services.story.time_axis import axis_of

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.exchange import Exchange
    from workbench.services.story.story import CommandStory

FORMATS = {
    "svg": "Lines and text (*.svg)",
    "png": "Image (*.png)",
    "mmd": "Mermaid text (*.mmd)",
}
"""Endings of files, and what a person chooses them by."""
WIDTH, BARS, ROW, HEAD = 1100, 340, 26, 58
MOST = 400
"""Lines that are drawn."""
AT_ONCE = 20
"""Lines or arrows that are drawn in one turn of the loop."""


async def write_story(desk: Desk, name: str, story: CommandStory, told: Exchange) -> None:
    """Writes a story in the format that a file's ending says.

    Raises:
        StoreReadOnly: The file cannot be written.
    """
    path = Path(name)
    content = await content_of(path.suffix, story, told)
    await asyncio.to_thread(lambda: replace_output(path, [content], replace=True))
    desk.notice("ok", f"The story was written to {path}")


async def content_of(ending: str, story: CommandStory, told: Exchange) -> bytes:
    """Returns what a file with an ending has: ``.mmd``, ``.png``, or anything else for SVG."""
    if ending == ".mmd":
        return story_mermaid(story).encode()
    sequence = SequencePainter(told, WIDTH)
    lines = min(len(story.lines), MOST)
    size = QSizeF(max(WIDTH, sequence.width), HEAD + ROW * (lines + 1) + 12 + sequence.height)
    return await (_png if ending == ".png" else _svg)(size, story, sequence)


async def _svg(size: QSizeF, story: CommandStory, sequence: SequencePainter) -> bytes:
    from PySide6.QtSvg import QSvgGenerator

    found, generator = QBuffer(), QSvgGenerator()
    generator.setOutputDevice(found)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(f"Story of {story.title}")
    generator.setResolution(96)
    with painting(generator) as painter:
        await _draw(painter, size, story, sequence)
    return portable(bytes(found.data().data()))


async def _png(size: QSizeF, story: CommandStory, sequence: SequencePainter) -> bytes:
    scale = min(SHARP, (LARGEST / (size.width() * size.height())) ** 0.5)
    scale = min(scale, LONGEST / max(size.width(), size.height()))
    image = QImage((size * scale).toSize(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        await _draw(painter, size, story, sequence)
    found = QBuffer()
    await asyncio.to_thread(QImageWriter(found, QByteArray(b"png")).write, image)
    return bytes(found.data().data())


async def _draw(painter: QPainter, size: QSizeF, story: CommandStory, sequence: SequencePainter) -> None:
    colors, axis = theme().colors, axis_of(story)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(colors.surface))
    painter.setFont(ui_font(11.0, QFont.Weight.DemiBold))
    painter.setPen(QColor(colors.text))
    painter.drawText(QPointF(12, 24), f"{story.title} · {story.standing[1]}")
    painter.setFont(ui_font(9.0))
    painter.setPen(QColor(colors.muted))
    left = len(story.lines) - MOST
    more = f" · {left:,} more lines are not drawn" if left > 0 else ""
    painter.drawText(QPointF(12, 44), f"{story.who} · {story.about}{more}")
    bars = size.width() - BARS
    paint_axis(painter, QRectF(bars, HEAD, BARS, ROW), axis)
    for number, line in enumerate(story.lines[:MOST], 1):
        top = HEAD + ROW * number
        paint_line(painter, QRectF(0, top, bars, ROW), line, chosen=False)
        paint_bar(painter, QRectF(bars, top, BARS, ROW), line, axis)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    painter.translate(0, size.height() - sequence.height)
    sequence.lines(painter, 32, sequence.height)
    sequence.head(painter, 0)
    for number in range(len(sequence.told.steps)):
        sequence.step(painter, number, chosen=False)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    sequence.rest(painter)
