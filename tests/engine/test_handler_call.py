"""D1, D4, M2: what a handler raises, does to its task, or swallows is its own affair."""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import ContextVar

import pytest

from tests.engine.lab import MODES, Lab
from workbench.engine.handler_call import GRACE
from workbench.model.messaging import Mode, Ordering

TENANT = ContextVar[int]("TENANT", default=0)
WAYS = ["alone", "in a task", "in several", "even closed"]


class Panic(BaseException):
    """What a library of another language raises."""


class Stubborn:
    """Waits, and goes on whatever is asked of it."""

    def __init__(self, way: str) -> None:
        self.began = asyncio.Event()
        self._over = False
        self._way = way
        self._tasks: list[asyncio.Task[None]] = []

    async def wait(self) -> None:
        self.began.set()
        match self._way:
            case "alone":
                await self._go_on()
            case "in a task":
                await self._in_a_task()
            case "in several":
                await asyncio.gather(self._in_a_task(), self._in_a_task())
            case "even closed":
                for _ in ("cancelled", "closed", "collected"):
                    with contextlib.suppress(BaseException):
                        await asyncio.Event().wait()
                raise GeneratorExit

    def _in_a_task(self) -> asyncio.Task[None]:
        self._tasks.append(asyncio.create_task(self._go_on()))
        return self._tasks[-1]

    async def _go_on(self) -> None:
        while not self._over:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async def end(self) -> None:
        """Ends what the handler left."""
        self._over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
async def lab(tmp_path):
    made = Lab(tmp_path / "events.db", "memory")
    yield made
    await made.close()


@pytest.fixture(params=WAYS)
async def stubborn(request, lab):
    """Has the first call of the handler wait; what it leaves ends with the test."""
    waits, usual = Stubborn(request.param), lab.handle

    async def handle(message, context):
        if not waits.began.is_set():
            await waits.wait()
        await usual(message, context)

    lab.handle = handle
    yield waits
    await lab.close()
    await waits.end()


async def turns():
    """Gives others some turns of the loop."""
    for _ in range(10):
        await asyncio.sleep(0)


async def ends(work):
    """Returns whether something comes to its end."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=20)
    return task.done()


@pytest.mark.parametrize("mode", MODES)
async def test_M2_a_handler_that_swallows_its_cancellation_is_abandoned_at_a_stop(lab, stubborn, mode):
    lab.declare(mode=mode, timeout=600.0)
    await lab.open()
    await lab.publish(1)
    await stubborn.began.wait()
    assert await ends(lab.close())
    await lab.open(paused=True)
    (row,) = lab.rows()
    said = "the engine stopped before the handler had ended, and went on although it was cancelled"
    assert (row.state, row.crashed, row.failed, row.attempts[-1].error) == ("ready", 0, 0, said)
    lab.running.resume()
    await lab.finish()
    assert lab.effects() == [1]


@pytest.mark.parametrize("mode", MODES)
async def test_D4_a_handler_that_swallows_its_timeout_is_abandoned_after_a_grace(lab, stubborn, mode):
    lab.declare(mode=mode, timeout=60.0, workers=1)
    await lab.open()
    await lab.publish(1, 2, key="one")
    await stubborn.began.wait()
    await lab.timer.advance(60 + GRACE - 1, turns)
    assert lab.effects() == []
    await lab.timer.advance(1, turns)
    await lab.finish()
    assert lab.effects() == [1, 2]
    assert lab.running.reader.subscription("sub").failed == 1


@pytest.mark.parametrize("mode", MODES)
async def test_M2_a_handler_that_ends_when_it_is_cancelled_keeps_no_stop_waiting(lab, mode):
    began = asyncio.Event()

    async def handle(_message, _context):
        began.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    lab.handle = handle
    lab.declare(mode=mode, timeout=600.0)
    await lab.open()
    await lab.publish(1)
    await began.wait()
    for task in lab.running.tasks._tasks:
        task.cancel()
    assert await ends(lab.close())


async def panics(_message):
    await asyncio.sleep(0)
    raise Panic("no way")


async def closes(_message):
    raise GeneratorExit


async def cancels_itself_and_waits(_message):
    asyncio.current_task().cancel()
    await asyncio.Event().wait()


async def cancels_itself_at_last(_message):
    asyncio.current_task().cancel()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("does", "failed"),
    [(panics, 1), (closes, 1), (cancels_itself_and_waits, 1), (cancels_itself_at_last, 0)],
)
async def test_D1_whatever_a_handler_raises_or_does_to_its_task_stops_nothing_else(lab, mode, does, failed):
    usual, left = lab.handle, [1]

    async def handle(message, context):
        if message.json()["n"] in left:
            left.clear()
            await does(message)
        await usual(message, context)

    lab.handle = handle
    lab.declare(mode=mode)
    await lab.open()
    await lab.publish(1)
    await lab.publish(2, key="other")
    await lab.finish()
    assert sorted(lab.effects()) == [1, 2]
    assert lab.running.reader.subscription("sub").failed == failed
    assert lab.running.errors == []


@pytest.mark.parametrize("does", [Panic, asyncio.CancelledError, StopIteration, GeneratorExit, SystemExit])
async def test_D1_code_that_runs_on_the_loop_fails_by_whatever_it_raises(lab, does):
    lab.act = lambda _message, context: context.attempt == 1 and _raise(does)
    lab.plain = Inline(lab.plain)
    lab.declare(handler="plain")
    await lab.open()
    await lab.publish(1)
    await lab.finish()
    assert lab.effects() == [1]
    assert lab.running.reader.subscription("sub").failed == 1


class Inline:
    """A plain function that runs on the loop, as policies do."""

    inline = True

    def __init__(self, function):
        self._function = function

    def __call__(self, message, context):
        self._function(message, context)


def _raise(error):
    raise error


@pytest.mark.parametrize("handler", ["handle", "waits", "plain", "inline"])
async def test_D1_a_delivery_has_a_context_of_its_own(lab, handler):
    tenants = []

    def note(message, _context=None):
        tenants.append(TENANT.get())
        TENANT.set(message.json()["n"])

    async def waits(message, _context):
        note(message)
        await asyncio.sleep(0)
        assert TENANT.get() == message.json()["n"]

    async def at_once(message, _context):
        note(message)

    lab.handle = {"waits": waits, "handle": at_once}.get(handler)
    lab.plain = {"plain": note, "inline": Inline(note)}.get(handler)
    kind = "handle" if lab.handle else "plain"
    lab.handle, lab.plain = lab.handle or note, lab.plain or note
    lab.declare(handler=kind, mode=Mode.PUBLISH_SUBSCRIBE, ordering=Ordering.NONE)
    await lab.open(paused=True)
    await lab.publish(1, 2, 3)
    lab.running.resume()
    await lab.settle()
    assert tenants == [0, 0, 0]
