"""Garbage ends on the window's thread, whichever thread makes more of it."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import ROOT
from workbench.gui import garbage
from workbench.gui.garbage import A_TURN, AGAIN, AT_ONCE, LEAST, GarbageCollector
from workbench.gui.loop import WorkbenchLoop


class Cycle:
    """Something that only the collector can end; says on which thread it did."""

    def __init__(self, ended: list[int]) -> None:
        self.self, self.ended = self, ended

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


def allocate(held: list[Cycle]) -> list[list[int]]:
    """Lets go of what is held, and makes as many objects as have Python collect, were it allowed to."""
    held.clear()
    return [[number] for number in range(A_TURN // 2)]


async def test_a_cycle_ends_on_the_thread_of_the_loop(until: Any) -> None:
    ended: list[int] = []
    kept = await asyncio.to_thread(allocate, [Cycle(ended)])
    await until(lambda: ended)
    assert kept
    assert ended == [threading.get_ident()]


@pytest.fixture
def paused(qapp: QApplication) -> Iterator[WorkbenchLoop]:
    """A loop that has run, and may run again."""
    was = gc.isenabled()
    gc.enable()
    loop = WorkbenchLoop(qapp)
    loop.run_until_complete(asyncio.sleep(0))
    yield loop
    loop.close()
    if not was:
        gc.disable()


def test_nothing_ends_on_another_thread_while_the_loop_pauses(paused: WorkbenchLoop) -> None:
    ended: list[int] = []
    thread = threading.Thread(target=allocate, args=([Cycle(ended)],))
    thread.start()
    thread.join()
    assert ended == []


def test_python_collects_again_by_itself_once_the_loop_is_closed(paused: WorkbenchLoop) -> None:
    paused.run_until_complete(asyncio.sleep(0))
    assert not gc.isenabled()
    paused.close()
    assert gc.isenabled()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[str]]:
    """How many objects were made since it was asked last, and what the collector does then."""
    young, done = list[int](), list[str]()
    stands_in = SimpleNamespace(
        get_count=lambda: (young.pop(0), 0, 0),
        get_threshold=lambda: (700, 10, 10),
        isenabled=lambda: False,
        collect=lambda generation=2: done.append(f"collect {generation}"),
        freeze=lambda: done.append("set aside"),
        unfreeze=lambda: done.append("take back"),
        get_freeze_count=lambda: done.append("count") or LEAST + 1,  # type: ignore[func-returns-value]
    )
    monkeypatch.setattr(garbage, "gc", stands_in)
    return young, done


@pytest.mark.parametrize(
    ("counts", "steps"),
    [
        ([700], []),
        ([701, 702], ["collect 0", "collect 0"]),
        ([A_TURN - 1000, 900, 800], ["collect 0", "collect 0", "collect 2", "set aside"]),
        ([A_TURN + 1, 701], ["set aside", "collect 0"]),
        ([AGAIN + 1, LEAST - 2 * AGAIN], ["set aside", "set aside"]),
        (
            [LEAST + 1, LEAST],
            ["set aside", "count", "take back", "collect 2", "set aside", "count", "set aside"],
        ),
    ],
)
def test_no_turn_looks_at_or_counts_more_than_it_may_unless_all_became_twice_as_much(
    made: tuple[list[int], list[str]], counts: list[int], steps: list[str]
) -> None:
    young, done = made
    young += counts
    collector = GarbageCollector(lambda: True)
    for _ in counts:
        collector.collect()
    assert done == steps


def test_all_is_looked_at_when_nobody_is_at_work_or_it_is_much(
    made: tuple[list[int], list[str]],
) -> None:
    young, done = made
    rest = [False]
    collector = GarbageCollector(lambda: rest[0])
    looked = ["set aside", "count", "take back", "collect 2", "set aside", "count"]
    young += [LEAST + 1]
    collector.collect()
    assert done == ["set aside"]
    rest[0], done[:] = True, []
    young += [A_TURN + 1]
    collector.collect()
    assert done == looked
    rest[0], done[:] = False, []
    young += [2 * LEAST, AT_ONCE * 2 * LEAST]
    collector.collect()
    assert done == ["set aside"]
    collector.collect()
    assert done == ["set aside", "set aside", "count"], "so many that it cannot wait"


def test_what_ended_since_it_was_set_aside_does_not_hold_a_person_at_work(
    made: tuple[list[int], list[str]],
) -> None:
    young, done = made
    rest = [False]
    collector = GarbageCollector(lambda: rest[0])
    young += [AT_ONCE * LEAST + 1, AGAIN + 1]
    collector.collect()
    assert done == ["set aside", "count"], "a third is left of what was set aside"
    rest[0] = True
    collector.collect()
    assert done[2:] == ["set aside", "count", "take back", "collect 2", "set aside", "count"]


def test_what_a_closed_project_leaves_is_looked_at_in_a_pause(made: tuple[list[int], list[str]]) -> None:
    young, done = made
    rest = [False]
    collector = GarbageCollector(lambda: rest[0])
    young += [LEAST, 0]
    collector.collect()
    GarbageCollector.let_go()
    collector.collect()
    assert done == ["set aside"], "a person is at work"
    rest[0] = True
    collector.collect()
    assert done[1:] == ["take back", "collect 2", "set aside", "count"]
    young += [0]
    collector.collect()
    assert len(done) == 5, "once"


def test_where_little_was_set_aside_a_closed_project_is_not_looked_for(
    made: tuple[list[int], list[str]],
) -> None:
    young, done = made
    young += [A_TURN + 1, 0]
    collector = GarbageCollector(lambda: True)
    collector.collect()
    GarbageCollector.let_go()
    collector.collect()
    collector.collect()
    assert done == ["set aside"]


def test_nothing_collects_on_other_threads() -> None:
    """What may run beside the loop never collects: a Qt object in a cycle would end there."""
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "workbench").rglob("*.py"))
        if "gc.collect(" in path.read_text(encoding="utf-8")
    ]
    assert found == ["workbench/gui/garbage.py"]
