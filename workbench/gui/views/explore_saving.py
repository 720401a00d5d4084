"""Keeps an order that was explored as a scenario that names its deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.design_steps import stepped
from workbench.project.scenarios import write_scenario
from workbench.services.scenarios.scenario_edits import added, free_name
from workbench.services.worlds.explored import NOT_AGAIN

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design_text import DesignText
    from workbench.services.worlds.exploration import Explored
    from workbench.services.worlds.told_schedule import ToldSchedule


def why_not_saved(done: Sequence[Explored], told: ToldSchedule, *, earlier: bool) -> str:
    """Says why an order is not kept: done again, it would break nothing.

    Args:
        earlier: It was found in an earlier model.
    """
    if earlier:
        return "This order is of an earlier model: explore again"
    lost = [
        one.finding.invariant
        for each in done
        for one in each.findings
        if one.schedule is told and not one.finding.again
    ]
    return f"{lost[0]} is not broken when this order is done again: {NOT_AGAIN}" if lost else ""


async def save_order(desk: Desk, told: ToldSchedule) -> None:
    """Writes an order behind the other scenarios of its file, and opens it; it can be undone there."""
    scenario, registry = told.scenario, desk.workspace.registry
    places: list[tuple[str, str]] = []

    def change(text: DesignText) -> DesignText:
        document = text.scenarios.get(scenario.place.file)
        name = free_name(document, scenario.name)
        written = write_scenario(replace(scenario, name=name), registry)
        made, file = added(text, written, file=scenario.place.file, name=name)
        places.append((file, name))
        return made

    apply = partial(desk.workspace.design.apply, f"Save scenario “{scenario.name}”", change)
    state = await stepped(desk, apply)
    desk.project_saved.emit()
    if state.refused or not places:
        return
    await desk.workspace.scenarios.look(run=True)
    desk.scenario = places[-1]
    desk.wanted.emit("scenarios")
    desk.scenario = ("", "")  # it says all: what is pointed at next begins another
    desk.notice("ok", f"The order is kept as a scenario in {places[-1][0]}.")
