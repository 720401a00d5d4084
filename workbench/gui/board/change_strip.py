"""Shows below the board what a rename, a removal or a move would touch, before anything is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidgetItem,
)
from typing_extensions import override

from workbench.gui.actions import Actions, WidgetKey, action
from workbench.gui.board.board_entry import never
from workbench.gui.board.board_offers import sign_of
from workbench.gui.board.change_line import ChangeLine
from workbench.gui.board.change_places import BELONGS, PLACE, TEXT, PlaceList
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row, join
from workbench.gui.theme import theme, ui_font
from workbench.gui.widgets import ElidedLabel, give_keyboard, plain_label
from workbench.model.counts import counted
from workbench.services.design.change_preview import (
    ADDED,
    CHOSEN,
    GOES,
    IS_CHOSEN,
    NEW_NAMES,
    STAYS,
    TAKEN,
    ChangePlace,
    ChangePreview,
    still_fits,
)
from workbench.services.design.gestures import whole_new_name
from workbench.services.design.references import Reference, names_section

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

HEIGHT, MOST = 26, 300
"""Pixels of a row, and of the list at most."""
NARROW = 720
"""Below this width in pixels the buttons stand under the names."""
SIGNS = {IS_CHOSEN: "purge", ADDED: "plus", TAKEN: "purge"}
"""What stands before a place that cannot be ticked, by what becomes of it; else what informs."""
DATA = Qt.ItemDataRole.UserRole
TICK = Qt.ItemFlag.ItemIsUserCheckable

PlaceKey = tuple[str, str, str, str]
"""What a place is known by where lines moved: file, section or scenario, role, and the line's text."""


