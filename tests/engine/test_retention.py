"""Retention, on both stores: what it may take."""

from __future__ import annotations

from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.messaging import OnDead
from workbench.model.operator_acts import UNDO_SECONDS
from workbench.store.operations import Retain


class JumpingClock(ManualClock):
    """One that was set ahead by so many seconds."""

    ahead = 0.0

    def now(self):
        return super().now() + round(self.ahead * MICROSECONDS)


async def test_W1_a_jump_of_the_clock_ahead_makes_nothing_old(lab, monkeypatch):
    lab.topic = {"retention": 60.0}
    lab.declare(on_dead=OnDead.CONTINUE)
    engine = await lab.open()
    clock, asked = JumpingClock(), []

    async def write(operation):
        asked.append(operation.before)
        return 0

    housekeeping = engine._housekeeping
    monkeypatch.setattr(housekeeping, "_clock", clock)
    monkeypatch.setattr(housekeeping._writer, "write", write)
    clock.ahead = 2 * UNDO_SECONDS
    await housekeeping.tidy()
    monkeypatch.undo()
    assert asked == [clock.passed() - round(kept * MICROSECONDS) for kept in (60, UNDO_SECONDS)]


async def test_G1_retention_takes_settled_messages_only_and_a_letter_outlives_its_message(lab):
    lab.topic = {"retention": 60.0}
    lab.declare(on_dead=OnDead.CONTINUE)
    lab.fates = {1: ["reject"], 2: ["fail"]}
    engine = await lab.open()
    await lab.publish(1, 2)
    await lab.publish(3, key="other")
    await lab.settle()
    retain = Retain(topic="work", subscriptions=("sub",), before=lab.clock.now() + 1)
    assert await lab.write(retain) == 1
    assert {message.json()["n"] for message in await lab.messages()} == {1, 2}
    await lab.purge(1, skip_on=True)
    await lab.advance(200)
    assert await lab.messages() == []
    head = engine.reader.head()
    await lab.restore(1)
    assert await lab.replay(*lab.letters()) == [True]
    await lab.settle()
    assert sorted(lab.effects()) == [1, 2, 3]
    assert engine.reader.head() > head, "no position is given away twice"
