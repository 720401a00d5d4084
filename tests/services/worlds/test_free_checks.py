"""What is checked of any finished world."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.services.conftest import finished, running
from tests.services.worlds.conftest import place
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.project.samples import copy_sample
from workbench.services.worlds.free_checks import happened_twice, not_ended, open_work, unlike_rebuilt
from workbench.store.operations import Append, NewMessage


def asked(check, workspace, *more):
    return check(workspace.reader, workspace.registry, *more)


async def test_a_world_that_did_all_it_should_has_no_findings(orders):
    assert asked(unlike_rebuilt, orders) == []
    assert asked(happened_twice, orders) == []
    assert asked(not_ended, orders) == []
    assert asked(open_work, orders) == []


async def test_rows_that_no_event_made_are_found(orders):
    with closing(sqlite3.connect(orders.project.store_path)) as con:
        con.execute("update p_orders_1 set status = 'odd' where rowid = (select min(rowid) from p_orders_1)")
        con.commit()
    (said,) = asked(unlike_rebuilt, orders)
    assert "differs in status" in said


async def test_what_one_cause_had_twice_is_found(orders):
    first = next(one for one in orders.reader.read_log(0, 1000) if one.type == "payment.confirmed")
    again = NewEvent(
        id=derived_id("again"),
        type=first.type,
        data=first.data,
        correlation_id=first.correlation_id,
        causation_id=first.causation_id,
    )
    orders.clock.advance(1)
    orders.store.write([Append(stream=first.stream, events=(again,))])
    (said,) = asked(happened_twice, orders)
    assert f"payment.confirmed in {first.stream} happened at position {first.position} and again at" in said


async def test_a_command_that_was_issued_twice_for_one_event_is_found(orders):
    sent, _ = orders.reader.read_topic(COMMANDS_TOPIC, lambda _: False, 0, 1000)
    first = sent[0]
    message = NewMessage(
        id=derived_id("again"),
        topic=first.topic,
        type=first.type,
        key=first.key,
        data=first.data,
        metadata=first.metadata,
        correlation_id=first.correlation_id,
        causation_id=first.causation_id,
    )
    orders.store.write([message])
    (said,) = asked(happened_twice, orders)
    assert said.startswith(f"{first.type} in {COMMANDS_TOPIC} happened at position {first.position}")


async def test_alike_events_of_one_command_are_one_effect(orders):
    first = orders.reader.read_log(0, 1)[0]
    cause = derived_id("one command")
    twice = [
        NewEvent(id=derived_id("alike", n), type="order.shipped", data=first.data, causation_id=cause)
        for n in range(2)
    ]
    orders.store.write([Append(stream="order-new", events=tuple(twice))])
    assert asked(happened_twice, orders) == []


async def test_an_instance_that_waits_for_nothing_that_is_due_is_found(tmp_path, stores, by_hand, clock):
    project = copy_sample("orders-declared", tmp_path / "orders")
    file = project / "project.tsk"
    kept = file.read_text().replace(
        '"order.shipped": { ends: true }', '"order.shipped": { set { step: "\'done\'" } }'
    )
    file.write_text(kept)
    async with running(project) as opened:
        await place(opened, 1)
        assert asked(open_work, opened) or opened.reader.head() == 1
        await finished(opened)
        (said,) = asked(not_ended, opened)
        assert said.startswith(f"fulfilment {derived_id('order', 1)} did not end: nothing is due")
        assert asked(not_ended, opened, ["order.cancelled"]) == [], "a person may still cancel it"


async def test_an_instance_whose_timeout_is_due_waits_rightly(tmp_path, stores, by_hand, clock):
    project = copy_sample("orders-declared", tmp_path / "orders")
    file = project / "project.tsk"
    later = file.read_text().replace(
        'issue: "request_payment"', 'issue: "request_payment"\n        after: "1h"'
    )
    file.write_text(later)
    async with running(project) as opened:
        await place(opened, 1)
        await opened.running().settle()
        assert asked(not_ended, opened) == []
        assert asked(open_work, opened) == ["$commands has 1 delivery to do"]
