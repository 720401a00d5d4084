"""Whether invariants hold, commit by commit."""

from __future__ import annotations

import random

import msgspec
import pytest

from workbench.model.clock import ManualClock
from workbench.model.event import RecordedEvent
from workbench.model.ids import derived_id
from workbench.project.project import load_project
from workbench.services.worlds.invariants import InvariantWatch, commits
from workbench.store.memory.store import MemoryStore

MODEL = """
[aggregate.order]
state { status { type: "string", default: "" }, token { type: "string", default: "x" }
    fee { type: "money", default: "2.50" } }
[event.order.placed]
fields { total: "integer" }
set { status: "'placed'", token: "'secret-1'" }
[event.order.cancelled]
set { status: "'cancelled'" }
[command.place]
creates_or_changes: "order"
fields { order_id: "string", total: "integer" }
emit: "order.placed"

[aggregate.payment]
state { charged { type: "integer", default: 0 } }
[event.payment.confirmed]
fields { order: "string", amount: "integer" }
set { charged: "state.charged + event.amount" }
[command.confirm]
creates_or_changes: "payment"
fields { payment_id: "string", order: "string", amount: "integer" }
emit: "payment.confirmed"

[projection.orders]
columns { id: "text", total: "integer", paid: "integer" }
on {
    "order.placed": { put { total: "event.total", paid: 0 } }
    "payment.confirmed": { key: "event.order", add { paid: "event.amount" } }
}
"""


@pytest.fixture
def watching(tmp_path):
    """Returns a watch of invariants, each a section's text."""

    def call(*invariants):
        text = MODEL + "".join(f"[invariant.rule{n}]\n{one}\n" for n, one in enumerate(invariants, 1))
        (tmp_path / "project.tsk").write_text(text)
        registry = load_project(tmp_path, environ={}, trusted=True).registry
        return InvariantWatch(registry)

    return call


class Log:
    """Makes recorded events."""

    def __init__(self):
        self.position = 0
        self.versions = {}

    def event(self, stream, type, *, cause=None, at=None, **data):
        self.position += 1
        self.versions[stream] = self.versions.get(stream, 0) + 1
        return RecordedEvent(
            position=self.position,
            stream=stream,
            version=self.versions[stream],
            id_bytes=derived_id("event", self.position).bytes,
            type=type,
            schema_version=1,
            recorded_at=at or self.position,
            occurred_at=at or self.position,
            correlation_bytes=derived_id("all").bytes,
            causation_bytes=cause and derived_id("cause", cause).bytes,
            data=msgspec.json.encode(data).decode(),
            metadata=None,
        )

    def placed(self, order, total=1, **more):
        return self.event(f"order-{order}", "order.placed", total=total, **more)

    def cancelled(self, order, **more):
        return self.event(f"order-{order}", "order.cancelled", **more)

    def confirmed(self, payment, order, amount=1, **more):
        return self.event(f"payment-{payment}", "payment.confirmed", order=order, amount=amount, **more)


@pytest.fixture
def log():
    return Log()


def of_orders(text):
    return f'of: "order"\nalways: "{text}"'


NO_CHARGE = of_orders("state.status != 'cancelled' || count('payment.confirmed', id) == 0")


@pytest.mark.parametrize("late", ["confirmed", "cancelled"])
def test_a_charge_in_another_stream_breaks_an_invariant_of_orders_in_either_order(watching, log, late):
    watch = watching(NO_CHARGE)
    assert not watch.after([log.placed("1"), log.placed("2"), log.confirmed("2", "2")])
    steps = [log.cancelled("1"), log.confirmed("1", "1")]
    first, last = steps if late == "confirmed" else reversed(steps)
    assert not watch.after([first])
    (broken,) = watch.after([last])
    assert (broken.invariant, broken.kind) == ("rule1", "always")
    assert (broken.stream, broken.position) == ("order-1", last.position)
    assert broken.words == (
        "rule1 does not hold for order-1: state.status is \"cancelled\", count('payment.confirmed', id) is 1"
    )


def test_what_stays_broken_is_told_once_and_again_when_it_broke_again(watching, log):
    watch = watching("always: \"count('order.placed') != 2 && count('order.placed') != 4\"")
    told = [len(watch.after([log.placed(str(n))])) for n in range(4)]
    assert told == [0, 1, 0, 1]
    watch = watching("always: \"count('order.placed') < 2\"")
    assert [len(watch.after([log.placed(str(n))])) for n in range(4)] == [0, 1, 0, 0]
    assert len(watch.broken) == 1


def test_within_a_commit_it_may_be_otherwise(watching, log):
    rule = of_orders("count('payment.confirmed', id) > 0")
    assert not watching(rule).after([log.placed("1"), log.confirmed("1", "1")])
    assert watching(rule).after([log.placed("2")])


@pytest.mark.parametrize(
    ("rule", "breaks"),
    [
        ('rows: "orders"\nalways: "row.paid <= row.total"', "paid"),
        (of_orders("row('orders', id).paid <= row('orders', id).total"), "paid"),
        ("always: \"rows('orders').all(one, one.paid <= one.total)\"", "paid"),
        ("always: \"total('orders', 'paid') < 2 && total('orders', 'total') < 7\"", "paid"),
        (of_orders("count('payment.confirmed', 'order', id) < 2"), "paid"),
        ("always: \"state('payment', 'a') == null || state('payment', 'a').charged < 2\"", "paid"),
        (of_orders("version < 2"), "cancelled"),
    ],
)
def test_rows_states_fields_and_versions_are_looked_at(watching, log, rule, breaks):
    watch = watching(rule)
    assert not watch.after([log.placed("1")])
    assert not watch.after([log.placed("2", total=5)])
    assert not watch.after([log.confirmed("a", "1")])
    last = log.confirmed("a", "1") if breaks == "paid" else log.cancelled("1")
    (broken,) = watch.after([last])
    assert broken.position == last.position


