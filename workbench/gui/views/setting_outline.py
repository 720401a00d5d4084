"""The outline of the settings: sections, collections, their entries; marked where something is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QTreeWidgetItem

from workbench.gui.actions import action
from workbench.gui.context_menu import OfferingTree, TreeItem
from workbench.gui.icons import icon

if TYPE_CHECKING:
    from workbench.gui.views.setting_part import SettingPart
    from workbench.services.project_editor import Branch, Place

PATH = Qt.ItemDataRole.UserRole
COLLECTIONS = {"topics": "topic", "subscriptions": "subscription", "routes": "link"}
"""Icons of entries; others have a plain one."""


class SettingOutline(OfferingTree):
    """Lists what can be set.

    Args:
        part: Shows what is chosen; blocks are named, renamed and removed there.

    Signals:
        chosen: A path, a tuple of names.
    """

    chosen = Signal(object)

    def __init__(self, part: SettingPart) -> None:
        self._part = part
        self._collections: dict[Place, Place] = {}  # by the path of each collection and of each of its blocks
        super().__init__()
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setAccessibleName("Sections of the project file")
        self.currentItemChanged.connect(self._moved)

    def show_branches(self, branches: Sequence[Branch], wrong: Collection[Place]) -> None:
        """Shows the outline; what was chosen stays so, if it is still there."""
        before, closed = self.path(), {self._path(item) for item in self._tops() if not item.isExpanded()}
        with QSignalBlocker(self):
            self.clear()
            self._collections.clear()
            for branch in branches:
                top = self._item(
                    branch.title, branch.path, "folder" if branch.entries is not None else "settings"
                )
                self.addTopLevelItem(top)
                kind = COLLECTIONS.get(branch.path[-1], "tag")
                if branch.entries is not None:
                    self._collections[branch.path] = branch.path
                for name, path in (branch.entries or {}).items():
                    self._collections[path] = branch.path
                    top.addChild(self._item(name, path, "error" if path in wrong else kind))
                if branch.form and branch.path in wrong:
                    top.setIcon(0, icon("error", "error"))
                top.setExpanded(branch.path not in closed)
            self.choose_path(before)

    def choose_path(self, path: Place) -> None:
        """Makes a part the current one; the first where there is no such part."""
        items = self._items()
        found = next((item for item in items if self._path(item) == path), items[0] if items else None)
        if found is not None:
            self.setCurrentItem(found)

    def path(self) -> Place:
        """Returns the path of what is chosen; empty before anything is."""
        item = self.currentItem()
        return self._path(item) if item is not None else ()

    # -- what can be done -----------------------------------------------------------------------------------

    def collection(self, item: TreeItem | None) -> Place:
        """Returns the collection that an item is, or belongs to; empty where it is neither."""
        return self._collections.get(tuple(item.data), ()) if item is not None else ()

    def is_block(self, item: TreeItem | None) -> bool:
        """Returns whether an item is a block of a collection."""
        return item is not None and self.collection(item) not in ((), tuple(item.data))

    @action("Add …", keys="Ins", icon="plus", shown=lambda tree, item: bool(tree.collection(item)))
    def add_block(self, item: TreeItem) -> None:
        """Goes to where another block of the collection is named and added."""
        self.choose_path(self.collection(item))
        self._part.name.setFocus(Qt.FocusReason.OtherFocusReason)

    @action("Rename …", keys="F2", icon="edit", shown=lambda tree, item: tree.is_block(item))
    def rename_block(self, _item: TreeItem) -> None:
        """Goes to where the block's name is changed."""
        self._part.key.setFocus(Qt.FocusReason.OtherFocusReason)
        self._part.key.selectAll()

    @action("Remove", keys="Del", icon="purge", shown=lambda tree, item: tree.is_block(item))
    def remove_block(self, _item: TreeItem) -> None:
        """Takes the block out of the file, once that is saved."""
        self._part.remove.click()

    @staticmethod
    def _item(text: str, path: Place, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text])
        item.setIcon(0, icon(name, "error" if name == "error" else "muted"))
        item.setData(0, PATH, path)
        item.setToolTip(0, "Something is wrong here" if name == "error" else "")
        return item

    @staticmethod
    def _path(item: QTreeWidgetItem) -> Place:
        return tuple(item.data(0, PATH))

    def _tops(self) -> list[QTreeWidgetItem]:
        items = (self.topLevelItem(index) for index in range(self.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _items(self) -> list[QTreeWidgetItem]:
        inner = [top.child(at) for top in self._tops() for at in range(top.childCount())]
        return [*self._tops(), *(item for item in inner if item is not None)]

    def _moved(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self._path(item))


def branch_of(branches: Sequence[Branch], path: Place) -> Branch:
    """Returns the branch of a part: itself, or the collection that has it as an entry."""
    return next(one for one in branches if path == one.path or path in (one.entries or {}).values())
