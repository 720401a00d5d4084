"""What the tour opens over the views: dialogs, and the operations log; each as it stands in the window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog

from workbench.gui.safe_painter import painting
from workbench.gui.views.append_dialog import AppendDialog
from workbench.gui.views.burst_dialog import BurstDialog
from workbench.gui.views.folded_dialog import FoldedDialog
from workbench.gui.views.log_view import LogView
from workbench.gui.views.rebuilt_dialog import RebuiltDialog
from workbench.gui.views.snapshot_dialog import SnapshotDialog
from workbench.gui.views.step_dialog import StepDialog

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.main_window import MainWindow

Painted = Callable[[], Awaitable[object]]
"""Waits until what is open has read what it shows, and painted it."""
Save = Callable[[str, QPixmap], object]
"""Saves a picture under a name."""


async def dialog_pictures(window: MainWindow, desk: Desk, painted: Painted, save: Save) -> None:
    """Opens each in turn and takes its picture."""
    window.arrange((("explorer",), ("log",)))
    log = window.views["log"]
    if isinstance(log, LogView):
        log.tabs.setCurrentWidget(log.operations)
        await painted()
        save("operations", window.grab())
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
        save(name, over(window.grab(), dialog.grab()))
        dialog.close()
    await _row_dialogs(window, desk, painted, save)


async def _row_dialogs(window: MainWindow, desk: Desk, painted: Painted, save: Save) -> None:
    """Shows the rows of the first read model as they were, and as a rebuild beside them makes them (J10)."""
    workspace = desk.workspace
    folding = [one.name for one in workspace.registry.projections.values() if not one.by_handlers]
    if not folding:
        return
    name = folding[0]
    then = FoldedDialog(window, desk, name)
    then.as_of.setText(str(workspace.reader.generations(name)[0].checkpoint // 2))
    then.fold()
    then.open()
    await painted()
    save("rows-as-of", over(window.grab(), then.grab()))
    then.reject()
    await workspace.projections.rebuild(name, held=True)
    await workspace.running().settle()
    beside = RebuiltDialog(window, desk, name)
    beside.only.setChecked(False)
    beside.open()
    await painted()
    save("rows-rebuilt", over(window.grab(), beside.grab()))
    beside.reject()
    await workspace.projections.give_up_rebuild(name)


def _dialogs(window: MainWindow, desk: Desk) -> dict[str, Callable[[], QDialog]]:
    """Returns the dialogs that this project has something for, by the names of their pictures."""
    registry, stream, read_model = desk.workspace.registry, desk.selection.stream, desk.selection.projection
    found: dict[str, Callable[[], QDialog]] = {}
    if registry.events:
        found["append"] = lambda: AppendDialog(window, desk, stream)
    if command := next(iter(registry.commands), ""):
        found["burst"] = lambda: BurstDialog(window, desk, command, {}, lambda _burst: None)
    if read_model:
        found["step"] = lambda: StepDialog(window, desk, read_model, desk.workspace.streams.head())
    if stream:
        found["snapshot"] = lambda: SnapshotDialog(window, desk, stream)
    return found


def over(below: QPixmap, above: QPixmap) -> QPixmap:
    """Returns a picture with another one over its middle."""
    shown = QPixmap(below)
    place = QPoint((below.width() - above.width()) // 2, max(0, (below.height() - above.height()) // 2))
    with painting(shown) as painter:
        painter.drawPixmap(place, above)
        painter.drawRect(place.x() - 1, place.y() - 1, above.width() + 1, above.height() + 1)
    return shown
