"""Writes a graph of subscriptions to a file: as a picture with its legend, or as CSV; copies its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPen
from PySide6.QtWidgets import QWidget

from workbench.gui.plot import number_text
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


def figures_text(figures: Figures) -> str:
    """Returns in words what a measure comes to."""
    return f"average {number_text(figures.average)}, highest {number_text(figures.highest)}"


def table_of(names: Sequence[str], figures: Mapping[str, Figures], whose: str = "Subscription") -> str:
    """Returns what the measure comes to, tabs between the cells."""
    known = [(name, figures[name]) for name in names if name in figures]
    cells = [(name, f"{one.average:g}", f"{one.highest:g}", f"{one.total}") for name, one in known]
    return "\n".join("\t".join(row) for row in [(whose, "Average", "Highest", "Total"), *cells])


def picture_of(plot: QWidget, title: str, pens: Mapping[str, QPen], figures: Mapping[str, Figures]) -> QImage:
    """Returns a plot as it is seen, with a title above and a legend below it."""
    shown = [*pens.items()][:NAMED]
    width, height = plot.width(), plot.height() + LINE * (len(shown) + 1) + 3 * EDGE
    image = QImage(width * SHARP, height * SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARP)
    colors = theme().colors
    image.fill(QColor(colors.surface))
    with painting(image) as painter:
        painter.setFont(ui_font())
        painter.setPen(QColor(colors.text))
        painter.drawText(QPointF(EDGE, EDGE + LINE - 4), title)
        painter.drawPixmap(0, EDGE + LINE, plot.grab())
        for at, (name, pen) in enumerate(shown):
            base = plot.height() + 2 * EDGE + LINE * (at + 1) + LINE / 2
            painter.setPen(pen)
            painter.drawLine(QPointF(EDGE, base), QPointF(EDGE + 24, base))
            told = f"{name} · {figures_text(figures[name])}" if name in figures else name
            painter.setPen(QColor(colors.text))
            painter.drawText(QPointF(EDGE + 34, base + 4), told)
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
