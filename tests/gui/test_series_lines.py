"""Small lines in cells show all that was measured."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from workbench.gui.safe_painter import painting
from workbench.gui.series_lines import draw_line

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        ([NAN, 4, NAN, NAN], True),
        ([4, NAN, NAN], True),
        ([NAN, NAN, 4], True),
        ([4], True),
        ([NAN, NAN], False),
        ([], False),
    ],
)
def test_a_value_between_two_gaps_is_seen(values: list[float], seen: bool) -> None:
    image = QImage(60, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with painting(image) as painter:
        draw_line(painter, QRectF(4, 4, 50, 12), values, QColor("black"))
    shades = [image.pixelColor(x, y).lightness() for x in range(60) for y in range(20)]
    assert (min(shades) < 60) == seen
