"""States and rows behind each move of a schedule."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import ORDER, made, opened, orders_that_race
from workbench.services.worlds.exploration import Explored, schedule_of
from workbench.services.worlds.explored import Exploration
from workbench.services.worlds.move_facts import parts_behind
from workbench.services.worlds.schedule_words import deviations
from workbench.services.worlds.stepped_world import SteppedWorld


@pytest.fixture
def race(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    return project, Explored(scenario=scenario, exploration=Exploration(scenario=scenario.name))


def valued(parts, what, field):
    """Returns what a field is behind each move; None where there is no such part yet."""
    return [one.get((what, field)) for one in parts]


async def test_states_and_rows_are_told_behind_each_move(race):
    told = await schedule_of(*race, (0, 1), {})
    order = f"order-{ORDER}"
    assert valued(told.parts, order, "status")[:2] == ['"placed"', '"cancelled"']
    assert '"cancelled"' not in valued(told.usual_parts, order, "status")[:2]
    row = f"orders {ORDER}"
    assert valued(told.parts, row, "status")[:2] == ['"placed"', '"cancelled"']
    assert len(told.parts) == len(told.moves)
    assert len(told.usual_parts) == len(told.usual)


async def test_a_schedule_says_behind_which_move_what_is_broken(race):
    told = await schedule_of(*race, (0, 1), {})
    assert list(told.broken) == ["no_charge_after_cancel"]
    assert told.deviations == ["cancel_order overtook request_payment"]
    assert (await schedule_of(*race, (), {})).broken == {}


LATE = """
[aggregate.account]
state { balance { type: "integer", default: 0 } }
[event.account.opened]
fields { amount: "integer" }
set { balance: "event.amount" }
[event.account.taken]
fields { amount: "integer" }
set { balance: "state.balance - event.amount" }
[command.take]
changes: "account"
fields { account: "string", amount: "integer" }
emit: "account.taken"
[aggregate.wish]
state { amount { type: "integer", default: 0 } }
[event.wish.asked]
fields { account: "string", amount: "integer" }
set { amount: "event.amount" }
[command.ask]
creates: "wish"
fields { wish: "string", account: "string", amount: "integer" }
emit: "wish.asked"
[projection.balances]
columns { id: "text", balance: "integer" }
on {
    "account.opened": { put { balance: "event.amount" } }
    "account.taken": { set { balance: "row.balance - event.amount" } }
}
[topics]
wishes {}
[routing]
wishes { pattern: "wish.*", topics: ["wishes"] }
[subscriptions]
payer { topic: "wishes", handler: "pay" }
[handler.pay]
event: "wish.asked"
rows { b { projection: "balances", key: "data.account" } }
do {
    pay {
        when: "b != null && b.balance >= data.amount"
        issue: "take"
        with { account: "data.account", amount: "data.amount" }
    }
}
"""
ASKED = """
"One wish" {
    given: { event: "account.opened", stream: "account-a", data: { amount: 10 } }
    when: { command: "ask", data: { wish: "w1", account: "a", amount: 8 } }
    then: { event: "wish.asked" }
}
"""


async def stepped_late(folder, names):
    """Returns a world in which the moves of these names were made, and as it goes by itself."""
    project, scenario = made(folder, LATE, ASKED)
    world, usual = (SteppedWorld(project, scenario, deciding=["balances"]) for _ in range(2))
    for one in (world, usual):
        await one.begin()
    for name in names:
        await world.make(world.index(name))
    await usual.follow()
    return world, usual


async def test_W7_rows_behind_a_move_are_those_that_a_handler_finds_then(tmp_path):
    world, _ = await stepped_late(tmp_path / "late", ("ask", "payer", "balances"))
    balances = valued(parts_behind(world), "balances a", "balance")
    assert balances == [None, None, "10"]
    assert valued(parts_behind(world), "account-a", "balance") == ["10"] * 3, "the state has it at once"


async def test_W7_rows_that_follow_step_by_step_are_told_once_each(tmp_path):
    _, usual = await stepped_late(tmp_path / "late", ())
    balances = valued(parts_behind(usual), "balances a", "balance")
    assert balances[0] == "10"
    assert balances[-1] == "2"
    follows = [at for at, deed in enumerate(usual.deeds) if deed.move.name == "balances"]
    assert [balances[at] for at in follows] == ["10", "2"]
    assert set(balances[: follows[-1]]) == {"10"}


async def test_W7_a_move_of_which_nothing_came_is_not_named_by_what_usually_comes_of_it(tmp_path):
    world, usual = await stepped_late(tmp_path / "late", ("ask", "payer"))
    assert deviations(world, usual) == [
        "ask overtook balances follows",
        "payer gets wish.asked overtook balances follows",
    ]
