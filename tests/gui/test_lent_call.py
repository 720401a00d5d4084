"""What a thread calls ends on the window's thread."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.gui.test_loop import running


class Held:
    """Notes on which thread it ends."""

    def __init__(self, ended):
        self._ended = ended

    def __del__(self):
        self._ended.append(threading.current_thread())


def held_by(ended, begun, go_on):
    """Returns what a thread is to call: it alone holds something."""
    held = Held(ended)

    def read():
        begun.set()
        return go_on.wait(5) and held is not None

    return read


async def test_what_a_thread_calls_and_is_not_waited_for_ends_on_the_loop(until):
    ended, begun, go_on = [], threading.Event(), threading.Event()
    asked = running().run_in_executor(None, held_by(ended, begun, go_on))
    await until(begun.is_set)
    asked.cancel()
    del asked
    go_on.set()
    await until(lambda: ended)
    assert ended == [threading.main_thread()]


async def test_what_no_thread_began_ends_on_the_loop(until):
    ended, begun, go_on = [], threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        busy = running().run_in_executor(pool, go_on.wait, 5)
        asked = running().run_in_executor(pool, held_by(ended, begun, go_on))
        asked.cancel()
        del asked
        await asyncio.sleep(0)
        go_on.set()
        await busy
        await until(lambda: ended)
    assert not begun.is_set()
    assert ended == [threading.main_thread()]


async def test_an_answer_and_a_failure_come_as_they_are():
    assert await asyncio.to_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(lambda: 1 / 0)
