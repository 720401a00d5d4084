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

ENGINE_PAUSED = "the engine is paused"
"""What a replay waits for that a step delivers, one letter after the other."""
LOOKED_AT = 1_000
"""Letters of which it is looked whether their subscription is paused, to say so."""


async def deliverable(world: World[Project], engine: Engine, job: Job, part: Sequence[int]) -> Sequence[int]:
    """Returns the first of the next letters of a job that can be delivered, once there is one.

    Until then a replay keeps them in its list, at a pace or not: there it is held and cancelled, and a step
    of the paused engine takes the next one from there; it returns none once one did.
    """
    still = _still(engine)
    if job.action != LetterAct.REPLAY or still == frozenset():
        return part
    moved = asyncio.Event()

    def heard(changes: Changes) -> None:
        stepped = changes.dead_letters and engine.state is EngineState.PAUSED
        if stepped or changes.everything or _still(engine) != still:
            moved.set()

    end = world.listen(heard)
    try:
        while True:
            moved.clear()
            still = _still(engine)
            found = await world.ask(partial(_first, world, job, part, still))
            if found is not None:
                return found
            world.paced.rest()
            await moved.wait()
    finally:
        end()


def held_up(world: World[Project], waiting: Callable[[], Sequence[int]]) -> str:
    """Says what keeps one of the letters that wait from being delivered; empty for nothing, or for none.

    It is `ENGINE_PAUSED` where a step delivers them.
    """
    engine = world.engine
    if engine is None or world.stopped:
        return "no engine runs here" if waiting() else ""
    paused, still = engine.state is EngineState.PAUSED, _standing(engine)
    if not (paused or still) or not (numbers := waiting()):
        return ""
    lines = world.reader.letters_listed(numbers[:LOOKED_AT]) if still else ()
    names = sorted({one.subscription for one in lines} & still)
    if not names:
        return ENGINE_PAUSED if paused else ""
    said = f"subscription{'s' * (len(names) > 1)} {', '.join(names)}"
    if paused:
        return f"the engine and {said} are paused"
    return f"{said} {'is' if len(names) == 1 else 'are'} paused"


def steppable(world: World[Project], engine: Engine, job: Job, only: str) -> bool:
    """Returns whether a step of the paused engine can deliver the next letter of a job.

    Args:
        only: The subscription that is stepped; empty for all that are not paused.
    """
    following = job.numbers[job.step : job.step + 1]
    if job.action != LetterAct.REPLAY or not following:
        return False
    paused = {name for name, one in engine.subscriptions.items() if one.paused}
    lines = world.reader.letters_listed(following)  # one that is gone holds up nothing
    return all(one.subscription == only if only else one.subscription not in paused for one in lines)


def _still(engine: Engine) -> frozenset[str] | None:
    """Returns the subscriptions that do not move; None where none does, as the engine is paused."""
    return None if engine.state is EngineState.PAUSED else _standing(engine)


def _standing(engine: Engine) -> frozenset[str]:
    """Returns the subscriptions that are paused, or stopped after failures."""
    return frozenset(
        name for name, one in engine.subscriptions.items() if one.paused or name in engine.faults
    )


def _first(
    world: World[Project], job: Job, part: Sequence[int], still: Collection[str] | None
) -> Sequence[int] | None:
    """Returns those before the first one whose subscription does not move: none overtakes it.

    There are none where the job stands elsewhere by now, and it is None where all wait.
    """
    stands = world.reader.job(job.number)
    if stands is None or stands.step != job.step:
        return ()
    if still is None:
        return None
    lines = world.reader.letters_listed(part) if still else ()
    stays = {one.number for one in lines if one.subscription in still}
    return part[: next((at for at, number in enumerate(part) if number in stays), len(part))] or None
