"""Since when an invariant does not hold: the first commit of the log that broke it."""

from __future__ import annotations

import random

import pytest

from tests.services.conftest import finished, running
from workbench.engine.world import World
from workbench.errors import InvalidValue, NotFound
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.json_differences import Difference
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.services.worlds.invariants import InvariantWatch
from workbench.services.worlds.since_when import Since, since_when
from workbench.store import paging
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append

MODEL = """
[aggregate.account]
state { balance { type: "integer", default: 0 } }
[event.account.moved]
fields { amount: "integer" }
set { balance: "state.balance + event.amount" }
[command.move]
creates_or_changes: "account"
fields { account_id: "string", amount: "integer" }
emit: "account.moved"
[projection.accounts]
columns { id: "text", balance: "integer" }
on { "account.moved": { add { balance: "event.amount" } } }
[invariant.no_debts]
rows: "accounts"
always: "row.balance >= 0"
[invariant.later]
eventually: "count('account.moved') > 1"
"""


@pytest.fixture
def world(tmp_path):
    (tmp_path / "project.tsk").write_text(MODEL)
    clock = ManualClock(1_700_000_000_000_000)
    project = load_project(tmp_path, environ={}, trusted=True)
    return World(project, MemoryStore(clock), clock)


def moved(world, *moves):
    """Stores one commit of moves of accounts."""
    number = world.reader.head()
    world.clock.advance(1)
    cause = derived_id("cause", number)
    appends = [
        Append(
            stream=f"account-{account}",
            events=(
                NewEvent(
                    id=derived_id("move", number, at),
                    type="account.moved",
                    data=f'{{"amount":{amount}}}',
                    causation_id=cause,
                    correlation_id=cause,
                ),
            ),
        )
        for at, (account, amount) in enumerate(moves)
    ]
    assert not any(isinstance(one, Exception) for one in world.store.write(appends))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("row.balance >= -6", {"rows": "accounts"}),
        ("state.balance >= -6", {"of": "account"}),
        ("rows('accounts').all(one, one.balance >= -6)", {}),
        ("count('account.moved', 'amount', -3) < 5", {}),
        ("total('accounts', 'balance') >= -6", {}),
    ],
)
def test_Y3_it_is_the_commit_at_which_asking_each_beginning_of_the_log_finds_it(world, seed, text, about):
    chance = random.Random(seed)
    for _ in range(60):
        moved(world, *((chance.randrange(5), chance.randint(-3, 3)) for _ in range(chance.randint(1, 2))))
    since = Since(world)
    invariant = since.typed(text, **about)
    found = since.when(invariant)
    events = world.reader.read_log(0, 1000)
    ends = [one for one, after in zip(events, [*events[1:], None], strict=True)
            if after is None or after.recorded_at != one.recorded_at]  # fmt: skip
    for end in ends:
        anew = InvariantWatch(world.registry, [invariant])
        if anew.after([one for one in events if one.position <= end.position]):
            assert found.first is not None
            assert found.first.event.position == end.position
            return
    assert found.first is None
    assert found.upto == found.head == world.reader.head()


def test_it_tells_what_the_commit_changed(world):
    moved(world, ("a", 5), ("b", 1))
    moved(world, ("a", -4))
    moved(world, ("a", -4), ("b", -4))
    moved(world, ("a", -4))
    first = Since(world).when(Since(world).named("no_debts")).first
    assert first.event.stream == "account-b", "the last event of the commit"
    assert first.broken.key == "a"
    assert dict(first.before) == {"row.balance": "1"}
    assert dict(first.broken.values) == {"row.balance": "-3"}
    assert first.differences == (Difference("changed", "balance", 1, -3),)
    assert first.others == 1


def test_a_sum_that_the_first_commit_broke_was_nothing_before(world):
    moved(world, ("a", 5))
    first = Since(world).when(Since(world).typed("total('accounts', 'balance') < 5")).first
    assert dict(first.before) == {"total('accounts', 'balance')": "0"}
    assert dict(first.broken.values) == {"total('accounts', 'balance')": "5"}


def test_a_commit_that_two_reads_part_is_one(world, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    moved(world, ("a", 1))
    moved(world, ("b", -2), ("b", 2))
    moved(world, ("a", 1))
    invariant = Since(world).typed("state.balance >= 0", of="account")
    assert Since(world).when(invariant).first is None
    moved(world, ("b", -2))
    assert Since(world).when(invariant).first.event.position == world.reader.head()


def test_it_is_told_how_far_it_is_and_can_be_stopped(world, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    for _ in range(5):
        moved(world, ("a", 1))
    told = []
    found = since_when(
        world.reader,
        world.registry,
        Since(world).named("no_debts"),
        lambda *one: told.append(one) or len(told) < 2,
    )
    assert found.first is None
    assert found.upto == 3 < found.head == 5
    assert told == [(1, 5), (3, 5)], "the first commit is asked before"


def test_events_that_come_meanwhile_are_not_looked_at(world):
    moved(world, ("a", 1))

    def step(_done, _of):
        moved(world, ("a", -9))
        return True

    assert Since(world).when(Since(world).named("no_debts"), step).first is None


def test_an_invariant_is_named_that_says_always(world):
    with pytest.raises(NotFound) as unknown:
        Since(world).named("no_dept")
    assert "did you mean no_debts" in unknown.value.hint
    with pytest.raises(InvalidValue, match="does not say always"):
        Since(world).named("later")


@pytest.mark.parametrize(
    ("text", "about", "said"),
    [
        ("state.balence >= 0", {"of": "account"}, "state has no balence"),
        ("count('account.move') > 0", {}, "did you mean account.moved"),
        ("row.balance >= 0", {"rows": "accounds"}, "there is no read model accounds"),
        ("state.balance", {"of": "account"}, "an invariant is true or false"),
        ("state.balance >= 0", {}, "choose of what it is asked: each stream of an aggregate (--of)"),
        ("version > 1", {}, "choose of what it is asked: each stream of an aggregate (--of)"),
        ("row.balance >= 0", {}, "choose of what it is asked: each row of a read model (--rows)"),
    ],
)
def test_a_condition_that_is_typed_is_checked(world, text, about, said):
    with pytest.raises((InvalidValue, NotFound)) as refused:
        Since(world).typed(text, **about)
    assert said in f"{refused.value.message} {refused.value.hint}"


async def test_the_command_that_broke_it_is_named(tmp_path, stores, by_hand, clock):
    from tests.services.worlds.conftest import place

    async with running(copy_sample("orders-declared", tmp_path / "orders")) as opened:
        await place(opened, 1)
        await finished(opened)
        first = opened.since.when(opened.since.typed("state.status != 'paid'", of="order")).first
        assert first.event.type == "order.paid"
        assert first.command.type == "mark_paid"
        assert first.command.origin == "fulfilment"
