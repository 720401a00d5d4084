"""Actions as data: menus, tool bar, keys and palette all show the same list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from workbench.gui.icons import icon
from workbench.gui.view_catalog import MENUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that a person can do.

    Attributes:
        key: Name in code and tests.
        keys: Shortcut as Qt writes it; empty for none.
        menu: Menu in which it stands.
        writes: Whether it changes the store: disabled in a read-only window.
        group: Actions of one group are parted from others by a line.
    """

    key: str
    text: str
    menu: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = ""
    tip: str = ""
    writes: bool = False
    group: int = 0


def install(window: QMainWindow, acts: Iterable[Act]) -> dict[str, QAction]:
    """Makes the menus of a window; returns the actions by key."""
    actions: dict[str, QAction] = {}
    bar = window.menuBar()
    bar.clear()
    menus = {name: bar.addMenu(f"&{name}") for name in MENUS}
    for menu in menus.values():
        menu.setToolTipsVisible(True)
    last: dict[str, int] = {}
    for act in acts:
        menu = menus[act.menu]
        if last.get(act.menu, act.group) != act.group:
            menu.addSeparator()
        last[act.menu] = act.group
        action = QAction(act.text, window)
        action.setObjectName(act.key)
        if act.icon:
            action.setIcon(icon(act.icon))
        if act.keys:
            action.setShortcuts([QKeySequence(keys) for keys in act.keys.split(" / ")])
        shown = f"{act.tip or act.text.replace('&', '')}"
        action.setToolTip(f"{shown}  ({act.keys})" if act.keys else shown)
        action.triggered.connect(_runner(act.run))
        menu.addAction(action)
        actions[act.key] = action
    return actions


def _runner(run: Callable[[], object]) -> Callable[[], None]:
    def triggered() -> None:
        run()

    return triggered
