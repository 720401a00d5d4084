"""V4: what reads or writes a large payload is never called on the loop; what is small is."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.engine.lab import MODES
from workbench.engine import publisher
from workbench.engine.large_reads import LARGE, LargeReads
from workbench.engine.publisher import OutgoingMessage
from workbench.model.filter import Filter
from workbench.model.messaging import OnDead, Ordering
from workbench.store.operations import ConfigureSubscription

READS = ("read_topic", "due")


def longest(found) -> int:
    """Returns how long the longest payload is of what a read returned."""
    pairs = found[0] if isinstance(found, tuple) else [message for _, message in found]
    return max((len(one.data) for one in pairs), default=0)


@pytest.fixture
def watch(monkeypatch):
    """Notes what is called on the loop and beside it, with how much of payloads that was."""
    seen: dict[str, list[int]] = {"loop": [], "beside": []}

    def note(size):
        seen["loop" if threading.current_thread() is threading.main_thread() else "beside"].append(size)

    def watched(of, name, size):
        call = getattr(of, name)

        def noted(*args, **more):
            found = call(*args, **more)
            note(size(args, found))
            return found

        monkeypatch.setattr(of, name, noted)

    def begin(engine, store):
        for name in READS:
            watched(type(engine.reader), name, lambda _args, found: longest(found))
        watched(type(store), "write", lambda args, _found: sum(one.weight for one in args[1]))
        watched(publisher, "new_message", lambda _args, found: len(found.data))
        return seen

    return begin


async def publish(lab, *numbers, size=LARGE):
    await lab.running.publisher.publish_many(
        [OutgoingMessage(topic="work", key="k", data={"n": n, "text": "x" * size}) for n in numbers]
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ordering", [Ordering.KEY, Ordering.NONE])
async def test_V4_a_large_payload_is_neither_written_nor_read_on_the_loop(lab, watch, mode, ordering):
    filters = Filter(expression="size(data.text) > 3")
    for name, more in (("sub", {}), ("other", {}), ("filtered", {"filter": filters})):
        lab.declare(name, mode=mode, ordering=ordering, on_dead=OnDead.CONTINUE, **more)
    engine = await lab.open()
    seen = watch(engine, lab.store)
    await publish(lab, 1, 2)
    await lab.settle()
    assert max(seen["loop"]) < LARGE <= max(seen["beside"])
    assert [lab.effects(name) for name in ("sub", "other", "filtered")] == [[1, 2]] * 3


async def test_V4_what_is_small_is_read_on_the_loop_also_behind_what_was_large(lab, watch):
    lab.declare()
    engine = await lab.open()
    await publish(lab, 1)
    await lab.settle()
    seen = watch(engine, lab.store)
    await lab.publish(2, 3)
    await lab.settle()
    assert lab.effects() == [1, 2, 3]
    assert seen["beside"] == []


async def test_V4_what_a_reset_reads_again_is_read_beside_the_loop(lab, watch):
    lab.declare()
    await lab.open()
    await publish(lab, 1)
    await lab.settle()
    seen = watch(lab.running, lab.store)
    await lab.reset(0)
    await lab.settle()
    assert lab.numbers() == [1, 1]
    assert max(seen["loop"]) < LARGE <= max(seen["beside"])


@pytest.mark.parametrize("mode", MODES)
async def test_I5_a_cursor_that_is_moved_while_it_is_read_beside_the_loop_skips_nothing(
    lab, monkeypatch, mode
):
    lab.declare(mode=mode)
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.settle()
    held, go_on, read = asyncio.Event(), threading.Event(), LargeReads.read

    async def slow(self, after, reader, work):
        def waiting(one):
            found = work(one)
            loop.call_soon_threadsafe(held.set)
            assert go_on.wait(10)
            return found

        return await read(self, after, reader, work if after >= self.upto else waiting)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(LargeReads, "read", slow)
    await publish(lab, 3)
    async with asyncio.timeout(10):
        await held.wait()
    await engine.writer.write(ConfigureSubscription(subscription="sub", cursor=0))
    go_on.set()
    await lab.settle()
    assert sorted(lab.numbers()) == [1, 1, 2, 2, 3]
