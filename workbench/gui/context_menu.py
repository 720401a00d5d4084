"""Context menus: what a widget's actions offer for what is chosen in it, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QWidget,
)
from typing_extensions import override

from workbench.gui.actions import Actions, BoundAction, action

Extend = Callable[[QMenu], object]


class Offering:
    """What a widget offers for what is chosen in it.

    While its menu is open, what was chosen when it opened stays the target, whatever moves meanwhile (V1).

    Args:
        chosen: Returns what is chosen; what is falsy is nothing.
        nothing: Says why nothing can be done then.
        choose_at: Chooses what was clicked on, at a point of the viewport, unless that is chosen already.
        where: Returns where what is chosen is seen, a point of the viewport.
        activated: Emitted where Enter is pressed, or a double click falls, on what is chosen.
        extend: Adds to the menu what is no action, such as a list of columns.

    Attributes:
        menu: The menu that was opened last.
        before: What comes after the actions that are still to be offered.
    """

    def __init__(
        self,
        place: QWidget,
        chosen: Callable[[], Any],
        *,
        nothing: str,
        choose_at: Callable[[QPoint], object],
        where: Callable[[], QPoint],
        activated: SignalInstance | None = None,
        extend: Extend | None = None,
    ) -> None:
        self._place, self._chosen, self._nothing = place, chosen, nothing
        self._choose_at, self._where, self._extend = choose_at, where, extend
        self.activated = activated
        self._held: Any = None
        self.menu: QMenu | None = None
        self.before: QAction | None = None

    def target(self) -> Any:
        """Returns what the actions are about."""
        return self._held if self._held is not None else self._chosen()

    def missing(self) -> str:
        """Returns why nothing can be done where nothing is chosen; an empty text where something is."""
        return "" if self.target() else self._nothing

    def refresh(self) -> None:
        """Shows what can be done with what is chosen."""
        for one in self._place.actions():
            if isinstance(one, BoundAction):
                one.refresh()

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

    def _closed(self) -> None:
        # Only after what was chosen in the menu is done, which follows at once.
        QTimer.singleShot(0, self._place, self._let_go)

    def _let_go(self) -> None:
        if self.menu is None or not self.menu.isVisible():
            self._held = None


def menu_of(place: QWidget, parent: QWidget | None = None) -> QMenu:
    """Makes a menu of what is offered on a widget, in groups, as it is now."""
    menu = QMenu(parent or place)
    menu.setToolTipsVisible(True)
    before: object = None
    for one in place.actions():
        if not isinstance(one, BoundAction):
            continue
        one.refresh()
        if before is not None and before != one.group:
            menu.addSeparator()
        before = one.group
        menu.addAction(one)
        if one.act.default:
            menu.setDefaultAction(one)
    return menu


def open_menu(place: QWidget, event: QContextMenuEvent) -> None:
    """Opens the menu of a widget in which nothing is chosen."""
    menu = menu_of(place)
    menu.aboutToHide.connect(menu.deleteLater)
    if menu.actions():
        menu.popup(event.globalPos())
    event.accept()


@dataclass(frozen=True, slots=True)
class TreeItem:
    """An item of a tree, as it was when it was chosen: its text, and what stands behind it."""

    text: str
    data: Any


class OfferingTree(QTreeWidget):
    """A tree whose items have a context menu.

    Signals:
        row_activated: The `TreeItem` on which Enter was pressed, or a double click fell.
    """

    row_activated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.offering = Offering(
            self,
            self.current,
            nothing="Nothing is chosen",
            choose_at=self._choose_at,
            where=self._where,
            activated=self.row_activated,
        )
        self.common = Actions(self, self)
        self.offering.before = self.common.offer()
        self.currentItemChanged.connect(self.offering.refresh)
        self.itemActivated.connect(lambda _item: self.row_activated.emit(self.current()))

    def current(self) -> TreeItem | None:
        """Returns the current item."""
        return item_of(self.currentItem())

    def choose(self, wanted: TreeItem | None) -> None:
        """Makes an item current, if it is there."""
        items = QTreeWidgetItemIterator(self)
        while wanted is not None and (item := items.value()) is not None:
            if item_of(item) == wanted:
                self.setCurrentItem(item)
                return
            items += 1

    @action("Copy text", keys="Ctrl+C", icon="copy")
    def copy_text(self, chosen: TreeItem) -> None:
        """Copies what the item says."""
        QApplication.clipboard().setText(chosen.text)

    @action("Expand all", anyway=True, group=1, shown=lambda tree, _chosen: tree.rootIsDecorated())
    def expand_all(self, _chosen: TreeItem | None) -> None:
        """Opens all branches."""
        self.expandAll()

    @action("Collapse all", anyway=True, group=1, shown=lambda tree, _chosen: tree.rootIsDecorated())
    def collapse_all(self, _chosen: TreeItem | None) -> None:
        """Closes all branches."""
        self.collapseAll()

    def _choose_at(self, place: QPoint) -> None:
        item: QTreeWidgetItem | None = self.itemAt(place)
        if item is not None:
            self.setCurrentItem(item)

    def _where(self) -> QPoint:
        item: QTreeWidgetItem | None = self.currentItem()
        return QPoint(8, 8) if item is None else self.visualItemRect(item).bottomLeft() + QPoint(24, 0)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offering.open(event)


def item_of(item: QTreeWidgetItem | None) -> TreeItem | None:
    """Returns an item of a tree as a value; all of its columns, tabs between them."""
    if item is None:
        return None
    text = "\t".join(item.text(at) for at in range(item.columnCount()))
    return TreeItem(text, item.data(0, Qt.ItemDataRole.UserRole))
