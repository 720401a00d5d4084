"""Toasts: notices over a corner of the window, never over what has the keyboard or asks something."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRegularExpression, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDockWidget,
    QGraphicsView,
    QMainWindow,
    QPushButton,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.layouts import in_column
from workbench.gui.notice_card import NoticeCard
from workbench.gui.text.conflict_banner import ASKS
from workbench.gui.widgets import Banner

WIDTH, EDGE, BETWEEN = 400, 12, 8
"""Pixels: of a toast, from the edges of the views, and between toasts."""
BARS = ("tools", "world")
"""Names of the bars above the views."""
LOOK_MS = 250
"""While toasts are shown, milliseconds until one looks again whether they cover the keyboard's place."""
LARGE = 6
"""One part in how many of the window's area makes a widget so large that only its chosen part counts."""
AROUND = 48
"""Pixels around a caret that stay free."""
ASKING = (
    "banner", "board_entry", "board_trial", "change_strip", "completions", "confirm", "draft", "files",
    "jobs", "mark_popover", "patch-form",
)  # fmt: skip
"""Names of what lies in or over a view and asks something: it stays free; of banners, those with buttons."""
_ANY_ASKING = QRegularExpression(f"^({'|'.join(ASKING)})$")


class Toasts(QWidget):
    """The newest toasts, one below the other, in the corner that leaves free what is worked on.

    They begin where they cover fewest main buttons and those of tool bars, then least of the rows of tables.

    They never take the keyboard, and move only away from it, from what asks something, and from the main
    button of the view that has the keyboard. While the mouse or the keyboard is on one, nothing moves, but
    away from a banner that begins to ask: what comes is shown afterwards.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._corner = 0
        self._waiting: list[NoticeCard] = []
        self._column = in_column(of=self, margins=EDGE, spacing=BETWEEN)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.place)
        self.hide()
        window.installEventFilter(self)

    def add(self, card: NoticeCard) -> None:
        """Shows one more, the lowest; while nothing moves it is shown afterwards."""
        card.hide()  # else it is shown by being added, and not laid out yet it lies large over the others
        self._column.addWidget(card)
        card.destroyed.connect(self._gone, Qt.ConnectionType.QueuedConnection)  # while it ends it has room
        self._waiting.append(card)
        self.place()

    def _gone(self) -> None:
        if isValid(self):
            self.place()

    def take_away(self, card: NoticeCard) -> None:
        """Takes one away at once."""
        self._waiting = [one for one in self._waiting if one is not card]
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.place()

    def place(self) -> None:
        """Lies in the corner where it is, or in the first that leaves free what is worked on."""
        asks = covered(self.geometry(), worked_on(self._window)[1:])
        if self._held() and not asks and self._room().contains(self.geometry()):
            self._column.setEnabled(False)  # who leaves leaves a gap
            return
        self._column.setEnabled(True)
        self._show_waiting()
        shown, new = any(not card.isHidden() for card in self.findChildren(NoticeCard)), self.isHidden()
        self.setVisible(shown)
        self._look.start() if shown else self._look.stop()
        if not shown:
            self._corner = 0
            return
        room, size = self._room(), self._size()
        if new:
            buttons = [*main_buttons(self._window), *tool_buttons(self._window, but=self)]
            self._corner = emptiest_corner(room, size, shown_rows(self._window), buttons)
        if QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            view = view_of_keyboard(self._window)
            buttons = main_buttons(self._window, view) if view is not None else []
            tools = tool_buttons(self._window, but=self)
            kept = worked_on(self._window)
            self._corner = free_corner(room, size, kept, self._corner, *buttons, tools=tools)
            while covered(places(room, size, kept[1:])[self._corner], kept[:1]) and self._wait_oldest():
                size = self._size()
                self._corner = free_corner(room, size, kept, self._corner, *buttons, tools=tools)
        self.setGeometry(places(room, size, worked_on(self._window)[1:])[self._corner])
        self._column.activate()  # while it lay still no request reached it, and none is posted twice
        self.raise_()

    def _held(self) -> bool:
        """Whether the mouse or the keyboard is on a toast that is shown."""
        if not any(card.isVisible() for card in self.findChildren(NoticeCard)):
            return False
        focused = QApplication.focusWidget()
        return self.underMouse() or (focused is not None and self.isAncestorOf(focused))

    def _size(self) -> QSize:
        room = self._room()
        wide = min(WIDTH + 2 * EDGE, room.width())
        return QSize(wide, min(room.height(), self._column.totalHeightForWidth(wide)))

    def _wait_oldest(self) -> bool:
        """Has the oldest wait until there is room for all; returns whether it is not the only one."""
        cards = [one for one in self.findChildren(NoticeCard) if not one.isHidden()]
        cards.sort(key=self._column.indexOf)
        if len(cards) > 1:
            self._waiting.append(cards[0])
            cards[0].hide()
        return len(cards) > 1

    def _show_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for card in waiting:
            if isValid(card):
                card.show()

    def _room(self) -> QRect:
        """Returns where the views stand."""
        bar, tools = self._window.statusBar(), self._window.menuBar().height()
        bars = (bar for name in BARS for bar in self._window.findChildren(QWidget, name))
        for tool in bars:
            tools = max(tools, tool.geometry().bottom() + 1) if not tool.isHidden() else tools
        return QRect(0, tools, self._window.width(), max(0, bar.y() - tools))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, ASKS} and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.place()
        return done


def corners(room: QRect, size: QSize) -> Sequence[QRect]:
    """Returns the corners of a room for something of a size: right and left below, then above."""
    right, low = room.right() + 1 - size.width(), room.bottom() + 1 - size.height()
    return [QRect(QPoint(x, y), size) for y, x in product((low, room.top()), (right, room.left()))]


def places(room: QRect, size: QSize, asking: Sequence[QRect]) -> Sequence[QRect]:
    """Returns the corners, then each again: above what asks at the foot, or below what asks at the top."""
    found = list(corners(room, size))
    for one in found[:]:
        met = [asks for asks in asking if asks.intersects(one)]
        by = min((asks.top() - one.bottom() - 1 for asks in met), default=0)
        if one.top() == room.top():
            by = max((asks.bottom() + 1 - one.top() for asks in met), default=0)
        moved = one.translated(0, by)
        found.append(moved if room.contains(moved) else one)
    return found


def free_corner(
    room: QRect,
    size: QSize,
    kept: Sequence[QRect],
    now: int,
    *better: QRect,
    tools: Sequence[QRect] = (),
) -> int:
    """Returns the number of the place to lie in: where it is, else the first that covers least of `kept`.

    What stands at the top, such as titles and tool bars, is covered only where no other place is as good.

    Args:
        kept: What is worked on, the keyboard's place before all else.
        better: What is left free, too, if there is such a corner.
        tools: Of which it covers fewest where it moves.
    """
    found = places(room, size, kept[1:])

    def covers(at: int) -> tuple[int, int, bool, bool, int, bool]:
        place = found[at]
        some = any(place.intersects(one) for one in better)
        less = sum(place.intersects(one) for one in tools)
        return (
            covered(place, kept[:1]),
            covered(place, kept[1:]),
            some,
            at != now,
            less,
            place.top() == room.top(),
        )

    return min(range(len(found)), key=covers)


def covered(place: QRect, parts: Sequence[QRect]) -> int:
    """Returns how many pixels of some parts a place covers."""
    shared = (place & one for one in parts)
    return sum(one.width() * one.height() for one in shared if not one.isEmpty())


def emptiest_corner(room: QRect, size: QSize, rows: Sequence[QRect], buttons: Sequence[QRect] = ()) -> int:
    """Returns the number of the corner that covers fewest buttons and least of the rows of tables."""
    found = [
        (sum(place.intersects(one) for one in buttons), covered(place, rows)) for place in corners(room, size)
    ]
    return found.index(min(found))


def shown_rows(window: QWidget) -> list[QRect]:
    """Returns where tables and trees that are seen have rows, in a window's pixels."""
    found = []
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        rows = model.rowCount() if view.isVisible() and model is not None else 0
        if rows:
            place, last = view.viewport().rect(), view.visualRect(model.index(rows - 1, 0))
            if last.isValid():
                place.setBottom(min(place.bottom(), max(last.bottom(), place.top())))
            found.append(place.translated(view.viewport().mapTo(window, QPoint())))
    return found


