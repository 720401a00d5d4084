"""An open project: its store, its engine and everything that a person can do with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from workbench.engine.engine import Engine, EngineState
from workbench.engine.metrics import Metrics
from workbench.engine.tasks import to_the_end
from workbench.errors import StoreBusy, StoreReadOnly
from workbench.model.changes import Changes
from workbench.model.clock import Clock, SystemClock
from workbench.model.messaging import OnDead
from workbench.project.module_import import forget, hold
from workbench.project.project import Project, Trust, load_project
from workbench.project.project_file import ProjectFile
from workbench.services.command_story import Story
from workbench.services.commands import Commands
from workbench.services.dead_letters import DeadLetters
from workbench.services.draft_files import DraftFiles
from workbench.services.event_import import EventImport
from workbench.services.messages import Messages
from workbench.services.model_reload import ModelReload
from workbench.services.monitor import Monitor
from workbench.services.operator_acts import recorded
from workbench.services.project_editor import ProjectEditor
from workbench.services.projections import Projections
from workbench.services.reload_lock import ReloadLock
from workbench.services.scenario_status import ScenarioStatus
from workbench.services.store_owner import check_place, owner_for
from workbench.services.store_watch import StoreWatch
from workbench.services.streams import Streams
from workbench.services.subscriptions import Subscriptions
from workbench.store.operations import ForgetMessages, RecordAction
from workbench.store.sqlite.reader import SqliteReader
from workbench.store.sqlite.store import SqliteStore
from workbench.store.thread_readers import ThreadReaders

Listener = Callable[[Changes], None]


class Workspace:
    """One open project.

    Attributes:
        project: Settings and model.
        observer: Empty, or why this window may only look (C8, F5).
        streams: Streams, timelines, states, diffs.
        commands: Commands and queries.
        monitor: Subscriptions, projections, rates, status.
        dead_letters: Dead letters, and bulk actions on them.
        subscriptions: Pause, resume, reset, skip.
        projections: Pause, resume, rebuild, leave out.
        messages: Messages in.
        event_import: Events in from files.
        story: Commands in from files.
        turnstile: Passed by what must not meet an engine that is being changed.
        model_reload: Reads the project again when its files change.
        project_editor: The project file as settings.
        scenarios: The project's scenarios and what came of them.
        drafts: What was typed and not sent.
    """

    def __init__(
        self, project: Project, store: SqliteStore, clock: Clock, environ: Mapping[str, str] | None = None
    ) -> None:
        self.project = project
        hold(project.package)
        self.registry = project.registry
        self.clock = clock
        self.store = store
        self.environ = dict(environ or {})
        self.observer = store.observer
        self._listeners: list[Listener] = []
        self._closed = False
        self._readers = ThreadReaders(store.reader)
        self.turnstile = ReloadLock()
        self.engine = None if store.observer else self._engine(project)
        self.streams = Streams(self)
        self.commands = Commands(self)
        self.monitor = Monitor(self)
        self.dead_letters = DeadLetters(self)
        self.subscriptions = Subscriptions(self)
        self.projections = Projections(self)
        self.messages = Messages(self)
        self.event_import = EventImport(self)
        self.story = Story(self)
        self.model_reload = ModelReload(self)
        self.project_editor = ProjectEditor(self)
        self.scenarios = ScenarioStatus(self)
        self.drafts = DraftFiles(project.root, self.environ, clock)
        self._watching = StoreWatch(store, lambda: self.announce(Changes(engine=True)))

    @property
    def reader(self) -> SqliteReader:
        """The reader of the thread that asks (C5)."""
        return self._readers.here()

    def _engine(self, project: Project, metrics: Metrics | None = None) -> Engine:
        return Engine(
            self.store,
            project.registry,
            self.clock,
            self.announce,
            retry=project.retry,
            snapshot_every=project.snapshot_every,
            metrics=metrics,
        )

    async def start(self, *, paused: bool = False) -> None:
        """Begins to run; an observer only looks."""
        if self.engine is not None:
            await self._forget_messages(self.engine)
            await self.engine.start(paused=paused)
            self.dead_letters.jobs.take_up()
            self._watching.start()

    async def close(self) -> None:
        """Stops the engine and lets go of the store, whoever is cancelled; a second call does nothing."""
        await to_the_end(self._close())

    async def _close(self) -> None:
        self._watching.stop()
        await self.scenarios.close()
        engine, self.engine = self.engine, None
        try:
            if engine is not None:
                await engine.stop(last=self._forgotten())
        finally:
            self.store.close()
            if not self._closed:
                self._closed = True
                forget(self.project.package)

    async def _forget_messages(self, engine: Engine) -> None:
        """Begins without what an earlier run left in topics that keep messages in memory only."""
        for operation in self._forgotten():
            await engine.gate.write(operation)

    def _forgotten(self) -> list[ForgetMessages]:
        subscriptions = self.registry.subscriptions.values()
        released = tuple(one.name for one in subscriptions if one.on_dead is OnDead.CONTINUE)
        topics = [topic.name for topic in self.registry.topics.values() if not topic.persistent]
        return [ForgetMessages(topic=name, released=released) for name in topics]

    async def adopt(self, project: Project) -> None:
        """Lets another model of the project take over, on the same store; handlers that run are waited for.

        Cancelled once the handlers have ended, it is done to its end all the same: an engine runs then.

        Raises:
            WorldError: The store would not have it; the model of before goes on.
        """
        before = self.project, self.engine
        try:
            async with self.turnstile.alone():
                await to_the_end(self._adopt(project))
        finally:
            if before != (self.project, self.engine):
                if self.engine is not None:
                    self.dead_letters.jobs.take_up()
                self.announce(Changes(model=True, engine=True, everything=True))

    async def _adopt(self, project: Project) -> None:
        before, engine = self.project, self.engine
        hold(project.package)
        self._use(project)
        if engine is not None:
            paused = engine.state is EngineState.PAUSED
            await engine.stop()
            if isinstance(engine.reader, SqliteReader):
                engine.reader.close()
            try:
                await self._run(project, engine, paused=paused)
            except Exception:
                self._use(before)
                await self._run(before, engine, paused=paused)
                forget(project.package)
                raise
        forget(before.package)

    def _use(self, project: Project) -> None:
        self.project = project
        self.registry = project.registry
        self.streams = Streams(self)

    async def _run(self, project: Project, before: Engine, *, paused: bool) -> None:
        """Starts an engine in the place of one that was stopped; what was counted goes on being counted."""
        engine = self.engine = self._engine(project, before.metrics)
        try:
            await engine.start(paused=paused)
        except BaseException:
            await engine.stop()
            raise

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Has a function told what went stale after every commit; returns how to end that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def announce(self, changes: Changes) -> None:
        """Tells every listener what went stale; one that fails keeps nobody else from hearing it (C11)."""
        failed = self._tell(changes)
        if failed is not None and self.engine is not None:
            self.engine.telling.note(f"a listener failed: {type(failed).__name__}: {failed}")
            self._tell(Changes(engine=True))  # those that still listen can show it

    def _tell(self, changes: Changes) -> Exception | None:
        failed = None
        for listener in list(self._listeners):
            try:
                listener(changes)
            except Exception as error:  # noqa: BLE001  # it is told
                failed = error
        return failed

    async def pause(self) -> None:
        """Pauses the engine; what runs is finished."""
        async with self.at_work() as engine:
            engine.pause()
            await engine.gate.write(self._note("pause", "engine"))

    async def resume(self) -> None:
        """Resumes the engine."""
        async with self.at_work() as engine:
            engine.resume()
            await engine.gate.write(self._note("resume", "engine"))

    async def step(self, only: str = "") -> str:
        """Does one delivery while the engine stands still.

        Args:
            only: Of this subscription; empty for the one that lies furthest behind.

        Returns:
            What moved; empty if nothing was left.
        """
        async with self.at_work() as engine:
            moved = await engine.step(only)
            if moved:
                await engine.gate.write(self._note("step", moved))
            return moved

    def _note(self, action: str, subject: str) -> RecordAction:
        return recorded(self.clock.now(), action, subject)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Engine]:
        """Gives the engine, which stays until the end of the block; a reload is waited for, and waits.

        Not to be nested.

        Raises:
            StoreReadOnly: This window only observes.
        """
        async with self.turnstile.passing():
            yield self.running()

    def running(self) -> Engine:
        """Returns the engine.

        Raises:
            StoreReadOnly: This window only observes.
            StoreBusy: The model is being reloaded.
        """
        if self.turnstile.closed:
            raise StoreBusy("the model is being reloaded", hint="try again in a moment")
        if self.engine is None:
            raise StoreReadOnly(
                f"the store is open for reading only: {self.observer or 'the project was closed'}",
                hint="end what works on the store, or let its file and folder be written, and try again",
            )
        return self.engine


def open_workspace(
    root: Path,
    *,
    environ: dict[str, str],
    trusted: bool | Trust,
    file: ProjectFile | None = None,
    clock: Clock | None = None,
    allow: bool = False,
    store: str = "",
) -> Workspace:
    """Opens a project folder; its engine is not yet running.

    Args:
        root: The folder, or its project file.
        environ: For ``@env`` in the project file.
        trusted: Whether the project's Python modules may be imported (T2).
        file: The project file, where it was read already.
        allow: The person allows a store outside the folder, or another project's (T3).
        store: The one that the person saw and allows; empty for whatever it is.

    Raises:
        StoreNotAllowed: The store lies outside the folder or is another project's, and nobody allowed that.
        ProjectError: The project's files are wrong; every problem with its place.
        WorldError: The store cannot be opened.
    """
    project = load_project(root, environ=environ, trusted=trusted, file=file)
    clock = clock or SystemClock()
    try:
        check_place(project.root, project.store_path, environ, allow=allow, only=store)
        owner = owner_for(project, environ, allow=allow, only=store)
        opened = SqliteStore(project.store_path, clock, synchronous=project.synchronous, owner=owner)
    except BaseException:
        forget(project.package)
        raise
    return Workspace(project, opened, clock, environ)
