"""Retention, on both stores: what it may take."""

from __future__ import annotations

from workbench.model.messaging import OnDead
from workbench.store.operations import (
    Retain,
)


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
