"""A world that is moved by hand: what is possible next, one of it done by name, recorded, and done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from typing_extensions import override

from workbench.engine.faults import EngineCrashed
from workbench.engine.scheduler import stepped
from workbench.errors import InvalidValue
from workbench.model.clock import MICROSECONDS
from workbench.model.fault import FaultPlace, FaultRule
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.scenario import Scenario, ScenarioStep
from workbench.services.scenarios.scenario_stage import EVERYTHING, HORIZON, ScenarioStage
from workbench.services.worlds.drawn_moves import ending, otherwise_drawn
from workbench.services.worlds.moves import DoneMove, Fault, Made, MoveKind, NextMove, act_named
from workbench.store.operations import ConfigureSubscription

if TYPE_CHECKING:
    from workbench.engine.engine import Engine
    from workbench.engine.subscription_runner import SubscriptionRunner
    from workbench.project.project import Project
    from workbench.store.memory.store import MemoryStore
    from workbench.store.memory.tables import Tables
    from workbench.store.ports import Reader

MOST = 2_000
"""Moves after which a run is ended, although there is more to do."""


_UNKNOWN: tuple[NextMove | None, int] = (None, -1)


class SteppedWorld(ScenarioStage):
    """A scenario whose engine makes one move at a time; which one is chosen by what holds it.

    Choices are small integers, indexes into `moves`: 0 is what the engine would do by itself, the oldest
    message first, a step of the scenario when nothing is left to deliver, then time (W7).

    Args:
        project: As `steppable` gives it.
        deciding: Read models whose rows something looks at that decides: each is moved by itself, and all
            others follow at once.
        faults: How many of each may happen.
        lazy: Rows follow when `follow_rows` is called; else behind each move.

    Attributes:
        moves: What is possible now, the default first; empty at rest.
        deeds: What was done.
        left: How many faults of each kind may still happen.
        deciding: As given.
    """

    def __init__(
        self,
        project: Project,
        scenario: Scenario,
        *,
        deciding: Collection[str] = (),
        faults: Mapping[Fault, int] | None = None,
        lazy: bool = False,
    ) -> None:
        super().__init__(project, scenario, stepped=True)
        self._reader = self.world.store.reader()
        self.moves: list[NextMove] = []
        self.deeds: list[DoneMove] = []
        self.left = Counter(faults or {})
        self._made_of = project, scenario, deciding, dict(faults or {}), lazy
        self.deciding = frozenset(deciding)
        self._lazy = lazy
        self._step = 0
        self._step_at = self.began
        self._delivered: dict[str, NextMove] = {}
        self._next: dict[str, tuple[NextMove | None, int]] = {}  # what each delivers next, at which head

    @override
    async def begin(self) -> None:
        """Stores what is given, starts the engine, and looks at what is possible; see `ScenarioStage`."""
        await super().begin()
        self._come_to_step()
        await self._look()

    @property
    def choices(self) -> list[int]:
        """What was chosen, from the beginning."""
        return [deed.choice for deed in self.deeds]

    @property
    @override
    def reader(self) -> Reader:
        """Reads what is stored."""
        return self._reader

    @property
    def engine(self) -> Engine:
        """What is moved."""
        return self.world.running()

    @property
    def tables(self) -> Tables:
        """Everything that is stored."""
        return cast("MemoryStore", self.world.store).tables

    @property
    def clock_now(self) -> int:
        """What time it is there, microseconds since 1970."""
        return self._clock.now()

    @property
    def progress(self) -> tuple[int, int]:
        """The number of the scenario's next step, and when that may be done."""
        return self._step, self._step_at

    @property
    def last_delivered(self) -> list[tuple[str, int]]:
        """Which message each subscription got last, by its position; those that could be duplicated."""
        return [(name, move.at) for name, move in self._delivered.items()]

    # -- moving -----------------------------------------------------------------------------------------

    async def make(self, choice: int = 0) -> DoneMove:
        """Makes one of the moves that are possible now.

        Raises:
            InvalidValue: There is none of that number.
        """
        if not 0 <= choice < len(self.moves):
            raise InvalidValue(f"{choice} is none of the {len(self.moves)} moves that are possible", path="")
        move = self.moves[choice]
        if move.fault is not None:
            self.left[move.fault] -= 1
        return await self._make(move, choice, self.moves[0] if choice else None)

    async def _make(self, move: NextMove, choice: int, instead: NextMove | None) -> DoneMove:
        among, first, refused = len(self.moves), self.reader.head(), len(self.done.refusals)
        await self._survive(self._do(move))
        deed = DoneMove(move, choice, among, first, self.reader.head(), refused, instead)
        self.deeds.append(deed)
        await self._look()
        return deed

    async def _do(self, move: NextMove) -> None:
        match move.kind:
            case MoveKind.STEP:
                self._next.clear()
                await self._do_step(move)
            case MoveKind.TIME:
                self._next.clear()
                self._clock.advance((move.at - self._clock.now()) / MICROSECONDS)
                self._pass_time()
            case MoveKind.PROJECTION:
                await stepped(self.engine.projections[move.name])
            case MoveKind.DELIVERY:
                await self._deliver(move)
            case MoveKind.END:
                self.left.clear()

    async def _survive(self, work: Awaitable[None]) -> None:
        """Does something; where the engine ends by it, another one begins."""
        try:
            await work
        except EngineCrashed:
            self._delivered.clear()
            self._next.clear()
            await self.world.crash()

    def index(self, name: str, message: str = "", fault: Fault | None = None) -> int:
        """Returns the number of the move that is meant, for `make`; -1 where it is not possible now.

        Args:
            name: Of a subscription, policy, process or read model; a command that is to be handled, or the
                scenario's next step; ``time`` for that it passes.
            message: Type of what is delivered; empty for any.
        """
        found = (
            at for at, move in enumerate(self.moves) if move.fault is fault and move.is_meant(name, message)
        )
        return next(found, -1)

    async def rewound(self, moves: int) -> SteppedWorld:
        """Returns another world in which the first moves of this one were made; this one stays as it is."""
        project, scenario, deciding, faults, lazy = self._made_of
        world = SteppedWorld(project, scenario, deciding=deciding, faults=faults, lazy=lazy)
        await world.begin()
        for choice in self.choices[:moves]:
            await world.make(choice)
        return world

    async def follow(self, choices: Iterable[int] = ()) -> None:
        """Makes moves as chosen, behind them the defaults, until all is at rest; a choice too high is 0."""
        chosen = iter(choices)
        while self.moves:
            choice = next(chosen, 0)
            await self.make(choice if choice < len(self.moves) else 0)

    async def follow_rows(self) -> None:
        """Has those read models follow that are no moves of their own."""
        for name, runner in self.engine.projections.items():
            while name not in self.deciding and await runner.work():
                pass

    async def _do_step(self, move: NextMove) -> None:
        act, number = self.scenario.when[move.at].act, self.scenario.acts_before(move.at)
        if move.fault is Fault.DUPLICATE:
            await self.do(f"{number} again", act)
            return
        await self.do(number, act)
        self._step += 1
        self._come_to_step()

    def _come_to_step(self) -> None:
        """Notes when the next step may be done; one that only lets time pass is over then."""
        steps = self.scenario.when
        while self._step < len(steps):
            step = steps[self._step]
            self._step_at = self._clock.now() + round(self._wait(step) * MICROSECONDS)
            if step.act is not None or self._step_at > self._clock.now():
                return
            self._step += 1

    def _wait(self, step: ScenarioStep) -> float:
        """Returns how many seconds pass before a step; none where its time passed, as another one came late.

        Raises:
            InvalidValue: Its time has passed though nothing was otherwise than usual; or as `until`.
        """
        late = step.at is not None and step.at < self._clock.now()
        return 0.0 if late and any(self.choices) else self.until(step)

    def _pass_time(self) -> None:
        steps = self.scenario.when
        if self._step < len(steps) and steps[self._step].act is None and self._step_at <= self._clock.now():
            self._step += 1
            self._come_to_step()

    async def _deliver(self, move: NextMove) -> None:
        runner = self.engine.subscriptions[move.name]
        self._next.pop(move.name)
        if move.fault is Fault.CRASH:
            await self._crash(runner)
            return
        if move.fault is Fault.DUPLICATE:
            back = ConfigureSubscription(
                subscription=move.name, cursor=move.at - 1, release_key=runner.release_key
            )
            await self.engine.commit(back)
        with ending(self, move):
            await stepped(runner)
        self._delivered[move.name] = replace(move, fault=Fault.DUPLICATE, fails=None)

    async def _crash(self, runner: SubscriptionRunner) -> None:
        """Has the program end when an outcome is about to be stored, and begin again."""
        rule = FaultRule(kind=Fault.CRASH, place=FaultPlace.SUBSCRIPTION, name=runner.name)
        armed = self.world.faults.arm(rule)
        try:
            await stepped(runner)
        finally:
            self.world.faults.disarm(armed.number)

    # -- what is possible -------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Finds what is possible, once everything has passed what is not for it."""
        if not self._lazy:
            await self._survive(self.follow_rows())
        ready = await self._ready()
        plain, faulty = list(self._plain(ready)), list(self._faulty(ready))
        if faulty and not plain:
            plain.append(NextMove(MoveKind.END))
        self.moves = [*plain, *faulty]
        if plain and len(self.deeds) >= MOST:
            self.moves, self.unfinished = [], f"after {MOST:,} moves there is still more to do"

    async def _ready(self) -> list[NextMove]:
        """Returns what can be delivered now, the oldest message first."""
        head, found = self.reader.head(), []
        for name, runner in self.engine.subscriptions.items():
            move, upto = self._next.get(name, _UNKNOWN)
            gone = self._withdrawn(move)  # which moves no head
            if gone or upto < head:
                if gone or (move is None and self._concerns(runner, upto, head)):
                    move = await self._upcoming(name, runner)
                self._next[name] = move, head
            if move is not None:
                found.append(move)
        for name in self.deciding & set(self.engine.projections):
            record = self.engine.projections[name].upcoming()
            if record is not None:
                found.append(NextMove(MoveKind.PROJECTION, name, record.type, record.position))
        return sorted(found, key=lambda move: (move.at, move.name))

    def _concerns(self, runner: SubscriptionRunner, after: int, upto: int) -> bool:
        """Whether a stretch of the log may hold something for a subscription; behind -1, its rows, too."""
        tables, topic = self.tables, runner.subscription.topic
        for position in range(after + 1, upto + 1) if after >= 0 else ():
            message = tables.messages.get(position)
            if message is not None and message.topic == topic:
                return True
            event = tables.events.get(position) if message is None else None
            if event is not None and runner.wants(event.type):
                return True
        return after < 0

    def _withdrawn(self, move: NextMove | None) -> bool:
        """Whether what comes next is a command that was withdrawn since (K7)."""
        if move is None or move.name != COMMANDS_TOPIC:
            return False
        message = self.tables.messages.get(move.at)
        return message is None or message.withdrawn

    async def _upcoming(self, name: str, runner: SubscriptionRunner) -> NextMove | None:
        message = runner.upcoming()
        if message is not None:
            return NextMove(MoveKind.DELIVERY, name, message.type, message.position)
        if runner.unsorted:
            await stepped(runner)  # nothing is delivered: what waits gets its rows
        return None

    def _plain(self, ready: Sequence[NextMove]) -> Iterator[NextMove]:
        yield from ready
        now = self._clock.now()
        if self._step < len(self.scenario.when) and self._step_at <= now:
            yield NextMove(MoveKind.STEP, act_named(self.scenario.when[self._step].act), at=self._step)
        if not ready and (due := self._next_due()) is not None:
            yield NextMove(MoveKind.TIME, at=due)

    def _next_due(self) -> int | None:
        """Returns until when time passes; None where nothing is to come."""
        if self._step < len(self.scenario.when):
            return self._due(self._step_at)
        return self._due() if self.open_ended else None

    @override
    def _due(self, *steps: int) -> int | None:
        now, own = self._clock.now(), self._timer.next_due()
        times = [own, *(one.next_due() for one in self.engine.subscriptions.values()), *steps]
        due = min((one for one in times if one is not None and one > now), default=None)
        return due if due is None or due - self.began <= HORIZON * MICROSECONDS else None

    def _faulty(self, ready: Sequence[NextMove]) -> Iterator[NextMove]:
        yield from otherwise_drawn(self, ready)
        if self.left[Fault.CRASH]:
            yield from (replace(one, fault=Fault.CRASH) for one in ready if one.kind is MoveKind.DELIVERY)
        if self.left[Fault.DUPLICATE]:
            for name, again in self._delivered.items():
                if name != COMMANDS_TOPIC and not self.reader.rows_from(name, 0, EVERYTHING):
                    yield again
            last = self._step - 1
            if last >= 0 and (act := self.scenario.when[last].act) is not None:
                yield NextMove(MoveKind.STEP, act_named(act), at=last, fault=Fault.DUPLICATE)
        if self.left[Fault.DELAY] and ready and (due := self._next_due()) is not None:
            yield NextMove(MoveKind.TIME, at=due, fault=Fault.DELAY)

    # -- what was made ----------------------------------------------------------------------------------

    def made(self, deed: DoneMove) -> Made:
        """Returns what a move made."""
        reader, registry = self.reader, self.world.registry
        events = reader.read_log(deed.first, EVERYTHING, upto=deed.last)
        issued: list[str] = []
        published: list[str] = []
        for topic in (COMMANDS_TOPIC, *registry.topics):
            found, _ = reader.read_topic(topic, lambda _type: False, deed.first, EVERYTHING)
            named = issued if topic == COMMANDS_TOPIC else published
            named += [one.type for one in found if one.position <= deed.last]
        at = self.deeds.index(deed)
        end = self.deeds[at + 1].refused if at + 1 < len(self.deeds) else len(self.done.refusals)
        refused = [str(one.get("message", "conflict")) for one in self.done.refusals[deed.refused : end]]
        return Made(tuple(one.type for one in events), tuple(issued), tuple(published), "; ".join(refused))
