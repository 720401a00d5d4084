"""The palette (Ctrl+K): finds actions, commands, queries, streams and views by a part of their name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListView, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.context_menu import Offering
from workbench.gui.layouts import in_column
from workbench.gui.loop import spawn
from workbench.gui.palette_row import TargetDelegate
from workbench.gui.tree import DATA, TreeModel, TreeRow
from workbench.gui.widgets import plain_label
from workbench.model.text_folding import folded

SHOWN = 60
SLIPPING = 4
"""Letters of a word in which one may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that can be gone to or done.

    Attributes:
        keys: Its shortcut, as a person reads it.
        told: What else it can be found by, such as what is told of it.
        why: Why it cannot be done now; empty where it can.
        changes: It changes something: nothing finds it that is misspelt or only resembles it.
    """

    text: str
    kind: str
    icon: str
    go: Callable[[], object]
    keys: str = ""
    why: str = ""
    told: str = ""
    changes: bool = False

    @property
    def name(self) -> str:
        """By which it is remembered that one went there."""
        return f"{self.icon}:{self.text}"


Search = Callable[[str], Awaitable[Sequence[Target]]]
"""Returns more targets for what was typed, such as streams of the store."""
Further = Callable[[str], Sequence[Target]]
"""Returns what is offered behind all that fits what was typed, such as to search the store for it."""


def matches(text: str, typed: str) -> bool:
    """Whether every word that was typed is a part of the text."""
    low = folded(text)
    return all(word in low for word in folded(typed).split())


def resembles(text: str, typed: str) -> bool:
    """Whether the letters that were typed stand in the text in their order, the first where a word begins."""
    low, wanted = folded(text), "".join(folded(typed).split())
    for at, letter in enumerate(low):
        if letter == wanted[:1] and (at == 0 or not low[at - 1].isalnum()):
            rest = iter(low[at:])
            return all(one in rest for one in wanted)
    return False


def slips(text: str, typed: str) -> bool:
    """Whether every word that was typed begins a word of the text, or would but for one slip.

    In words of four letters and more one letter may be wrong, missing, too much, or swapped with the next.
    """
    words = _words(text)
    return all(any(_slips(one, word) for word in words) for one in _words(typed))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def _slips(typed: str, word: str) -> bool:
    at = next((at for at, pair in enumerate(zip(typed, word, strict=False)) if pair[0] != pair[1]), len(word))
    at = min(at, len(typed))
    if at == len(typed) or len(typed) < SLIPPING:
        return at == len(typed)
    wrong, much = word.startswith(typed[at + 1 :], at + 1), word.startswith(typed[at + 1 :], at)
    missing = word.startswith(typed[at:], at + 1)
    swapped = word[at : at + 2] == typed[at : at + 2][::-1] and word.startswith(typed[at + 2 :], at + 2)
    return wrong or much or missing or swapped


def far(text: str, typed: str) -> int:
    """Returns how far a name is from what was typed: 0 it is it, 1 begins with it, 2 a word does, 3 else."""
    low, wanted = folded(text), folded(typed).strip()
    if low == wanted:
        return 0
    return 1 if low.startswith(wanted) else 2 if f" {wanted}" in low else 3


class TargetList(QListView):
    """What fits, `SHOWN` at most; each has a menu.

    Signals:
        target_activated: The `Target` that was clicked on.
    """

    target_activated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[Target] = []
        self._rows = TreeModel((), self)
        self.setModel(self._rows)
        self.setUniformItemSizes(True)
        self.setItemDelegate(TargetDelegate(self))
        self.setAccessibleName("What fits")
        self.offering = Offering(
            self,
            self.target,
            nothing="Nothing is chosen",
            choose_at=self._choose_at,
            where=lambda: self.visualRect(self.currentIndex()).bottomLeft() + QPoint(24, 0),
            activated=self.target_activated,
        )
        self.clicked.connect(lambda _index: self.target_activated.emit(self.target()))
        self.activated.connect(lambda _index: self.target_activated.emit(self.target()))

    def show_targets(self, targets: Sequence[Target], current: int) -> None:
        """Lists targets, and marks the one with a number."""
        self.targets = list(targets[:SHOWN])
        self._rows.show([_row(target) for target in self.targets])
        self.mark(current)

    def mark(self, number: int) -> None:
        """Marks the target with a number, or the one at the end that is nearer to it."""
        number = max(0, min(len(self.targets) - 1, number))
        self.setCurrentIndex(self._rows.index(number, 0))

    def target(self) -> Target | None:
        """Returns what is marked, unless it cannot be done."""
        target: Target | None = self.currentIndex().data(DATA)
        return target if target is not None and not target.why else None

    def _choose_at(self, place: QPoint) -> None:
        chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.indexAt(place), chosen)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)


def _waits(target: Target) -> bool:
    return bool(target.why)


def _row(target: Target) -> TreeRow:
    told = "    ".join(part for part in (target.text, target.kind, target.keys, target.why) if part)
    key = (target.kind, target.text)
    return TreeRow(key=key, cells=(told,), data=target, enabled=not target.why)


class Palette(QDialog):
    """A line to type in and what fits below it; Enter goes to the first.

    Args:
        recent: Names of the targets that one went to, the last first: they stand before others.

    Attributes:
        opening: Whether a project is being opened: what it has is not there yet.

    Signals:
        went: The `Target` that was gone to.
    """

    went = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        targets: Sequence[Target],
        search: Search,
        *,
        further: Further = lambda _typed: (),
        recent: Sequence[str] = (),
    ) -> None:
        # No popup: whether those get the keyboard, and when they close, differs between window systems.
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self._places = {name: at for at, name in enumerate(recent)}
        self._targets = self._in_order(targets)
        self._search, self._further, self.opening = search, further, False
        self._fits: list[Target] = []
        self._near: list[Target] = []
        self._seeking = self._entered = False
        self._line = QLineEdit()
        self._line.setPlaceholderText("Go to a view, a stream or a part of the model, or do something …")
        self._line.setAccessibleName("Palette")
        self._list = TargetList()
        self._none = plain_label(role="muted", wrap=True)
        in_column(self._line, self._none, self._list, of=self, margins=8)
        self._line.textChanged.connect(self._fill)
        self._line.installEventFilter(self)
        self.acts = Actions(self, self)
        self.acts.offer()
        width = min(620, max(320, parent.width() - 40))
        self.resize(width, 420)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + 64)
        self._line.setFocus()
        self._fill("")

    def _in_order(self, targets: Sequence[Target]) -> list[Target]:
        return sorted(targets, key=lambda one: self._places.get(one.name, len(self._places)))

    def offer(self, targets: Sequence[Target]) -> None:
        """Offers other targets from now on; what is typed is looked for again, what is marked stays so."""
        if {one.name for one in targets} == {one.name for one in self._targets}:
            return
        marked, entered, self._targets = self._list.target(), self._entered, self._in_order(targets)
        self._fill(self._line.text())
        self._entered = entered
        names = [one.name for one in self._list.targets]
        if marked is not None and marked.name in names:
            self._list.mark(names.index(marked.name))

    def _fill(self, typed: str) -> None:
        fits = [target for target in self._targets if matches(f"{target.kind} {target.text}", typed)]
        if typed.strip():
            fits.sort(key=lambda target: far(target.text, typed))
            fits += [one for one in self._targets if one not in fits and matches(one.told, typed)]
            fits = fits or [one for one in self._targets if not one.changes and resembles(one.text, typed)]
        others = (one for one in self._targets if not one.changes and one not in fits)
        self._near = [one for one in others if typed.strip() and slips(f"{one.kind} {one.text}", typed)]
        self._show(fits, 0)
        self._seeking, self._entered = bool(typed.strip()), False
        if self._seeking:
            spawn(self._seek(typed), name="Search for the palette")
        self._tell_none()

    def _show(self, fits: list[Target], current: int) -> None:
        """Lists what fits, then what does but for a slip, what cannot be done now, and further offers."""
        typed = self._line.text().strip()
        further = self._further(typed) if typed else ()
        self._fits = sorted(fits, key=_waits)[: SHOWN - len(further)]
        near = self._near[: SHOWN - len(further) - len(self._fits)]
        self._list.show_targets([*sorted([*self._fits, *near], key=_waits), *further], current)

    def _tell_none(self) -> None:
        found = self._seeking or bool(self._fits or self._near)
        self._none.setVisible(not found)
        if not found:
            looked = f"{len(self._targets):,} actions, views and parts of the model, and all streams"
            if self.opening:
                looked = f"{len(self._targets):,} actions. The project is still opening: look again then"
            self._none.setText(f"Nothing is called “{self._line.text().strip()}”: looked at {looked}.")

    async def _seek(self, typed: str) -> None:
        found = await self._search(typed.strip())
        if isValid(self) and self._line.text() == typed:
            self._seeking = False
            self._show([*self._fits, *found], self._list.currentIndex().row() if self._fits else 0)
            self._tell_none()
            if self._entered:
                self._entered = False
                self.acts["go"].do()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if key == Qt.Key.Key_Down else -1
                self._list.mark(self._list.currentIndex().row() + step)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._entered = self._seeking and not self._fits  # then it waits for what comes
                if not self._entered:
                    self.acts["go"].do()
                return True
        return super().eventFilter(watched, event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.close()  # the person went elsewhere
        return super().event(event)

    @action("Go there, or do it", on="_list", icon="chevron-right", default=True)
    def go(self, target: Target) -> None:
        """Closes the palette, and goes to what is marked or does it."""
        self.accept()
        self.went.emit(target)
        target.go()

    @action("Copy name", on="_list", icon="copy")
    def copy_name(self, target: Target) -> None:
        """Copies what it is called."""
        QApplication.clipboard().setText(target.text)
