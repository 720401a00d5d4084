"""Lays widgets out: in a row, in a column, or as panes of a splitter, with room between and around them."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QSplitter, QVBoxLayout, QWidget

Placed = QWidget | QLayout
Part = Placed | int | tuple[Placed, int] | tuple[Placed, int, Qt.AlignmentFlag]
"""What is laid out, alone or with its share of the room and its place there; a number is a gap that grows."""
Margins = int | tuple[int, int, int, int]
"""Pixels around what is laid out: at every side, or left, top, right and bottom."""
Box = TypeVar("Box", bound=QBoxLayout)


def in_row(
    *parts: Part, of: QWidget | None = None, margins: Margins | None = None, spacing: int | None = None
) -> QHBoxLayout:
    """Lays parts out beside each other, in a widget or for another layout; by default as the style has it."""
    return _filled(QHBoxLayout() if of is None else QHBoxLayout(of), parts, margins, spacing)


def in_column(
    *parts: Part, of: QWidget | None = None, margins: Margins | None = None, spacing: int | None = None
) -> QVBoxLayout:
    """Lays parts out one below the other, as `in_row` does."""
    return _filled(QVBoxLayout() if of is None else QVBoxLayout(of), parts, margins, spacing)


def _filled(box: Box, parts: tuple[Part, ...], margins: Margins | None, spacing: int | None) -> Box:
    if margins is not None:
        box.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    if spacing is not None:
        box.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            box.addStretch(part)
            continue
        placed, stretch, *where = part if isinstance(part, tuple) else (part, 0)
        if isinstance(placed, QLayout):
            box.addLayout(placed, stretch)
        else:
            box.addWidget(placed, stretch, *where)
    return box


def in_panes(way: Qt.Orientation, *panes: QWidget | tuple[QWidget, int]) -> QSplitter:
    """Returns a splitter with panes that cannot be closed, each alone or with its share of more room."""
    splitter = QSplitter(way)
    for at, pane in enumerate(panes):
        widget, share = pane if isinstance(pane, tuple) else (pane, 0)
        splitter.addWidget(widget)
        if share:
            splitter.setStretchFactor(at, share)
    splitter.setChildrenCollapsible(False)
    return splitter
