"""The small widgets of a form: titles, hints, remarks about errors, and the order of the tab key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QLabel, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from workbench.gui.icons import icon
from workbench.gui.layouts import in_row
from workbench.gui.safe_painter import painting
from workbench.gui.tab_order import reading_order
from workbench.gui.theme import theme, ui_font

INDENT = 16
"""Pixels by which the fields of a nested object stand further right."""


class Words(QLabel):
    """Plain text that wraps, in one of the theme's roles."""

    clicked = Signal()

    def __init__(self, text: str = "", *, role: str = "", small: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", role)
        if small:
            self.setFont(ui_font(9.0))
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(text.replace("&", "&&") if self.buddy() else text)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
        super().mouseReleaseEvent(event)


class PresenceBox(QCheckBox):
    """Says whether there is a value; text that is typed or pasted at it is meant for the value.

    Signals:
        typed: The key, a `QKeyEvent`; a space alone ticks the box.
    """

    typed = Signal(object)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _writes(event) or event.matches(QKeySequence.StandardKey.Paste):
            self.typed.emit(event)
        else:
            super().keyPressEvent(event)


def _writes(event: QKeyEvent) -> bool:
    keys, shift = Qt.KeyboardModifier, Qt.KeyboardModifier.ShiftModifier
    commanded = event.modifiers() & ~shift in (keys.ControlModifier, keys.AltModifier, keys.MetaModifier)
    return event.text().strip() != "" and event.text().isprintable() and not commanded


class Mark(QWidget):
    """An icon in the colours of the theme."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._icon = icon(name, role)
        self.setFixedSize(QSize(16, 16))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            self._icon.paint(painter, QRect(0, 0, 16, 16))


class Remark(QWidget):
    """Says what is wrong: icon and text; takes no room while there is nothing to say.

    Args:
        framed: On a ground and within a border of its own, for what concerns the whole form.
    """

    def __init__(self, *, framed: bool = False) -> None:
        super().__init__()
        self._framed = framed
        self._words = Words(role="error", small=not framed)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        in_row(
            (Mark("error", "error"), 0, Qt.AlignmentFlag.AlignTop),
            (self._words, 1),
            of=self,
            margins=((10, 8, 10, 8) if framed else (0, 0, 0, 0)),
            spacing=8 if framed else 5,
        )
        self.hide()

    def text(self) -> str:
        """Returns what it says."""
        return self._words.text()

    def say(self, text: str) -> None:
        """Says something, or nothing."""
        self._words.setText(text)
        self.setVisible(bool(text))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._framed:
            colors = theme().colors
            with painting(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(colors.error), 1))
                painter.setBrush(QColor(colors.tint("error", 0.08)))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def tool(name: str, *, checkable: bool = False) -> QToolButton:
    """Makes a button that is an icon; its caller says what it does."""
    button = QToolButton()
    button.setIcon(icon(name, "muted"))
    button.setCheckable(checkable)
    return button


def squeeze(widget: QWidget) -> None:
    """Lets a widget be as narrow as the panel needs it."""
    widget.setMinimumWidth(0)
    widget.setSizePolicy(QSizePolicy.Policy.Ignored, widget.sizePolicy().verticalPolicy())


def stops(*parts: QWidget) -> list[QWidget]:
    """Returns what takes the keyboard inside widgets, as it is read; so do hidden and disabled ones."""
    return [one for part in parts for one in reading_order(part) if one is not part]


def place_tabs(last: QWidget, parts: Sequence[QWidget]) -> None:
    """Makes the tab key go through the parts in their order and then to the widget `last`."""
    _chain(last, stops(*parts), last)


def tabs_after(first: QWidget, part: QWidget) -> None:
    """Makes the tab key go from a widget into a part, in which it keeps the order."""
    _chain(first, stops(part), None)


def follow_each_other(parts: Sequence[QWidget]) -> None:
    """Makes the tab key go through the parts in their order, from the first one on."""
    found = stops(*parts)
    if found:
        _chain(found[0], found[1:], None)


def _chain(first: QWidget, rest: Iterable[QWidget], last: QWidget | None) -> None:
    for stop in rest:
        QWidget.setTabOrder(first, stop)
        first = stop
    if last is not None and first is not last:
        QWidget.setTabOrder(first, last)
