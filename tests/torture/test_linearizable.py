"""Many callers with expectations on one stream: their answers are of one order in real time (A7, A8)."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading

import pytest

from tests.torture.linearizing import Done, contradiction
from workbench.engine.group_commit import GroupCommit
from workbench.errors import ANY, NO_STREAM, STREAM_EXISTS, WrongExpectedVersion
from workbench.model.clock import SystemClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import AppendResult


class Caller:
    """Appends with what it last knew of the stream, sometimes with more or less; notes what it was told."""

    def __init__(self, number, ticks):
        self.number = number
        self.ticks = ticks
        self.rng = random.Random(number)
        self.known = 0
        self.history = []

    def ask(self, turn):
        """Returns the next append and what to do with its answer."""
        rare = (ANY, STREAM_EXISTS, NO_STREAM, max(0, self.known - 1), self.known + 1)
        expected = self.known if self.rng.random() < 0.8 else self.rng.choice(rare)
        events = tuple(
            NewEvent(id=derived_id(self.number, turn, n), type="t", data="{}")
            for n in range(self.rng.randint(1, 3))
        )
        invoked = next(self.ticks)

        def answered(answer):
            first, last = (
                (0, answer.actual)
                if isinstance(answer, WrongExpectedVersion)
                else (
                    answer.first_version,
                    answer.last_version,
                )
            )
            assert not first or last - first + 1 == len(events)
            self.known = last
            self.history.append(
                Done(invoked=invoked, responded=next(self.ticks), expected=expected, first=first, last=last)
            )

        return Append(stream="s", events=events, expected=expected), answered


def judge(callers, store):
    history = [done for caller in callers for done in caller.history]
    assert contradiction(history) == ""
    written = sum(done.last - done.first + 1 for done in history if done.first)
    events = store.reader().read_stream("s", limit=100_000)
    assert [event.version for event in events] == list(range(1, written + 1))
    assert any(not done.first for done in history), "nobody was refused"


@pytest.fixture
def store(path):
    opened = SqliteStore(path, SystemClock())
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("callers", "turns"), [(8, 12), (150, 4), pytest.param(150, 300, marks=pytest.mark.long)]
)
async def test_A7_A8_callers_of_the_gate_see_one_order(store, callers, turns):
    """Few callers are written on the loop, many in the writer's thread."""
    writer = GroupCommit(store, SystemClock(), lambda _operations, _answers: None)
    ticks = itertools.count()

    async def call(caller):
        for turn in range(turns):
            operation, answered = caller.ask(turn)
            try:
                answer = await writer.write(operation)
            except WrongExpectedVersion as error:
                answer = error
            answered(answer)

    people = [Caller(number, ticks) for number in range(callers)]
    async with asyncio.timeout(60):
        await asyncio.gather(*map(call, people))
        await writer.close()
    judge(people, store)


@pytest.mark.parametrize(("callers", "turns"), [(8, 25), pytest.param(16, 2000, marks=pytest.mark.long)])
def test_A7_A8_threads_see_one_order(store, callers, turns):
    ticks = itertools.count()
    start = threading.Barrier(callers)

    def call(caller):
        start.wait()
        for turn in range(turns):
            operation, answered = caller.ask(turn)
            (answer,) = store.write([operation])
            assert isinstance(answer, AppendResult | WrongExpectedVersion)
            answered(answer)

    people = [Caller(number, ticks) for number in range(callers)]
    threads = [threading.Thread(target=call, args=(caller,)) for caller in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(caller.history) for caller in people] == [turns] * callers
    judge(people, store)


def done(times, expected, versions):
    """A short way to write history down; versions ``(0, n)`` are a refusal at n."""
    return Done(invoked=times[0], responded=times[1], expected=expected, first=versions[0], last=versions[1])


@pytest.mark.parametrize(
    "history",
    [
        [done((0, 1), 0, (1, 1)), done((2, 3), 1, (2, 4)), done((4, 5), 1, (0, 4))],
        [done((0, 9), 0, (1, 1)), done((1, 2), ANY, (2, 2)), done((3, 4), 0, (0, 2))],
        [done((0, 9), 0, (1, 1)), done((1, 2), 5, (0, 0)), done((3, 4), 5, (0, 1))],
        [done((0, 9), STREAM_EXISTS, (2, 2)), done((1, 8), 0, (1, 1)), done((2, 7), 0, (0, 2))],
    ],
)
def test_a_history_that_can_have_happened_is_let_pass(history):
    assert contradiction(history) == ""


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([done((0, 3), 0, (1, 1)), done((1, 2), 0, (1, 1))], id="one version twice"),
        pytest.param([done((0, 1), 0, (1, 1)), done((2, 3), 1, (3, 3))], id="a version is missing"),
        pytest.param([done((0, 1), ANY, (2, 2)), done((2, 3), ANY, (1, 1))], id="the later one came first"),
        pytest.param([done((0, 1), 0, (1, 1)), done((2, 3), 0, (2, 2))], id="the expectation did not fit"),
        pytest.param([done((0, 1), 0, (1, 1)), done((2, 3), 1, (0, 0))], id="a refusal that saw the past"),
        pytest.param([done((0, 1), 5, (0, 1)), done((2, 3), 0, (1, 1))], id="a refusal that saw the future"),
        pytest.param([done((0, 1), 0, (0, 0))], id="a refusal of what fits"),
        pytest.param(
            [
                done((0, 1), 0, (1, 1)),
                done((2, 9), ANY, (2, 2)),
                done((3, 4), 9, (0, 2)),
                done((5, 6), 9, (0, 1)),
            ],
            id="two refusals that saw time go back",
        ),
    ],
)
def test_a_history_that_cannot_have_happened_is_caught(history):
    assert contradiction(history)
