"""Puts what is pointed at into a scenario: what is given, what is done, and what is expected then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.design_steps import POINTED, stepped
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
AS = {"given": "given", "when": "what is done", "then": "expected"}
"""What something is in a part of a scenario."""
Written = Callable[[Sequence[WrittenStep]], str]
"""Given what a scenario says so far, returns an item of it as it is written."""


def use(desk: Desk, what: str, parts: Mapping[str, Written]) -> None:
    """Puts an item into the scenario that is being written, or into a new one; it is run at once.

    Args:
        what: Is put there, in words.
        parts: Where it can stand, ``given``, ``when`` or ``then``, the first as a rule; ``then`` once a
            scenario says what is done.
    """
    desk.run(_use(desk, what, parts), f"Use {what} in a scenario")


async def _use(desk: Desk, what: str, parts: Mapping[str, Written]) -> None:
    found: list[tuple[str, str, str, bool]] = []
    before = desk.scenario
    change = partial(_with, place=before, parts=parts, found=found)
    state = await stepped(desk, partial(desk.workspace.design.apply, f"Use {what} in a scenario", change))
    file, name, part, open_end = found[-1]
    desk.scenario = (file, name)
    desk.project_saved.emit()
    if state.refused:
        return
    await desk.workspace.scenarios.look(run=True)
    said = f"{what} is {AS[part]} in “{name}”"
    if desk.scenario != before:
        said += ", which begins here: what is used next goes there, too, until it has a name"
    if open_end:
        said += ". It expects nothing yet: Ctrl+Enter in its lines takes over what came"
    show = ("Show the scenario", partial(desk.wanted.emit, "scenarios"))
    desk.notice("ok", f"{said}.", show, topic=POINTED)


def _with(
    text: DesignText,
    place: tuple[str, str],
    parts: Mapping[str, Written],
    found: list[tuple[str, str, str, bool]],
) -> DesignText:
    """Puts it there; `found` gets where, and whether the scenario does something and expects nothing."""
    file, name = place
    document = text.scenarios.get(file)
    if document is None or name not in document.top.entries:
        name = NEW
        for one in text.scenarios.values():
            name = free_name(one, name)
        text, file = added(text, new_scenario(name), name=name)
    document = text.scenarios[file]
    steps = written_steps(document, name)
    part = "then" if "then" in parts and steps["when"] else next(iter(parts))
    done = part == "when" or steps["when"]
    found.append((file, name, part, bool(done and part != "then" and not steps["then"])))
    item = parts[part]([one for several in steps.values() for one in several])
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
    await _use(desk, event.type, {"given": lambda _steps: item})
