"""The one way to try something on what is stored: a world on a copy of it, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workbench.engine.staged_handlers import on_stage
from workbench.engine.timers import Timer
from workbench.engine.world import World
from workbench.errors import NotAStore
from workbench.model.clock import Clock
from workbench.services.maintenance.store_checkup import backup
from workbench.store.store_file import open_store_file
from workbench.tusk.scratch import scratch

if TYPE_CHECKING:
    from workbench.project.project import Project
    from workbench.store.ports import Store

SEED = 1
"""Of ids and jitter."""
Told = Callable[[str, int, int], object]
"""Told what is done, and how much of how much of it."""
T = TypeVar("T")


class CopyDropped(Exception):  # no error: it was asked for
    """What was tried on the copy was cancelled; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """A copy of a project's store, and the model that runs on it.

    Attributes:
        path: The copy's file.
        project: The project; its handlers are told that it is a dry run.
    """

    path: Path
    project: Project
    _told: Told
    _dropped: threading.Event

    def tell(self, what: str, done: int, of: int) -> None:
        """Says how far it is.

        Raises:
            CopyDropped: It was cancelled.
        """
        self.check()
        self._told(what, done, of)

    def check(self) -> None:
        """Goes on unless it was cancelled: then `CopyDropped` is raised."""
        if self._dropped.is_set():
            raise CopyDropped

    @asynccontextmanager
    async def world(
        self, clock: Clock, timer: Timer, prepare: Callable[[Store], object] = lambda _store: None
    ) -> AsyncIterator[World[Project]]:
        """Has a world run on the copy.

        Args:
            prepare: Called with the store before anything runs.
        """
        store = open_store_file(self.path, clock, synchronous="normal")
        world = World(self.project, store, clock, timer=timer, seed=SEED)
        try:
            prepare(store)
            await world.start()
            yield world
        finally:
            await world.stop()


async def in_a_copy(
    world: World[Project],
    work: Callable[[StoreCopy], Awaitable[T]],
    told: Told,
    *,
    name: str = "rehearsal",
    threads: bool = False,
) -> T:
    """Returns what some work on a copy of a world's store comes to; cancelled, it leaves nothing behind.

    The work runs on a loop of its own in a thread of its own. Handlers are told that it is a dry run; one of
    the project's code that does not ask acts on the outside anyway.

    Args:
        told: Called on the caller's loop.
        name: What is done, in a word.
        threads: Whether plain functions run in threads, as in the project's own world.

    Raises:
        NotAStore: The store of this world is no file that could be copied.
        WorldError: There is no room for the copy, or the like.
    """
    project, loop, dropped = world.model, asyncio.get_running_loop(), threading.Event()
    check_file(project, name)
    handlers = on_stage(project.registry.handlers, threads=threads)
    staged = replace(project, registry=replace(project.registry, handlers=handlers))
    tell = lambda *said: loop.call_soon_threadsafe(told, *said)  # noqa: E731  # from its thread

    def run() -> T:
        with scratch(name.replace(" ", "-")) as folder:
            copy = StoreCopy(folder / "events.db", staged, tell, dropped)
            backup(project.store_path, copy.path, lambda done, pages: copy.tell("Copying", done, pages))
            return asyncio.run(_awaited(work(copy)))

    try:
        return await asyncio.to_thread(run)
    finally:
        dropped.set()


def check_file(project: Project, name: str) -> None:
    """Makes sure that a project has a store that can be copied.

    Args:
        name: For what, in a word.

    Raises:
        NotAStore: There is no such file; says where it would be.
    """
    if not project.store_path.is_file():
        raise NotAStore(
            f"there is no store in {project.store_path}: a {name} needs a file to copy",
            hint="run or open the project once, or set [event_store] path to where its store is",
        )


async def _awaited(work: Awaitable[T]) -> T:
    return await work
