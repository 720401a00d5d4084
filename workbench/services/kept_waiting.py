"""What waits for a subscription that is paused: no step of the engine, and no end of its pause, moves it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from workbench.model.dead_letter import LetterAct
from workbench.model.messaging import called
from workbench.services.dead_letters.job_pace import LOOKED_AT
from workbench.services.monitor.lag import subscription_lag
from workbench.store.letter_jobs import JobStatus

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


def kept_waiting(world: World[Project]) -> str:
    """Says how many deliveries wait for subscriptions that are paused, and for which; empty for none.

    Letters that a replay under way has not given back for that reason are among them (L5). Of messages that
    were not read yet it is not known which are delivered: they have no number.
    """
    engine, reader = world.engine, world.reader
    paused = {name for name, one in engine.subscriptions.items() if one.paused} if engine else set[str]()
    if not paused:
        return ""
    waiting, unread = Counter[str](), set[str]()
    for state in reader.subscriptions():
        waiting[state.name] += state.waiting
        if state.name in paused and subscription_lag(world.registry, reader, state, state.cursor)[0]:
            unread.add(state.name)
    for job in reader.jobs(status=JobStatus.RUNNING):
        if job.action == LetterAct.REPLAY:
            following = reader.letters_listed(job.numbers[job.step : job.step + LOOKED_AT])
            waiting.update(one.subscription for one in following)
    parts = [
        f"{waiting[name]:,} {'waits' if waiting[name] == 1 else 'wait'} for {called(name)}"
        if waiting[name] and name not in unread
        else f"messages wait for {called(name)}"
        for name in sorted(paused)
        if waiting[name] or name in unread
    ]
    which = "which is paused" if len(parts) == 1 else "which are paused"
    return f"{', '.join(parts)}, {which}" if parts else ""
