"""C11: what ends a runner unexpectedly is told and begins again; what always ends stands still, seen."""

from __future__ import annotations

import asyncio

import pytest

from tests.engine.lab import SENT, Lab
from workbench.engine.scheduler import ENDS
from workbench.errors import StoreBusy
from workbench.model.messaging import Mode
from workbench.model.projection import Column, On, Projection


class Panic(BaseException):
    """What a library of another language raises."""


@pytest.fixture(params=[Mode.PUBLISH_SUBSCRIBE, Mode.POINT_TO_POINT])
async def lab(request, tmp_path):
    lab = Lab(tmp_path / "events.db", "memory")
    lab.declare(mode=request.param, workers=1)
    await lab.open()
    yield lab
    await lab.close()


def fail(lab, monkeypatch, errors, method, who="sub"):
    """Has the store's reader raise errors, one after the other, when a runner reads."""
    real = getattr(lab.running.reader, method)

    def reads(*args, **more):
        if errors and asyncio.current_task().get_name().startswith(who):
            raise errors.pop(0)
        return real(*args, **more)

    monkeypatch.setattr(type(lab.running.reader), method, lambda _self, *args, **more: reads(*args, **more))


async def turns():
    """Gives others some turns of the loop."""
    for _ in range(10):
        await asyncio.sleep(0)


async def let_time_pass(lab, seconds):
    await lab.timer.advance(seconds, lab.running.settle)


@pytest.mark.parametrize("method", ["due", "read_topic", "due_times", "busy_keys"])
@pytest.mark.parametrize("error", [ZeroDivisionError, StoreBusy, Panic])
async def test_C11_a_read_that_raises_ends_no_subscription(lab, monkeypatch, method, error):
    await lab.publish(1)
    await lab.settle()
    fail(lab, monkeypatch, [error("now")], method)
    await lab.publish(2)
    await lab.settle()
    await let_time_pass(lab, 2)
    assert lab.numbers() == [1, 2]
    assert not lab.running.faults
    assert not lab.running.stuck


async def test_C11_an_end_of_the_log_that_cannot_be_read_keeps_nobody_waiting(lab, monkeypatch):
    errors, real = [StoreBusy("held"), ZeroDivisionError("a bug")], lab.running.reader.head

    def head(_self):
        if errors and not asyncio.current_task():  # where the engine follows a commit
            raise errors.pop(0)
        return real()

    monkeypatch.setattr(type(lab.running.reader), "head", head)
    await asyncio.wait_for(lab.publish(1, 2), 5)
    await lab.settle()
    assert lab.numbers() == [1, 2]
    assert lab.running.errors == [
        "the log's end cannot be read: held",
        "what follows a commit failed: ZeroDivisionError: a bug",
    ]


async def test_C11_an_unexpected_end_is_told_and_retried_later_and_later(lab, monkeypatch):
    fail(lab, monkeypatch, [KeyError("x"), KeyError("x")], "read_topic")
    await lab.publish(1)
    await lab.settle()
    assert "sub ended unexpectedly and begins again: KeyError: 'x'" in lab.running.errors
    assert any(change.engine for change in lab.changes)
    assert lab.running.stuck
    await let_time_pass(lab, 1.5)
    assert lab.numbers() == []
    await let_time_pass(lab, 2)
    assert lab.numbers() == [1]


async def test_C11_repeated_ends_stand_still_until_resumed(lab, monkeypatch):
    errors = [RuntimeError("always")] * 1000
    fail(lab, monkeypatch, errors, "read_topic")
    await lab.publish(1)
    await lab.settle()
    await let_time_pass(lab, 3600)
    assert lab.running.faults == {"sub": "RuntimeError: always"}
    assert 1000 - len(errors) == ENDS
    assert f"sub ended unexpectedly {ENDS} times" in lab.running.errors[-1]
    await asyncio.wait_for(lab.running.settle(), 5)  # nobody waits for what stands still
    left = len(errors)
    await lab.publish(2)
    await let_time_pass(lab, 3600)
    assert len(errors) == left
    errors.clear()
    lab.running.revive("sub")
    lab.running.wake("sub")
    await lab.settle()
    assert not lab.running.faults
    assert sorted(lab.numbers()) == [1, 2]


async def test_C11_resuming_the_engine_has_all_begin_again(tmp_path, monkeypatch):
    folded = Projection(name="folded", columns=(Column(name="id"),), on=(On("never", lambda *_: None),))
    lab = Lab(tmp_path / "events.db", "memory", projections=(SENT, folded))
    lab.declare()
    await lab.open()
    errors = [RuntimeError("always")] * 1000
    fail(lab, monkeypatch, errors, "read_types", "projection")
    await lab.publish(1)
    await let_time_pass(lab, 3600)
    assert lab.running.faults == {"projection folded": "RuntimeError: always"}
    errors.clear()
    lab.running.pause()
    lab.running.resume()
    await lab.settle()
    assert lab.running.projections["folded"].checkpoint == lab.running.head
    await lab.close()


async def test_C11_work_of_another_kind_is_kept_too(lab):
    left = [OSError("a"), StoreBusy("b"), ValueError("c")]

    async def work():
        if left:
            raise left.pop(0)

    task = lab.running.spawn("job 1", work)
    await lab.timer.advance(10, turns)
    await asyncio.wait_for(task, 5)
    assert lab.running.errors == [
        "job 1 ended unexpectedly and begins again: OSError: a",
        "job 1: b",
        "job 1 ended unexpectedly and begins again: ValueError: c",
    ]


async def test_C11_each_end_without_success_in_between_doubles_the_rest(lab, monkeypatch):
    errors = [KeyError("x")] * (ENDS - 1)
    fail(lab, monkeypatch, errors, "read_topic")
    await lab.publish(1)
    await lab.settle()
    for seconds in (1, 2, 4, 8):
        left = len(errors)
        await let_time_pass(lab, seconds - 0.001)
        assert (len(errors), lab.numbers()) == (left, [])
        await let_time_pass(lab, 0.001)
        assert len(errors) == max(0, left - 1)
    assert lab.numbers() == [1]


async def test_C11_a_success_in_between_has_ends_counted_from_the_beginning(lab, monkeypatch):
    errors = []
    fail(lab, monkeypatch, errors, "read_topic")
    for number in range(1, ENDS + 2):
        errors.append(KeyError("x"))
        await lab.publish(number)
        await lab.settle()
        await let_time_pass(lab, 1)
        assert lab.numbers() == list(range(1, number + 1))
    assert not lab.running.faults
