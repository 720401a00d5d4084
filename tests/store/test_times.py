"""Where the clock was set back between two openings, what is due still comes after its delay (W2)."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from tests.store.test_queue import Box
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.store.letter_jobs import Job
from workbench.store.operations import AdvanceJob, Claim, Lease, NewMessage, Settle, StartJob
from workbench.store.settlements import NewDelivery
from workbench.store.sqlite.store import SqliteStore

YEAR = 365 * 86400
TOKEN = derived_id("token")


def at(clock, seconds):
    return clock.now() + round(seconds * MICROSECONDS)


def publish(store, name, **times):
    said = NewMessage(
        id=derived_id(name),
        topic="mail",
        type="note",
        key=name,
        data="{}",
        correlation_id=derived_id(name),
        **times,
    )
    one(store, said)


def to_be_retried(box, clock, due_at):
    publish(box.store, "late")
    (message,) = box.messages()
    one(box.store, Claim(subscription="sub", upto=message.position, token=TOKEN))
    row = NewDelivery(message=message, state=DeliveryState.DELAYED, due_at=due_at)
    one(
        box.store,
        Settle(subscription="sub", token=TOKEN, cursor=message.position, deliveries=(row,), retried=1),
    )


def reopened(path, store, clock, back):
    store.close()
    return SqliteStore(path, ManualClock(clock.now() - round(back * MICROSECONDS)))


@pytest.mark.parametrize("back", [60, YEAR])
def test_W2_a_retry_comes_after_its_delay_though_the_clock_was_set_back_over_a_restart(path, clock, back):
    store = SqliteStore(path, clock)
    to_be_retried(Box(store), clock, at(clock, 5))
    store = reopened(path, store, clock, back)
    now = at(clock, -back)
    reader = store.reader()
    assert reader.due_times("sub")[0] == now + 5 * MICROSECONDS
    assert not reader.due("sub", now + 4 * MICROSECONDS, 10)
    assert [row.position for row, _ in reader.due("sub", now + 5 * MICROSECONDS, 10)] == [1]
    store.close()


def test_W2_leases_delays_and_expiries_are_kept_in_step_and_the_log_stays_as_it_is(path, clock):
    store = SqliteStore(path, clock)
    box = Box(store)
    to_be_retried(box, clock, at(clock, 0))
    (row,) = box.due()
    one(store, Lease(subscription="sub", numbers=(row.number,), token=TOKEN, until=at(clock, 30)))
    publish(store, "timed", deliver_at=at(clock, 60), expires_at=at(clock, 120))
    published = [message.published_at for message in box.messages()]
    store = reopened(path, store, clock, YEAR)
    now, reader = at(clock, -YEAR), store.reader()
    assert reader.due_times("sub")[1] == now + 30 * MICROSECONDS
    messages = reader.read_topic("mail", lambda _type: False, 0, 10)[0]
    assert [one.published_at for one in messages] == published
    assert (messages[1].deliver_at, messages[1].expires_at) == (
        now + 60 * MICROSECONDS,
        now + 120 * MICROSECONDS,
    )
    store.close()


def test_W2_a_clock_that_went_on_moves_nothing(path, clock):
    store = SqliteStore(path, clock)
    due_at = at(clock, 5)
    to_be_retried(Box(store), clock, due_at)
    store = reopened(path, store, clock, -3)
    assert store.reader().due_times("sub")[0] == due_at
    store.close()


def test_W2_only_the_time_that_the_clock_lost_is_moved_not_what_was_waited_already(path, clock):
    store = SqliteStore(path, clock)
    box = Box(store)
    to_be_retried(box, clock, at(clock, 600))
    clock.advance(400)
    publish(store, "later")
    store = reopened(path, store, clock, YEAR)
    assert store.reader().due_times("sub")[0] == at(clock, -YEAR) + 200 * MICROSECONDS
    store.close()


@pytest.mark.parametrize(("status", "moved"), [("running", True), ("held", True), ("done", False)])
def test_W2_bulk_actions_that_go_on_count_what_changed_since_they_began(path, clock, status, moved):
    store = SqliteStore(path, clock)
    number = one(store, StartJob(job=Job(action="replay", numbers=(1, 2))))
    if status != "running":
        one(store, AdvanceJob(number=number, step=0, operations=(), status=status))
    begun = store.reader().job(number).created_at
    store = reopened(path, store, clock, YEAR)
    assert store.reader().job(number).created_at == begun - moved * YEAR * MICROSECONDS
    store.close()
