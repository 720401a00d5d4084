"""An open project: its store, its engine and everything that a person can do with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.engine.engine import Engine
from workbench.errors import StoreReadOnly
from workbench.model.changes import Changes
from workbench.model.clock import Clock, SystemClock
from workbench.project.project import Project, load_project
from workbench.services.browsing import Browsing
from workbench.services.controlling import Controlling
from workbench.services.issuing import Issuing
from workbench.services.jobs import Jobs
from workbench.services.observing import Observing
from workbench.services.publishing import Publishing
from workbench.services.repairing import Repairing
from workbench.services.story import Story
from workbench.services.transferring import Transferring
from workbench.store.sql.store import SqliteStore

Listener = Callable[[Changes], None]


class Workspace:
    """One open project.

    Attributes:
        project: Settings and model.
        observer: Empty, or why this window may only look (C8, F5).
        browse: Streams, timelines, states, diffs.
        issue: Commands and queries.
        observe: Subscriptions, projections, rates, status.
        repair: Dead letters.
        control: Pause, resume, step, reset, skip, rebuild.
        jobs: Bulk actions on dead letters.
        publish: Messages in.
        transfer: Events in from files.
        story: Commands in from files.
    """

    def __init__(self, project: Project, store: SqliteStore, clock: Clock) -> None:
        self.project = project
        self.registry = project.registry
        self.clock = clock
        self.store = store
        self.observer = store.observer
        self._listeners: list[Listener] = []
        self.reader = store.reader()
        self.engine = (
            None
            if store.observer
            else Engine(
                store,
                project.registry,
                clock,
                self.announce,
                retry=project.retry,
                snapshot_every=project.snapshot_every,
            )
        )
        self.browse = Browsing(self)
        self.issue = Issuing(self)
        self.observe = Observing(self)
        self.repair = Repairing(self)
        self.control = Controlling(self)
        self.jobs = Jobs(self)
        self.publish = Publishing(self)
        self.transfer = Transferring(self)
        self.story = Story(self)

    async def start(self, *, paused: bool = False) -> None:
        """Begins to run; an observer only looks."""
        if self.engine is not None:
            await self.engine.start(paused=paused)
            self.jobs.take_up()

    async def close(self) -> None:
        """Stops the engine and lets go of the store; a second call does nothing."""
        engine, self.engine = self.engine, None
        if engine is not None:
            await engine.stop()
        self.store.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Has a function told what went stale after every commit; returns how to end that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def announce(self, changes: Changes) -> None:
        """Tells every listener what went stale."""
        for listener in list(self._listeners):
            listener(changes)

    def running(self) -> Engine:
        """Returns the engine.

        Raises:
            StoreReadOnly: This window only observes.
        """
        if self.engine is None:
            raise StoreReadOnly(
                f"this window only looks: {self.observer or 'the project was closed'}",
                hint="close the other window to work in this one",
            )
        return self.engine


def open_workspace(
    root: Path, *, environ: dict[str, str], trusted: bool, clock: Clock | None = None
) -> Workspace:
    """Opens a project folder; its engine is not yet running.

    Args:
        root: The folder, or its project file.
        environ: For ``@env`` in the project file.
        trusted: Whether the project's Python modules may be imported (contract §10).

    Raises:
        ProjectError: The project's files are wrong; every problem with its place.
        WorldError: The store cannot be opened.
    """
    project = load_project(root, environ=environ, trusted=trusted)
    clock = clock or SystemClock()
    store = SqliteStore(project.store_path, clock, synchronous=project.synchronous)
    return Workspace(project, store, clock)