def test_a_row_is_named_by_its_key(watching, log):
    watch = watching('rows: "orders"\nalways: "row.paid == 0"')
    watch.after([log.placed("7")])
    (broken,) = watch.after([log.confirmed("a", "7")])
    assert broken.key == "7"
    assert broken.words == "rule1 does not hold for row 7 of orders: row.paid is 1"


def test_Y2_eventually_is_asked_at_rest_alone(watching, log):
    watch = watching('of: "order"\neventually: "count(\'payment.confirmed\', id) == 1"')
    reader = MemoryStore(ManualClock(0)).reader()
    assert not watch.after([log.placed("1"), log.placed("2")])
    assert [one.stream for one in watch.at_rest(reader)] == ["order-1", "order-2"]
    assert [one.kind for one in watch.at_rest(reader)] == ["eventually", "eventually"]
    assert not watch.after([log.confirmed("1", "1")])
    assert [one.stream for one in watch.at_rest(reader)] == ["order-2"]


def test_what_has_no_value_does_not_hold_and_says_why(watching, log):
    (broken,) = watching(of_orders("row('orders', 'none').paid == 0")).after([log.placed("1")])
    assert "it cannot be asked" in broken.words
    (broken,) = watching(of_orders("1 / (version - version) == 0")).after([log.placed("1")])
    assert "project.tsk" in broken.words


def test_an_event_that_cannot_be_folded_is_told_with_its_position(watching, log):
    watch = watching(of_orders("state.status != 'x'"), 'rows: "orders"\nalways: "true"')
    assert not watch.after([log.placed("1")])
    bad = log.event("order-1", "order.placed", total="no number")
    (broken,) = watch.after([bad])
    assert f"order-1 cannot be folded at position {bad.position}" in broken.words
    assert not watch.after([log.placed("2")]), "other streams go on"


def test_secrets_are_masked_in_what_is_told_H5(watching, log):
    (broken,) = watching(of_orders("state.token == ''")).after([log.placed("1")])
    assert "secret-1" not in broken.words
    assert "state.token" in broken.words


def test_secrets_of_an_event_that_cannot_be_folded_are_masked_H5(watching, log):
    watch = watching(of_orders("state.status != 'x'"))
    watch.after([log.placed("1")])
    (broken,) = watch.after([log.event("order-1", "order.placed", total="hunter2", password="hunter2")])
    assert "cannot be folded" in broken.words
    assert "hunter2" not in broken.words


def test_money_is_told_as_a_number(watching, log):
    (broken,) = watching(of_orders("state.fee > 3.0")).after([log.placed("1")])
    assert broken.words.endswith("state.fee is 2.50")


def test_events_that_no_condition_looks_at_need_not_be_given(watching):
    assert watching(of_orders("state.status != 'x'")).wanted == {"order.placed", "order.cancelled"}
    assert watching("always: \"count('order.placed') < 3\"").wanted == {"order.placed"}


def test_Y1_asking_what_changed_finds_what_asking_all_would(watching, log):
    """A random log: the watch tells each break at the commit at which asking everything anew does."""
    rules = (
        NO_CHARGE,
        of_orders("count('payment.confirmed', 'order', id) < 3"),
        'rows: "orders"\nalways: "row.paid <= row.total"',
        "always: \"rows('orders').all(one, one.paid < 4)\"",
        "always: \"total('orders', 'paid') % 4 != 3\"",
        of_orders("state('payment', id) == null || row('orders', id).total >= state('payment', id).charged"),
    )
    chance = random.Random(4)
    watch, history, known = watching(*rules), [], set()
    for _ in range(150):
        name = str(chance.randrange(6))
        act = chance.choice(
            [log.placed, log.cancelled, lambda one: log.confirmed(one, str(chance.randrange(6)))]
        )
        history.append([act(name)])
        if history[-1][0].type == "order.cancelled" and not any(
            one.stream == f"order-{name}" for commit in history[:-1] for one in commit
        ):
            history.pop()
            continue
        watch.after(history[-1])
        anew = watching(*rules)
        anew.after([one for commit in history for one in commit])
        now = {(one.invariant, one.stream if "row" not in one.words else one.key) for one in watch.broken}
        then = {(one.invariant, one.stream if "row" not in one.words else one.key) for one in anew.broken}
        assert {name for name, _ in now} == {name for name, _ in then}
        assert len(watch.broken) == len(anew.broken)
        known |= now
    assert {name for name, _ in known} == {f"rule{number}" for number in range(1, 7)}


def test_Y1_events_of_one_cause_and_time_are_one_commit(log):
    events = [
        log.placed("1", cause=1, at=5),
        log.confirmed("1", "1", cause=1, at=5),
        log.placed("2", cause=2, at=5),
        log.cancelled("2", cause=2, at=6),
    ]
    assert [[one.position for one in each] for each in commits(events)] == [[1, 2], [3], [4]]
