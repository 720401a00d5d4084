"""In which way the panes of the dead letters stand in the room that there is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt

NARROW, LABELLED, WIDE = 760, 940, 1080
"""Widths in pixels: below the first all panes stand below each other, from the second on buttons have words,
from the third on the letter stands beside the list."""
LEAST = 480
"""Pixels in width that the view keeps: the status in words beside the buttons, and the steps of a repair."""
LOW, NARROWEST = 680, 680
"""Pixels: below the first in height panes stand beside each other in less width, as each needs some height:
the finder from the second on, the letter where buttons have words."""


def ways_of(room: QSize) -> tuple[Qt.Orientation, Qt.Orientation]:
    """Returns in which way the finder stands to the rest, and the list to the letter."""
    low, ways = room.height() < LOW, (Qt.Orientation.Vertical, Qt.Orientation.Horizontal)
    outer = room.width() >= (NARROWEST if low else NARROW)
    return ways[outer], ways[room.width() >= (LABELLED if low else WIDE)]
