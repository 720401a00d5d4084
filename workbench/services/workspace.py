"""An open project: its world, and everything that a person can do with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.engine.engine import Engine, EngineState
from workbench.engine.listeners import Listener
from workbench.engine.tasks import to_the_end
from workbench.engine.world import World
from workbench.errors import WorldError
from workbench.model.changes import Changes
from workbench.model.clock import Clock, ManualClock, SystemClock
from workbench.model.operator_acts import OperatorAct
from workbench.model.registry import Registry
from workbench.project.module_import import forget, hold
from workbench.project.project import Project, Trust, load_project
from workbench.project.project_file import ProjectFile
from workbench.services.account_name import account_name
from workbench.services.commands import Commands
from workbench.services.commands.bursts import Bursts
from workbench.services.commands.command_story import Story
from workbench.services.dead_letters import DeadLetters
from workbench.services.deploy.deploys import Deploys
from workbench.services.design.design import Design
from workbench.services.design.project_files import ProjectFiles
from workbench.services.design.schema_trial import SchemaLab
from workbench.services.maintenance.commit_watch import CommitWatch
from workbench.services.maintenance.store_owner import open_own_store
from workbench.services.maintenance.store_watch import StoreWatch
from workbench.services.messages import Messages
from workbench.services.monitor import Drain, Monitor
from workbench.services.monitor.rate_history import RateHistory
from workbench.services.operations_log import OperationsLog
from workbench.services.project.draft_files import DraftFiles
from workbench.services.project.model_reload import ModelReload
from workbench.services.project_editor import ProjectEditor
from workbench.services.projections import Projections
from workbench.services.scenarios.log_deeds import StoreDeeds
from workbench.services.scenarios.scenario_status import ScenarioStatus
from workbench.services.search.search import Search
from workbench.services.story.stories import Stories
from workbench.services.streams import Streams
from workbench.services.streams.event_append import EventAppend
from workbench.services.streams.event_import import EventImport
from workbench.services.subscriptions import Subscriptions
from workbench.services.worlds.armed_faults import ArmedFaults
from workbench.services.worlds.explorations import Explorations
from workbench.services.worlds.fork import Fork, fork_in, keep_time, staged, time_in
from workbench.services.worlds.future import Future
from workbench.services.worlds.since_when import Since
from workbench.services.worlds.traffic_runs import TrafficRuns
from workbench.store.operations import RecordAction
from workbench.store.operator_actions import OperatorAction
from workbench.store.ports import Reader, Store


class Workspace:
    """One open project.

    Attributes:
        world: Store, engine, clock and the model that runs.
        streams: Streams, timelines, states, diffs.
        commands: Commands and queries.
        monitor: Subscriptions, projections, rates, status.
        rates: What subscriptions did in the last 24 hours.
        drain: Waits until nothing is left to do.
        since: Since when invariants do not hold.
        deeds: What ever happened, counted in the words of the model.
        traffic: Ranges of the log, run again in copies of the store.
        dead_letters: Dead letters, and bulk actions on them.
        operations: What operators did, and its undo.
        subscriptions: Pause, resume, reset, skip.
        projections: Pause, resume, rebuild, leave out.
        messages: Messages in.
        event_import: Events in from files.
        event_append: Events in by hand.
        bursts: Many generated commands.
        story: Commands in from files.
        search: Finds whatever is stored.
        stories: What commands caused, and which events made a row.
        model_reload: Reads the project again when its files change.
        project_editor: The project file as settings.
        design: The texts of the project while they are designed.
        schema_lab: Changed fields of events, tried on what is stored.
        deploys: Other models, rehearsed over what is stored.
        texts: The project file and the scenario files as texts.
        scenarios: The project's scenarios and what came of them.
        explorations: The orders of things in which they go wrong.
        drafts: What was typed and not sent.
        fork: What it is a fork of; None for a project's own world.
        future: What is due, and the moves of a clock that is moved by hand.
        faults: What goes wrong on purpose, and what came of it.
        left: The act that paused the engine before it was opened; None where it runs.
    """

    def __init__(
        self,
        project: Project,
        store: Store,
        clock: Clock,
        environ: Mapping[str, str] | None = None,
        *,
        fork: Fork | None = None,
    ) -> None:
        hold(project.package)
        self.fork = fork
        project = staged(project) if fork is not None else project
        self._held: Project | None = project
        self._stepping = asyncio.Lock()
        self.environ = dict(environ or {})
        who = account_name(self.environ)
        self.world = world = World(project, store, clock, who=who)
        self.streams = Streams(world)
        self.commands = Commands(world)
        self.monitor = Monitor(world)
        self.rates = RateHistory(world, self.monitor)
        self.drain = Drain(world, self.monitor)
        self.left: OperatorAction | None = None
        self.since = Since(world)
        self.deeds = StoreDeeds(world)
        self.traffic = TrafficRuns(world, self.rates, clock)
        self.dead_letters = DeadLetters(world)
        self.operations = OperationsLog(world, self.dead_letters)
        self.subscriptions = Subscriptions(world)
        self.projections = Projections(world)
        self.future = Future(world, self.subscriptions)
        self.faults = ArmedFaults(world, own=fork is None)
        self.messages = Messages(world)
        self.event_import = EventImport(world)
        self.event_append = EventAppend(world)
        self.bursts = Bursts(world, self.commands)
        self.story = Story(world, self.commands)
        self.search = Search(world, self.environ)
        self.stories = Stories(world)
        self.schema_lab = SchemaLab(world, self.environ)
        self.deploys = Deploys(world, self.environ)
        self.drafts = DraftFiles(project.root, self.environ, clock)
        self.texts = ProjectFiles(world, self.environ)
        self.design = Design(world, self.environ, self.drafts, self.texts)
        self.project_editor = ProjectEditor(world, self.environ, self.texts, self.design)
        self.model_reload = ModelReload(world, self.environ, self.adopt, lambda: self.design.compiled)
        self.scenarios = ScenarioStatus(world)
        self.explorations = Explorations(world, self.environ)
        world.listen(self._follow)
        self._watching: StoreWatch | CommitWatch = (
            CommitWatch(store, lambda: world.announce(Changes(everything=True)))
            if world.observer
            else StoreWatch(store, lambda: world.announce(Changes(engine=True)))
        )

    # -- what views ask of its world ----------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """Settings and model."""
        return self.world.model

    @property
    def registry(self) -> Registry:
        """What the model declares."""
        return self.world.registry

    @property
    def clock(self) -> Clock:
        """What time it is there."""
        return self.world.clock

    @property
    def store(self) -> Store:
        """What everything is kept in."""
        return self.world.store

    @property
    def reader(self) -> Reader:
        """Reads what is stored."""
        return self.world.reader

    @property
    def engine(self) -> Engine | None:
        """What runs; None where nothing does."""
        return self.world.engine

    @property
    def observer(self) -> str:
        """Empty, or why this window may only look (C8, F5)."""
        return self.world.observer

    def running(self) -> Engine:
        """Returns the engine; raises as `World.running` does."""
        return self.world.running()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls a function with what went stale after every commit; returns how to end that."""
        return self.world.listen(listener)

    # -- life ---------------------------------------------------------------------------------------------

    async def start(self, *, paused: bool = False) -> None:
        """Begins to run; an observer follows what another process commits."""
        if not self.observer:
            self.texts.remove_unfinished()
        if self.world.engine is not None:
            await self.world.start(paused=paused)
            self.dead_letters.jobs.take_up()
        self.rates.start()
        self._watching.start()

    async def start_as_left(self) -> None:
        """Begins to run; paused where a person paused it before (M3), and in a bundle."""
        if self.fork is None and not self.observer:
            self.left = await self.world.ask(self.operations.pause_in_force)
        bundled = self.fork is not None and self.fork.bundled
        await self.start(paused=bundled or self.left is not None)

    async def close(self) -> None:
        """Stops the engine and closes the store, also if cancelled; a second call does nothing."""
        await to_the_end(self._close())

    async def _close(self) -> None:
        self._watching.stop()
        await self.scenarios.close()
        await self.rates.close()
        with contextlib.suppress(WorldError):  # a store that fails takes no record; they end anyway
            await self.faults.disarm()
        try:
            await self.world.stop()
        finally:
            if self.fork is not None:
                with contextlib.suppress(OSError):  # it was discarded
                    keep_time(self.project.root, self.fork, self.clock.now())
            self.drafts.close()
            held, self._held = self._held, None
            if held is not None:
                forget(held.package)

    async def adopt(self, project: Project) -> None:
        """Lets another model of the project take over, as `World.adopt` says; the modules of one are freed.

        Raises:
            WorldError: The store refused it; the earlier model goes on, as soon as the store lets it (F4).
        """
        project = staged(project) if self.fork is not None else project
        hold(project.package)
        unused = project
        try:
            await self.world.adopt(project)
        finally:
            if self._held is not None and self.project is project:
                unused, self._held = self._held, project
            forget(unused.package)

    def _follow(self, changes: Changes) -> None:
        """Has an engine that took over go on with the jobs on dead letters."""
        if changes.model and self.world.engine is not None and not self.world.stopped:
            self.dead_letters.jobs.take_up()

    # -- the engine as a whole ----------------------------------------------------------------------------

    async def pause(self) -> str:
        """Pauses the engine; what runs is finished.

        Returns:
            The name of its record, for `OperationsLog.undo_act`.
        """
        async with self.world.at_work() as engine:
            note = self._of_engine(engine, OperatorAct.PAUSE)
            await engine.commit(note)
            engine.pause()
        return note.action.act

    async def resume(self) -> str:
        """Resumes the engine; tries again to start one that a failed reload left standing.

        Returns:
            The name of its record, for `OperationsLog.undo_act`.

        Raises:
            WorldError: The store still refuses it.
        """
        await self.world.start_again()
        async with self.world.at_work() as engine:
            note = self._of_engine(engine, OperatorAct.RESUME)
            await engine.commit(note)
            engine.resume()
        return note.action.act

    def _of_engine(self, engine: Engine, act: OperatorAct) -> RecordAction:
        moves = (engine.state is EngineState.RUNNING) is (act is OperatorAct.PAUSE)
        return self.world.record(act, "engine", act=str(engine.new_id()), count=int(moves))

    async def step(self, only: str = "") -> str:
        """Does one delivery while the engine is paused, of the next letter of a replay, too (L5).

        Args:
            only: Of this subscription; empty for the one that lies furthest behind.

        Returns:
            What moved: also a bulk action whose letter could not be delivered. Empty if nothing was left.
        """
        async with self._stepping, self.world.at_work() as engine:
            moved = await self._moved(engine, only)
            if moved:
                await engine.commit(self.world.record(OperatorAct.STEP, moved))
            return moved

    async def _moved(self, engine: Engine, only: str) -> str:
        jobs = self.dead_letters.jobs
        given = await jobs.give_one(engine, only)
        moved = await engine.step(only)
        if not (moved or given) and (given := await jobs.give_one(engine, only, idle=True)):
            moved = await engine.step(only)
        return moved or given


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
        StoreNotAllowed: The store lies outside the folder or is another project's, which was not allowed.
        ProjectError: The project's files are wrong; every problem with its place.
        WorldError: The store cannot be opened.
    """
    project = load_project(root, environ=environ, trusted=trusted, file=file)
    fork = fork_in(project.root)
    clock = clock or (SystemClock() if fork is None else ManualClock(time_in(fork, project.store_path)))
    try:
        opened = open_own_store(project, environ, clock, allow=allow, only=store)
    except BaseException:
        forget(project.package)
        raise
    return Workspace(project, opened, clock, environ, fork=fork)
