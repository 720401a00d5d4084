"""Removes what was kept long enough: settled messages (G1), dead letters whose purge is not undone (L7)."""

from __future__ import annotations

import asyncio

from workbench.engine.group_commit import Commits
from workbench.engine.tasks import Tasks
from workbench.engine.timers import CallOff, Timer
from workbench.errors import WorkbenchError
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.messaging import OnDead, Topic
from workbench.model.operator_acts import UNDO_SECONDS
from workbench.model.registry import Registry
from workbench.store.operations import ForgetLetters, ForgetMessages, Retain

EVERY = 60.0
"""Seconds between two looks."""
CHUNK = 5_000


class Retention:
    """Looks from time to time whether something can go.

    Age is time that the clock itself saw pass: its jump ahead makes nothing old (W1).

    Args:
        tasks: Where its work runs.
    """

    def __init__(self, registry: Registry, writer: Commits, clock: Clock, timer: Timer, tasks: Tasks) -> None:
        self._topics = [
            topic
            for topic in registry.topics.values()
            if topic.retention is not None or topic.keep is not None
        ]
        self._readers = {
            topic.name: tuple(one.name for one in registry.subscriptions.values() if one.topic == topic.name)
            for topic in self._topics
        }
        self._writer = writer
        self._clock = clock
        self._timer = timer
        self._tasks = tasks
        self._call_off: CallOff | None = None

    def _past(self, seconds: float) -> int:
        """Returns when what is so old now came, microseconds since 1970."""
        return self._clock.passed() - round(seconds * MICROSECONDS)

    def start(self) -> None:
        """Begins; the first look is after a while."""
        due = self._clock.now() + round(EVERY * MICROSECONDS)
        self._call_off = self._timer.call_at(due, self._again, background=True)

    def stop(self) -> None:
        """Ends; a second call does nothing."""
        if self._call_off is not None:
            self._call_off()
        self._call_off = None

    def _again(self) -> None:
        self.start()
        self._tasks.spawn(self._tidy(), "housekeeping")

    async def _tidy(self) -> None:
        try:
            await self.tidy()
        except WorkbenchError:
            return  # the next writer reports what is wrong; this can wait

    async def tidy(self) -> int:
        """Removes what can go now, in small writes; returns how much that was.

        Raises:
            WorldError: The store could not write.
        """
        removed = 0
        for topic in self._topics:
            while (gone := await self._writer.write(self._retain(topic))) > 0:
                removed += gone
                await asyncio.sleep(0)
                if gone < CHUNK:
                    break
        old = ForgetLetters(before=self._past(UNDO_SECONDS))
        return removed + int(await self._writer.write(old))

    def _retain(self, topic: Topic) -> Retain:
        kept = topic.retention
        return Retain(
            topic=topic.name,
            subscriptions=self._readers[topic.name],
            before=None if kept is None else self._past(kept),
            keep=topic.keep,
            limit=CHUNK,
        )


def forgotten(registry: Registry) -> list[ForgetMessages]:
    """Returns what takes away the messages of topics that keep them in memory only."""
    subscriptions = registry.subscriptions.values()
    released = tuple(one.name for one in subscriptions if one.on_dead is OnDead.CONTINUE)
    topics = [topic.name for topic in registry.topics.values() if not topic.persistent]
    return [ForgetMessages(topic=name, released=released) for name in topics]
