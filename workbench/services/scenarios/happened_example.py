"""Finds in a store where something happened that no scenario tries, and records a scenario of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.model.command import CommandOutcome
from workbench.model.event import RecordedEvent
from workbench.services.scenarios.log_deeds import fits_reason
from workbench.services.scenarios.scenario_recorder import Recorded, ScenarioRecorder
from workbench.store.paging import PAGE

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.scenarios.coverage import Try
    from workbench.store.ports import Reader
    from workbench.store.stored_values import CommandRecord

MOST = 20_000
"""Commands that are looked at, the newest first."""


async def recorded_example(world: World[Project], one: Try) -> Recorded | None:
    """Records a scenario of the last time that something came of a command; None where none can be found.

    Raises:
        InvalidValue: Too much happened before.
        NotFound: What made it is not known.
    """
    if one.kind not in {"event", "refusal"}:
        return None
    found = await world.ask(lambda: _last(world.reader, one))
    if found is None:
        return None
    command, event = found
    recorder = ScenarioRecorder(world)
    if event is None:
        return await recorder.record_refusal(command)
    return await recorder.record(event.stream, event.version)


def _last(reader: Reader, one: Try) -> tuple[CommandRecord, RecordedEvent | None] | None:
    for command in _commands(reader, one.command):
        if one.kind == "refusal":
            refused = command.outcome == CommandOutcome.REJECTED
            if refused and (not one.name or fits_reason(one.name, command.message)):
                return command, None
        elif command.first_position:
            made = range(command.first_position, command.last_position + 1)
            events = (reader.event_at(position) for position in made)
            own = (event for event in events if event is not None and event.type == one.name)
            event = next((event for event in own if event.causation_id == command.command_id), None)
            if event is not None:
                return command, event
    return None


def _commands(reader: Reader, name: str) -> Iterator[CommandRecord]:
    before, looked = None, 0
    while looked < MOST and (page := reader.commands(limit=PAGE, before=before)):
        yield from (command for command in page if command.type == name)
        before, looked = page[-1].number, looked + len(page)
