"""Puts the tab key's order into that in which a person reads: as layouts, splitters and tabs have it.

Qt is never asked for its own chain: Shiboken takes what `nextInFocusChain` answers for a child of the widget
that was asked, and for ended when that ends, though Qt goes on to use it (PySide6 6.8 to 6.12).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLayout,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QWidget,
)

WHOLE = (QComboBox, QLineEdit, QAbstractSpinBox)
"""What is one stop, whatever it consists of."""


def reading_order(widget: QWidget) -> Iterator[QWidget]:
    """Yields what the tab key reaches inside a widget, itself included, hidden or not, as it is read."""
    folds = isinstance(widget, QToolButton) and widget.isCheckable()  # Tab skips it at times
    if (folds or widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None:
        yield widget
    if isinstance(widget, WHOLE):
        return
    if isinstance(widget, QAbstractScrollArea):
        inner = widget.widget() if isinstance(widget, QScrollArea) else None
        if inner is not None:
            yield from reading_order(inner)
        return
    for part in _parts(widget):
        yield from reading_order(part)


def put_in_order(widget: QWidget) -> None:
    """Makes the tab key go through a widget as it is read."""
    for one, other in pairwise(reading_order(widget)):
        QWidget.setTabOrder(one, other)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    """Yields what a widget consists of, in reading order."""
    if isinstance(widget, QTabWidget):
        yield widget.tabBar()
    if isinstance(widget, QSplitter | QStackedWidget | QTabWidget):
        for at in range(widget.count()):
            part = widget.widget(at)
            if part is not None:
                yield part
    elif (layout := widget.layout()) is not None:
        yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        inner = item.layout() if item is not None else None
        part = item.widget() if item is not None else None
        if part is not None:
            yield part
        elif inner is not None:
            yield from _laid_out(inner)
