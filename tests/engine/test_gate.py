"""C4: the gate has the store tidied once nothing is to be written, and only then."""

from __future__ import annotations

import asyncio

import pytest

from tests.store.actions import append
from workbench.engine import gate as module
from workbench.engine.gate import WriteGate
from workbench.errors import StoreFull
from workbench.store.memory.store import MemoryStore


class Tidied(MemoryStore):
    """A store that notes when it was tidied, and after how many writes."""

    def __init__(self, clock):
        super().__init__(clock)
        self.writes, self.tidied, self.done = 0, [], asyncio.Event()

    def write(self, operations):
        self.writes += 1
        return super().write(operations)

    def tidy(self):
        self.tidied.append(self.writes)
        self.done_loop.call_soon_threadsafe(self.done.set)
        raise StoreFull("no room")


@pytest.fixture
def store(clock, monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.01)
    return Tidied(clock)


async def test_C4_after_a_burst_the_store_is_tidied_once_and_its_trouble_is_nobodys(store, clock):
    store.done_loop = asyncio.get_running_loop()
    gate = WriteGate(store, clock, lambda _operations, _answers: None)
    for letter in "abc":
        await gate.write(append("s", letter))
    assert store.tidied == []
    await asyncio.wait_for(store.done.wait(), 5)
    assert store.tidied == [3]
    result = await gate.write(append("s", "d"))
    assert result.last_version == 4
    await gate.close()


async def test_C4_closing_does_not_wait_for_it(store, clock, monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 3600)
    gate = WriteGate(store, clock, lambda _operations, _answers: None)
    await gate.write(append("s", "a"))
    await asyncio.wait_for(gate.close(), 5)
    assert store.tidied == []
