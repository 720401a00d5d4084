"""C4, C11: the writer tidies when nothing is to be written; after COMMIT every caller gets its answer."""

from __future__ import annotations

import asyncio

import pytest

from tests.store.actions import append
from workbench.engine import group_commit as module
from workbench.engine.group_commit import GroupCommit, InlineCommit
from workbench.errors import StoreBusy, StoreFull, TopicAlreadyExists, WorkbenchBug
from workbench.model.clock import ManualClock
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import CreateTopic, EnsureTopic


class Tidied(MemoryStore):
    """A store that notes when it was tidied, and after how many writes."""

    def __init__(self, clock):
        super().__init__(clock)
        self.writes, self.tidied, self.done = 0, [], asyncio.Event()

    def write(self, operations):
        self.writes += 1
        return super().write(operations)

    def rescue(self, target):
        raise NotImplementedError

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
    writer = GroupCommit(store, clock, lambda _operations, _answers: None)
    for letter in "abc":
        await writer.write(append("s", letter))
    assert store.tidied == []
    await asyncio.wait_for(store.done.wait(), 5)
    assert store.tidied == [3]
    result = await writer.write(append("s", "d"))
    assert result.last_version == 4
    await writer.close()


async def test_C4_closing_does_not_wait_for_it(store, clock, monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 3600)
    writer = GroupCommit(store, clock, lambda _operations, _answers: None)
    await writer.write(append("s", "a"))
    await asyncio.wait_for(writer.close(), 5)
    assert store.tidied == []


@pytest.fixture
async def event_loop_errors():
    """What the loop's exception handler was told."""
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
    yield told
    asyncio.get_running_loop().set_exception_handler(None)


@pytest.mark.parametrize("inline", [True, False])
async def test_C11_who_waits_gets_the_answer_whatever_listens(clock, monkeypatch, event_loop_errors, inline):
    monkeypatch.setattr(module, "INLINE_SECONDS", 1 if inline else 0)
    order = []

    def listens(operations, answers):
        order.append((len(operations), all(future.done() for future in futures)))
        raise RuntimeError("a view has a bug")

    writer = GroupCommit(MemoryStore(clock), clock, listens)
    futures = [asyncio.ensure_future(writer.write(append("s", letter))) for letter in "abc"]
    answers = await asyncio.wait_for(asyncio.gather(*futures), 5)
    assert [one.last_version for one in answers] == [1, 2, 3]
    assert (await asyncio.wait_for(writer.write(append("s", "d")), 5)).last_version == 4
    await writer.close()
    assert [str(error) for error in event_loop_errors] == ["a view has a bug"] * len(order)


async def test_C11_nobody_is_told_of_a_commit_before_those_who_wrote(clock):
    seen = []
    writer = GroupCommit(MemoryStore(clock), clock, lambda _operations, _answers: seen.append(future_of()))

    def future_of():
        return [future.done() for _, future in group]

    real, group = writer._next_group, []

    def next_group():
        group[:] = real()
        return list(group)

    writer._next_group = next_group
    await asyncio.gather(*(writer.write(append("s", letter)) for letter in "ab"))
    assert seen == [[True, True]]
    await writer.close()


async def test_C11_a_thread_that_dies_leaves_nobody_waiting(clock, monkeypatch):
    monkeypatch.setattr(module, "INLINE_SECONDS", 0)

    class Dying(MemoryStore):
        def write(self, operations):
            raise SystemExit(1)

    writer = GroupCommit(Dying(clock), clock, lambda _operations, _answers: None)
    with pytest.raises(WorkbenchBug, match="SystemExit"):
        await asyncio.wait_for(writer.write(append("s", "a")), 5)
    await writer.close()


async def test_C11_writing_after_the_end_is_refused(clock):
    writer = GroupCommit(MemoryStore(clock), clock, lambda _operations, _answers: None)
    await writer.close()
    with pytest.raises(StoreBusy, match="the engine was stopped"):
        await asyncio.wait_for(writer.write(append("s", "a")), 5)


@pytest.mark.parametrize("inline", [True, False])
async def test_C6_a_dry_run_is_run_alone_and_told_to_nobody(clock, monkeypatch, inline):
    monkeypatch.setattr(module, "INLINE_SECONDS", 1 if inline else -1)
    told = []
    writer = GroupCommit(
        MemoryStore(clock), clock, lambda operations, answers: told.append((operations, answers))
    )
    first, second = append("s", "a"), append("s", "c")
    answers = await asyncio.wait_for(
        asyncio.gather(
            writer.write(first), writer.dry_run([append("s", "b")]), writer.dry_run([]), writer.write(second)
        ),
        5,
    )
    await writer.close()
    assert [answers[0].last_version, answers[1][0].last_version, answers[3].last_version] == [1, 2, 2]
    assert told == [([first], [answers[0]]), ([second], [answers[3]])]


async def test_commits_at_once_are_told_and_refused_like_others():
    clock, seen = ManualClock(), []
    writer = InlineCommit(MemoryStore(clock), clock, lambda operations, answers: seen.extend(answers))
    answers = await writer.write_each([EnsureTopic(name="a"), EnsureTopic(name="b")])
    assert len(seen) == len(answers) == 2
    with pytest.raises(TopicAlreadyExists):
        await writer.write(CreateTopic(name="a"))
    (dry,) = await writer.dry_run([CreateTopic(name="c")])
    assert dry is None
    assert len(seen) == 3  # a dry run is no commit
