"""Says over the board what is marked on a card and why, and offers what could be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.board.card_note import APART, beside
from workbench.gui.board.mark_painter import SIGNS
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import theme
from workbench.gui.widgets import give_keyboard, plain_label, plain_tip
from workbench.model.json_values import visible
from workbench.services.design.marks.mark import DesignMark

WIDE = 380
"""Pixels."""
ROW = 30
EFFECT = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkWay:
    """What can be done about a mark, and its effect."""

    label: str
    effect: str
    go: Callable[[], object]


class MarkPopover(QFrame):
    """What is marked on one card, one mark at a time.

    Args:
        leads: Returns where one can go from a mark, besides what takes it away.

    Signals:
        chosen: A `MarkFix` that is to be done.
        left: It was left.
    """

    moves = (
        WidgetKey("↑ ↓", "Go through what could be done"),
        WidgetKey("← →", "Go to the next mark of the card"),
        WidgetKey("Enter", "Do it; what it writes can be undone"),
        WidgetKey("Esc", "Leave it as it is"),
    )
    chosen = Signal(object)
    left = Signal()

    def __init__(self, canvas: QWidget, leads: Callable[[DesignMark], Sequence[MarkWay]]) -> None:
        super().__init__(canvas)
        self._canvas, self._leads = canvas, leads
        self._ways: list[MarkWay] = []
        self.setObjectName("mark_popover")
        self.marks: tuple[DesignMark, ...] = ()
        self.at, self._box = 0, QRect()
        self._sign = QLabel()
        self.title = plain_label("", wrap=True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self._count = plain_label("", "muted")
        self.why = plain_label("", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName("What could be done")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_FixPainter(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _item: self._take())
        self.list.installEventFilter(self)
        self._place = plain_label("", "muted")
        self._lay_out()
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def _lay_out(self) -> None:
        top = in_row(
            (self._sign, 0, Qt.AlignmentFlag.AlignTop),
            (self.title, 1),
            (self._count, 0, Qt.AlignmentFlag.AlignTop),
            spacing=8,
        )
        self._column = in_column(
            top, self.why, self.list, self._place, of=self, margins=(12, 10, 12, 10), spacing=6
        )

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"#mark_popover {{ background: {colors.raised}; border: 1px solid {colors.border};"
            " border-radius: 8px; } #mark_popover QListWidget { background: transparent; }"
        )

    def show_marks(self, marks: Sequence[DesignMark], box: QRect) -> None:
        """Shows the marks of a card.

        Args:
            box: Where the card is seen, on the canvas.
        """
        self.marks, self.at, self._box = tuple(marks), 0, box
        self._say()
        self.show()
        self.raise_()
        give_keyboard(self.list)

    def _say(self) -> None:
        mark = self.marks[self.at]
        name, role = SIGNS[mark.kind.severity]
        self._sign.setPixmap(icon(name, role).pixmap(16, 16))
        self._sign.setToolTip(mark.kind.severity.capitalize())
        self.title.setText(mark.message)
        self._count.setText(f"{self.at + 1} of {len(self.marks)}  ← →" if len(self.marks) > 1 else "")
        todo = f" What to do: {mark.kind.way}." if not mark.fixes else ""
        self.why.setText(f"{mark.kind.severity.capitalize()}: {mark.kind.why}.{todo}")
        self.list.clear()
        fixes = [
            MarkWay(label=one.label, effect=one.effect, go=partial(self.chosen.emit, one))
            for one in mark.fixes
        ]
        self._ways = [*fixes, *self._leads(mark)]
        for way in self._ways:
            item = QListWidgetItem(way.label)
            item.setData(EFFECT, way.effect)
            item.setToolTip(plain_tip(f"{way.label}: {way.effect}" if way.effect else way.label))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(ROW * len(self._ways) + 2 if self._ways else 1)
        place = f"{mark.place.file}:{mark.place.line}" if mark.place else ""
        keys = "Enter does it, Esc leaves it" if self._ways else "Esc leaves it"
        self._place.setText("   ".join(part for part in (place, keys) if part))
        self.setAccessibleName(mark.message)
        self.setAccessibleDescription(self.why.text())
        self._fit()

    def _fit(self) -> None:
        room = self._canvas.rect().adjusted(APART, APART, -APART, -APART)
        self.setFixedWidth(min(WIDE, room.width()))
        self._column.activate()
        tall = self._column.totalHeightForWidth(self.width())
        if tall > room.height():  # the list scrolls
            self.list.setFixedHeight(max(ROW + 2, self.list.height() - (tall - room.height())))
            self._column.activate()
        self.setFixedHeight(min(tall, room.height()))
        self.move(beside(self._box, self.size(), room))

    def leave(self) -> None:
        """Goes away."""
        if self.isVisible():
            self.hide()
            self.left.emit()

    def _take(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._ways):
            self.leave()
            self._ways[row].go()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the board has another meaning for these keys
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        if isinstance(event, QFocusEvent) and event.lostFocus() and not self.isAncestorOf(_focus(self)):
            self.leave()
        return False

    def _key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._take()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self.at = (self.at + (1 if key == Qt.Key.Key_Right else -1)) % len(self.marks)
            self._say()
        else:
            return False
        return True


def _focus(widget: QWidget) -> QWidget:
    return widget.window().focusWidget() or widget.window()


class _FixPainter(QStyledItemDelegate):
    """Paints what could be done, and its effect at the right."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        with drawing(painter):
            colors, widget = theme().colors, option.widget
            row: QRect = option.rect
            current = isinstance(widget, QListWidget) and widget.currentRow() == index.row()
            if current:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colors.selection))
                painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 5, 5)
            inside, metrics = row.adjusted(10, 0, -10, 0), painter.fontMetrics()
            label = metrics.elidedText(
                visible(str(index.data())), Qt.TextElideMode.ElideRight, inside.width()
            )
            painter.setPen(QColor(colors.on_selection if current else colors.text))
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, label)
            room = inside.width() - metrics.horizontalAdvance(label) - 16
            said = metrics.elidedText(str(index.data(EFFECT)), Qt.TextElideMode.ElideRight, room)
            painter.setPen(QColor(colors.on_selection if current else colors.muted))
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, said)
