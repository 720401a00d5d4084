"""Garbage ends on the window's thread, whichever thread makes more of it."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import ROOT
from workbench.gui.garbage import GarbageCollector
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
    return [[number] for number in range(50_000)]


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
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The generations that were collected."""
    found: list[int] = []
    monkeypatch.setattr("workbench.gui.garbage.gc.collect", lambda generation=2: found.append(generation))
    monkeypatch.setattr("workbench.gui.garbage.gc.isenabled", lambda: False)
    monkeypatch.setattr("workbench.gui.garbage.gc.get_threshold", lambda: (700, 10, 10))
    return found


@pytest.mark.parametrize(
    ("counts", "generations"),
    [((700, 99, 99), []), ((701, 10, 99), [0]), ((701, 11, 10), [1]), ((701, 11, 11), [2, 1])],
)
def test_generations_are_collected_by_the_thresholds_and_all_of_them_seldom(
    asked: list[int], monkeypatch: pytest.MonkeyPatch, counts: tuple[int, int, int], generations: list[int]
) -> None:
    monkeypatch.setattr("workbench.gui.garbage.gc.get_count", lambda: counts)
    collector = GarbageCollector(lambda: 5.0)
    for _ in generations or [0]:
        collector.collect()
    assert asked == generations


def test_nothing_collects_on_other_threads() -> None:
    """What may run beside the loop never collects: a Qt object in a cycle would end there."""
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "workbench").rglob("*.py"))
        if "gc.collect(" in path.read_text(encoding="utf-8")
    ]
    assert found == ["workbench/gui/garbage.py", "workbench/gui/session.py"]
