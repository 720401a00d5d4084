"""The palette (Ctrl+K): finds actions, commands, queries, streams and views by a part of their name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListView, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import Actions, BoundAction, action, view_around
from workbench.gui.context_menu import Offering
from workbench.gui.desk import Desk, Notice, Selection
from workbench.gui.layouts import in_column
from workbench.gui.loop import spawn
from workbench.gui.tree import DATA, TreeModel, TreeRow
from workbench.gui.widgets import plain_label
from workbench.model.text_folding import folded

SHOWN = 60
ACTION = "action"
"""What the actions of the window are called."""
FOUND = 20
"""Streams that are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that can be gone to or done.

    Attributes:
        keys: Its shortcut, as a person reads it.
        told: What else it can be found by, such as what is told of it.
        why: Why it cannot be done now; empty where it can.
    """

    text: str
    kind: str
    icon: str
    go: Callable[[], object]
    keys: str = ""
    why: str = ""
    told: str = ""


Search = Callable[[str], Awaitable[Sequence[Target]]]
"""Returns more targets for what was typed, such as streams of the store."""


def matches(text: str, typed: str) -> bool:
    """Whether every word that was typed is a part of the text."""
    low = folded(text)
    return all(word in low for word in folded(typed).split())


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


def _row(target: Target) -> TreeRow:
    told = "    ".join(part for part in (target.text, target.kind, target.keys, target.why) if part)
    key, picture = (target.kind, target.text), (target.icon, "text")
    return TreeRow(key=key, cells=(told,), data=target, picture=picture, enabled=not target.why)


class Palette(QDialog):
    """A line to type in and what fits below it; Enter goes to the first."""

    def __init__(self, parent: QWidget, targets: Sequence[Target], search: Search) -> None:
        # No popup: whether those get the keyboard, and when they close, differs between window systems.
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self._targets = targets
        self._search = search
        self._seeking = self._entered = False
        self._line = QLineEdit()
        self._line.setPlaceholderText("Go to a view, a stream or a part of the model, or do something …")
        self._line.setAccessibleName("Palette")
        self._list = TargetList()
        self._none = plain_label("Nothing found", "muted")
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

    def _fill(self, typed: str) -> None:
        fits = [target for target in self._targets if matches(f"{target.kind} {target.text}", typed)]
        if typed.strip():
            fits.sort(key=lambda target: far(target.text, typed))
            fits += [one for one in self._targets if one not in fits and matches(one.told, typed)]
        self._list.show_targets(fits, 0)
        self._seeking, self._entered = bool(typed.strip()), False
        if self._seeking:
            spawn(self._seek(typed), name="Search for the palette")
        self._tell_none()

    def _tell_none(self) -> None:
        self._none.setVisible(not self._seeking and not self._list.targets)

    async def _seek(self, typed: str) -> None:
        found = await self._search(typed.strip())
        if isValid(self) and self._line.text() == typed:
            self._seeking = False
            self._list.show_targets([*self._list.targets, *found], self._list.currentIndex().row())
            self._tell_none()
            if self._entered:
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
                self._entered = self._seeking and not self._list.targets  # then it waits for what comes
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
        target.go()

    @action("Copy name", on="_list", icon="copy")
    def copy_name(self, target: Target) -> None:
        """Copies what it is called."""
        QApplication.clipboard().setText(target.text)


async def nothing_found(_typed: str) -> Sequence[Target]:
    """Finds nothing, as where no project is open."""
    return ()


def notice_targets(notices: Sequence[Notice]) -> list[Target]:
    """Returns what notices that are shown offer to do, such as to undo what they tell of."""
    return [
        Target(text=f"{label}: {one.text}", kind="notice", icon="chevron-right", go=run)
        for one in notices
        for label, run in one.actions
    ]


def action_targets(window: QWidget, bring: Callable[[str], object]) -> list[Target]:
    """Returns all that can be done in a window and its views, and what it would be done to.

    What the view with the keyboard offers comes first, what cannot be done now last, with why. What many
    widgets offer, such as copying, is done where the keyboard is; nothing is done to what is not seen.

    Args:
        bring: Shows a view, given its key.
    """
    found: dict[str, list[BoundAction]] = {}
    for one in window.findChildren(BoundAction):
        if one.offered() and one.act.key != "palette":
            found.setdefault(one.name, []).append(one)
    told = [_action_target(several, bring) for several in found.values()]
    here = getattr(view_around(window.focusWidget()), "title", ACTION)
    return sorted(told, key=lambda one: (bool(one.why), one.kind != here, one.kind != ACTION))


def _action_target(several: Sequence[BoundAction], bring: Callable[[str], object]) -> Target:
    near = [one for one in several if one.has_keyboard()]
    one = (near or several)[0]
    one.refresh()
    view, named = one.view(), one.named()
    told = one.text().replace("&", "").replace("\n", " ")

    def go() -> None:
        if view is not None and not view.seen():
            bring(view.key)
        one.do()

    unseen = ""
    if len(several) > 1 and not near:
        view, unseen = None, "Go to a table or list first"
    elif one.points and view is not None and not view.seen():
        unseen = f"Show {view.title} first"
    return Target(
        text=f"{told}: {named}" if named and not unseen else told,
        kind=view.title if view is not None else ACTION,
        icon=one.icon_name or "chevron-right",
        go=go,
        keys=one.act.keys_text,
        why=unseen or ("" if one.isEnabled() else one.toolTip()),
        told=one.act.tip,
    )


def model_targets(desk: Desk) -> list[Target]:
    """Returns all parts of the model: the forms of commands and queries, the others where they are shown."""
    return [*_form_targets(desk), *_part_targets(desk)]


def _part_targets(desk: Desk) -> list[Target]:
    model = desk.workspace.registry

    def target(name: str, kind: str, icon: str, view: str, selection: Selection) -> Target:
        return Target(text=name, kind=kind, icon=icon, go=partial(desk.select, selection, view=view))

    def reacting(name: str, kind: str, icon: str) -> Target:
        return target(name, kind, icon, "subscriptions", Selection(subscription=name))

    def card(name: str, kind: str, icon: str, node: str) -> Target:
        return target(name, kind, icon, "board", Selection(node=f"{node}:{name}"))

    reactors = ((one, "process" if one.stateful else "policy") for one in model.reactors.values())
    return [
        *(card(name, "event", "event", "event") for name in model.events),
        *(
            target(name, "projection", "projection", "projections", Selection(projection=name))
            for name in model.projections
        ),
        *(reacting(one.name, kind, "policy") for one, kind in reactors),
        *(reacting(name, "subscription", "subscription") for name in model.subscriptions),
        *(card(name, "topic", "topic", "topic") for name in model.topics),
        *(
            card(name, "outside system" if name in model.externals else "actor", "person", "external")
            for name in model.actors
        ),
        *(card(name, "aggregate", "aggregate", "aggregate") for name in model.aggregates),
    ]


def _form_targets(desk: Desk) -> list[Target]:

    def form(name: str) -> None:
        desk.command_wanted.emit(name)
        desk.wanted.emit("commands")

    model = desk.workspace.registry
    kinds = {"command": model.commands, "query": model.queries}
    return [
        Target(text=name, kind=kind, icon=kind, go=partial(form, name))
        for kind, names in kinds.items()
        for name in names
    ]


async def stream_targets(desk: Desk, typed: str) -> Sequence[Target]:
    """Finds streams by what was typed."""
    return [
        Target(
            text=stream.name,
            kind=f"stream, version {stream.version}",
            icon="stream",
            go=partial(desk.select, Selection(stream=stream.name), view="timeline"),
        )
        for stream in await desk.workspace.streams.search(typed, FOUND)
    ]
