"""A list of what can be typed next, below the cursor; keys stay with the editor."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.choice_list import VALUE, ChoiceLine, ChoiceList
from workbench.gui.safe_painter import drawing
from workbench.gui.theme import KINDS, code_font, theme, ui_font
from workbench.services.design.completions import Completion, Completions

ROWS, ROW = 9, 24
"""Rows that are seen, and the height of one in pixels."""
NARROWEST, WIDEST = 160, 460
"""Pixels; between them it is as wide as what it offers."""
MOST = 200
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: ROWS,
    Qt.Key.Key_PageUp: -ROWS,
}
_ENDS = {
    QEvent.Type.Hide,
    QEvent.Type.Move,
    QEvent.Type.ParentChange,
    QEvent.Type.Resize,
}
"""What ends it: something around the editor is hidden, goes elsewhere, or has another size."""
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class CompletionList(ChoiceList):
    """Shown over the window, so that a small pane does not cut it off, as long as its editor is in use.

    It goes when the editor loses the keyboard, is hidden, moved or deleted, and when the window changes.

    Signals:
        taken: A `Completion` was chosen.
    """

    taken = Signal(object)
    own_keys = (
        WidgetKey("Up / Down", "Choose a completion"),
        WidgetKey("Enter / Tab", "Take the completion"),
        WidgetKey("Esc", "Close the completions"),
    )

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor)
        self._editor = editor
        self._around: list[QWidget] = []
        editor.installEventFilter(self)
        editor.destroyed.connect(self.deleteLater)
        self.setObjectName("completions")
        self.setAccessibleName("What can stand here")
        self.setFrameShape(QFrame.Shape.Box)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Row(self))
        self.clicked.connect(lambda _index: self.take())
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"#completions {{ background: {colors.raised}; border: 1px solid {colors.faint}; }}"
        )

    def offer(self, found: Completions, *, first: bool = False) -> None:
        """Shows what can stand at a place; nothing where nothing can.

        One is chosen only where a part of its name was typed: Enter behind a finished word is the editor's.

        Args:
            first: Choose the first though nothing was typed.
        """
        self.show_lines([ChoiceLine(one, one.name, one.words) for one in found.found[:MOST]])
        elsewhere = self._editor.window().focusWidget() not in (None, self._editor)
        if not self.count() or elsewhere:
            self.hide()
            return
        whole = any(one.name == found.typed for one in found.found)
        self.choose_row(0 if first or (found.typed and not whole) else -1)
        self._place()
        self.show()
        self.raise_()
        self._follow()

    def stay_at_cursor(self) -> None:
        """Goes along with the cursor where the text was scrolled; hides where that is out of sight."""
        if self.isVisible() and self._editor.viewport().rect().intersects(self._editor.cursorRect()):
            self._place()
        else:
            self.hide()

    def _follow(self) -> None:
        """Follows what the editor stands in, from now on until it is hidden."""
        self._let_go()
        one = self._editor.parentWidget()
        while one is not None:
            one.installEventFilter(self)
            self._around.append(one)
            one = one.parentWidget() if not one.isWindow() else None

    def _let_go(self) -> None:
        for one in self._around:
            if isValid(one):
                one.removeEventFilter(self)
        self._around = []

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._let_go()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._editor:
            ends = kind in (QEvent.Type.FocusOut, QEvent.Type.Hide)
        else:
            ends = watched in self._around and kind in _ENDS
        if ends:
            self.hide()
        return super().eventFilter(watched, event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Does what a key of the editor means while this is seen; returns whether it means anything."""
        if not self.isVisible() or event.modifiers() not in (_NONE, _PAD):
            return False
        key = Qt.Key(event.key())
        if key in _MOVES:
            self.choose_row(max(0, min(self.count() - 1, self.current_row() + _MOVES[key])))
        elif key in _TAKES and self.current_row() >= 0:
            self.take()
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            self.setVisible(key not in _TAKES)
            return False
        return True

    def take(self) -> None:
        """Takes what is chosen."""
        chosen = self.value()
        self.hide()
        if chosen is not None:
            self.taken.emit(chosen)

    def _place(self) -> None:
        window, editor = self._editor.window(), self._editor
        if self.parentWidget() is not window:
            self.setParent(window)
        height = min(ROWS, self.count()) * ROW + 2 * self.frameWidth()
        cursor = editor.cursorRect()
        below = editor.viewport().mapTo(window, cursor.bottomLeft() + QPoint(0, 2))
        if below.y() + height > window.height():
            below = editor.viewport().mapTo(window, cursor.topLeft() - QPoint(0, height + 2))
        wanted = self.sizeHintForColumn(0) + 2 * self.frameWidth()
        wanted += self.verticalScrollBar().sizeHint().width() if self.count() > ROWS else 0
        width = min(max(NARROWEST, wanted), WIDEST, window.width())
        left = max(0, min(below.x(), window.width() - width))
        self.setGeometry(QRect(left, max(0, below.y()), width, height))


_NONE, _PAD = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier


class _Row(QStyledItemDelegate):
    """Paints a completion: its name in the ink of its kind, and what it is for."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        one: Completion = index.data(VALUE)
        wide = QFontMetrics(code_font()).horizontalAdvance(one.name) + 16
        said = QFontMetrics(ui_font(9.0)).horizontalAdvance(one.words)
        return QSize(wide + said + 20 * bool(said), ROW)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        one: Completion = index.data(VALUE)
        colors = theme().colors
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        with drawing(painter):
            painter.fillRect(option.rect, QColor(colors.selection if chosen else colors.raised))
            role = one.kind if one.kind in KINDS else _ROLES.get(one.kind, "text")
            painter.setFont(code_font())
            painter.setPen(QColor(colors.on_selection if chosen else colors.ink(role)))
            room = option.rect.adjusted(8, 0, -8, 0)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, middle, one.name)
            used = painter.fontMetrics().horizontalAdvance(one.name) + 16
            painter.setFont(ui_font(9.0))
            painter.setPen(QColor(colors.on_selection if chosen else colors.muted))
            rest = room.adjusted(min(used, room.width()), 0, 0, 0)
            said = painter.fontMetrics().elidedText(one.words, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, middle | Qt.AlignmentFlag.AlignRight, said)


_ROLES = {"key": "accent", "field": "subscription", "function": "projection", "text": "ok", "word": "event"}
