"""The engine: runs the subscriptions and projections of one store; can be paused, resumed and stepped."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from workbench.engine.aggregate_loader import AggregateLoader
from workbench.engine.command_handler import CommandHandler
from workbench.engine.ending import Ending
from workbench.engine.faults import EngineCrashed, Faults
from workbench.engine.group_commit import Commits, GroupCommit, InlineCommit
from workbench.engine.handler_deadlines import HandlerDeadlines
from workbench.engine.large_reads import LargeReads
from workbench.engine.metrics import Metrics
from workbench.engine.notifier import Notifier, Notify
from workbench.engine.projection_runner import ProjectionRunner, ensured
from workbench.engine.publisher import Publisher
from workbench.engine.retention import Retention
from workbench.engine.runtime import Runtime, first_cursor
from workbench.engine.scheduler import Runner, Scheduler, place_of, stepped
from workbench.engine.subscription_runner import SubscriptionRunner
from workbench.engine.subscription_runners import recover, subscription_runners
from workbench.engine.tasks import Tasks, to_the_end
from workbench.engine.timers import Timer, timer_of
from workbench.errors import NotFound, WorkbenchError
from workbench.model.changes import Changes
from workbench.model.clock import Clock
from workbench.model.ids import id_source
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.registry import Registry
from workbench.model.retry import RetryPolicy
from workbench.store.operations import EnsureSubscription, EnsureTopic, Operation, RecallReplays
from workbench.store.operations.touched import Touched
from workbench.store.ports import Store


class EngineState(StrEnum):
    """Whether deliveries and projections move by themselves."""

    RUNNING = "running"
    PAUSED = "paused"


class Engine:
    """Everything that runs between the store and the services.

    Args:
        store: Open for writing.
        notify: Told what went stale after each commit.
        retry: For policies, processes and their commands.
        timer: Wakes what is due; by default the running loop does.
        seed: Of jitter and ids; given in tests.
        before: The stopped engine whose place this one takes: its counts go on, and what it held is this
            one's own (D5).
        stepped: Nothing moves by itself, not even when it is resumed: what holds it moves `runners`.
        faults: That are armed in its world.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        clock: Clock,
        notify: Notify,
        *,
        retry: RetryPolicy | None = None,
        snapshot_every: int = 100,
        timer: Timer | None = None,
        seed: int | None = None,
        before: Engine | None = None,
        stepped: bool = False,
        faults: Faults | None = None,
    ) -> None:
        self.registry = registry
        self.clock = clock
        self._faults = faults or Faults(clock)
        self.metrics: Metrics = before.metrics if before else Metrics(clock)
        self.state = EngineState.RUNNING
        self.notifier = Notifier(notify)
        self.errors = self.notifier.errors
        rng = random.Random(seed)  # noqa: S311  # jitter and ids, no secrets
        self.new_id = id_source(clock, rng)
        self.owner: UUID = before.owner if before else self.new_id()
        self.reader = store.reader()
        kind = InlineCommit if stepped else GroupCommit
        self.writer: Commits = kind(store, clock, self._written)
        self.loader = AggregateLoader(self.reader, registry)
        self._timer = timer or timer_of(clock)
        self.tasks = Tasks(self.notifier.died)
        self._scheduler = Scheduler(
            clock, self._timer, self.tasks, self._runs, self.notifier.announce, self.notifier.report
        )
        self._head = self.reader.head()
        self._retry = retry or RetryPolicy(max_attempts=5, delay=1.0, max_delay=30.0)
        self.publisher = Publisher(registry, self.reader, self.writer, clock, self.new_id)
        self._runtime = Runtime(
            owner=self.owner,
            registry=registry,
            reader=self.reader,
            writer=self.writer,
            clock=clock,
            timer=self._timer,
            deadlines=HandlerDeadlines(self._timer),
            new_id=self.new_id,
            rng=rng,
            metrics=self.metrics,
            tasks=self.tasks,
            make_room=self.publisher.make_room,
            trouble=self._scheduler.trouble,
            faults=self._faults,
            large=LargeReads(None if stepped else store.reader),
        )
        self.commands = CommandHandler(
            registry=registry,
            loader=self.loader,
            writer=self.writer,
            clock=clock,
            new_id=self.new_id,
            metrics=self.metrics,
            snapshot_every=snapshot_every,
            report=self.notifier.report,
            faults=self._faults,
        )
        self._ending = Ending(
            scheduler=self._scheduler,
            tasks=self.tasks,
            timer=self._timer,
            deadlines=self._runtime.deadlines,
            writer=self.writer,
            large=self._runtime.large,
            report=self.notifier.report,
        )
        self._housekeeping = Retention(registry, self.writer, clock, self._timer, self.tasks)
        self.subscriptions: dict[str, SubscriptionRunner] = {}
        self.projections: dict[str, ProjectionRunner] = {}
        self._stepped, self._started, self._stopped = stepped, False, False

    # -- life -------------------------------------------------------------------------------------------

    async def start(self, *, paused: bool = False) -> None:
        """Makes topics, subscriptions and tables, recovers from a crash, and begins to run."""
        self.state = EngineState.PAUSED if paused else EngineState.RUNNING
        for runner in subscription_runners(self._runtime, self.commands, self._retry):
            self.subscriptions[runner.name] = runner
        await self.writer.write_each(self._needed())  # with one COMMIT: a reload waits
        await recover(self.subscriptions.values(), self.writer, self.owner)
        gone = {one.name for one in self.reader.subscriptions()} - set(self.subscriptions)
        await self.writer.write_each(RecallReplays(subscription=name) for name in gone)
        for projection in self.registry.projections.values():
            if projection.by_handlers:
                continue
            follower = ProjectionRunner(
                projection,
                registry=self.registry,
                reader=self.reader,
                writer=self.writer,
                clock=self.clock,
                metrics=self.metrics,
                faults=self._faults,
            )
            await follower.open()
            self.projections[follower.name] = follower
        if not self._stepped:
            for name, each in self.runners():
                self._scheduler.follow(name, each)
            self._housekeeping.start()
        self._started = True

    def _needed(self) -> Iterator[Operation]:
        """Yields what makes tables, topics and subscriptions, where they are not there."""
        yield from map(ensured, self.registry.projections.values())
        yield from (EnsureTopic(name=topic) for topic in (*self.registry.topics, COMMANDS_TOPIC))
        for runner in self.subscriptions.values():
            topic, cursor = runner.subscription.topic, first_cursor(runner.subscription.start, self.reader)
            yield EnsureSubscription(name=runner.name, topic=topic, cursor=cursor)

    def runners(self) -> list[tuple[str, Runner]]:
        """Returns every runner under a name that is unique among both kinds."""
        projections = [(f"projection {name}", runner) for name, runner in self.projections.items()]
        return [*self.subscriptions.items(), *projections]

    async def stop(self, *, last: Sequence[Operation] = ()) -> None:
        """Stops claiming, lets running handlers finish for at most ten seconds, stores cursors (M2).

        All of it is done, also when the caller is cancelled before or meanwhile.

        Args:
            last: What is written at the very end.
        """
        await to_the_end(self._stop(last))

    async def _stop(self, last: Sequence[Operation]) -> None:
        for runner in self.subscriptions.values():
            runner.release()
        self._stopped = True
        self._housekeeping.stop()
        self._faults.release()
        if self._started:
            await self._ending.in_order(
                [
                    *(runner.rest for runner in self.subscriptions.values()),
                    *(one.stop for one in self.projections.values()),
                    *(partial(self.writer.write, operation) for operation in last),
                ]
            )
        await self.writer.close()

    async def die(self) -> None:
        """Ends at once, as where the program dies; another engine takes its place (D5, W11)."""
        self._stopped = True
        self._housekeeping.stop()
        for one in self.projections.values():
            one.leave()
        await to_the_end(self._ending.at_once())

    # -- what happens ---------------------------------------------------------------------------------

    def _written(self, operations: Sequence[Operation], answers: Sequence[Any]) -> None:
        try:
            self._follow(Touched(operations, answers))
        except Exception as error:  # noqa: BLE001  # what was committed is found by all runners
            self.notifier.note(f"what follows a commit failed: {type(error).__name__}: {error}")
            self._scheduler.wake_all()
            self.notifier.announce(Changes(everything=True, engine=True))

    def _follow(self, touched: Touched) -> None:
        for what, number in touched.flow.items():
            self.metrics.flow[what] += number
        for stream, version in touched.versions.items():
            self.loader.committed(stream, version)
        if touched.released:
            for runner in self.subscriptions.values():
                runner.rows_changed()
        self._follow_operator(touched)
        if touched.head:
            self._head = touched.head = max(self._head, touched.head, self._read_head())
            self._runtime.large.note(self._head, touched.weight)
        changes = touched.changes()
        if changes.head or touched.released:
            self._scheduler.wake_all()
        else:
            for name in changes.subscriptions:
                self.wake(name)
        self.notifier.announce(changes)

    def _follow_operator(self, touched: Touched) -> None:
        """Takes over what operators changed in the store, and starts again what had stopped."""
        for name in (touched.skipped | touched.moved) & set(self.subscriptions):
            self.subscriptions[name].rows_changed(moved=name in touched.moved)
        for change in touched.configured:
            if (runner := self.subscriptions.get(change.subscription)) is not None:
                runner.configured(change)
                if change.paused is False:
                    self.revive(change.subscription)
        for name in touched.operated:
            self.revive(f"projection {name}")
            self.wake(f"projection {name}")

    def _read_head(self) -> int:
        try:
            return self.reader.head()
        except WorkbenchError as error:
            self.notifier.note(f"the log's end cannot be read: {error.message}")
            return 0

    def _runs(self) -> bool:
        return self.state is EngineState.RUNNING and not self._stopped

    def wake(self, name: str) -> None:
        """Has one subscription look for work."""
        self._scheduler.wake(name)

    def look(self) -> None:
        """Looks for what another engine wrote into the store: a hint, as every wake-up is (P1, D5)."""
        self._head = max(self._head, self._read_head())
        for runner in self.subscriptions.values():
            runner.rows_changed()
        self._scheduler.wake_all()

    # -- what others are given --------------------------------------------------------------------------

    async def write(self, operation: Operation) -> Any:
        """Writes one operation, and follows it; returns its answer, or raises as `commit` does."""
        return await self.writer.write(operation)

    async def commit(self, *operations: Operation) -> list[Any]:
        """Writes operations of which all take effect or none, and follows them; returns their answers.

        Raises:
            WorkbenchError: What the first that refused, or the transaction as a whole, failed with.
            StoreBusy: The engine was stopped.
        """
        return await self.writer.write_all(operations)

    def note(self, said: str) -> None:
        """Keeps a sentence about trouble, to be shown."""
        self.notifier.note(said)

    def subscription(self, name: str) -> SubscriptionRunner:
        """Returns what moves a subscription.

        Raises:
            NotFound: No such subscription runs.
        """
        if name not in self.subscriptions:
            raise NotFound(f"no subscription {name} runs")
        return self.subscriptions[name]

    @property
    def handled(self) -> frozenset[str]:
        """The subscriptions that something handles; all others are detached (P7)."""
        return frozenset(name for name, one in self.subscriptions.items() if one.handler is not None)

    def projection(self, name: str) -> ProjectionRunner:
        """Returns what moves a projection.

        Raises:
            NotFound: No such projection runs.
        """
        if name not in self.projections:
            raise NotFound(f"no projection {name} runs")
        return self.projections[name]

    # -- control ----------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Stops moving; what runs is finished."""
        self.state = EngineState.PAUSED
        for runner in self.subscriptions.values():
            runner.release()
        self.notifier.announce(Changes(engine=True))

    def resume(self) -> None:
        """Moves again; so does what stopped after repeated failures."""
        self.state = EngineState.RUNNING
        self.revive()
        self._scheduler.wake_all()
        self.notifier.announce(Changes(engine=True))

    def revive(self, name: str = "") -> None:
        """Has a subscription (or ``projection NAME``, or all) start again after repeated failures (C11)."""
        self._scheduler.revive(name)

    @property
    def faults(self) -> Mapping[str, str]:
        """Why something stopped after repeated failures, by subscription, or ``projection NAME``."""
        return self._scheduler.faults

    @property
    def stuck(self) -> bool:
        """Whether something failed and waits to be tried again."""
        return self._scheduler.stuck

    def spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Does some work in a task that ends with the engine; what fails is told, and it begins again."""
        return self.tasks.spawn(self._keep(name, work), name)

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001  # it is told
                await self._scheduler.failed(name, error)
            else:
                return

    async def step(self, only: str = "") -> str:
        """While paused, does the one delivery or projected event that lies furthest behind.

        Args:
            only: Of this subscription; empty for all.

        Returns:
            The name of the subscription or projection that moved; empty if there was nothing to do.
        """
        if self.state is EngineState.RUNNING:
            self.pause()
            await self._scheduler.all_idle()
        for name, runner in sorted(self.runners(), key=lambda pair: place_of(pair[1])):
            try:
                if (name == only or not (only or runner.paused)) and await stepped(runner):
                    return name
            except EngineCrashed:  # another engine takes over
                return name
        return ""

    async def settle(self) -> None:
        """Returns when everything has caught up; delayed retries do not count."""
        await self._scheduler.all_idle()

    @property
    def head(self) -> int:
        """The highest visible position."""
        return self._head
