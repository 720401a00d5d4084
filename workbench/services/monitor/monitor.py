"""Shows what runs: subscriptions, projections, rates, and the one-line status."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from workbench.engine.engine import EngineState
from workbench.engine.metrics import SECONDS
from workbench.engine.projection_check import has_nothing, is_stale
from workbench.engine.subscription_runners import handled_in
from workbench.model.clock import MICROSECONDS
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC, Mode
from workbench.model.projection import Projection
from workbench.project.fault_words import sentences_on
from workbench.services.monitor.lag import projection_lag, subscription_lag
from workbench.services.monitor.monitor_values import ProjectionView, RebuildView, Status, SubscriptionView
from workbench.services.monitor.rate_rings import READ_MODEL
from workbench.store.operator_actions import OperatorAction
from workbench.store.ports import Reader
from workbench.store.stored_values import ProjectionState, ProjectionStatus, SubscriptionState

if TYPE_CHECKING:
    from workbench.engine.projection_generation import ProjectionGeneration
    from workbench.engine.world import World
    from workbench.project.project import Project


class Monitor:
    """Reads for views that show what runs.

    Attributes:
        world: What it looks at.
    """

    def __init__(self, world: World[Project]) -> None:
        self.world = world

    @property
    def _reader(self) -> Reader:
        return self.world.reader

    def status(self) -> Status:
        """Returns the one-line status, of one moment."""
        world, engine = self.world, self.world.engine
        with self._reader.steady():
            counts = self._reader.letter_counts()
            head = self._reader.head()
            behind = self.behind()
        furthest = max(behind, key=lambda name: behind[name], default="")
        return Status(
            project=world.model.name,
            store=world.store.place,
            head=head,
            engine="stopped" if world.stopped else engine.state.value if engine else "observing",
            lag=behind.get(furthest, 0),
            furthest=furthest if behind.get(furthest) else "",
            dead=counts.get("open", 0),
            replaying=counts.get("replaying", 0),
            observer=world.observer,
            trouble=engine.errors[-1] if engine and engine.errors else "",
            faulted=tuple(engine.faults) if engine else (),
            gone=world.store.gone,
            armed=len(world.faults.armed),
        )

    def behind(self) -> dict[str, int]:
        """Returns how far each subscription and read model lies behind."""
        models = self.world.registry.projections.values()
        return self.lags() | {
            f"{READ_MODEL}{one.name}": projection_lag(one, self._reader, self._checkpoint(one.name))
            for one in models
        }

    def lags(self) -> dict[str, int]:
        """Returns how far each subscription, policy and process of the model lies behind, in positions."""
        reader, registry = self._reader, self.world.registry
        known = {*registry.subscriptions, *registry.reactors, COMMANDS_TOPIC}
        return {
            state.name: subscription_lag(registry, reader, state, self._cursor(state))[0]
            for state in reader.subscriptions()
            if state.name in known
        }

    def _cursor(self, state: SubscriptionState) -> int:
        """Returns up to where a subscription has looked: a running one is ahead of what is stored."""
        engine = self.world.engine
        runner = engine.subscriptions.get(state.name) if engine else None
        return runner.cursor if runner else state.cursor

    def _checkpoint(self, name: str) -> int:
        """Returns up to where a read model has folded, likewise."""
        engine = self.world.engine
        runner = engine.projections.get(name) if engine else None
        if runner is not None:
            return runner.checkpoint
        states = self._reader.generations(name)
        return states[0].checkpoint if states else 0

    def _hindrance(self, name: str) -> str:
        """Returns what keeps a subscription, or ``projection NAME``, from moving here; empty for nothing."""
        engine = self.world.engine
        if engine is None:
            return "not run here"
        if self.world.stopped:
            return "engine stopped"
        if name in engine.faults:
            return "faulted"
        return "engine paused" if engine.state is EngineState.PAUSED else ""

    @property
    def paused(self) -> bool:
        """Whether nothing moves by itself: no engine runs, or it is paused."""
        engine = self.world.engine
        return engine is None or bool(self.world.stopped) or engine.state is EngineState.PAUSED

    def still(self) -> dict[str, bool]:
        """Says of each subscription of the engine whether it is paused or stopped after failures.

        Nothing is read from the store for that.
        """
        engine = self.world.engine
        if engine is None:
            return {}
        return {name: one.paused or name in engine.faults for name, one in engine.subscriptions.items()}

    def subscriptions(self) -> list[SubscriptionView]:
        """Returns all subscriptions, policies and processes, in the order of the model."""
        stored = {state.name: state for state in self._reader.subscriptions()}
        engine = self.world.engine
        names = list(engine.subscriptions) if engine and engine.subscriptions else sorted(stored)
        return [self._view(name, stored[name]) for name in names if name in stored]

    def _view(self, name: str, state: SubscriptionState) -> SubscriptionView:
        engine = self.world.engine
        runner = engine.subscriptions.get(name) if engine else None
        cursor = self._cursor(state)
        fault = engine.faults.get(name, "") if engine else ""
        status = "paused" if state.paused else self._hindrance(name) or "running"
        if name not in handled_in(self.world):
            status = "detached"
        subscription = runner.subscription if runner else None
        depth = self._reader.depth(name)
        lag, next_at = subscription_lag(self.world.registry, self._reader, state, cursor)
        return SubscriptionView(
            name=name,
            source="all events" if state.topic == LOG_TOPIC else state.topic,
            handler=subscription.handler if subscription else "",
            filter=str(subscription.filter) if subscription else "",
            status=status,
            fault=fault,
            cursor=cursor,
            lag=lag,
            rate=engine.metrics.rate(name) if engine else 0.0,
            delivered=state.delivered,
            failed=state.failed,
            filtered=state.filtered,
            waiting=state.waiting,
            retrying=state.retrying,
            dead=state.dead,
            doc=subscription.doc if subscription else "",
            mode=subscription.mode.value if subscription else "",
            workers=subscription.workers if subscription and subscription.mode is Mode.POINT_TO_POINT else 0,
            in_flight=runner.in_flight if runner else 0,
            depth=depth,
            oldest_us=self._age(next_at, depth.oldest),
            retried=state.retried,
            died=state.died,
            expired=state.expired,
            skipped=state.skipped,
            paused=state.paused,
            faults=self._faults(name),
        )

    def _faults(self, name: str) -> tuple[str, ...]:
        armed = [one.rule for one in self.world.faults.armed]
        return tuple(
            sentences_on(armed, self.world.registry).get(f"subscription:{name}", ()) if armed else ()
        )

    def _age(self, *published: int | None) -> int:
        """Returns how old the oldest message is that a subscription has not settled, microseconds."""
        oldest = [time for time in published if time is not None]
        return max(0, self.world.clock.now() - min(oldest)) if oldest else 0

    def projections(self) -> list[ProjectionView]:
        """Returns all read models of the model."""
        return [self._projection(projection) for projection in self.world.registry.projections.values()]

    def _projection(self, projection: Projection) -> ProjectionView:
        generations = self._reader.generations(projection.name)
        state = generations[0] if generations else None
        engine = self.world.engine
        runner = engine.projections.get(projection.name) if engine else None
        checkpoint = runner.checkpoint if runner else state.checkpoint if state else 0
        building = runner.building if runner else None
        ended = engine.faults.get(f"projection {projection.name}", "") if engine else ""
        status = "faulted" if ended else _status(projection, state)
        return ProjectionView(
            name=projection.name,
            status=status,
            condition=self._condition(projection.name, status),
            checkpoint=checkpoint,
            lag=projection_lag(projection, self._reader, checkpoint),
            rows=state.rows if state else 0,
            fault=ended or (state.fault if state else ""),
            fault_position=state.fault_position if state else 0,
            stale=is_stale(projection, state) and not has_nothing(projection, self._reader),
            generation=state.generation if state else 0,
            columns=state.columns if state else projection.shape(),
            passed=tuple(self._reader.passed(projection.name, state.generation)) if state else (),
            rebuild=self._rebuild(projection, generations[1], building) if len(generations) > 1 else None,
            doc=projection.doc,
            by_handlers=projection.by_handlers,
        )

    def _condition(self, name: str, status: str) -> str:
        """Returns what a stored status of a projection or of its rebuild is worth at this moment."""
        hindrance = self._hindrance(f"projection {name}")
        moves = {"live": "running", "new": "new"}.get(status)
        return hindrance or moves if moves else status

    def _rebuild(
        self, projection: Projection, state: ProjectionState, building: ProjectionGeneration | None
    ) -> RebuildView:
        checkpoint = building.checkpoint if building else state.checkpoint
        condition = self._condition(projection.name, state.status.value).replace("running", "rebuilding")
        if state.held and is_stale(projection, state):
            condition = "outdated"
        elif (
            state.held
            and state.status is ProjectionStatus.LIVE
            and not projection_lag(projection, self._reader, checkpoint)
        ):
            condition = "held"
        return RebuildView(
            status=state.status.value,
            checkpoint=checkpoint,
            rows=state.rows,
            share=min(1.0, checkpoint / max(1, self._reader.head())),
            fault=state.fault,
            fault_position=state.fault_position,
            condition=condition,
            held=state.held,
            generation=state.generation,
        )

    def flow(self) -> dict[str, int]:
        """Returns totals since the start by what the board shows, such as ``event:user.created``.

        What is stored under another name counts under that which the model has for it (U3).
        """
        engine, found = self.world.engine, Counter[str]()
        names = {below: name for name, below in self.world.registry.stored_names().items()}
        for key, total in (engine.metrics.flow if engine else {}).items():
            head, _, last = key.rpartition(":")
            renamed = last in names and head.partition(":")[0] in {"event", "project", "react"}
            found[f"{head}:{names[last]}" if renamed else key] += total
        return dict(found)

    def seconds(self) -> list[int]:
        """Returns the seconds since 1970 of `latency`; none where another process delivers."""
        now = self.world.clock.now() // MICROSECONDS
        return [*range(now - SECONDS, now)] if self.world.engine else []

    def counting_since(self) -> int:
        """Returns when this window began to count deliveries, µs since 1970; 0 where it counts none."""
        engine = self.world.engine
        return engine.metrics.since if engine else 0

    def latency(self, subscription: str, quantile: float) -> list[int]:
        """Returns publish-to-ack latencies for the same seconds, in microseconds."""
        engine = self.world.engine
        return engine.metrics.percentiles(subscription, quantile) if engine else []

    def actions(self, limit: int = 200) -> list[OperatorAction]:
        """Returns what operators did, the newest first."""
        return self._reader.actions(limit=limit)


def _status(projection: Projection, state: ProjectionState | None) -> str:
    if projection.by_handlers:
        return "written by handlers"
    return state.status.value if state else "new"
