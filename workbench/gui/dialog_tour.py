"""The dialogs of the tour: opened over a driven project, looked at, and closed again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from workbench.gui.views.folded_dialog import FoldedDialog
from workbench.gui.views.rebuilt_dialog import RebuiltDialog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk

Painted = Callable[[], Awaitable[None]]
"""Waits until what is shown has been read and painted."""
Save = Callable[["QWidget", str], None]
"""Saves a picture of a widget under a name."""


async def show_row_dialogs(parent: QWidget, desk: Desk, painted: Painted, save: Save) -> None:
    """Shows the rows of the first read model as they were, and as a rebuild beside them makes them (J10)."""
    workspace = desk.workspace
    folding = [one.name for one in workspace.registry.projections.values() if not one.by_handlers]
    if not folding:
        return
    name = folding[0]
    then = FoldedDialog(parent, desk, name)
    then.as_of.setText(str(workspace.reader.generations(name)[0].checkpoint // 2))
    then.fold()
    then.open()
    await painted()
    save(then, "rows-as-of")
    then.reject()
    await workspace.projections.rebuild(name, held=True)
    await workspace.running().settle()
    beside = RebuiltDialog(parent, desk, name)
    beside.only.setChecked(False)
    beside.open()
    await painted()
    save(beside, "rows-rebuilt")
    beside.reject()
    await workspace.projections.give_up_rebuild(name)
