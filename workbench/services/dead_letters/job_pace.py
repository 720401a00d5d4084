"""Whether the letters of a bulk action can be delivered: a replay gives back no others (L5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.engine import Engine, EngineState
from workbench.model.dead_letter import LetterAct

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.changes import Changes
    from workbench.project.project import Project
    from workbench.store.letter_jobs import Job

LOOKED_AT = 1_000
"""Letters of which it is looked whether their subscription is paused, to say so."""


async def deliverable(world: World[Project], engine: Engine, job: Job, part: Sequence[int]) -> Sequence[int]:
    """Returns the first of the next letters of a job that can be delivered, once there is one.

    Until then a replay keeps them in its list, at a pace or not: there it is held and cancelled.
    """
    if job.action != LetterAct.REPLAY or _still(engine) == frozenset():
        return part
    moved = asyncio.Event()

    def heard(changes: Changes) -> None:
        if changes.engine or changes.subscriptions or changes.everything:
            moved.set()

    end = world.listen(heard)
    try:
        while True:
            moved.clear()
            still = _still(engine)
            if still is not None and (found := await world.ask(partial(_first, world, part, still))):
                return found
            while _still(engine) == still:
                await moved.wait()
                moved.clear()
    finally:
        end()


def held_up(world: World[Project], waiting: Callable[[], Sequence[int]]) -> str:
    """Says what keeps one of the letters that wait from being delivered; empty for nothing, or for none."""
    engine = world.engine
    still = None if engine is None or world.stopped else _still(engine)
    if still == frozenset() or not (numbers := waiting()):
        return ""
    if still is None:
        return "the engine is paused"
    lines = world.reader.letters_listed(numbers[:LOOKED_AT])
    names = sorted({one.subscription for one in lines} & still)
    if len(names) == 1:
        return f"subscription {names[0]} is paused"
    return f"subscriptions {', '.join(names)} are paused" if names else ""


def _still(engine: Engine) -> frozenset[str] | None:
    """Returns the subscriptions that are paused, or stopped after failures; None where the engine is."""
    if engine.state is EngineState.PAUSED:
        return None
    return frozenset(
        name for name, one in engine.subscriptions.items() if one.paused or name in engine.faults
    )


def _first(world: World[Project], part: Sequence[int], still: Collection[str]) -> Sequence[int]:
    """Returns those before the first one whose subscription does not move: none overtakes it."""
    lines = world.reader.letters_listed(part) if still else ()
    stays = {one.number for one in lines if one.subscription in still}
    return part[: next((at for at, number in enumerate(part) if number in stays), len(part))]
