"""Puts what is pointed at into a scenario: an event as given, a command as what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.design_steps import stepped
from workbench.services.design.design_text import DesignText
from workbench.services.scenarios.scenario_edits import (
    WrittenStep,
    added,
    free_name,
    new_scenario,
    with_step,
    written_steps,
)

if TYPE_CHECKING:
    from workbench.gui.desk import Desk, Selection

NEW = "New scenario"
TOPIC = "scenario"
Written = Callable[[Sequence[WrittenStep]], str]
"""Given what a scenario says so far, returns an item of it as it is written."""


def use(desk: Desk, part: str, what: str, written: Written) -> None:
    """Puts an item into the scenario that is being written, or into a new one; it is run at once.

    Args:
        part: ``given`` or ``when``.
        what: Is put there, in words.
    """
    desk.run(_use(desk, part, what, written), f"Use {what} in a scenario")


async def _use(desk: Desk, part: str, what: str, written: Written) -> None:
    found: list[tuple[str, str]] = []
    change = partial(_with, place=desk.scenario, part=part, written=written, found=found)
    state = await stepped(desk, partial(desk.workspace.design.apply, f"Use {what} as {part}", change))
    desk.scenario = found[-1]
    desk.project_saved.emit()
    if state.refused:
        return
    await desk.workspace.scenarios.look(run=True)
    said = f"{what} is {'given' if part == 'given' else 'what is done'} in “{desk.scenario[1]}”."
    show = ("Show the scenario", partial(desk.wanted.emit, "scenarios"))
    desk.notice("ok", said, show, topic=TOPIC)


def _with(
    text: DesignText, place: tuple[str, str], part: str, written: Written, found: list[tuple[str, str]]
) -> DesignText:
    file, name = place
    document = text.scenarios.get(file)
    if document is None or name not in document.top.entries:
        name = NEW
        for one in text.scenarios.values():
            name = free_name(one, name)
        text, file = added(text, new_scenario(name), name=name)
    document = text.scenarios[file]
    found.append((file, name))
    steps = written_steps(document, name)
    item = written([one for several in steps.values() for one in several])
    return text.with_file(with_step(document, name, part, len(steps[part]), item))


def use_event(desk: Desk, selection: Selection) -> None:
    """Puts a stored event into a scenario, as given."""
    desk.run(_use_event(desk, selection), "Use the event in a scenario")


async def _use_event(desk: Desk, selection: Selection) -> None:
    from workbench.project.scenarios import write_event
    from workbench.services.scenarios.scenario_recorder import occurrence_of

    event = await desk.workspace.world.ask(partial(desk.workspace.streams.event_at, selection.position))
    if event is None:
        desk.notice("warning", f"No event is stored at position {selection.position:,}.")
        return
    item = write_event(occurrence_of(event), desk.workspace.registry)
    await _use(desk, "given", event.type, lambda _steps: item)
