"""Puts the tab key's order into that in which a person reads: as layouts, splitters and tabs have it.

Qt is never asked for its own chain: Shiboken takes what `nextInFocusChain` answers for a child of the widget
that was asked, and for ended when that ends, though Qt goes on to use it (PySide6 6.8 to 6.12).

Nor is a layout asked for its items. Shiboken keeps what `itemAt` answers as long as the layout lives, and is
not told when Qt deletes the item because its widget ends. The next thing made at that address then has two
wrappers, and the program dies when that thing ends (PySide6 6.11).
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
        yield from _laid_out(layout, [one for one in widget.children() if isinstance(one, QWidget)])


def _laid_out(layout: QLayout, left: list[QWidget]) -> Iterator[QWidget]:
    """Yields those of some widgets that a layout lays out; they are taken out of the list."""
    found: dict[int, QWidget | QLayout] = {
        layout.indexOf(one): one for one in layout.children() if isinstance(one, QLayout)
    }
    found |= {at: one for one in left if (at := layout.indexOf(one)) >= 0}
    left[:] = [one for one in left if one not in found.values()]
    for _, part in sorted(found.items()):
        if isinstance(part, QLayout):
            yield from _laid_out(part, left)
        else:
            yield part