def view_of_keyboard(window: QWidget) -> QWidget | None:
    """Returns the view that has the keyboard."""
    view: QWidget | None = window.focusWidget()
    while view is not None and not isinstance(view, QDockWidget):
        view = view.parentWidget()
    return view


def main_buttons(window: QWidget, view: QWidget | None = None) -> list[QRect]:
    """Returns where the main buttons of a view are, else of all views, in a window's pixels.

    Those of a strip that tells something are such as well.
    """
    found = (view or window).findChildren(QPushButton)
    return [QRect(one.mapTo(window, QPoint()), one.size()) for one in found if _is_main(one, window)]


def tool_buttons(window: QWidget, *, but: QWidget) -> list[QRect]:
    """Returns where the buttons of tool bars are, but for those in a widget, in a window's pixels."""
    seen = (one for one in window.findChildren(QToolButton) if one.isVisible() and one.window() is window)
    return [QRect(one.mapTo(window, QPoint()), one.size()) for one in seen if not but.isAncestorOf(one)]


def _is_main(button: QPushButton, window: QWidget) -> bool:
    told = isinstance(button.parentWidget(), Banner)
    return button.isVisible() and button.window() is window and (bool(button.property("primary")) or told)


def worked_on(window: QWidget) -> list[QRect]:
    """Returns what is worked on, in a window's pixels: the keyboard's place, and all that asks something."""
    asks: list[QWidget] = window.findChildren(QWidget, _ANY_ASKING)  # in one walk: there are thousands
    asks = [one for one in asks if not isinstance(one, Banner) or one.buttons]
    seen = [one for one in asks if one.isVisible() and one.window() is window]
    return [keyboard_place(window), *(QRect(one.mapTo(window, QPoint()), one.size()) for one in seen)]


def keyboard_place(window: QWidget) -> QRect:
    """Returns what has the keyboard, in a window's pixels: the widget, of a large one what is chosen."""
    widget = window.focusWidget()
    if widget is None or not widget.isVisible():
        return QRect()
    if isinstance(widget, QAbstractItemView):
        return _seen(widget.viewport(), widget.visualRect(widget.currentIndex()), window)
    if isinstance(widget, QGraphicsView):
        chosen = [
            widget.mapFromScene(one.sceneBoundingRect()).boundingRect()
            for one in widget.scene().selectedItems()
        ]
        return _seen(widget.viewport(), chosen[0] if chosen else QRect(), window)
    inner = widget.rect()
    if inner.width() * inner.height() * LARGE > window.width() * window.height():
        caret = widget.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
        inner = caret.toRect() if hasattr(caret, "toRect") else QRect(caret or QRect())
        inner.adjust(-AROUND, -AROUND, AROUND, AROUND)
    return _seen(widget, inner, window)


def _seen(widget: QWidget, part: QRect, window: QWidget) -> QRect:
    return part.intersected(widget.rect()).translated(widget.mapTo(window, QPoint()))
