"""K7 on every kind of store: what is taken back of what was issued for later, and what stays."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.model.issued_by import IssuedBy, issued_by
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.operations import (
    Claim,
    EnsureSubscription,
    EnsureTopic,
    Lease,
    NewMessage,
    Retain,
    SaveProcess,
    Settle,
    WithdrawTimeouts,
)
from workbench.store.settlements import NewDelivery
from workbench.store.stored_values import Instance

TOKEN = derived_id("token")
HOUR = 3_600_000_000


class Commands:
    """The topic of commands with its subscription."""

    def __init__(self, store, clock):
        self.store, self.clock, self.reader = store, clock, store.reader()
        self.due = clock.now() + HOUR
        one(store, EnsureTopic(name=COMMANDS_TOPIC))
        one(store, EnsureSubscription(name=COMMANDS_TOPIC, topic=COMMANDS_TOPIC))

    def issue(self, name, *, type="expire", instance="p:k", due=None, data="{}"):
        """Issues a command for later; returns its position."""
        return one(
            self.store,
            NewMessage(
                id=derived_id(name),
                topic=COMMANDS_TOPIC,
                type=type,
                key="trip-a",
                data=data,
                metadata='{"origin":"p"}',
                correlation_id=derived_id(name),
                deliver_at=self.due if due is None else due,
                instance=instance,
            ),
        )

    def claim(self, upto):
        """Claims all up to a position."""
        one(self.store, Claim(subscription=COMMANDS_TOPIC, upto=upto, token=TOKEN))

    def rest(self, *positions, cursor):
        """Gives what was claimed its rows, which wait for their time."""
        rows = tuple(
            NewDelivery(message=self.message(one), state=DeliveryState.DELAYED, key="", due_at=self.due)
            for one in positions
        )
        one(self.store, Settle(subscription=COMMANDS_TOPIC, token=TOKEN, cursor=cursor, deliveries=rows))

    def message(self, position):
        return self.reader.message(position, COMMANDS_TOPIC)

    def withdraw(self, *types, instance="p:k", having=None):
        """Takes back what an instance issued; returns how many."""
        return one(
            self.store, WithdrawTimeouts(instance=instance, types=types or ("expire",), having=having or {})
        )

    def waiting(self):
        return [row.position for row in self.reader.deliveries(COMMANDS_TOPIC)]


@pytest.fixture
def commands(store, clock):
    return Commands(store, clock)


def test_K7_what_waits_in_a_row_is_taken_back_and_marked_once(commands):
    positions = [commands.issue(n) for n in range(3)]
    commands.claim(positions[-1])
    commands.rest(*positions, cursor=positions[-1])
    assert commands.withdraw() == 3
    assert commands.waiting() == []
    assert commands.message(positions[0]).metadata == '{"origin":"p","withdrawn":true}'
    assert commands.withdraw() == 0


def test_K7_only_these_types_of_this_instance_are_taken_back(commands):
    ours, other, type_ = (
        commands.issue(1),
        commands.issue(2, instance="p:l"),
        commands.issue(3, type="remind"),
    )
    assert commands.withdraw() == 1
    marked = [commands.message(position).withdrawn for position in (ours, other, type_)]
    assert marked == [True, False, False]
    assert commands.withdraw("expire", "remind") == 1


def test_K7_only_what_has_these_values_is_taken_back(commands):
    said = ('{"n":1,"who":"Ada"}', '{"n":2,"who":"Ada"}', '{"n":true,"who":"Ada"}', '{"who":"Ada"}')
    positions = [commands.issue(n, data=data) for n, data in enumerate(said)]
    assert commands.withdraw(having={"n": 3}) == 0
    assert commands.withdraw(having={"who": "Ada", "n": 1}) == 1
    assert [commands.message(at).withdrawn for at in positions] == [True, False, False, False]
    assert commands.withdraw(having={"who": "Ada"}) == 3


def test_K7_what_is_not_read_yet_is_marked(commands):
    position = commands.issue(1)
    assert commands.withdraw() == 1
    assert commands.message(position).withdrawn


def test_K7_what_was_read_before_gets_no_row_any_more(commands):
    position = commands.issue(1)
    read = commands.message(position)
    commands.claim(position)
    assert commands.withdraw() == 1, "it is claimed, but its time has not come"
    row = NewDelivery(message=read, state=DeliveryState.DELAYED, key="", due_at=commands.due)
    settle = Settle(subscription=COMMANDS_TOPIC, token=TOKEN, cursor=position, deliveries=(row,))
    assert one(commands.store, settle) is None
    assert commands.waiting() == []


def test_K7_what_was_handed_out_stays(commands):
    leased, claimed, passed = commands.issue(1), commands.issue(2, due=1), commands.issue(3, due=1)
    commands.claim(leased)
    commands.rest(leased, cursor=leased)
    (row,) = commands.reader.deliveries(COMMANDS_TOPIC)
    one(commands.store, Lease(subscription=COMMANDS_TOPIC, numbers=(row.number,), token=TOKEN, until=2**60))
    commands.claim(claimed)
    assert commands.withdraw() == 1, "only the last one is neither leased nor claimed"
    assert commands.waiting() == [leased]
    assert [commands.message(one).withdrawn for one in (leased, claimed, passed)] == [False, False, True]


def test_K7_what_was_delivered_stays(commands):
    position = commands.issue(1, due=1)
    commands.claim(position)
    one(commands.store, Settle(subscription=COMMANDS_TOPIC, token=TOKEN, cursor=position, delivered=1))
    assert commands.withdraw() == 0
    assert not commands.message(position).withdrawn


def test_K7_what_retention_removes_can_be_withdrawn_no_more(commands):
    position = commands.issue(1)
    assert commands.withdraw() == 1
    commands.issue(2)
    commands.claim(position + 1)
    commands.rest(position + 1, cursor=position + 1)
    retain = Retain(topic=COMMANDS_TOPIC, subscriptions=(COMMANDS_TOPIC,), before=2**60)
    assert one(commands.store, retain) == 1
    assert commands.message(position) is None
    assert commands.withdraw() == 1, "what waits was kept"


def test_K7_the_event_on_which_it_was_taken_back_is_kept_and_the_log_shows_it(commands):
    ours, other = commands.issue(1), commands.issue(2, instance="p:l")
    one(commands.store, WithdrawTimeouts(instance="p:k", types=("expire",), about=7))
    found = commands.reader.message_glance(ours)
    assert issued_by(found.of) == IssuedBy(origin="p", withdrawn_on=7)
    assert found.size == len(found.of.data.encode())
    assert issued_by(commands.message(other)) == IssuedBy(origin="p")
    assert commands.reader.message_glance(99) is None
    assert {entry.position: entry.withdrawn for entry in commands.reader.log(ours, 9)} == {
        ours: True,
        other: False,
    }


def test_K7_what_an_instance_waits_for_is_listed_until_it_is_handled_or_taken_back(commands):
    first, second, other = (
        commands.issue(1),
        commands.issue(2, type="remind"),
        commands.issue(3, instance="p:l"),
    )
    read = commands.reader

    def waiting(instance="p:k"):
        return [one.position for one in read.timeouts(instance)]

    assert (waiting(), waiting("p:l")) == ([first, second], [other])
    commands.claim(other)
    commands.rest(first, cursor=other)
    assert waiting() == [first], "the second was handled"
    assert commands.withdraw() == 1
    assert waiting() == []


def test_K7_the_instances_of_a_process_are_listed_by_their_keys(commands):
    for key, state in (("b", "{}"), ("a", '{"n":1}')):
        one(commands.store, SaveProcess(process="p", key=key, state=state, began=7))
    one(commands.store, SaveProcess(process="q", key="c", state="{}", began=8))
    assert commands.reader.instances("p") == [("a", Instance('{"n":1}', 7)), ("b", Instance("{}", 7))]
    assert [key for key, _ in commands.reader.instances("p", 1)] == ["a"]
