"""Writes a graph of subscriptions to a file: as a picture with its legend, or as CSV; copies its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QImageWriter, QPen
from PySide6.QtWidgets import QWidget

from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme, ui_font
from workbench.interop.output_files import replace_output
from workbench.services.monitor.rate_export import rates_csv

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.monitor.rate_rings import Figures, RateWindow

FORMATS = {"png": "Image (*.png)", "csv": "Numbers (*.csv)"}
"""Endings of files, and what a person chooses them by."""
SHARP, LINE, EDGE = 2, 20, 12
"""Pixels of the image for one of the plot; height of a line of the legend, and what is left around."""
NAMED = 40
"""Lines of a legend at most."""
MOST = 400
"""Pixels that a title may be high."""


def table_of(names: Sequence[str], figures: Mapping[str, Figures], whose: str = "Subscription") -> str:
    """Returns what the measure comes to, tabs between the cells."""
    known = [(name, figures[name]) for name in names if name in figures]
    cells = [(name, f"{one.average:g}", f"{one.highest:g}", f"{one.total}") for name, one in known]
    return "\n".join("\t".join(row) for row in [(whose, "Average", "Highest", "Total"), *cells])


def picture_of(plot: QWidget, title: str, pens: Mapping[str, QPen], told: Mapping[str, str]) -> QImage:
    """Returns a plot as it is seen, with a title above and a legend below it.

    Args:
        told: By name what a line comes to, in words.
    """
    shown = [*pens.items()][:NAMED]
    room = QRect(EDGE, EDGE, plot.width() - 2 * EDGE, MOST)
    head = max(LINE, QFontMetrics(ui_font()).boundingRect(room, Qt.TextFlag.TextWordWrap, title).height() + 4)
    width, height = plot.width(), plot.height() + head + LINE * len(shown) + 3 * EDGE
    image = QImage(width * SHARP, height * SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARP)
    colors = theme().colors
    image.fill(QColor(colors.surface))
    with painting(image) as painter:
        painter.setFont(ui_font())
        painter.setPen(QColor(colors.text))
        painter.drawText(room, Qt.TextFlag.TextWordWrap, title)
        painter.drawPixmap(0, EDGE + head, plot.grab())
        for at, (name, pen) in enumerate(shown):
            base = plot.height() + 2 * EDGE + head + LINE * at + LINE / 2
            painter.setPen(pen)
            painter.drawLine(QPointF(EDGE, base), QPointF(EDGE + 24, base))
            painter.setPen(QColor(colors.text))
            painter.drawText(QPointF(EDGE + 34, base + 4), f"{name} · {told[name]}" if name in told else name)
    return image


async def write_graph(
    desk: Desk, path: Path, seen: RateWindow, names: Sequence[str], picture: QImage | None
) -> None:
    """Writes a picture, or else the numbers.

    Raises:
        StoreReadOnly: The file cannot be written.
    """
    known = [name for name in names if name in seen.values]

    def write() -> None:
        content = _png(picture) if picture is not None else rates_csv(seen, known).encode()
        replace_output(path, [content], replace=True)

    await asyncio.to_thread(write)
    desk.notice("ok", f"The graph was written to {path}")


def _png(picture: QImage) -> bytes:
    found = QBuffer()
    found.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(found, QByteArray(b"png")).write(picture)
    return bytes(found.data().data())
