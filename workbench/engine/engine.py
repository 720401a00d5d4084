"""The engine: runs the subscriptions and projections of one store; can be paused, resumed and stepped."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from workbench.engine.announcing import collect
from workbench.engine.commanding import CommandHandler, Issue
from workbench.engine.gate import WriteGate
from workbench.engine.loading import AggregateLoader
from workbench.engine.metrics import Metrics
from workbench.engine.projecting import ProjectionRunner
from workbench.engine.reacting import Reactor, reactor_subscription
from workbench.engine.subscribing import Runtime, SubscriptionRunner
from workbench.engine.tasks import Tasks
from workbench.errors import NotFound, PermanentError, WorkbenchError
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.commands import Outcome
from workbench.model.ids import id_source
from workbench.model.messaging import COMMANDS_TOPIC, Context, Message, Mode, Ordering, Start, Subscription
from workbench.model.registry import Registry
from workbench.model.retry import RetryPolicy
from workbench.model.values import read_json
from workbench.store.operations import EnsureSubscription, EnsureTopic, Operation
from workbench.store.ports import Store
from workbench.store.values import SubscriptionState

STOP_SECONDS = 10.0
Notify = Callable[[Changes], None]
Runner = SubscriptionRunner | ProjectionRunner


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
        seed: Of jitter and ids; given in tests.
        metrics: Of an engine that this one takes over from; they go on.
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
        seed: int | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.registry = registry
        self.clock = clock
        self.metrics = metrics or Metrics(clock)
        self.state = EngineState.RUNNING
        self.errors: list[str] = []
        rng = random.Random(seed)  # noqa: S311  # jitter and ids, no secrets
        self.new_id = id_source(clock, rng)
        self.reader = store.reader()
        self.gate = WriteGate(store, clock, self._written)
        self.loader = AggregateLoader(self.reader, registry)
        self._notify = notify
        self._head = self.reader.head()
        self._retry = retry or RetryPolicy(max_attempts=5, delay=1.0, max_delay=30.0)
        self._runtime = Runtime(
            registry=registry,
            reader=self.reader,
            gate=self.gate,
            clock=clock,
            new_id=self.new_id,
            rng=rng,
            metrics=self.metrics,
        )
        self.commands = CommandHandler(
            registry=registry,
            loader=self.loader,
            gate=self.gate,
            clock=clock,
            new_id=self.new_id,
            metrics=self.metrics,
            snapshot_every=snapshot_every,
        )
        self.subscriptions: dict[str, SubscriptionRunner] = {}
        self.projections: dict[str, ProjectionRunner] = {}
        self._tasks = Tasks(self._died)
        self._wakes: dict[str, asyncio.Event] = {}
        self._idle: set[str] = set()
        self._settled = asyncio.Event()
        self._started = False

    # -- life -------------------------------------------------------------------------------------------

    async def start(self, *, paused: bool = False) -> None:
        """Makes topics, subscriptions and tables, recovers from a crash, and begins to run."""
        self.state = EngineState.PAUSED if paused else EngineState.RUNNING
        for topic in (*self.registry.topics, COMMANDS_TOPIC):
            await self.gate.write(EnsureTopic(name=topic))
        for runner in self._make_runners():
            self.subscriptions[runner.name] = runner
            start = runner.subscription.start
            cursor = None if start is Start.NEW else 0
            await self.gate.write(
                EnsureSubscription(name=runner.name, topic=runner.subscription.topic, cursor=cursor)
            )
            await runner.recover()
        for projection in self.registry.projections.values():
            follower = ProjectionRunner(
                projection,
                registry=self.registry,
                reader=self.reader,
                gate=self.gate,
                clock=self.clock,
                metrics=self.metrics,
            )
            await follower.open()
            self.projections[follower.name] = follower
        for name, each in self._runners():
            self._wakes[name] = asyncio.Event()
            self._tasks.spawn(self._follow(name, each), name)
        self._started = True

    def _make_runners(self) -> list[SubscriptionRunner]:
        registry = self.registry
        runners = [
            SubscriptionRunner(self._runtime, subscription, registry.handlers.get(subscription.handler))
            for subscription in registry.subscriptions.values()
        ]
        for kind in registry.reactors.values():
            reactor = Reactor(kind, registry, self.reader, self.metrics)
            subscription = reactor_subscription(kind, self._retry)
            runners.append(SubscriptionRunner(self._runtime, subscription, reactor, reactor.key_of))
        commands = Subscription(
            name=COMMANDS_TOPIC,
            topic=COMMANDS_TOPIC,
            handler=COMMANDS_TOPIC,
            mode=Mode.POINT_TO_POINT,
            ordering=Ordering.NONE,
            retry=self._retry,
            doc="Issues the commands of policies and processes.",
        )
        runners.append(SubscriptionRunner(self._runtime, commands, self._handle_command))
        return runners

    def _runners(self) -> list[tuple[str, Runner]]:
        """Returns every runner under a name that is unique among both kinds."""
        projections = [(f"projection {name}", runner) for name, runner in self.projections.items()]
        return [*self.subscriptions.items(), *projections]

    async def stop(self) -> None:
        """Stops claiming, lets running handlers finish for at most ten seconds, stores cursors (M2)."""
        for runner in self.subscriptions.values():
            runner.release()
        self.state = EngineState.PAUSED
        if self._started:
            self._wake_all()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._all_idle()
            except TimeoutError:
                pass
            await self._tasks.stop()
            for runner in self.subscriptions.values():
                await runner.store_cursor()
            for follower in self.projections.values():
                await follower.store_checkpoints()
        await self.gate.close()

    # -- following --------------------------------------------------------------------------------------

    async def _follow(self, name: str, runner: Runner) -> None:
        """Works whenever there is something to do, and sleeps until woken or due otherwise."""
        wake = self._wakes[name]
        place = _place(runner)
        while True:
            wake.clear()
            self._idle.discard(name)
            worked = False
            if self.state is EngineState.RUNNING and not runner.paused:
                try:
                    worked = await runner.work()
                except WorkbenchError as error:
                    await self._trouble(name, error)
            if worked:
                await asyncio.sleep(0)
                continue
            if place != _place(runner):  # it may have passed by messages without a commit that tells of it
                place = _place(runner)
                self._notify(_moved(runner))
            self._idle.add(name)
            self._settled.set()
            await self._sleep(wake, runner)

    async def _sleep(self, wake: asyncio.Event, runner: Runner) -> None:
        due = runner.next_due() if isinstance(runner, SubscriptionRunner) else None
        if due is None or self.state is EngineState.PAUSED or runner.paused:
            await wake.wait()
            return
        try:
            async with asyncio.timeout(max(0.0, (due - self.clock.now()) / MICROSECONDS)):
                await wake.wait()
        except TimeoutError:
            return

    async def _trouble(self, name: str, error: WorkbenchError) -> None:
        """Says what stopped a runner, and tries again after a while: the world may get better (F4)."""
        self._report(f"{name}: {error.message}")
        await asyncio.sleep(1.0)

    def _died(self, name: str, error: BaseException) -> None:
        self._report(f"{name} stopped: {type(error).__name__}: {error}")

    def _report(self, said: str) -> None:
        if not self.errors or self.errors[-1] != said:
            self.errors.append(said)
            del self.errors[:-100]
            self._notify(Changes(engine=True))

    def _written(self, operations: Sequence[Operation], answers: Sequence[Any]) -> None:
        collected = collect(operations, answers)
        self.metrics.flow.update(collected.flow)
        for stream, version in collected.versions.items():
            self.loader.committed(stream, version)
        changes = collected.changes()
        if changes.head:
            self._head = max(self._head, changes.head, self.reader.head())
            changes = changes.merged(Changes(head=self._head))
            self._wake_all()
        elif collected.released:
            for runner in self.subscriptions.values():
                runner.rows_changed()
            self._wake_all()
        else:
            for name in changes.subscriptions:
                self.wake(name)
        self._notify(changes)

    def wake(self, name: str) -> None:
        """Has one subscription look for work."""
        if name in self._wakes:
            self._idle.discard(name)
            self._wakes[name].set()

    def _wake_all(self) -> None:
        for name in self._wakes:
            self.wake(name)

    # -- control ----------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Stops moving; what runs is finished."""
        self.state = EngineState.PAUSED
        for runner in self.subscriptions.values():
            runner.release()
        self._notify(Changes(engine=True))

    def resume(self) -> None:
        """Moves again."""
        self.state = EngineState.RUNNING
        self._wake_all()
        self._notify(Changes(engine=True))

    async def step(self, only: str = "") -> str:
        """While paused, does the one delivery or projected event that lies furthest behind.

        Args:
            only: Of this subscription; empty for all.

        Returns:
            The name of the subscription or projection that moved; empty if there was nothing to do.
        """
        if self.state is EngineState.RUNNING:
            self.pause()
            await self._all_idle()
        order = sorted(self._runners(), key=lambda pair: _place(pair[1]))
        for name, runner in order:
            if (runner.paused and name != only) or (only and name != only):
                continue
            before = runner.handled
            while await runner.work(1):
                if runner.handled != before:
                    return name
        return ""

    async def settle(self) -> None:
        """Returns when everything has caught up; delayed retries do not count."""
        await self._all_idle()

    async def _all_idle(self) -> None:
        while len(self._idle) < len(self._wakes):
            self._settled.clear()
            await self._settled.wait()

    @property
    def head(self) -> int:
        """The highest visible position."""
        return self._head

    def lag(self, name: str) -> int:
        """Returns how many positions a subscription is behind."""
        return max(0, self._head - self.subscriptions[name].cursor) if name in self.subscriptions else 0

    async def wait_for(self, projection: str, position: int) -> None:
        """Returns when a projection has reached a position: read your writes (J5).

        Raises:
            NotFound: No such projection runs.
        """
        if projection not in self.projections:
            raise NotFound(f"no projection {projection} runs")
        await self.projections[projection].wait_for(position)

    # -- the commands of policies -------------------------------------------------------------------------

    async def _handle_command(self, message: Message, _context: Context) -> None:
        origin = (read_json(message.metadata) if message.metadata else {}).get("origin", "")
        result = await self.commands.handle(
            Issue(
                type=message.type,
                values=message.json(),
                id=message.id,
                correlation_id=message.correlation_id,
                causation_id=message.causation_id,
                origin=origin,
            )
        )
        if result.outcome is Outcome.CONFLICT:
            raise RuntimeError(result.message)
        if not result.accepted:
            raise PermanentError(f"{message.type} was {result.outcome}: {result.message}")

    def state_of(self, name: str) -> SubscriptionState | None:
        """Returns where a subscription stands in the store."""
        return self.reader.subscription(name)

    def new_command_id(self) -> UUID:
        """Returns an id for a command that a person issues."""
        return self.new_id()


def _moved(runner: Runner) -> Changes:
    names = frozenset((runner.name,))
    is_subscription = isinstance(runner, SubscriptionRunner)
    return Changes(subscriptions=names) if is_subscription else Changes(projections=names)


def _place(runner: Runner) -> tuple[int, str]:
    return (runner.cursor if isinstance(runner, SubscriptionRunner) else runner.checkpoint), runner.name
