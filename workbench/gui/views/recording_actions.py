"""What is chosen in a list of events or commands becomes a scenario whose orders are explored at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.gui.actions import Action

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.table_actions import ChosenRows
    from workbench.gui.view import View
    from workbench.services.scenarios import Recorded, ScenarioRecorder

Versions = Callable[[Any, "ChosenRows | None"], tuple[str, int, int]]
"""Returns the stream of what is chosen, and the first and the last version."""
Record = Callable[["ScenarioRecorder"], Awaitable["Recorded"]]
"""Makes a scenario of what is chosen."""


def recording_actions(on: str, versions: Versions) -> tuple[Action, ...]:
    """Returns what makes a scenario of the events that are chosen in a widget of a view, and explores it."""
    keep = Action(
        key="record_scenario",
        text="Record as scenario …",
        icon="scenario",
        tip="Record as scenario: what was before, the command, and the events that it made",
        on=on,
        group=2,
        anyway=True,
        run=lambda view, rows=None: view.desk.run(_keep(view, *versions(view, rows)), "Record as scenario"),
    )
    return keep, *explore_action(on, lambda view, rows: partial(_record, *versions(view, rows)))


def _record(stream: str, first: int, last: int, recorder: ScenarioRecorder) -> Awaitable[Recorded]:
    return recorder.record(stream, first, upto=last)


async def _keep(view: View, stream: str, first: int, last: int) -> None:
    from workbench.gui.views.record_dialog import keep_recorded
    from workbench.services.scenarios import ScenarioRecorder

    recorded = await _record(stream, first, last, ScenarioRecorder(view.desk.workspace.world))
    place = f"versions {first} to {last}" if last > first else f"version {first}"
    await keep_recorded(view, view.desk, recorded, f"{stream}, {place}")


def explore_action(on: str, record: Callable[[Any, ChosenRows], Record]) -> tuple[Action]:
    """Returns what explores the orders of what is chosen in a widget; the owner has a ``desk``."""
    explore = Action(
        key="explore-orders",
        text="Explore the orders of these",
        icon="split",
        tip="Look for an order in which the chosen commands go wrong, in worlds of their own",
        on=on,
        group=2,
        several=True,
        run=lambda owner, rows: owner.desk.run(
            _explore(owner.desk, record(owner, rows)), "Explore the orders of these"
        ),
    )
    return (explore,)


async def _explore(desk: Desk, record: Record) -> None:
    from workbench.services.scenarios import ScenarioRecorder

    recorded = await record(ScenarioRecorder(desk.workspace.world))
    desk.explore_scenario.emit(recorded.scenario)
