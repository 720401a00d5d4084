"""Asks beside the loop since when an invariant does not hold, and leads to the event that broke it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.desk import Selection
from workbench.gui.file_jobs import Told, run_job

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.invariant import Invariant
    from workbench.services.worlds.since_when import FirstBreak, Since, SinceWhen


async def tell_since_when(desk: Desk, invariant: Invariant) -> None:
    """Looks through the log, and tells the first commit behind which an invariant did not hold.

    A notice says how far it is, and cancels it.
    """
    name = invariant.name
    look = partial(_look, desk.workspace.since, invariant)
    found = await run_job(desk, f"Since when does {name} not hold", "positions", look)
    if found is None:
        return
    if (first := found.first) is None:
        said = f"{name} held at every position, up to {found.upto:,}."
        desk.notice("ok", said, topic=f"since {name}")
        return
    event = first.event
    place = Selection(stream=event.stream, version=event.version, position=event.position)
    way, topic = desk.way_to("timeline", place), f"since {name}"
    desk.notice("warning", words_of(first), way, topic=topic, asks=True)  # it stays until it was read


def words_of(first: FirstBreak) -> str:
    """Returns what broke an invariant, in sentences: since when, by what, of what there was before."""
    event, command = first.event, first.command
    by = f" by the command {command.type}" if command is not None else ""
    by += f", issued by {command.origin}" if command is not None and command.origin else ""
    was = [
        f"{part} was {value}"
        for part, value in first.before.items()
        if first.broken.values.get(part) != value
    ]
    before = f" Before, {', '.join(was)}." if was else ""
    more = f" It broke it for {first.others:,} more at once." if first.others else ""
    return f"{first.broken.words}: since {first.since}, {event.type}{by}.{before}{more}"


def _look(since: Since, invariant: Invariant, told: Told) -> SinceWhen:
    def step(done: int, of: int) -> bool:
        told(done, of)
        return True

    return since.when(invariant, step)
