"""Lays widgets out: in a row, in a column, as panes of a splitter, or behind tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import Shiboken
from typing_extensions import override

from workbench.gui.flow_row import FlowRow
from workbench.gui.window_layouts import WindowLayouts, layouts_around

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


def join(box: QBoxLayout | QGridLayout, inner: QLayout, *place: int) -> None:
    """Lays out in a layout what another one has laid out.

    PySide wraps every item of the inner one then and keeps the wrappers as long as the outer one lives; Qt
    deletes an item when its widget ends. The next thing made at that address would have two wrappers, and the
    program would die when that thing ends (PySide6 6.11). So what it wrapped is released.

    Args:
        place: Its share of the room in a box; row and column, and how many of each, in a grid.
    """
    box.addLayout(inner, *place)  # type: ignore[call-overload]
    _release(inner)


def _release(layout: QLayout) -> None:
    if isinstance(layout, FlowRow):  # its items are Python's own
        return
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if isinstance(item, QLayout):
            _release(item)
        elif item is not None:
            Shiboken.invalidate(item)


def clear(box: QLayout) -> None:
    """Ends every widget that a layout lays out, and its gaps."""
    while (item := box.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


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
            join(box, placed, stretch)
        else:
            box.addWidget(placed, stretch, *where)
    return box


class Panes(QSplitter):
    """Panes that stand as a person left them; what is remembered goes by the name of this object.

    Sizes that a view gives are those at first: what a person dragged stays, in each of the two directions.
    """

    def __init__(self, way: Qt.Orientation, name: str = "") -> None:
        super().__init__(way)
        self.setObjectName(name)
        self.setChildrenCollapsible(False)
        self._layouts: WindowLayouts | None = None
        self._first: Sequence[int] = ()
        self.splitterMoved.connect(lambda _at, _handle: self._keep())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._layouts is None and self.objectName() and (layouts := layouts_around(self)) is not None:
            self._layouts = layouts
            layouts.turned.connect(self._take)
            layouts.forgotten.connect(self._reset)
            self._take()

    @override
    def setOrientation(self, way: Qt.Orientation) -> None:
        if way != self.orientation():
            super().setOrientation(way)
            self._take()

    @override
    def setSizes(self, sizes: Sequence[int]) -> None:
        self._first = sizes
        super().setSizes(self._kept() or sizes)

    def lend(self, sizes: Sequence[int]) -> None:
        """Gives the panes sizes for a while: those at first, and as a person left them, stay as they are."""
        super().setSizes(sizes)

    def _take(self) -> None:
        if kept := self._kept():
            super().setSizes(kept)

    def _reset(self) -> None:
        if self._first:
            super().setSizes(self._first)

    def _place(self, layouts: WindowLayouts) -> str:
        way = "beside" if self.orientation() == Qt.Orientation.Horizontal else "below"
        return layouts.by_width(f"panes/{self.objectName()}/{way}")

    def _kept(self) -> Sequence[int]:
        """Returns the shares of the panes as they were left, in thousandths; empty for none."""
        found = "" if self._layouts is None else str(self._layouts.find(self._place(self._layouts)) or "")
        shares = [int(one) for one in found.split() if one.isdecimal()]
        return shares if len(shares) == self.count() and all(shares) else ()

    def _keep(self) -> None:
        sizes = self.sizes()
        if self._layouts is not None and all(sizes):  # one that is hidden has no size
            shares = " ".join(str(max(1, 1000 * size // sum(sizes))) for size in sizes)
            self._layouts.keep(self._place(self._layouts), shares)


def stand_by_width(box: QBoxLayout, width: int, *, narrow: int) -> bool:
    """Puts parts one below the other in less than `narrow` pixels; returns whether that is new."""
    way = QBoxLayout.Direction.TopToBottom if width < narrow else QBoxLayout.Direction.LeftToRight
    turns = box.direction() != way
    if turns:
        box.setDirection(way)
    return turns


def share_room(splitter: QSplitter, *parts: int) -> None:
    """Gives the panes of a splitter their parts of its room, in pixels: Qt raises less to what each needs."""
    room = splitter.width() if splitter.orientation() == Qt.Orientation.Horizontal else splitter.height()
    splitter.setSizes([room * part // sum(parts) for part in parts])


class Scrolled(QScrollArea):
    """A page that scrolls where there is less height than it needs, instead of being squeezed.

    A button of it that gets the keyboard comes into sight.

    Args:
        said: Its name for screen readers.
    """

    def __init__(self, page: QWidget, said: str) -> None:
        super().__init__(widgetResizable=True)
        self.setAccessibleName(said)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = page
        self.setWidget(page)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._bring)

    def _bring(self, _before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, QAbstractButton) and self._page.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 8)

    def bring(self, part: QWidget) -> None:
        """Scrolls to a part of the page; to its beginning where it is too high to be seen whole."""
        self.ensureWidgetVisible(part, 0, 0)
        self.ensureVisible(0, part.mapTo(self._page, QPoint()).y(), 0, 0)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._page and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # it may need more width now
        return super().eventFilter(watched, event)

    @override
    def minimumSizeHint(self) -> QSize:
        wide = self._page.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(wide, super().minimumSizeHint().height())


class Tabs(QTabWidget):
    """Pages behind tabs with whole titles, which scroll where there is little room.

    Args:
        name: By which the window remembers the page that was seen last; a page is known by its title,
            without the count that may stand behind it. Empty for nothing to remember.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__(documentMode=True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setUsesScrollButtons(True)
        self.setObjectName(name)
        self._layouts: WindowLayouts | None = None
        self.currentChanged.connect(lambda _at: self._keep())
        self.tabBar().installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.tabBar() and event.type() == QEvent.Type.Wheel:
            event.ignore()  # who scrolls past the tabs does not mean another page
            return True
        return super().eventFilter(watched, event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._layouts is None and self.objectName() and (layouts := layouts_around(self)) is not None:
            kept = layouts.find(self._place())
            pages = (at for at in range(self.count()) if self.isTabVisible(at) and self.isTabEnabled(at))
            self.setCurrentIndex(next((at for at in pages if self.title(at) == kept), self.currentIndex()))
            self._layouts = layouts
            layouts.forgotten.connect(self._reset)

    def _reset(self) -> None:
        self.setCurrentIndex(0)

    def _place(self) -> str:
        return f"tabs/{self.objectName()}"

    def title(self, at: int) -> str:
        """Returns what a page is called, without the count that may stand behind it."""
        return self.tabText(at).partition(" (")[0]

    def _keep(self) -> None:
        if self._layouts is not None and self.isVisible():
            self._layouts.keep(self._place(), self.title(self.currentIndex()))


def in_panes(way: Qt.Orientation, *panes: QWidget | tuple[QWidget, int], name: str = "") -> Panes:
    """Returns a splitter with panes that cannot be closed, each alone or with its share of more room.

    Args:
        name: By which the window remembers how a person shared the room.
    """
    splitter = Panes(way, name)
    for at, pane in enumerate(panes):
        widget, share = pane if isinstance(pane, tuple) else (pane, 0)
        splitter.addWidget(widget)
        if share:
            splitter.setStretchFactor(at, share)
    return splitter
