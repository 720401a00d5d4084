"""What the tour opens of what operators use: the operations log, and the dialogs over log and read models."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.gui.views.append_dialog import AppendDialog
from workbench.gui.views.burst_dialog import BurstDialog
from workbench.gui.views.log_view import LogView
from workbench.gui.views.snapshot_dialog import SnapshotDialog
from workbench.gui.views.step_dialog import StepDialog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from workbench.gui.desk import Desk
    from workbench.gui.dialog_tour import Painted, Save
    from workbench.gui.main_window import MainWindow


async def show_operators(window: MainWindow, desk: Desk, painted: Painted, save: Save) -> None:
    """Shows what operators did, and opens each dialog in turn."""
    window.arrange((("explorer",), ("log",)))
    log = window.views["log"]
    if isinstance(log, LogView):
        log.tabs.setCurrentWidget(log.operations)
        await painted()
        save(window, "operations")
        log.tabs.setCurrentIndex(0)
    for name, make in _dialogs(window, desk).items():
        dialog = make()
        dialog.show()
        await painted()
        if isinstance(dialog, StepDialog):
            dialog.to_change()
        elif isinstance(dialog, SnapshotDialog):
            dialog.fold()
        await painted()
        save(dialog, name)
        dialog.close()


def _dialogs(window: MainWindow, desk: Desk) -> dict[str, Callable[[], QDialog]]:
    """Returns the dialogs that this project has something for, by the names of their pictures."""
    registry, stream, read_model = desk.workspace.registry, desk.selection.stream, desk.selection.projection
    found: dict[str, Callable[[], QDialog]] = {}
    if registry.events:
        found["append"] = lambda: AppendDialog(window, desk, stream)
    if command := next(iter(registry.commands), ""):
        found["burst"] = lambda: BurstDialog(window, desk, command, {}, lambda _burst: None)
    if read_model:
        found["step"] = lambda: StepDialog(window, desk, read_model)
    if stream:
        found["snapshot"] = lambda: SnapshotDialog(window, desk, stream)
    return found
