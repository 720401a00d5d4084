"""Small parts that all views share: empty states, banners, search boxes, badges, buttons."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.diff_view import DiffView
from workbench.gui.icons import icon
from workbench.gui.json_view import JsonView
from workbench.gui.layouts import in_column, in_row, join
from workbench.gui.long_text import shortened
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme
from workbench.gui.ticker import pause_timer
from workbench.model.hints import sentences
from workbench.model.json_values import visible, visible_lines

__all__ = [
    "Badge",
    "Banner",
    "DiffView",
    "ElidedLabel",
    "EmptyState",
    "JsonView",
    "SearchBox",
    "error_text",
    "exact_text",
    "give_keyboard",
    "plain_label",
    "push_button",
    "show_words",
    "toolbar_button",
]

Button = tuple[str, Callable[[], object]]
ICONS = {"ok": "ok", "info": "info", "warning": "warning", "error": "error", "neutral": "dot"}
QUIET_MS = 150
WORD = 12
"""Characters of a pill that stand whole wherever it stands."""
LONGEST = 2_000
"""Characters that a label shows."""


class PlainLabel(QLabel):
    """A label that never reads its text as markup, hides nothing, and shows of a long one the beginning."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(visible_lines(shortened(text, LONGEST)))


def plain_label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Makes a label that never reads its text as markup."""
    label = PlainLabel(text)
    if role:
        label.setProperty("role", role)
    label.setWordWrap(wrap)
    return label


def error_text(error: BaseException) -> str:
    """Returns what failed, and what to do about it where that is known."""
    hint = getattr(error, "hint", "")
    said = str(error) or type(error).__name__
    return sentences(said, hint) if hint else said


def exact_text(area: QPlainTextEdit) -> str:
    """Returns what stands in an editor, sign by sign: Qt's own answer changes spaces and line ends."""
    return area.document().toRawText().replace("\u2029", "\n")


