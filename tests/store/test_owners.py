"""D5: claims and leases belong to an engine, and only what nobody holds any more is taken back."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from tests.store.test_queue import FOREVER, OTHER, TOKEN, Box
from workbench.errors import StaleLease
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.store.operations import Claim, Extend, Lease, RecoverSubscription, Settle, Unclaim
from workbench.store.settlements import NewDelivery

FIRST, SECOND = derived_id("engine", 1), derived_id("engine", 2)
LEASE = 30 * MICROSECONDS


@pytest.fixture
def box(store):
    return Box(store)


def claim(store, clock, *, owner=FIRST, token=TOKEN, upto=1):
    until = clock.now() + LEASE
    return one(store, Claim(subscription="sub", upto=upto, token=token, owner=owner, until=until))


def lease(box, clock, *rows, owner=FIRST, token=TOKEN):
    numbers = tuple(row.number for row in rows)
    until = clock.now() + LEASE
    return one(box.store, Lease(subscription="sub", numbers=numbers, token=token, until=until, owner=owner))


def recover(store, *, owner=SECOND, claim=TOKEN, in_doubt=(), **more):
    recovery = RecoverSubscription(
        subscription="sub", topic="mail", in_doubt=in_doubt, max_crashes=3, claim=claim, owner=owner, **more
    )
    return one(store, recovery)


def standing(reader):
    state = reader.subscription("sub")
    return state.cursor, state.claimed_to, state.claim_token, state.claim_owner


def test_D5_a_claim_stands_against_others_until_it_is_settled_or_given_back(box, clock):
    box.publish("a", "b")
    assert claim(box.store, clock) is None
    assert standing(box.reader) == (0, 1, TOKEN, FIRST)
    assert isinstance(claim(box.store, clock, owner=SECOND, token=OTHER), StaleLease)
    one(box.store, Unclaim(subscription="sub", token=OTHER))
    assert standing(box.reader) == (0, 1, TOKEN, FIRST), "it is not the other's to give back"
    one(box.store, Unclaim(subscription="sub", token=TOKEN))
    assert standing(box.reader) == (0, 0, None, None)
    assert claim(box.store, clock, owner=SECOND, token=OTHER) is None
    one(box.store, Settle(subscription="sub", token=OTHER, cursor=1, owner=SECOND))
    assert standing(box.reader) == (1, 0, None, None)


def test_D5_a_claim_ahead_belongs_to_the_engine_that_settles(box, clock):
    box.publish("a", "b")
    claim(box.store, clock)
    until = clock.now() + LEASE
    ahead = Settle(
        subscription="sub", token=TOKEN, cursor=1, claim=2, claim_token=OTHER, claim_until=until, owner=FIRST
    )
    assert one(box.store, ahead) is None
    assert standing(box.reader) == (1, 2, OTHER, FIRST)
    assert box.reader.subscription("sub").claim_until == until


def test_D5_a_second_engine_takes_nothing_that_the_first_holds(box, clock):
    box.publish("a", "b", key="")
    box.settle(a="ready")
    (row,) = box.due()
    assert lease(box, clock, row) == [row.number]
    box.publish("c")
    claim(box.store, clock, upto=3)
    recover(box.store)
    assert standing(box.reader) == (2, 3, TOKEN, FIRST)
    assert box.due() == []
    assert box.end(row) is None, "the first can settle what it held"


def test_D5_what_ran_out_is_taken_back_and_a_late_ack_is_refused(box, clock):
    box.publish("a", "b", key="")
    box.settle(a="ready")
    (row,) = box.due()
    lease(box, clock, row)
    (third,) = box.publish("c", key="")
    claim(box.store, clock, upto=third)
    in_doubt = NewDelivery(message=box.messages()[-1], state=DeliveryState.READY, crashed=1)
    clock.advance(30)
    recover(box.store, in_doubt=(in_doubt,))
    assert box.due() == [], "a lease holds up to its last moment"
    clock.advance(1)
    recover(box.store, in_doubt=(in_doubt,), claim=OTHER)
    assert standing(box.reader)[:2] == (2, third), "what is in doubt was claimed by another"
    recover(box.store, in_doubt=(in_doubt,))
    assert [(one.position, one.crashed, one.lease_owner) for one in box.due()] == [
        (row.position, 1, None),
        (third, 1, None),
    ]
    assert standing(box.reader) == (third, 0, None, None)
    assert isinstance(box.end(row), StaleLease)
    assert isinstance(one(box.store, Settle(subscription="sub", token=TOKEN, cursor=3)), StaleLease)


def test_D5_what_is_extended_does_not_run_out(box, clock):
    box.publish("a", "b", key="")
    box.settle(a="ready")
    (row,) = box.due()
    lease(box, clock, row)
    claim(box.store, clock, upto=2)
    clock.advance(29)
    until = clock.now() + LEASE
    assert one(box.store, Extend(subscription="sub", token=TOKEN, until=until)) == 2
    clock.advance(29)
    recover(box.store)
    assert box.due() == []
    assert standing(box.reader)[2:] == (TOKEN, FIRST)


def test_D5_an_engine_takes_back_what_is_its_own_but_for_what_still_runs(box, clock):
    box.publish("a", "b", key="")
    box.settle(a="ready", b="ready")
    first, second = box.due()
    lease(box, clock, first)
    lease(box, clock, second, token=OTHER)
    recover(box.store, owner=FIRST, claim=None, keep=(OTHER,))
    assert [(one.position, one.crashed) for one in box.due()] == [(first.position, 1)]
    recover(box.store, owner=FIRST, claim=None)
    assert [one.position for one in box.due()] == [first.position, second.position]


def test_D5_who_held_something_before_the_store_was_opened_is_dead(kind, clock):
    store = kind.open()
    box = Box(store)
    box.publish("a", "b", key="")
    box.settle(a="ready")
    (row,) = box.due()
    lease(box, clock, row)
    claim(store, clock, upto=2)
    store.close()
    again = kind.open()
    recover(again)
    reader = again.reader()
    assert standing(reader) == (2, 0, None, None)
    assert [one.crashed for one, _ in reader.due("sub", FOREVER, 10)] == [1]
    again.close()


def test_D5_I6_rows_with_a_key_wait_while_another_engine_may_run_their_key(box, clock):
    box.publish("a", key="k")
    box.publish("b", key="")
    box.settle(a="ready", b="ready")
    claim(box.store, clock, upto=2)
    keyed, free = box.due()
    assert lease(box, clock, keyed, free, owner=SECOND, token=OTHER) == [free.number]
    assert lease(box, clock, keyed) == [keyed.number], "whoever claims them takes both, one after the other"
