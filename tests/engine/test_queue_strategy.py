"""Competing workers: few messages get rows before it is known how quick their handlers are."""

from __future__ import annotations

import pytest

from tests.engine.lab import QUEUE
from workbench.engine.queue_strategy import TOGETHER
from workbench.model.messaging import Priority

MANY = 3 * TOGETHER


@pytest.fixture
async def runner(lab):
    lab.declare(**QUEUE)
    engine = await lab.open(paused=True)
    return engine.subscriptions["sub"]


async def test_contract_5_a_turn_gives_few_messages_their_rows(lab, runner):
    await lab.publish(*range(MANY))
    await runner.work()
    assert lab.numbers() == [0]
    assert len(lab.rows()) == TOGETHER - 1


async def test_R1_all_get_their_rows_where_one_behind_them_is_more_urgent(lab, runner):
    await lab.publish(*range(MANY))
    await lab.publish(MANY, priority=Priority.CRITICAL)
    await runner.work()
    assert lab.numbers() == [MANY]
    assert len(lab.rows()) == MANY


async def test_contract_5_each_is_delivered_once_however_its_handler_gets_it(lab, runner):
    await lab.publish(*range(MANY))
    lab.running.resume()
    await lab.finish()
    assert sorted(lab.numbers()) == list(range(MANY))
    assert lab.rows() == []
