"""A line that is typed on the board, beside a card, with what fits it below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
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
UNSURE = "Enter takes the marked line, Esc leaves it."
ARROWS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
OWN = {Qt.Key.Key_S, Qt.Key.Key_D}
"""With Ctrl, keys of the line, beside those of every line."""
ROWS = 6
"""Rows of what fits that are shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that fits what was typed.

    Attributes:
        text: What is shown.
        name: What it stands for.
        icon: Name of its icon.
        node: Id of its card, if it has one.
        owner: The aggregate of what is new; empty where that is not asked.
    """

    text: str
    name: str
    icon: str = ""
    node: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What was entered.

    Attributes:
        offer: What was taken of what fits; None for the text itself.
        on: Whether the next one is to follow at once.
        inside: Whether the fields are to follow.
        away: Whether the person went elsewhere meanwhile: nothing follows, and nothing else is chosen.
    """

    text: str
    offer: Offer | None = None
    on: bool = False
    inside: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A line that is asked for, and what is done with it.

    Attributes:
        sign: Name of the icon.
        take: Is given what was entered.
        fits: Returns what fits what was typed.
        lights: Returns ids of nodes: from which a wire would lead, and to which it could.
        act: Name of the action that asks for it again for that card; empty where none does.
        card: Id of the card that it is about, and at which it stands; empty where it is about none.
        field: Number of the card's line over which it lies; below the card if negative.
        text: What stands in the line first.
        hint: Is shown while nothing is typed.
        erase: Backspace in an empty line.
        step: The arrows where nothing fits: up (-1) or down (1), and whether with Alt.
        copy: Ctrl+D.
        between: Stands in the place of line ends in what is pasted.
        check: Says what is wrong with what was typed; empty where nothing is.
        marks: Whether the first of what fits is marked, so that Enter takes it.
        keeps: What is typed and left is offered again under this name; empty where it is not kept.
        keys: What else can be pressed, and what it does.
    """

    title: str
    sign: str
    take: Callable[[Entered], object]
    fits: Callable[[str], Sequence[Offer]] = lambda _typed: ()
    lights: Callable[[str], tuple[str, Collection[str]]] = lambda _typed: ("", ())
    act: str = ""
    card: str = ""
    field: int = -1
    text: str = ""
    hint: str = ""
    erase: Callable[[], object] = lambda: None
    step: Callable[[int, bool], object] = lambda _by, _carried: None
    copy: Callable[[], object] = lambda: None
    between: str = " "
    check: Callable[[str], str] = lambda _typed: ""
    marks: bool = True
    keeps: str = ""
    keys: tuple[tuple[str, str], ...] = ()


MAKE_KEYS = ("Ctrl+Enter", "and what comes next"), ("Tab", "and its fields")
ADD_KEYS = (("Ctrl+Enter", "also of its events"), ("Tab", "and the next"))
CHANGE_KEYS = ("Tab", "and the next"), ("Alt+↑ ↓", "move it"), ("Ctrl+D", "copy it")


def never() -> bool:
    """Nothing is under way."""
    return False


def _is_for_all(event: QKeyEvent) -> bool:
    """Whether a key may be one of the window's, such as that of another room."""
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return control and event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter, *OWN}


NOTHING = Asking(title="", sign="edit", take=lambda _entered: None)


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
        self.tell("")
        self.line.setText(asking.text)
        self._place, self._held = place, True
        self._offer(asking.text)
        self.show()
        self.raise_()
        self.stand(place)
        give_keyboard(self.line)
        self.line.selectAll()
        if kept := self._kept.pop(asking.keeps, ""):
            self.line.setText(kept)
            self.tell(BEFORE, "muted")
        self.ahead.play()

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
        """Says what is wrong with what was entered, where something is asked for; it stays to be changed."""
        if self.asking is NOTHING:
            return
        self.told.setText(text)
        self.told.setStyleSheet(f"color: {theme().colors.ink(role)}")
        self.told.setVisible(bool(text))
        self.stand(self._place)
        if text:
            self.ahead.drop()
            give_keyboard(self.line)

    def leave(self) -> None:
        """Goes away, and gives the keyboard back."""
        if self.isVisible():
            held = self.line.hasFocus()
            self._pause.stop()
            self.asking = NOTHING
            self.hide()
            self.ahead.play()
            if held:
                give_keyboard(self._canvas)
            self.typed.emit()

    def _check(self) -> None:
        if not self.told.isVisible() and (said := self.asking.check(self.line.text())):
            self.tell(said)

    def _escape(self) -> None:
        """Goes away; what was typed is kept for the next time, unless it was kept before."""
        asking, typed = self.asking, self.line.text()
        before = self.told.isVisible() and self.told.text() == BEFORE
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
            self.tell(UNSURE)

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
        return self._held or self.ahead.keep(event) or self._key(event)

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
