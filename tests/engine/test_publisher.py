"""Publishing, on both stores: full topics, and what is published twice."""

from __future__ import annotations

import msgspec
import pytest

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import BackPressure, MessageIdReused
from workbench.model.ids import derived_id
from workbench.store.operations import (
    NewMessage,
)


async def test_B2_a_full_topic_refuses_and_drops_nothing(lab):
    lab.topic = {"max_backlog": 3}
    lab.declare()
    engine = await lab.open(paused=True)
    await lab.publish(1, 2, 3)
    with pytest.raises(BackPressure):
        await lab.publish(4)
    with pytest.raises(BackPressure):
        await engine.publisher.publish_many([OutgoingMessage(topic="work", data={"n": 5})])
    engine.resume()
    await lab.settle()
    await lab.publish(4)
    await lab.settle()
    assert lab.effects() == [1, 2, 3, 4], "what handlers append is exempt"


async def test_B2_P2_a_repeat_is_answered_although_the_topic_is_full(lab):
    lab.topic = {"max_backlog": 2}
    lab.declare()
    engine = await lab.open(paused=True)
    drafts = [OutgoingMessage(topic="work", data={"n": n}, id=derived_id(n)) for n in (1, 2, 3)]
    first = await engine.publisher.publish_many(drafts[:2])
    assert await engine.publisher.publish(drafts[1]) == first[1]
    assert await engine.publisher.publish_many(drafts[:2]) == first
    with pytest.raises(MessageIdReused):
        await engine.publisher.publish(msgspec.structs.replace(drafts[0], data={"n": 4}))
    for more in ([drafts[2]], drafts):
        with pytest.raises(BackPressure):
            await engine.publisher.publish_many(more)
    engine.resume()
    await lab.settle()
    await engine.publisher.publish_many(drafts)
    await lab.settle()
    assert lab.effects() == [1, 2, 3]


async def test_B2_a_handler_that_publishes_to_a_full_topic_is_tried_again_when_there_is_room(lab):
    lab.topic = {"max_backlog": 1}
    lab.declare()
    told = []

    def act(message, context):
        if message.json()["n"] == 1 and not told:
            try:
                context.publish("work", {"n": 2})
                context.publish("work", {"n": 3})
            except BackPressure as error:
                told.append(error.message)
                raise

    lab.act = act
    await lab.open()
    await lab.publish(1)
    await lab.advance(60)
    assert told == ["topic work is full: 1 wait to be delivered"]
    assert lab.effects() == [1], "what it published before it was refused did not come to be"


async def test_P1_a_command_to_publish_twice_under_one_id_is_delivered_once(lab):
    lab.declare()
    await lab.open()
    twice = NewMessage(
        id=derived_id("m"), topic="work", type="t", key="k", data='{"n":1}', correlation_id=derived_id("m")
    )
    first, again = await lab.write(twice), await lab.write(twice)
    await lab.settle()
    assert first == again
    assert lab.numbers() == [1]
