"""Reads beside the loop: few at a time, and all of them can be stopped (C5)."""

from __future__ import annotations

import asyncio
import threading

import pytest

from workbench.engine.thread_readers import MOST, ThreadReaders
from workbench.errors import ReadTooLong, StoreBusy


class Slow:
    """A reader whose reads last until they are interrupted."""

    def __init__(self):
        self.stopped = threading.Event()

    def read(self):
        self.stopped.wait()
        raise ReadTooLong("stopped")

    def interrupt(self):
        self.stopped.set()


@pytest.fixture
def made():
    return []


@pytest.fixture
def readers(made):
    def make():
        made.append(Slow())
        return made[-1]

    readers = ThreadReaders(make)
    yield readers
    readers.interrupt()
    readers.close()


async def test_C5_few_reads_are_under_way_at_a_time_and_all_of_them_are_stopped(readers, made):
    mine = readers.here()
    begun = threading.Barrier(MOST + 1)

    def read():
        reader = readers.here()
        begun.wait()
        return reader.read()

    reads = [asyncio.ensure_future(readers.answer(read)) for _ in range(MOST)]
    later = asyncio.ensure_future(readers.answer(lambda: "later"))
    await asyncio.to_thread(begun.wait)
    assert not later.done()
    readers.interrupt()
    assert await later == "later"
    for one in reads:
        with pytest.raises(ReadTooLong):
            await one
    assert len(made) == MOST + 1
    assert not mine.stopped.is_set(), "what the loop reads is not interrupted"


async def test_a_reader_that_cannot_be_opened_is_opened_at_the_next_question(made):
    def make():
        made.append(0)
        if len(made) == 1:
            raise StoreBusy("another program holds it")
        return Slow()

    readers = ThreadReaders(make)
    with pytest.raises(StoreBusy):
        await readers.answer(readers.here)
    assert isinstance(await readers.answer(readers.here), Slow)
    readers.close()
