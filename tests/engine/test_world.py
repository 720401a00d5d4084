"""A world: an act and its record are one, and meet no engine that is being changed (L9)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from workbench.engine import ending
from workbench.engine.engine import EngineState
from workbench.engine.publisher import OutgoingMessage
from workbench.engine.world import AGAIN, World
from workbench.errors import NotFound, StoreBusy, StoreFull, StoreReadOnly
from workbench.model.clock import ManualClock, SystemClock
from workbench.model.messaging import Message, Ordering, Subscription, Topic
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.model.retry import RetryPolicy
from workbench.store.memory.reader import MemoryReader
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import CloseStream, ConfigureSubscription, MarkLetters, RecordAction
from workbench.store.operator_actions import OperatorAction


@dataclass(frozen=True, kw_only=True)
class Model:
    """Numbers in a queue, and what becomes of them."""

    registry: Registry
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    snapshot_every: int = 100


class Stage:
    """A world in memory, and what its handler saw."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.gate: asyncio.Event | None = None
        self.world = World.in_memory(self.model(), ManualClock())

    def model(self) -> Model:
        handled = Subscription(
            name="sub",
            topic="work",
            handler="handle",
            ordering=Ordering.NONE,
            retry=RetryPolicy(max_attempts=1),
        )
        registry = build_registry(
            [Definitions(handlers={"handle": self.handle})],
            topics=(Topic(name="work"),),
            subscriptions=(handled,),
        )
        return Model(registry=registry)

    async def handle(self, message: Message, _context: Any) -> None:
        self.seen.append(message.json()["n"])
        if self.gate is not None:
            await self.gate.wait()
        if message.json()["n"] < 0:
            raise ValueError("below zero")

    async def publish(self, *numbers: int) -> None:
        for n in numbers:
            await self.world.running().publisher.publish(OutgoingMessage(topic="work", data={"n": n}))
        if self.gate is None:
            await self.world.running().settle()

    @property
    def records(self) -> list[str]:
        return [action.action for action in self.world.reader.actions()]

    def status(self, number: int) -> str:
        letter = self.world.reader.letter(number)
        assert letter is not None
        return letter.status.value


def record(action: str) -> RecordAction:
    return RecordAction(action=OperatorAction(at=1, action=action, subject="sub", detail="{answer}"))


def purge(number: int) -> MarkLetters:
    return MarkLetters(numbers=(number,), before=("open",), after="purged", act="purge")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    await made.world.start()
    yield made
    if made.gate is not None:
        made.gate.set()
    await made.world.stop()


async def test_L9_an_act_and_its_record_take_effect_together(stage):
    await stage.publish(-1)
    assert await stage.world.act(purge(1), record("purge")) == [1, 1]
    assert (stage.status(1), stage.records) == ("purged", ["purge"])


async def test_L9_an_act_that_is_refused_leaves_neither_effect_nor_record(stage):
    await stage.publish(-1)
    with pytest.raises(NotFound):
        await stage.world.act(purge(1), CloseStream(stream="none"), record("purge"))
    assert (stage.status(1), stage.records) == ("open", [])


async def test_the_engine_follows_what_an_operator_committed(stage):
    await stage.world.act(ConfigureSubscription(subscription="sub", paused=True), record("pause"))
    await stage.publish(1, 2)
    assert stage.seen == []
    await stage.world.act(ConfigureSubscription(subscription="sub", paused=False), record("resume"))
    await stage.world.running().settle()
    assert stage.seen == [1, 2]
    await stage.world.act(ConfigureSubscription(subscription="sub", cursor=0), record("reset"))
    await stage.world.running().settle()
    assert stage.seen == [1, 2, 1, 2]


@pytest.mark.parametrize("turns", range(12))
async def test_L9_an_act_that_meets_a_reload_takes_effect_once_and_is_on_record(stage, turns):
    await stage.publish(-1)
    adopting = asyncio.create_task(stage.world.adopt(stage.model()))
    for _ in range(turns):
        await asyncio.sleep(0)
    assert await stage.world.act(purge(1), record("purge")) == [1, 1]
    await adopting
    assert (stage.status(1), stage.records) == ("purged", ["purge"])


async def test_an_act_waits_for_a_reload_that_waits_for_a_handler(stage):
    stage.gate = asyncio.Event()
    await stage.publish(1)
    while not stage.seen:
        await asyncio.sleep(0)
    adopting = asyncio.create_task(stage.world.adopt(stage.model()))
    await asyncio.sleep(0)
    assert stage.world.reloading
    with pytest.raises(StoreBusy):
        stage.world.running()
    acting = asyncio.create_task(stage.world.act(record("note")))
    await asyncio.sleep(0)
    assert not acting.done()
    stage.gate.set()
    await adopting
    await acting
    assert stage.records == ["note"]


