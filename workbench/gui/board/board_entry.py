"""A line that is typed on the board, beside a card, with what fits it below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.board.asking import NOTHING, Asking, Entered, Offer
from workbench.gui.board.typed_ahead import TypedAhead
from workbench.gui.choice_list import ChoiceLine, ChoiceList
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.theme import theme
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import give_keyboard, plain_label

WIDE, WIDEST, AROUND, BESIDE = 300, 560, 72, 32
"""Pixels: it grows with what is typed and what fits, around which and beside which it needs some."""
CHECK_MS = 400
"""After so long without a key what was typed is checked."""
BEFORE = "Typed before, and left with Esc. Enter takes it, Esc forgets it."
UNTAKEN = "Not taken: {}"
UNSURE = "Enter takes the marked line, Esc leaves it."
ARROWS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
OWN = {Qt.Key.Key_S, Qt.Key.Key_D}
"""With Ctrl, keys of the line, beside those of every line."""
ROWS = 6
"""Rows of what fits that are shown at once."""


def never() -> bool:
    """Nothing is under way."""
    return False


def _is_for_all(event: QKeyEvent) -> bool:
    """Whether a key may be one of the window's, such as that of another room."""
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return control and event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter, *OWN}


class BoardEntry(QFrame):
    """Asks for one line over a canvas; it goes away when that is done, or left.

    Signals:
        typed: What stands in the line is another text now, or nothing is asked for any more.

    Attributes:
        asking: What is asked for.
        waits: Returns whether what was asked for is still being done: what is typed until it is, is typed in
            the line that comes next; where none comes, what asks for another is done, and the rest forgotten.
        comes: Returns whether what was made is not drawn yet.
    """

    moves = (
        WidgetKey("Enter / Ctrl+S", "Take the marked line"),
        WidgetKey("Shift+Enter", "Take what was typed as a new name"),
        WidgetKey("Ctrl+Enter", "Take it, and go on with what comes next"),
        WidgetKey("Tab", "Take it, and go on with its fields"),
        WidgetKey("↑ ↓", "Mark another line; among fields, go to the one before or behind"),
        WidgetKey("Alt+↑ / Alt+↓", "Move the field"),
        WidgetKey("Ctrl+D", "Copy the field to something else"),
        WidgetKey("Esc", "Leave it"),
    )
    typed = Signal()

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setObjectName("board_entry")
        self.asking, self.waits, self.comes = NOTHING, never, never
        self._kept: dict[str, str] = {}
        self._said = ""
        self._pause = pause_timer(self, CHECK_MS, self._check)
        self._place: QPoint | QRect = QPoint()
        self._held = False
        self._sign = QLabel()
        self._title = plain_label("", "muted", wrap=True)
        self.line = QLineEdit()
        self.line.setAccessibleName("What is typed on the board")
        self.line.textChanged.connect(self._offer)
        self.line.installEventFilter(self)
        self.ahead = TypedAhead(self.line, canvas, self._waits, self._comes)
        self.ahead.untaken.connect(self._tell_untaken)
        self.list = ChoiceList()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(16, 16))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda _index: self._take())
        self.told, self.more = plain_label("", wrap=True), plain_label("", "muted")
        top = in_row(self._sign, (self.line, 1), spacing=6)
        self._column = in_column(
            top, self.list, self.more, self.told, self._title, of=self, margins=(6, 4, 6, 6), spacing=4
        )
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"#board_entry {{ background: {colors.raised}; border: 2px solid {colors.accent};"
            " border-radius: 8px; }"
            "#board_entry QListView { background: transparent; }"
        )

    def ask(self, asking: Asking, place: QPoint | QRect) -> None:
        """Asks for a line.

        Args:
            place: As in `stand`.
        """
        self.asking = asking
        self._title.setText(asking.title)
        self.line.setAccessibleName(asking.title)
        self.line.setPlaceholderText(asking.hint)
        self._sign.setPixmap(icon(asking.sign, "accent").pixmap(16, 16))
        self._say("")
        self.ahead.see()
        self.line.setText(asking.text)
        self._place, self._held = place, True
        self._offer(asking.text)
        self.show()
        self.raise_()
        self.stand(place)
        if not self.ahead.is_away:
            give_keyboard(self.line)
        if not self.ahead.holds and (kept := self._kept.pop(asking.keeps, "")):
            self.line.setText(kept)
            self._say(BEFORE, "muted")
        self.line.selectAll()

    def _waits(self) -> bool:
        return self.waits()

    def _comes(self) -> bool:
        return self.comes()

    def stand(self, place: QPoint | QRect) -> None:
        """Stands somewhere on the canvas, or as near to it as it is seen whole.

        Args:
            place: Its corner, or what it lies over, from its own upper edge down.
        """
        self._place = place
        corner = place if isinstance(place, QPoint) else place.topLeft() - QPoint(2, 2)
        wanted = self.line.fontMetrics().horizontalAdvance(self.line.text()) + AROUND
        wanted = max(wanted, self.list.sizeHintForColumn(0) + BESIDE)
        self.setFixedWidth(max(120, min(max(wanted, WIDE), WIDEST, self._canvas.width() - 16)))
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(self.width()))
        room = self._canvas.size() - self.size()
        self.move(max(4, min(corner.x(), room.width() - 4)), max(4, min(corner.y(), room.height() - 4)))

    @property
    def keys(self) -> list[tuple[str, str]]:
        """The keys of the line with what they do; nothing where none is typed."""
        if self.asking is NOTHING:
            return []
        mark = [("↑ ↓", "mark another")] if self.list.count() > 1 else []
        some = self.line.text().strip() or self.list.count()
        return [*([("Enter", "take it"), *mark, *self.asking.keys] if some else []), ("Esc", "leave it")]

    def take_node(self, node: str) -> None:
        """Takes what fits and has a card, as if its name had been typed."""
        name = node.partition(":")[2]
        found = next((one for one in self.asking.fits(name) if one.node == node), None)
        if found is not None:
            self.asking.take(Entered(text=name, offer=found))

    def tell(self, text: str, role: str = "error") -> None:
        """Says what is wrong with what was entered, where something is asked for; it stays to be changed.

        What was typed behind it is not taken, and that is said, too.
        """
        self._say(text, role)
        if text and self.asking is not NOTHING:
            self.ahead.refuse()
            if not self.ahead.is_away:
                give_keyboard(self.line)

    def _say(self, text: str, role: str = "error") -> None:
        if self.asking is NOTHING:
            return
        self._said = text
        self.told.setText(text)
        self.told.setStyleSheet(f"color: {theme().colors.ink(role)}")
        self.told.setVisible(bool(text))
        self.stand(self._place)

    def _tell_untaken(self, typed: str) -> None:
        self.told.setText(f"{self._said}\n{UNTAKEN.format(typed)}")
        self.told.show()
        self.stand(self._place)

    def leave(self) -> None:
        """Goes away, and gives the keyboard back."""
        if self.isVisible():
            held = self.window().focusWidget() is self.line
            self._pause.stop()
            self.asking = NOTHING
            self.hide()
            if held:
                give_keyboard(self._canvas)
            self.typed.emit()

    def _check(self) -> None:
        if not self.told.isVisible() and (said := self.asking.check(self.line.text())):
            self._say(said)

    def _escape(self) -> None:
        """Goes away; what was typed is kept for the next time, unless it was kept before."""
        asking, typed = self.asking, self.line.text()
        before = self.told.isVisible() and self._said == BEFORE
        if asking.keeps and typed.strip() not in ("", asking.text) and not before:
            self._kept[asking.keeps] = typed
        self.leave()

    def _offer(self, text: str) -> None:
        if (one_line := self._in_one_line(text)) != text:
            self.line.setText(one_line)
            return
        self.told.hide()
        self._pause.start()
        fits = self.asking.fits(text.strip())
        lines = [ChoiceLine(one, one.text, icon=icon(one.icon) if one.icon else None) for one in fits]
        self.list.show_lines(lines)
        count = self.list.count()
        self.list.setVisible(bool(count))
        self.more.setVisible(count > ROWS)
        self.more.setText(f"{count - ROWS:,} more: type on, or go there with ↓")
        self.list.choose_row(0 if count and self.asking.marks else -1)
        self.list.setFixedHeight(min(count, ROWS) * max(22, self.list.sizeHintForRow(0)) + 4)
        self.stand(self._place)
        self.typed.emit()

    def _in_one_line(self, text: str) -> str:
        """Returns what was pasted as one line; a comma at the end of a line is none too many."""
        lines, between = text.splitlines(), self.asking.between
        if lines in ([], [text]):
            return text
        parts = (one.strip().removesuffix(between.strip()) for one in lines)
        return between.join(one for one in parts if one)

    def _marked(self) -> Offer | None:
        offer = self.list.value()
        return offer if isinstance(offer, Offer) else None

    def _take(self, *, typed: bool = False, on: bool = False, inside: bool = False) -> None:
        if self.waits():
            return
        offer = None if typed else self._marked()
        self.asking.take(Entered(text=self.line.text().strip(), offer=offer, on=on, inside=inside))

    def _left(self) -> None:
        """Takes what was typed where the person clicks elsewhere; what could mean several things stays."""
        typed, offer = self.line.text().strip(), self._marked()
        if self.waits():
            return
        if typed in {"", self.asking.text}:
            self.leave()
        elif offer is None or not offer.name or self.list.count() == 1:
            self.asking.take(Entered(text=typed, offer=offer, away=True))
        else:
            self._say(UNSURE)
            give_keyboard(self.line)

    @override
    def eventFilter(self, watched: object, event: object) -> bool:
        if isinstance(event, QFocusEvent) and event.lostFocus():
            if event.reason() == Qt.FocusReason.MouseFocusReason:
                QTimer.singleShot(0, self, self._gone)
            return False
        if not isinstance(event, QKeyEvent) or self.isHidden():
            return False
        if event.type() == QKeyEvent.Type.ShortcutOverride and not _is_for_all(event):
            event.accept()  # it is the line's while it is typed, none the board's
        self._held = self._held and event.isAutoRepeat()  # the key that opened it may be down still
        if event.type() != QKeyEvent.Type.KeyPress:
            return False
        return self._held or self._key(event)

    def _gone(self) -> None:
        """Is told that a click went elsewhere, once that is done: it may have taken what was asked for."""
        if self.isVisible() and not self.line.hasFocus():
            self._left()

    def _key(self, event: QKeyEvent) -> bool:
        """Does what a key does; one that is held down only goes along: it takes and leaves nothing."""
        does = self._does(event)
        if does is not None and (event.key() in ARROWS or not event.isAutoRepeat()):
            does()
        return does is not None

    def _does(self, event: QKeyEvent) -> Callable[[], object] | None:
        key, pressed = event.key(), event.modifiers()
        control = bool(pressed & Qt.KeyboardModifier.ControlModifier)
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            new = bool(pressed & Qt.KeyboardModifier.ShiftModifier)
            return partial(self._take, typed=new, on=control)
        if event.matches(QKeySequence.StandardKey.Save):
            return self._take
        if key == Qt.Key.Key_Tab:
            return partial(self._take, inside=True)
        if key == Qt.Key.Key_Escape:
            return self._escape
        if key in ARROWS and (count := self.list.count()):
            return partial(self.list.choose_row, (self.list.current_row() + ARROWS[key]) % count)
        if key in ARROWS:
            return partial(self.asking.step, ARROWS[key], bool(pressed & Qt.KeyboardModifier.AltModifier))
        if key == Qt.Key.Key_D and control:
            return self.asking.copy
        if key == Qt.Key.Key_Backspace and not self.line.text():
            return self.asking.erase
        return None
