"""Writes a scenario of what none tries: recorded where it happened in the store, else drafted and run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.tasks import aside
from workbench.errors import InvalidValue, NotFound
from workbench.gui.design_steps import stepped
from workbench.services.scenarios.scenario_edits import added, free_name

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk
    from workbench.services.design.design_text import DesignText
    from workbench.services.scenarios.coverage import Try


async def write_scenario_of(parent: QWidget, desk: Desk, one: Try, file: str) -> None:
    """Writes a scenario that tries something, and opens it.

    Args:
        file: Behind whose scenarios a draft stands; empty for a new one.
    """
    if one.happened and await _recorded(parent, desk, one):
        return
    from workbench.services.scenarios import Scenarios
    from workbench.services.scenarios.gap_draft import drafted

    workspace = desk.workspace
    draft = await aside(partial(drafted, Scenarios(workspace.project, workspace.clock), one))
    places: list[tuple[str, str]] = []

    def change(text: DesignText) -> DesignText:
        document = text.scenarios.get(file)
        name = free_name(document, draft.name)
        made, where = added(text, draft.written(name), file=file if document is not None else "", name=name)
        places.append((where, name))
        return made

    state = await stepped(desk, partial(workspace.design.apply, f"Write scenario “{draft.name}”", change))
    desk.project_saved.emit()
    if state.refused or not places:
        return
    await workspace.scenarios.look(run=True)
    desk.scenario = places[-1]
    desk.wanted.emit("scenarios")
    if draft.fills:
        desk.notice("ok", f"A scenario comes to it, in {places[-1][0]}.")
    else:
        desk.notice("info", f"A scenario is begun in {places[-1][0]}: it does not come to it yet.")


async def _recorded(parent: QWidget, desk: Desk, one: Try) -> bool:
    """Offers a scenario of the last time that it happened; returns whether there was one to offer."""
    from workbench.gui.views.record_dialog import keep_recorded
    from workbench.services.scenarios.happened_example import recorded_example

    try:
        recorded = await recorded_example(desk.workspace.world, one)
    except (InvalidValue, NotFound):  # it cannot be told from what is stored: it is drafted
        return False
    if recorded is not None:
        await keep_recorded(parent, desk, recorded, one.words)
    return recorded is not None
