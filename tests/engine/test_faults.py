"""Faults that are armed: each kind at its point, counted, by seed, and gone with the world (W10, W11)."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tests.engine.conftest import COUNT, TOTALS
from workbench.engine.command_handler import DECISIONS, Issue
from workbench.engine.faults import EngineCrashed, Faults, InjectedFault
from workbench.engine.projection_check import row_differences
from workbench.engine.timers import VirtualTimer
from workbench.engine.world import World
from workbench.errors import StoreBusy
from workbench.model.clock import FURTHEST, MICROSECONDS, ManualClock, SystemClock, jump, rfc3339
from workbench.model.fault import FaultKind, FaultPlace, FaultRule
from workbench.model.messaging import LOG_TOPIC, Message, Mode, Ordering, Subscription
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.model.retry import Backoff, RetryPolicy
from workbench.store.memory.store import MemoryStore
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import ProjectionStatus

RETRY = RetryPolicy(max_attempts=3, delay=10, backoff=Backoff.FIXED, jitter=0)


@dataclass(frozen=True, kw_only=True)
class Model:
    registry: Registry
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    snapshot_every: int = 100


class Stage:
    """Counters, and what a subscription of each way to run a handler saw of them."""

    def __init__(self, store: Any, clock: Any) -> None:
        self.seen: list[tuple[str, int, bool]] = []
        self.store, self.clock = store, clock
        self.mode, self.way, self.seconds = Mode.PUBLISH_SUBSCRIBE, "waits", 60.0
        self.world: World[Model]

    def model(self) -> Model:
        sub = Subscription(
            name="sub",
            topic=LOG_TOPIC,
            handler=self.way,
            retry=RETRY,
            mode=self.mode,
            ordering=Ordering.KEY if self.mode is Mode.PUBLISH_SUBSCRIBE else Ordering.NONE,
            timeout=self.seconds,
        )

        def at_once(message: Message, context: Any) -> None:
            self._see(message, context)

        at_once.inline = True  # type: ignore[attr-defined]
        definitions = Definitions(
            aggregates=(COUNT,),
            projections=(TOTALS,),
            handlers={"waits": self._waits, "thread": self._see, "inline": at_once},
        )
        return Model(registry=build_registry([definitions], topics=(), subscriptions=(sub,)))

    async def _waits(self, message: Message, context: Any) -> None:
        self._see(message, context)

    def _see(self, message: Message, context: Any) -> None:
        self.seen.append((message.key, message.json()["by"], context.redelivered))

    async def open(self) -> None:
        self.world = World(self.model(), self.store, self.clock, seed=1)
        await self.world.start()

    async def do(self, *numbers: int, key: str = "a") -> None:
        for by in numbers:
            engine = self.world.running()
            first = engine.reader.stream(f"count-{key}") is None
            values = {"id": key, "by": by}
            issue = Issue(type="open" if first else "add", values=values, id=engine.new_id())
            assert (await engine.commands.handle(issue)).accepted
            await self.world.settle()

    async def later(self, seconds: float) -> None:
        timer = self.world.timer
        assert isinstance(timer, VirtualTimer)
        await timer.advance(seconds, self.world.settle)

    def arm(self, kind: FaultKind, name: str = "sub", place: FaultPlace | None = None, **more: Any) -> Any:
        place = place or FaultPlace.SUBSCRIPTION
        return self.world.faults.arm(FaultRule(kind=kind, place=place, name=name, **more))

    @property
    def numbers(self) -> list[int]:
        return [by for _, by, _ in self.seen]


@pytest.fixture(params=["memory", "sqlite"])
async def stage(request, tmp_path):
    clock = ManualClock()
    kinds = {"memory": lambda: MemoryStore(clock), "sqlite": lambda: SqliteStore(tmp_path / "e.db", clock)}
    made = Stage(kinds[request.param](), clock)
    made.way = getattr(request, "way", "waits")
    yield made
    await made.world.stop()


@pytest.fixture
async def by_itself():
    """Time passes by itself there, so that handlers can hang."""
    clock = SystemClock()
    made = Stage(MemoryStore(clock), clock)
    yield made
    await made.world.stop()


# -- each kind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["waits", "thread", "inline"])
async def test_W10_the_nth_call_fails_and_is_tried_again(stage, way):
    stage.way = way
    await stage.open()
    armed = stage.arm(FaultKind.FAIL, call=2)
    await stage.do(1, 2, 3)
    assert stage.numbers == [1]
    await stage.later(10)
    assert stage.numbers == [1, 2, 3]
    assert (armed.struck, armed.spent) == (1, True)


async def test_W10_a_handler_that_always_fails_ends_in_a_letter_that_names_the_fault(stage):
    await stage.open()
    stage.arm(FaultKind.FAIL, "waits", FaultPlace.HANDLER, call=0, chance=1.0)
    await stage.do(1)
    await stage.later(60)
    (letter,) = stage.world.reader.letters(statuses=("open",))
    assert (letter.error_type, letter.place) == ("InjectedFault", "fault")
    assert "fault 1, which is armed" in letter.error
    assert stage.seen == []


@pytest.mark.parametrize("way", ["waits", "thread", "inline"])
async def test_W10_where_the_clock_is_moved_by_hand_the_time_of_what_hangs_is_over_at_once(stage, way):
    stage.way = way
    await stage.open()
    stage.arm(FaultKind.TIMEOUT)
    engine = stage.world.running()
    await stage.do(1)
    (waiting,) = engine.reader.deliveries("sub", 10)
    assert waiting.attempts[0].error == "the handler took longer than 60 s"
    await stage.later(10)
    assert stage.numbers == [1]


@pytest.mark.parametrize("way", ["waits", "thread", "inline"])
async def test_W12_what_hangs_goes_on_once_its_fault_is_disarmed(by_itself, way):
    stage = by_itself
    stage.way = way
    await stage.open()
    armed = stage.arm(FaultKind.TIMEOUT)
    task = asyncio.ensure_future(stage.do(1))
    while not stage.world.running().subscriptions["sub"].in_flight:
        await asyncio.sleep(0)
    assert stage.seen == []
    stage.world.faults.disarm(armed.number)
    await task
    assert stage.numbers == [1]


@pytest.mark.parametrize("mode", [Mode.PUBLISH_SUBSCRIBE, Mode.POINT_TO_POINT])
async def test_W10_a_duplicate_comes_once_more_behind_its_ack(stage, mode):
    stage.mode = mode
    await stage.open()
    armed = stage.arm(FaultKind.DUPLICATE, call=0, chance=1.0)
    await stage.do(1, 2)
    assert sorted(stage.numbers) == [1, 1, 2, 2]
    assert (armed.calls, armed.struck) == (2, 2)
    assert not stage.world.reader.deliveries("sub", 10)


async def test_W10_what_is_delayed_waits_and_its_key_with_it(stage):
    await stage.open()
    stage.arm(FaultKind.DELAY, seconds=30)
    await stage.do(1, 2)
    await stage.do(7, key="b")
    assert stage.numbers == [7]
    await stage.later(29)
    assert stage.numbers == [7]
    await stage.later(1)
    assert stage.numbers == [7, 1, 2]


async def test_W10_reordering_keeps_the_order_of_a_key_and_is_the_same_by_seed(stage):
    await stage.open()
    stage.arm(FaultKind.REORDER, call=0, chance=1.0, seconds=100, seed=7)
    for by in range(1, 4):
        for key in "abcd":
            await stage.do(by, key=key)
    await stage.later(100)
    assert len(stage.seen) == 12
    keys = [key for key, _, _ in stage.seen]
    assert keys != sorted(keys)
    assert keys[:4] != ["count-a", "count-b", "count-c", "count-d"]
    assert all([by for one, by, _ in stage.seen if one == f"count-{key}"] == [1, 2, 3] for key in "abcd")


async def test_W11_a_crash_ends_the_engine_before_the_ack_and_another_one_goes_on(stage):
    await stage.open()
    before = stage.world.running()
    armed = stage.arm(FaultKind.CRASH, call=2)
    await stage.do(1, 2, 3)
    assert stage.world.running() is not before
    assert stage.seen[:3] == [("count-a", 1, False), ("count-a", 2, False), ("count-a", 2, True)]
    assert stage.numbers[3:] == [3]
    assert armed.struck == 1
    assert not stage.world.reader.letters(statuses=("open",))
    earlier = {before.new_id() for _ in range(200)}
    assert earlier.isdisjoint({stage.world.running().new_id() for _ in range(200)})


async def test_W11_what_crashes_each_time_becomes_a_letter_of_crashes(stage):
    await stage.open()
    stage.arm(FaultKind.CRASH, call=0, chance=1.0)
    await stage.do(1)
    (letter,) = stage.world.reader.letters(statuses=("open",))
    assert letter.reason == "crash_loop"


async def test_W11_a_read_model_that_crashes_before_its_rows_are_stored_is_right_afterwards(stage):
    await stage.open()
    before = stage.world.running()
    stage.arm(FaultKind.CRASH, "totals", FaultPlace.PROJECTION, call=2)
    await stage.do(1, 2, 3)
    assert stage.world.running() is not before
    assert row_differences(TOTALS, stage.world.registry, stage.world.reader) == []
    assert stage.world.reader.row("totals", "a")["total"] == 6


async def test_W11_one_who_waits_for_a_read_model_is_told_that_its_engine_ended(stage):
    await stage.open()
    stage.arm(FaultKind.CRASH, "totals", FaultPlace.PROJECTION)
    engine = stage.world.running()
    issue = Issue(type="open", values={"id": "a", "by": 1}, id=engine.new_id())
    result = await engine.commands.handle(issue)
    with pytest.raises(StoreBusy, match="was stopped"):
        await engine.projection("totals").wait_for(result.last_position)
    await stage.world.settle()
    await stage.world.running().projection("totals").wait_for(result.last_position)


async def test_W10_a_read_model_whose_fold_fails_is_faulted_and_can_be_tried_again(stage):
    await stage.open()
    stage.arm(FaultKind.FAIL, "totals", FaultPlace.PROJECTION, call=2)
    await stage.do(1, 2)
    totals = stage.world.running().projection("totals")
    assert totals.live.status is ProjectionStatus.FAULTED
    await totals.mark(ProjectionStatus.LIVE)
    stage.world.running().wake("projection totals")
    await stage.world.settle()
    assert stage.world.reader.row("totals", "a")["total"] == 3


async def test_W10_a_read_model_lags_behind_as_long_as_its_fault_says(stage):
    await stage.open()
    stage.arm(FaultKind.DELAY, "totals", FaultPlace.PROJECTION, seconds=5)
    await stage.do(1)
    assert stage.world.reader.row("totals", "a") is None
    await stage.later(5)
    assert stage.world.reader.row("totals", "a")["total"] == 1


async def test_W10_a_conflict_is_decided_again_and_four_of_them_are_the_answer(stage):
    await stage.open()
    await stage.do(1)
    armed = stage.arm(FaultKind.CONFLICT, "add", FaultPlace.COMMAND)
    await stage.do(2)
    assert armed.struck == 1
    stage.arm(FaultKind.CONFLICT, "add", FaultPlace.COMMAND, call=0, chance=1.0)
    engine = stage.world.running()
    result = await engine.commands.handle(Issue(type="add", values={"id": "a", "by": 3}, id=engine.new_id()))
    assert (result.outcome, result.attempts) == ("conflict", DECISIONS)
    assert stage.world.reader.stream("count-a").version == 2


async def test_W10_a_command_that_fails_stores_nothing_and_can_be_sent_again(stage):
    await stage.open()
    stage.arm(FaultKind.FAIL, "open", FaultPlace.COMMAND)
    engine = stage.world.running()
    issue = Issue(type="open", values={"id": "a", "by": 3}, id=engine.new_id())
    with pytest.raises(InjectedFault, match="fault 1, which is armed, failed the command open"):
        await engine.commands.handle(issue)
    assert stage.world.reader.head() == 0
    assert (await engine.commands.handle(issue)).accepted


@pytest.mark.parametrize("way", ["waits", "thread"])
async def test_W10_the_clock_jumps_ahead_at_a_call(stage, way):
    stage.way = way
    await stage.open()
    began = stage.clock.now()
    stage.arm(FaultKind.CLOCK, call=2, seconds=3600)
    await stage.do(1)
    assert stage.clock.now() == began
    await stage.do(2)
    assert stage.clock.now() == began + 3600 * MICROSECONDS
    assert stage.numbers == [1, 2]


@pytest.mark.parametrize("clock", [SystemClock, ManualClock])
def test_W10_no_clock_jumps_beyond_times_that_can_be_said(clock):
    one = clock()
    for _ in range(2):
        jump(one, 70_000_000 * 3600.0)
        assert one.now() == pytest.approx(FURTHEST, abs=60 * MICROSECONDS)
    assert rfc3339(one.now()).startswith(("8999", "9000"))


def test_W1_the_machines_clock_jumps_and_what_has_passed_does_not():
    clock = SystemClock()
    now, passed = clock.now(), clock.passed()
    clock.jump(3600)
    assert clock.now() - now >= 3600 * MICROSECONDS
    assert clock.passed() - passed < 3600 * MICROSECONDS


async def test_W10_what_hangs_is_given_up_when_its_time_is_over(by_itself):
    by_itself.seconds = 0.05
    await by_itself.open()
    by_itself.arm(FaultKind.TIMEOUT)
    await by_itself.do(1)
    (waiting,) = by_itself.world.reader.deliveries("sub", 10)
    assert waiting.attempts[0].error == "the handler took longer than 0.05 s"
    assert by_itself.seen == []


# -- counts, seeds, ends --------------------------------------------------------------------------------


def points(*rules):
    """Returns the points of a subscription at which some faults are armed, and these."""
    faults = Faults(ManualClock())
    armed = [faults.arm(one) for one in rules]
    sub = Subscription(name="sub", topic=LOG_TOPIC, handler="waits", retry=RETRY)
    return faults.at(sub), armed


def rule(kind, **more):
    return FaultRule(kind=kind, place=FaultPlace.SUBSCRIPTION, name="sub", **more)


def task(position, **more):
    message = Message(
        position=position,
        id_bytes=bytes(16),
        topic=LOG_TOPIC,
        type="t",
        key="a",
        data="{}",
        event=True,
        published_at=0,
        correlation_bytes=bytes(16),
        **more,
    )
    return SimpleNamespace(message=message, failure=None, started=True)


def test_W10_what_is_delayed_comes_no_sooner_than_it_would_without_a_fault():
    at, _ = points(rule(FaultKind.DELAY, call=0, chance=1.0, seconds=30))
    now = ManualClock().now()
    late = now + 100 * MICROSECONDS
    tasks = [task(1), task(2, deliver_at=late), task(3, deliver_at=now + 1)]
    at.hold(tasks)
    held = now + 30 * MICROSECONDS
    assert [one.message.deliver_at for one in tasks] == [held, late, held]


def test_W11_all_that_was_to_be_stored_when_a_crash_struck_is_counted():
    at, (first, second) = points(rule(FaultKind.CRASH, call=1), rule(FaultKind.CRASH, call=3))
    with pytest.raises(EngineCrashed):
        at.before_ack([task(1), task(2), task(3)])
    assert [(one.calls, one.struck) for one in (first, second)] == [(3, 1), (3, 1)]


def test_W12_what_begins_to_hang_by_a_fault_that_was_just_disarmed_goes_on():
    faults, went_on = Faults(ManualClock()), []
    armed = faults.arm(rule(FaultKind.TIMEOUT))
    faults.disarm(armed.number)
    faults.hang(armed, lambda: went_on.append(True))
    assert went_on == [True]


def test_W10_the_same_seed_strikes_the_same_calls_and_another_one_others():
    def struck(seed: int) -> list[int]:
        rule = FaultRule(
            kind=FaultKind.FAIL, place=FaultPlace.COMMAND, name="x", call=0, chance=0.3, seed=seed
        )
        armed = Faults(ManualClock()).arm(rule)
        return [at for at in range(200) if armed.strikes()]

    assert struck(7) == struck(7)
    assert struck(7) != struck(8)
    assert 30 < len(struck(7)) < 90


def test_W10_what_is_read_again_is_counted_once_and_struck_again():
    rule = FaultRule(kind=FaultKind.DELAY, place=FaultPlace.SUBSCRIPTION, name="x", call=2)
    armed = Faults(ManualClock()).arm(rule)
    assert [armed.strikes_at("x", position) for position in (1, 2, 1, 2, 3)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert (armed.calls, armed.struck) == (3, 1)


async def test_W12_faults_go_on_over_a_reload_and_keep_their_count(stage):
    await stage.open()
    armed = stage.arm(FaultKind.FAIL, call=2)
    await stage.do(1)
    await stage.world.adopt(stage.model())
    await stage.do(2)
    assert (armed.calls, armed.struck) == (2, 1)
    assert stage.numbers == [1]
    await stage.later(10)
    assert stage.numbers == [1, 2]


async def test_W12_a_reload_has_what_hangs_go_on_and_nothing_is_lost(by_itself):
    stage = by_itself
    await stage.open()
    stage.arm(FaultKind.TIMEOUT)
    task = asyncio.ensure_future(stage.do(1))
    while not stage.world.running().subscriptions["sub"].in_flight:
        await asyncio.sleep(0)
    await stage.world.adopt(stage.model())
    await task
    await stage.world.settle()
    assert stage.seen == [("count-a", 1, False)]


async def test_W12_faults_end_with_their_world_and_so_does_what_hangs_by_them(by_itself):
    stage = by_itself
    stage.way = "thread"
    await stage.open()
    stage.arm(FaultKind.TIMEOUT)
    stage.arm(FaultKind.CRASH, call=0, chance=1.0)
    task = asyncio.ensure_future(stage.do(1))
    while not stage.world.running().subscriptions["sub"].in_flight:
        await asyncio.sleep(0)
    hanging = [one for one in threading.enumerate() if one.name == "handler"]
    faults = stage.world.faults
    await stage.world.stop()
    assert faults.armed == ()
    for one in hanging:
        one.join(5)
        assert not one.is_alive()
    task.cancel()
    await asyncio.wait([task])
    assert stage.world.engine is None


async def test_W12_another_world_has_none_of_them(stage):
    await stage.open()
    stage.arm(FaultKind.FAIL, call=0, chance=1.0)
    clock = ManualClock()
    other = Stage(MemoryStore(clock), clock)
    await other.open()
    await other.do(1)
    assert other.numbers == [1]
    await other.world.stop()


async def test_W12_a_paused_engine_that_is_stepped_into_a_crash_is_paused_again(stage):
    await stage.open()
    stage.world.running().pause()
    stage.arm(FaultKind.CRASH)
    await stage.do(1)
    assert stage.seen == []
    moved = await stage.world.running().step("sub")
    assert moved == "sub"
    await stage.world.settle()
    assert stage.world.running().state.value == "paused"
    assert await stage.world.running().step("sub") == "sub"
    assert stage.seen == [("count-a", 1, False), ("count-a", 1, True)]
