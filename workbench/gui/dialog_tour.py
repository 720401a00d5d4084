"""What the tour opens over a driven project besides its views: dialogs, and what a view shows on wish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from workbench.gui.desk import Selection
from workbench.gui.views.explore_plan import SHORTEST
from workbench.gui.views.folded_dialog import FoldedDialog
from workbench.gui.views.rebuilt_dialog import RebuiltDialog
from workbench.gui.views.traffic_dialog import TrafficDialog
from workbench.services.story.row_history import Walk

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk
    from workbench.gui.main_window import MainWindow
    from workbench.gui.views.explore_view import ExploreView
    from workbench.gui.views.subscriptions_view import SubscriptionsView

Painted = Callable[[], Awaitable[None]]
"""Waits until what is shown has been read and painted."""
TURNS = 40
"""How often it is looked whether something has ended."""
Save = Callable[["QWidget", str], None]
"""Saves a picture of a widget under a name."""


async def show_rows(window: MainWindow, desk: Desk, painted: Painted, save: Save) -> None:
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
    save(then, "rows-as-of")
    then.reject()
    await workspace.projections.rebuild(name, held=True)
    await workspace.running().settle()
    window.arrange((("explorer",), ("projections",)))
    desk.select(Selection(projection=name), view="projections")
    await painted()
    save(window, "rows-held")
    beside = RebuiltDialog(window, desk, name)
    beside.only.setChecked(False)
    beside.open()
    await painted()
    save(beside, "rows-rebuilt")
    beside.reject()
    await workspace.projections.give_up_rebuild(name)


async def explore(window: MainWindow, desk: Desk, painted: Painted) -> str:
    """Explores the scenario with the most steps; returns what came of it, nothing where there is none."""
    found = [one for one in desk.workspace.scenarios.all() if not one.fixed]
    if not found:
        return ""
    desk.explore_wanted.emit(max(found, key=lambda one: len(one.when)).title, "")
    view = cast("ExploreView", window.views["explore"])
    view.plan.time.choose(SHORTEST)
    view.start()
    await painted()
    return view.told()


async def show_traffic(window: MainWindow, desk: Desk, painted: Painted, save: Save) -> None:
    """Shows what the traffic of the whole log came to, run again two times in copies of the store (W3)."""
    dialog = TrafficDialog(window, desk, 1, desk.workspace.reader.head())
    dialog.pace.setCurrentIndex(dialog.pace.findData(0.0))
    dialog.show()
    for name in ("before", "after"):
        await _until_ready(dialog, painted)
        dialog.name.setText(name)
        dialog.start()
    await _until_ready(dialog, painted)
    save(dialog, "traffic")
    dialog.close()


async def _until_ready(dialog: TrafficDialog, painted: Painted) -> None:
    """Waits until a run can be started, but not for ever: the log may hold nothing that came from outside."""
    for _ in range(TURNS):
        await painted()
        if dialog.acts["start"].isEnabled():
            return


async def show_ended(window: MainWindow, desk: Desk, painted: Painted, save: Save) -> None:
    """Shows the instances of the first process, also those that ended, and the history of the last one."""
    workspace = desk.workspace
    processes = [one.name for one in workspace.registry.reactors.values() if one.stateful]
    over = workspace.stories.ended(processes[0]).look(Walk()) if processes else ()
    if not over:
        return
    view = cast("SubscriptionsView", window.views["subscriptions"])
    window.arrange((("explorer",), ("subscriptions",)))
    view.instances.ended.setChecked(True)
    view.instances.tabs.setCurrentWidget(view.instances.history)
    desk.select(Selection(subscription=processes[0], key=over[0].key), view="subscriptions")
    await painted()
    await painted()
    save(window, "instances-ended")
    view.instances.tabs.setCurrentWidget(view.instances.whole)
    view.instances.ended.setChecked(False)