class ElidedLabel(PlainLabel):
    """One line of plain text that ends in dots where it has no room; then its tool tip says all of it."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        if role:
            self.setProperty("role", role)

    @override
    def setText(self, text: str) -> None:
        super().setText(visible(text[: LONGEST + 1]))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        with painting(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def give_keyboard(widget: QWidget, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
    """Gives a widget the keyboard where it is seen; in a hidden part it would take every key unseen."""
    if widget.isVisible():
        widget.setFocus(reason)


def show_words(buttons: Iterable[QToolButton], *, shown: bool) -> None:
    """Shows buttons with their words, or, where there is no room, with their icons alone."""
    style = Qt.ToolButtonStyle
    for button in buttons:
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly)


class EmptyState(QWidget):
    """Says what would fill a view, and offers the action that does it (ux rule 10)."""

    def __init__(
        self, icon_name: str, title: str, hint: str, action_label: str = "",
        callback: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.said = title, hint, action_label, callback
        self._fits = pause_timer(self, 0, self._fit)
        self._labels = plain_label(title, "heading", wrap=True), plain_label(hint, "muted", wrap=True)
        layout = in_column(1, of=self, margins=(20, 0, 20, 0), spacing=6)
        if icon_name:
            mark = QLabel()
            mark.setPixmap(icon(icon_name, "muted").pixmap(32, 32))
            layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in self._labels:
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        if action_label and callback is not None:
            button = push_button(action_label, lambda _checked=False: callback())
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fits.start()  # not from here: it changes what needs room

    def _fit(self) -> None:
        """Leaves the hint to the tool tip where there is room for the title alone."""
        room = self.height() - sum(one.heightForWidth(self.width() - 40) for one in self._labels)
        self._labels[1].setVisible(room > 0)
        self.setToolTip(self._labels[1].text() if room <= 0 else "")


def empty_in(
    widget: QWidget, before: EmptyState | None, title: str, hint: str, action_label: str = "",
    callback: Callable[[], object] | None = None,
) -> EmptyState:  # fmt: skip
    """Returns what stands in a widget while it is empty.

    Where the one before says the same it stays: its button may be under the mouse, or have the keyboard.
    """
    if before is not None:
        if before.said == (title, hint, action_label, callback):
            return before
        before.deleteLater()
    made = EmptyState("", title, hint, action_label, callback)
    made.setParent(widget)
    return made


LEAST_TEXT = 220
"""Pixels that are left to what a banner says; with less its buttons go below."""


class Banner(QFrame):
    """A strip inside a view that says how things stand, with what can be done."""

    def __init__(self, kind: str, text: str, actions: Sequence[Button] = ()) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._kind = kind
        self._mark = QLabel()
        self._text = plain_label(wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        said = in_row(self._mark, (self._text, 1))
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(6)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        in_column(self._layout, of=self, margins=(10, 4, 6, 4))
        join(self._layout, said, 1)
        join(self._layout, self._row)
        self.buttons: list[QPushButton] = []
        self._runs: Sequence[Callable[[], object]] = ()
        theme().changed.connect(self._dress)
        self.set(kind, text, actions)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def below(self, widget: QWidget) -> None:
        """Puts a widget below what it says."""
        if (column := self.layout()) is not None:
            column.addWidget(widget)

    def set(self, kind: str, text: str, actions: Sequence[Button] = ()) -> None:
        """Says something else; buttons that stay called the same stay, for one may be pressing them."""
        self._kind = kind
        self._text.setText(text)
        self._runs = [run for _, run in actions]
        labels = [label for label, _ in actions]
        if [button.text() for button in self.buttons] != labels:
            self._offer(labels)
        self._dress()

    def _offer(self, labels: Sequence[str]) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.setParent(None)  # gone at once, for eyes and for those who look for buttons
            button.deleteLater()
        self.buttons = []
        for at, label in enumerate(labels):
            button = push_button(label, lambda _checked=False, at=at: self._runs[at]())
            self._row.addWidget(button)
            self.buttons.append(button)
        self._lie()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lie()

    @override
    def minimumSizeHint(self) -> QSize:
        widest = max((one.sizeHint().width() for one in self.buttons), default=0)
        return QSize(min(super().minimumSizeHint().width(), widest + 16), super().minimumSizeHint().height())

    def _lie(self) -> None:
        """Puts the buttons below a text that is left little room, one below the other where they need it."""
        for one in self.buttons:
            one.ensurePolished()
        wide = self.width() - 24
        said = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 36
        needed = sum(one.sizeHint().width() + self._row.spacing() for one in self.buttons)
        for layout, room in ((self._layout, wide - min(LEAST_TEXT, said)), (self._row, wide)):
            way = QBoxLayout.Direction
            layout.setDirection(way.LeftToRight if needed <= room else way.TopToBottom)

    def _dress(self) -> None:
        colors = theme().colors
        role = "muted" if self._kind == "neutral" else self._kind
        self._mark.setPixmap(icon(ICONS[self._kind], role).pixmap(16, 16))
        self.setStyleSheet(
            f"Banner {{ background: {colors.tint(role)}; border: none; border-radius: 6px;"
            f" border-left: 3px solid {colors.ink(role)}; }}"
        )


class SearchBox(QLineEdit):
    """A line that tells what was typed once typing pauses, or at once on Enter; Esc clears it.

    Signals:
        settled: The text.
    """

    moves = (WidgetKey("Esc", "Clear what was typed"),)
    settled = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._said = ""
        self._timer = pause_timer(self, QUIET_MS, self._tell)
        self.textChanged.connect(lambda _text: self._timer.start())
        self.returnPressed.connect(self._tell)

    def _tell(self) -> None:
        self._timer.stop()
        if self.text() != self._said:
            self._said = self.text()
            self.settled.emit(self._said)

    @override
    def event(self, event: QEvent) -> bool:
        undo = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        if undo and event.type() == QEvent.Type.ShortcutOverride and not self.isUndoAvailable():
            event.ignore()  # nothing was typed: what was done in the view is meant
            return False
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._tell()
        else:
            super().keyPressEvent(event)


class Badge(PlainLabel):
    """A pill: a sign and a word in the colour of its kind."""

    SIGNS: ClassVar[dict[str, str]] = {"ok": "✓", "info": "i", "warning": "!", "error": "✕", "neutral": "·"}

    def __init__(self, kind: str, text: str) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._kind = ""
        theme().changed.connect(self._dress)
        self.set(kind, text)

    def set(self, kind: str, text: str) -> None:
        """Says something else."""
        self.setText(f"{self.SIGNS[kind]} {text}")
        if kind != self._kind:  # another dress takes long
            self._kind = kind
            self._dress()
        self.setMinimumWidth(0)
        if len(text) < WORD:
            self.setMinimumWidth(self.sizeHint().width())

    def _dress(self) -> None:
        colors = theme().colors
        role = "muted" if self._kind == "neutral" else self._kind
        self.setStyleSheet(
            f"Badge {{ background: {colors.tint(role, 0.16)}; color: {colors.ink(role)};"
            " border-radius: 9px; padding: 1px 8px; font-weight: 500; }"
        )


def push_button(
    text: str,
    run: Callable[..., object] | SignalInstance,
    *,
    tip: str = "",
    sign: QIcon | None = None,
    role: str = "",
    name: str = "",
    said: str = "",
) -> QPushButton:
    """Makes a button that runs something.

    Args:
        role: ``primary`` or ``danger``, by which it is dressed.
        name: By which tests and styles find it.
        said: What a screen reader says where that is not its text.
    """
    button = QPushButton(text)
    if sign is not None:
        button.setIcon(sign)
    if role:
        button.setProperty(role, True)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAccessibleName(said)
    button.clicked.connect(run)
    return button


def toolbar_button(text: str, icon_name: str, tip: str = "", *, primary: bool = False) -> QToolButton:
    """Makes a button for the tool bar of a view."""
    button = QToolButton()
    button.setIcon(icon(icon_name, "on_accent" if primary else "text"))
    button.setIconSize(QSize(16, 16))
    if text:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setToolTip(tip or text)
    button.setAccessibleName(text or tip)
    button.setProperty("primary", primary)
    return button


def plain_tip(text: str) -> str:
    """Returns a tool tip that shows a text as it is, whatever it holds; of a long one the beginning."""
    shown = visible_lines(shortened(text, LONGEST))
    return f"<p style='white-space: pre-wrap'>{html.escape(shown)}</p>"
