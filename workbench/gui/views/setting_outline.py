"""The outline of the settings: sections, collections, their entries; marked where something is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal

from workbench.gui.actions import action
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow

if TYPE_CHECKING:
    from workbench.gui.views.setting_part import SettingPart
    from workbench.services.project_editor import Branch, Place

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
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setAccessibleName("Sections of the project file")
        self.current_moved.connect(self._chose)

    def show_branches(self, branches: Sequence[Branch], wrong: Collection[Place]) -> None:
        """Shows the outline; what was chosen stays so, if it is still there."""
        self._collections = {
            path: branch.path
            for branch in branches
            if branch.entries is not None
            for path in (branch.path, *branch.entries.values())
        }
        before = self.path()
        with QSignalBlocker(self):
            self.show_rows([_branch(branch, wrong) for branch in branches])
            self.choose_path(before)

    def choose_path(self, path: Place) -> None:
        """Makes a part the current one; the first where there is no such part."""
        if not self.choose(path):
            self.setCurrentIndex(self.rows.index(0, 0))

    def path(self) -> Place:
        """Returns the path of what is chosen; empty before anything is."""
        item = self.current()
        return item.data if item is not None else ()

    # -- what can be done -----------------------------------------------------------------------------------

    def collection(self, item: TreeItem | None) -> Place:
        """Returns the collection that an item is, or belongs to; empty where it is neither."""
        return self._collections.get(item.data, ()) if item is not None else ()

    def is_block(self, item: TreeItem | None) -> bool:
        """Returns whether an item is a block of a collection."""
        return item is not None and self.collection(item) not in ((), item.data)

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

    def _chose(self, item: TreeItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data)


def _branch(branch: Branch, wrong: Collection[Place]) -> TreeRow:
    kind = COLLECTIONS.get(branch.path[-1], "tag")
    entries = (branch.entries or {}).items()
    rows = [_row(name, path, "error" if path in wrong else kind) for name, path in entries]
    if branch.form and branch.path in wrong:
        return _row(branch.title, branch.path, "error", rows)
    return _row(branch.title, branch.path, "folder" if branch.entries is not None else "settings", rows)


def _row(text: str, path: Place, name: str, rows: Sequence[TreeRow] = ()) -> TreeRow:
    wrong = name == "error"
    return TreeRow(
        key=path,
        cells=(text,),
        data=path,
        picture=(name, "error" if wrong else "muted"),
        tip="Something is wrong here" if wrong else "",
        rows=rows,
    )


def branch_of(branches: Sequence[Branch], path: Place) -> Branch:
    """Returns the branch of a part: itself, or the collection that has it as an entry."""
    return next(one for one in branches if path == one.path or path in (one.entries or {}).values())