@pytest.mark.parametrize("turns", range(8))
async def test_L9_an_act_that_meets_the_end_is_done_and_on_record_or_refused(turns):
    stage = Stage()
    await stage.world.start()
    await stage.publish(-1)
    stopping = asyncio.create_task(stage.world.stop())
    for _ in range(turns):
        await asyncio.sleep(0)
    try:
        await stage.world.act(purge(1), record("purge"))
    except (StoreBusy, StoreReadOnly):
        assert (stage.status(1), stage.records) == ("open", [])
    else:
        assert (stage.status(1), stage.records) == ("purged", ["purge"])
    await stopping
    with pytest.raises(StoreReadOnly, match="was closed"):
        await stage.world.act(record("late"))


async def test_M2_a_stop_on_a_clock_that_stands_still_waits_for_no_time_to_pass(monkeypatch):
    monkeypatch.setattr(ending, "STOP_SECONDS", 3600.0)
    stage = Stage()
    stage.gate = asyncio.Event()  # nobody will set it
    await stage.world.start()
    await stage.publish(1)
    while not stage.seen:
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await stage.world.stop()


async def test_C8_a_world_that_is_only_looked_at_runs_nothing_and_refuses_every_act():
    clock = SystemClock()
    store = MemoryStore(clock)
    store.observer = "PID 7 has it open"
    world = World(Stage().model(), store, clock)
    await world.start()
    assert world.engine is None
    with pytest.raises(StoreReadOnly, match="PID 7"):
        await world.act(record("note"))
    await world.stop()


@pytest.fixture
def full(stage, monkeypatch):
    """Has writes fail as on a full disk, as often as the list has entries."""
    write, fails = stage.world.store.write, []

    def refuse(operations):
        if fails:
            fails.pop()
            raise StoreFull("the disk is full")
        return write(operations)

    monkeypatch.setattr(stage.world.store, "write", refuse)
    return fails


async def passes(stage, seconds=AGAIN):
    """Lets time pass until what is due by then is done."""
    stage.world.clock.advance(seconds=seconds)
    for _ in range(60):
        await asyncio.sleep(0)


@pytest.mark.parametrize("fails", [1, 2, 3, 8])
@pytest.mark.parametrize("paused", [False, True])
async def test_F4_after_a_reload_on_a_full_disk_the_engine_runs_again_once_there_is_room(
    stage, full, fails, paused
):
    if paused:
        stage.world.running().pause()
    before, told = stage.world.model, []
    stage.world.listen(told.append)
    full.extend([1] * fails)
    with pytest.raises(StoreFull):
        await stage.world.adopt(stage.model())
    full.clear()
    assert stage.world.model is before
    if stage.world.stopped:
        with pytest.raises(StoreBusy, match="the disk is full"):
            stage.world.running()
        assert told[-1].model
        told.clear()
        await passes(stage)
    assert told[-1].model
    assert stage.world.running().state is (EngineState.PAUSED if paused else EngineState.RUNNING)
    stage.world.running().resume()
    await stage.publish(1)
    assert stage.seen == [1]


async def test_F4_an_engine_that_a_reload_left_standing_is_started_by_hand_or_by_the_next_reload(stage, full):
    for again in (stage.world.start_again, lambda: stage.world.adopt(stage.model())):
        full.extend([1] * 50)
        with pytest.raises(StoreFull):
            await stage.world.adopt(stage.model())
        await passes(stage)
        assert stage.world.stopped == "the disk is full"
        with pytest.raises(StoreFull):
            await again()
        full.clear()
        await again()
        assert stage.world.running().state is EngineState.RUNNING
        await passes(stage)  # what would have tried again finds it at work
    await stage.publish(1)
    assert stage.seen == [1]


@pytest.fixture
async def others():
    """The tasks that run before anything of a test does."""
    return asyncio.all_tasks()


async def test_F4_a_world_whose_engine_stands_still_ends(others, stage, full):
    full.extend([1] * 50)
    with pytest.raises(StoreFull):
        await stage.world.adopt(stage.model())
    await stage.world.stop()
    with pytest.raises(StoreReadOnly):
        stage.world.running()
    left = {task for task in asyncio.all_tasks() - others if not task.done()}
    assert left <= {asyncio.current_task()}


@pytest.mark.parametrize("taken", [True, False])
async def test_C5_reads_that_are_under_way_are_stopped_when_another_model_takes_over(
    stage, monkeypatch, taken
):
    begun, stopped = threading.Event(), threading.Event()
    monkeypatch.setattr(MemoryReader, "interrupt", lambda _reader: stopped.set())

    def read():
        assert stage.world.reader.head() == 0
        begun.set()
        return stopped.wait(10)

    reading = asyncio.ensure_future(stage.world.ask(read))
    await asyncio.to_thread(begun.wait)
    if taken:
        await stage.world.adopt(stage.model())
    else:
        await stage.world.act(record("note"))
        assert not stopped.is_set()
        stopped.set()
    assert await reading
