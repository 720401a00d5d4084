"""D6: the same tries of a stand-in fail, whenever the engine is killed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.engine.trips import HOUR, Mortal
from workbench.engine.engine import Engine
from workbench.engine.timers import VirtualTimer
from workbench.errors import StoreReadOnly, WorkbenchError
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append

MODEL = """
[aggregate.trip]
[event.trip.planned]
[event.trip.booked]

[command.plan]
creates: "trip"
fields { trip_id: "string" }
emit: "trip.planned"

[command.book]
changes: "trip"
fields { trip_id: "string" }
emit: "trip.booked"

[external.hotel]
stand_in { event: "trip.planned", fails: 0.5, issue: "book", with { trip_id: "key" } }

[topics]
trips {}

[routing]
trips { pattern: "trip.planned", topics: "trips" }

[subscriptions]
bookings { topic: "trips", handler: "hotel", max_attempts: 20 }
"""
TRIPS = 6


@pytest.fixture
def registry(tmp_path) -> Registry:
    (tmp_path / "project.tsk").write_text(MODEL)
    return load_project(tmp_path, environ={}, trusted=True).registry


def watched(registry: Registry, tried: set[tuple[str, int, bool]]) -> Registry:
    """Returns the same model, which tells of each try of the stand-in whether it failed."""
    hotel = registry.handlers["hotel"]

    def handle(message: Any, context: Any) -> Any:
        failed = True
        try:
            hotel(message, context)
            failed = False
        finally:
            tried.add((message.key, context.attempt, failed))

    handle.inline = True  # type: ignore[attr-defined]
    return replace(registry, handlers={"hotel": handle})


async def settled(engine: Engine, store: Mortal) -> None:
    await engine.settle()
    if store.dead:
        raise StoreReadOnly("the process has ended")


async def tries(registry: Registry, die_at: int) -> tuple[set[tuple[str, int, bool]], bool]:
    """Has trips booked by an engine that dies before a commit, and by another one after it.

    Returns:
        Trip, number of the try and whether it failed, of every try; and whether the first engine died.
    """
    clock = ManualClock()
    memory = MemoryStore(clock)
    planned = [NewEvent(id=derived_id("trip", n), type="trip.planned", data="{}") for n in range(TRIPS)]
    memory.write([Append(stream=f"trip-{n}", events=(one,)) for n, one in enumerate(planned)])
    tried: set[tuple[str, int, bool]] = set()
    died = False
    for left in (die_at, -1):
        store, timer = Mortal(memory, left), VirtualTimer(clock)
        engine = Engine(store, watched(registry, tried), clock, lambda _: None, timer=timer, seed=left)
        try:
            await engine.start()
            await timer.drain(partial(settled, engine, store), within=HOUR)
        except WorkbenchError:
            assert store.dead
        if not store.dead:
            await engine.stop()
            break
        died = True
        engine._housekeeping.stop()
        await engine.tasks.stop()
        await engine.writer.close()
        memory.reopen()
    return tried, died


async def test_D6_killed_at_any_commit_and_the_same_tries_fail(registry):
    whole, _ = await tries(registry, -1)
    assert sum(failed for _, _, failed in whole) > TRIPS / 2
    assert sum(not failed for _, _, failed in whole) == TRIPS
    died, number = True, 0
    while died:
        tried, died = await tries(registry, number)
        assert tried == whole, number
        number += 1
    assert number > 20