def _key(one: ChangePlace) -> PlaceKey:
    return one.reference.file, one.owner, one.reference.role, one.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person decided.

    Attributes:
        name: The new name; empty for a removal.
        places: What is ticked.
    """

    name: str
    places: tuple[Reference, ...]


class ChangeStrip(QFrame):
    """Lists every place that a rename or a removal touches, by kind; each can be left out.

    Signals:
        place_wanted: A file, and the line of it that should be shown.
        chosen: It is to be done, as `Chosen`.
        left: It went away, with whether it had the keyboard.

    Attributes:
        waits: Returns whether what was decided is still being done: until it is, nothing else is.
        name: The new name, of a rename.
        list: The places.
        act: The button that does it.
        only: The button that removes the thing alone.
        told: What is wrong with it, whole; empty where nothing is.
        foot: What becomes of what is stored.
    """

    moves = (
        WidgetKey("Enter", "Do it at the places that are ticked"),
        WidgetKey("Space", "Tick a place or a kind, or leave it out"),
        WidgetKey("Esc", "Leave everything as it is"),
    )
    place_wanted = Signal(str, object)
    chosen = Signal(object)
    left = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("change_strip")
        self._preview: ChangePreview | None = None
        self._renames, self.waits = False, never
        self._rows: list[QTreeWidgetItem] = []
        self._sign, self._title = QLabel(), plain_label("", "heading")
        self._old, self._arrow, self.name = plain_label(), plain_label("→"), QLineEdit()
        self._step, self.told = ElidedLabel("muted"), plain_label("", wrap=True)
        self._step.setText("one undo step")
        self.told.setContentsMargins(12, 0, 12, 6)
        self.list = PlaceList()
        self._line = ChangeLine(self.list)
        self.list.setItemDelegateForColumn(TEXT, self._line)
        self._lock, self.foot = QLabel(), plain_label("", wrap=True)
        self._cancel, self.only, self.act = QPushButton("Cancel"), QPushButton(), QPushButton()
        self.act.setProperty("primary", True)
        self.name.setAccessibleName("New name")
        self.name.setMinimumWidth(150)
        self.name.textChanged.connect(lambda _text: self._renamed())
        self.list.itemChanged.connect(self._row_ticked)
        self._cancel.clicked.connect(self._escape)
        self.only.clicked.connect(lambda: self._decide(Chosen(name="", places=())))
        self.act.clicked.connect(self._do)
        self.acts = Actions(self, self)
        self.acts.offer()
        self._build()
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def _build(self) -> None:
        names = in_row(self._sign, self._title, self._old, self._arrow, self.name, (self._step, 1))
        buttons = in_row(1, self._cancel, self.only, self.act)
        head = self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setContentsMargins(12, 8, 8, 8)
        for row in (names, buttons, head):
            row.setSpacing(8)
        join(head, names, 1)
        join(head, buttons)
        foot = in_row(
            (self._lock, 0, Qt.AlignmentFlag.AlignTop), (self.foot, 1), margins=(12, 6, 12, 8), spacing=8
        )
        in_column(head, self.told, (self.list, 1), foot, of=self, margins=(0, 2, 0, 0), spacing=0)

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"#change_strip {{ background: {colors.window}; border: none;"
            f" border-top: 2px solid {colors.accent}; }}"
        )
        self._lock.setPixmap(icon("lock", "warning").pixmap(16, 16))

    # -- what is asked -------------------------------------------------------------------------------------

    def ask_name(self, preview: ChangePreview, name: str) -> None:
        """Shows where a thing is named, with its new name in the place of the old one."""
        what = f"field of {preview.node.name}" if preview.field else preview.node.kind
        self._begin(preview, f"Rename {what}", renames=True)
        self.name.setText(name)
        self._fill()
        self._renamed()
        give_keyboard(self.name)

    def ask_removal(self, preview: ChangePreview) -> None:
        """Shows what a removal takes along, and what it leaves with a mistake."""
        self._begin(preview, f"Remove {preview.said if preview.more else preview.node.kind}", renames=False)
        self._fill()
        self._ticked()
        give_keyboard(self.act)

    def ask_move(self, preview: ChangePreview) -> None:
        """Shows what is otherwise once things are of another aggregate."""
        self._begin(preview, f"Move {preview.said} to {preview.owner}", renames=False)
        self._fill()
        self._ticked()
        give_keyboard(self.act)

    def _begin(self, preview: ChangePreview, title: str, *, renames: bool) -> None:
        self._preview, self._renames = preview, renames
        self._line.node, self._line.new = preview.node, ""
        self._sign.setPixmap(icon(sign_of(preview.node.kind), "accent").pixmap(16, 16))
        self._title.setText(title)
        self.setAccessibleName(title)
        self._old.setText("" if preview.more or preview.owner else preview.name)
        font = ui_font()
        font.setStrikeOut(True)
        self._old.setFont(font)
        for one in (self._arrow, self.name):
            one.setVisible(renames)
        self.only.setText("Only these" if preview.more else "Only this")
        self.only.setVisible(not renames and not preview.owner and bool(preview.places))
        self.list.headerItem().setText(BELONGS, "Belongs to" if renames else "What happens")
        self.foot.setText("\n".join(preview.notes))
        for note in (self._lock, self.foot):
            note.setVisible(bool(preview.notes))
        self.tell("")
        self.show()

    def tell(self, text: str) -> None:
        """Says what is wrong; it stays there to be changed."""
        self.told.setText(text)
        self.told.setStyleSheet(f"color: {theme().colors.ink('error')}")
        self.told.setVisible(bool(text))

    # -- the list ------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        preview = self._preview
        self._rows.clear()
        self.list.clear()
        if preview is None:
            return
        if preview.names:
            self._add(NEW_NAMES, preview.names)
        if preview.heads:
            self._add(CHOSEN, preview.heads, ticks=False)
        for group in dict.fromkeys(one.group for one in preview.places):
            places = [one for one in preview.places if one.group == group]
            self._add(group, places, ticks=not preview.owner)
        if preview.stays:
            stays = STAYS if self._renames or preview.owner else "Names it still"
            self._add(stays, preview.stays, ticks=False)
        rows = self.list.topLevelItemCount() + len(self._rows)
        self.list.setMaximumHeight(min(MOST, (rows + 1) * HEIGHT + 6))
        self.list.share_width()

    def _add(
        self, group: str, places: list[ChangePlace] | tuple[ChangePlace, ...], *, ticks: bool = True
    ) -> None:
        head = QTreeWidgetItem([f"{group}  {len(places):,}"])
        head.setFirstColumnSpanned(True)
        self.list.addTopLevelItem(head)
        can_tick = ticks and not (self._preview and self._preview.field)
        if can_tick:
            head.setFlags(head.flags() | TICK | Qt.ItemFlag.ItemIsAutoTristate)
        for one in places:
            row = QTreeWidgetItem([f"{one.reference.file}:{one.line}", one.text])
            row.setData(PLACE, DATA, one)
            row.setToolTip(PLACE, f"{one.reference.file}:{one.line}")
            row.setToolTip(TEXT, f"{one.text} → {one.new}" if one.new else one.text)
            self._say_about(row)
            row.setFlags(row.flags() | TICK if can_tick else row.flags() & ~TICK)
            if ticks:
                row.setCheckState(PLACE, Qt.CheckState.Checked if one.wanted else Qt.CheckState.Unchecked)
            else:
                sign = SIGNS.get(one.fate, "info")
                harmless = not one.fate if self._renames else one.fate in {ADDED, TAKEN}
                row.setIcon(PLACE, icon(sign, "info" if harmless else "warning"))
            head.addChild(row)
            self._rows.append(row)
        head.setFirstColumnSpanned(True)
        head.setExpanded(True)

    def _say_about(self, row: QTreeWidgetItem) -> None:
        about = self._about(row.data(PLACE, DATA))
        row.setText(BELONGS, about)
        row.setToolTip(BELONGS, about)

    def _about(self, one: ChangePlace) -> str:
        if one.fate:
            return "goes with it" if one.fate == GOES else one.fate
        if (preview := self._preview) and one in preview.stays:
            return "still fits" if still_fits(preview, one, self.new_name) else "does not fit the new name"
        return one.owner.partition(".")[2] or one.owner

    def places(self) -> tuple[Reference, ...]:
        """Returns what is ticked."""
        ticked = [one for one in self._rows if one.checkState(PLACE) == Qt.CheckState.Checked]
        return tuple(one.data(PLACE, DATA).reference for one in ticked)

    def left_out(self) -> set[PlaceKey]:
        """Returns what the person took the tick from."""
        rows = [one for one in self._rows if one.flags() & TICK == TICK]
        places = [one.data(PLACE, DATA) for one in rows if one.checkState(PLACE) == Qt.CheckState.Unchecked]
        return {_key(one) for one in places}

    def leave_out(self, keys: Collection[PlaceKey]) -> None:
        """Takes the tick from what was left out before."""
        for row in self._rows:
            if row.flags() & TICK == TICK and _key(row.data(PLACE, DATA)) in keys:
                row.setCheckState(PLACE, Qt.CheckState.Unchecked)

    def _row_ticked(self, row: QTreeWidgetItem, _column: int) -> None:
        """Leaves out what names a thing that stays after all; what is ticked takes along what it names."""
        if row in self._rows and not self._renames and self._preview and not self._preview.owner:
            place, state = row.data(PLACE, DATA), row.checkState(PLACE)
            for other in self._rows:
                one = other.data(PLACE, DATA)
                source, target = (one, place) if state == Qt.CheckState.Unchecked else (place, one)
                if other.flags() & TICK == TICK and names_section(source.reference, target.owner):
                    other.setCheckState(PLACE, state)
        self._ticked()

    def _ticked(self) -> None:
        count, gone = len(self.places()), len(self._preview.nodes) if self._preview is not None else 1
        if self._preview is not None and self._preview.owner:
            named = f", rename {count}" if count else ""
            self.act.setText(f"Move {gone}{named}" if gone > 1 else f"Move{named}")
        elif self._renames:
            self.act.setText(f"Rename {counted(count, 'place')}")
            self.act.setEnabled(bool(count))
        else:
            all_of_it = f"Remove all of it ({counted(count + gone, 'place')})"
            self.act.setText(all_of_it if count else f"Remove {gone}" if gone > 1 else "Remove")

    @property
    def new_name(self) -> str:
        """The whole new name, see `whole_new_name`; that of a field is what was typed."""
        name, preview = self.name.text().strip(), self._preview
        return name if preview is None or preview.field else whole_new_name(preview.node, name)

    def _renamed(self) -> None:
        if not self._renames:
            return
        self.tell("")
        self._line.new = self.new_name
        self._ticked()
        for row in self._rows:
            self._say_about(row)
        self.list.viewport().update()

    @action("Open in the text", on="list", icon="code", keys="F12", tip="Show the line in its file")
    def open_text(self, place: ChangePlace) -> None:
        """Shows a place in its file."""
        self.place_wanted.emit(place.reference.file, place.line)

    # -- doing ---------------------------------------------------------------------------------------------

    def _do(self) -> None:
        name = self.new_name if self._renames else ""
        self._decide(Chosen(name=name, places=self.places()))

    def _decide(self, chosen: Chosen) -> None:
        if not self.waits():
            self.chosen.emit(chosen)

    def _escape(self) -> None:
        if not self.waits():
            self.leave()

    def leave(self) -> None:
        """Goes away; nothing is changed."""
        if not self.isHidden():
            focused = QApplication.focusWidget()
            held = focused is not None and self.isAncestorOf(focused)
            self.hide()
            self.left.emit(held)

    @override
    def sizeHint(self) -> QSize:
        hint, part = super().sizeHint(), self.list
        return QSize(hint.width(), hint.height() - part.sizeHint().height() + part.maximumHeight())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width()
        way = QBoxLayout.Direction.TopToBottom if wide < NARROW else QBoxLayout.Direction.LeftToRight
        if self._head.direction() != way:
            self._head.setDirection(way)
        self.list.share_width()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if event.isAutoRepeat():
                return  # the key that opened it may be down still
            focused = self.focusWidget()
            (focused if isinstance(focused, QPushButton) else self.act).click()
        else:
            super().keyPressEvent(event)
