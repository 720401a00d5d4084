"""Context menus: what a widget's actions offer for what is chosen in it, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QTimer, SignalInstance
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QWidget

from workbench.gui.actions import BoundAction
from workbench.gui.icons import icon
from workbench.gui.letter_menu import LetterMenu

Extend = Callable[[QMenu], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submenu:
    """Actions that stand in a menu of their own, by their keys.

    Attributes:
        alone: The title where nothing is chosen; the same if empty.
    """

    title: str
    acts: tuple[str, ...] = ()
    alone: str = ""


Plan = Sequence[Sequence[str | Submenu]]
"""The groups of a menu: keys of actions, and submenus; the last one has all that is named nowhere."""


class Offering:
    """What a widget offers for what is chosen in it.

    While its menu is open, what was chosen when it opened stays the target, whatever moves meanwhile (V1).

    Args:
        chosen: Returns what is chosen; what is falsy is nothing.
        named: Returns what something that is chosen is called.
        nothing: Says why nothing can be done then.
        choose_at: Chooses what was clicked on, at a point of the viewport, where the press has not done so.
        where: Returns where what is chosen is seen, a point of the viewport.
        activated: Emitted where Enter is pressed, or a double click falls, on what is chosen.
        extend: Adds to the menu what is no action, such as a list of columns.

    Attributes:
        menu: The menu that was opened last.
        alone: Says why what is done to one thing cannot be done where several are chosen; empty where it can.
        before: What comes after the actions that are still to be offered.
        plan: How the menu is arranged; by owners and their groups if empty. A planned one has, where nothing
            is chosen, only what needs no choice.
    """

    def __init__(
        self,
        place: QWidget,
        chosen: Callable[[], Any],
        *,
        named: Callable[[Any], str] = str,
        nothing: str,
        where: Callable[[], QPoint],
        choose_at: Callable[[QPoint], object] = lambda _place: None,
        activated: SignalInstance | None = None,
        extend: Extend | None = None,
    ) -> None:
        self._place, self._chosen, self._named, self._nothing = place, chosen, named, nothing
        self._choose_at, self._where, self._extend = choose_at, where, extend
        self.activated = activated
        self._held: Any = None
        self._seen: tuple[Any] | None = None
        self.alone: Callable[[], str] = str
        self.menu: QMenu | None = None
        self.before: QAction | None = None
        self.plan: Plan = ()

    def target(self) -> Any:
        """Returns what the actions are about."""
        if self._held is not None:
            return self._held
        return self._chosen() if self._seen is None else self._seen[0]

    def named(self) -> str:
        """Returns what the actions are about, as a person knows it; empty where nothing is chosen."""
        target = self.target()
        return self._named(target) if target else ""

    def missing(self) -> str:
        """Returns why nothing can be done where nothing is chosen; an empty text where something is."""
        return "" if self.target() else self._nothing

    def refresh(self) -> None:
        """Shows what can be done with what is chosen, which is asked for once for all that is offered."""
        self._seen = (self._chosen(),)
        try:
            for one in self._place.actions():
                if isinstance(one, BoundAction):
                    one.refresh()
        finally:
            self._seen = None

    def open(self, event: QContextMenuEvent) -> None:
        """Opens the menu: where the mouse is, or, by a key, at what is chosen."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._choose_at(event.pos())
            at = event.globalPos()
        else:
            place = self._place
            port = place.viewport() if isinstance(place, QAbstractScrollArea) else place
            at = port.mapToGlobal(self._where())
        event.accept()
        self.open_at(at)

    def open_at(self, at: QPoint) -> None:
        """Opens the menu at a point of the screen."""
        if self.menu is not None:
            self.menu.deleteLater()
        self._held = self._chosen()
        self.menu = menu_of(self._place)
        if self._extend is not None:
            self._extend(self.menu)
        self.menu.aboutToHide.connect(self._closed)
        if self.menu.actions():
            self.menu.popup(at)

    def hold(self, target: Any, menu: QMenu) -> None:
        """Makes something the target while the menu of another widget is open."""
        self._held = target
        menu.aboutToHide.connect(self._closed)

    def _closed(self) -> None:
        # Only after what was chosen in the menu is done, which follows at once.
        QTimer.singleShot(0, self._place, self._let_go)

    def _let_go(self) -> None:
        if self.menu is None or not self.menu.isVisible():
            self._held = None


def menu_of(place: QWidget, parent: QWidget | None = None) -> QMenu:
    """Makes a menu of what is offered on a widget, in groups, as it is now."""
    menu = LetterMenu(parent or place)
    menu.setToolTipsVisible(True)
    acts = [one for one in place.actions() if isinstance(one, BoundAction)]
    for one in acts:
        one.refresh()
    offering = getattr(place, "offering", None)
    if offering is not None and offering.plan:
        chosen = bool(offering.target())
        _arrange(menu, offering.plan, [one for one in acts if one.act.anyway or chosen], chosen=chosen)
        return menu
    before: object = None
    inner: dict[str, QMenu] = {}
    for one in acts:
        if before is not None and before != one.group and not one.act.within:
            menu.addSeparator()
        before = one.group
        _submenu(menu, inner, one.act.within).addAction(one)
        if one.act.default:
            menu.setDefaultAction(one)
    return menu


def _submenu(menu: QMenu, inner: dict[str, QMenu], title: str) -> QMenu:
    """Returns the submenu with a title, made where it is wanted first; the menu itself for none."""
    if not title:
        return menu
    if title not in inner:
        inner[title] = LetterMenu(title, menu)
        inner[title].setToolTipsVisible(True)
        inner[title].setIcon(icon("copy"))
        menu.addMenu(inner[title])
    return inner[title]


def _arrange(menu: QMenu, plan: Plan, acts: list[BoundAction], *, chosen: bool) -> None:
    """Fills a menu as it is planned."""
    named = {key for group in plan for one in group for key in ([one] if isinstance(one, str) else one.acts)}
    left = [one for one in acts if one.act.key not in named]
    last = next(one for group in reversed(plan) for one in reversed(group) if isinstance(one, Submenu))
    for group in plan:
        menu.addSeparator()
        for one in group:
            keys = (one,) if isinstance(one, str) else one.acts
            found = [act for key in keys for act in acts if act.act.key == key]
            inner = menu
            if isinstance(one, Submenu) and (found := found + left * (one is last)):
                inner = LetterMenu(one.title if chosen else one.alone or one.title, menu)
                inner.setToolTipsVisible(True)
                menu.addMenu(inner)
            for act in found:
                inner.addAction(act)
                if act.act.default:
                    menu.setDefaultAction(act)


def open_menu(place: QWidget, event: QContextMenuEvent) -> None:
    """Opens the menu of a widget in which nothing is chosen."""
    menu = menu_of(place)
    menu.aboutToHide.connect(menu.deleteLater)
    if menu.actions():
        menu.popup(event.globalPos())
    event.accept()
