"""A race of each kind that is planted in a small model is found, and is told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.worlds.race import made
from workbench.services.worlds.moves import Fault, MoveKind
from workbench.services.worlds.run_checks import FREE
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.schedule_words import deviations

TOPICS = """
[topics]
all {}

[routing]
default_topic: "all"
"""
LOST_UPDATE = f"""{TOPICS}
[subscriptions]
adder {{ topic: "all", handler: "add", filter: "type == 'deposit.made'" }}

[aggregate.deposit]

[event.deposit.made]
fields {{ account: "string", amount: "integer" }}

[command.deposit]
creates: "deposit"
fields {{ deposit_id: "string", account: "string", amount: "integer" }}
emit: "deposit.made"

[aggregate.account]
state {{ amount: "integer" }}

[event.account.set]
fields {{ amount: "integer" }}
set {{ amount: "event.amount" }}

[command.set_account]
creates_or_changes: "account"
fields {{ account_id: "string", amount: "integer" }}
emit: "account.set"

[projection.accounts]
columns {{ id: "text", amount: "integer" }}
key: "id"
on {{ "account.set": {{ put {{ amount: "event.amount" }} }} }}

[handler.add]
event: "deposit.made"
rows {{ before {{ projection: "accounts", key: "data.account" }} }}
issue: "set_account"
with {{ account_id: "data.account", amount: "(before == null ? 0 : before.amount) + data.amount" }}

[invariant.all_is_there]
of: "account"
eventually: "count('deposit.made') < 2 || state.amount == 30"
"""
TWO_DEPOSITS = """
"Two deposits" {
    when: [
        { command: "deposit", data: { deposit_id: "1", account: "a", amount: 10 } }
        { command: "deposit", data: { deposit_id: "2", account: "a", amount: 20 } }
    ]
    then: []
}
"""
CHARGED_TWICE = """
[aggregate.hook]

[event.hook.received]
fields { wallet: "string" }

[aggregate.wallet]

[event.wallet.charged]

[command.charge]
creates_or_changes: "wallet"
fields { wallet: "string" }
emit: "wallet.charged"

[policy.charges]
on: "hook.received"
do { charge { issue: "charge", with { wallet: "event.wallet" } } }

[invariant.charged_once]
always: "count('wallet.charged') <= 1"
"""
ONE_HOOK = '"A hook" { when: { event: "hook.received", stream: "hook-1", data: { wallet: "w" } }, then: [] }'
TIMEOUT = """
[aggregate.order]
state { status: "string" }

[event.order.placed]
set { status: "'placed'" }

[event.order.paid]
set { status: "'paid'" }

[event.order.shipped]
set { status: "'shipped'" }

[event.order.cancelled]
set { status: "'cancelled'" }

[command.place]
creates: "order"
fields { order_id: "string" }
emit: "order.placed"

[command.pay]
changes: "order"
fields { order_id: "string" }
emit: "order.paid"

[command.ship]
changes: "order"
fields { order_id: "string" }
emit: "order.shipped"

[command.cancel]
changes: "order"
fields { order_id: "string" }
refuse { over { when: "state.status == 'shipped'", message: "it has left" } }
emit: "order.cancelled"

[policy.in-time]
on: "order.placed"
do { cancel { issue: "cancel", with { order_id: "id" }, after: "1h", refused: "nothing" } }

[policy.ships]
on: "order.paid"
do { ship { issue: "ship", with { order_id: "id" } } }

[invariant.not_both]
of: "order"
always: "count('order.shipped', id) + count('order.cancelled', id) <= 1"
"""
PAID_IN_TIME = """
"It is paid in time" {
    when: [{ command: "place", data: { order_id: "1" } }, { command: "pay", data: { order_id: "1" } }]
    then: []
}
"""
TWO_TOPICS = """
[topics]
accounts {}
links {}

[routing]
accounts { pattern: "request.wanted", topics: "accounts" }
links { pattern: "request.linked", topics: "links" }

[subscriptions]
opener { topic: "accounts", handler: "open" }
linker { topic: "links", handler: "link" }

[aggregate.request]

[event.request.wanted]
fields { account_id: "string" }

[event.request.linked]
fields { account_id: "string" }

[command.want]
creates: "request"
fields { request_id: "string", account_id: "string" }
do { wanted { emit: "request.wanted" }, linked { emit: "request.linked" } }

[aggregate.account]

[event.account.opened]

[event.account.used]

[command.open_account]
creates: "account"
fields { account_id: "string" }
emit: "account.opened"

[command.use_account]
changes: "account"
fields { account_id: "string" }
emit: "account.used"

[handler.open]
event: "request.wanted"
issue: "open_account"
with { account_id: "data.account_id" }

[handler.link]
event: "request.linked"
issue: "use_account"
with { account_id: "data.account_id" }

[invariant.nothing_dies]
never_dead_letter: true
"""
WANTED = '"One is wanted" { when: { command: "want", data: { request_id: "1", account_id: "a" } }, then: [] }'


@pytest.mark.parametrize(
    ("model", "scenario", "faults", "invariant", "words"),
    [
        (LOST_UPDATE, TWO_DEPOSITS, {}, "all_is_there", "deposit overtook set_account"),
        (CHARGED_TWICE, ONE_HOOK, {Fault.DUPLICATE: 1}, "charged_once", "hook.received once more"),
        (TIMEOUT, PAID_IN_TIME, {}, "not_both", "before pay"),
        (TWO_TOPICS, WANTED, {}, "nothing_dies", "use_account overtook open_account"),
    ],
    ids=["lost update", "duplicate", "timeout", "two topics"],
)
async def test_a_planted_race_is_found(tmp_path, model, scenario, faults, invariant, words):
    explorer = ScenarioExplorer(*made(tmp_path, model, scenario), faults=faults)
    result = await explorer.explore(Plan(deviations=3, seconds=60.0))
    found = result.findings[invariant]
    run = await explorer.replayed(found.choices)
    assert invariant in run.broken
    assert words in "; ".join(deviations(run.world, (await explorer.replayed()).world))
    assert invariant not in (await explorer.replayed()).broken


@pytest.mark.parametrize("keyed", [False, True])
async def test_a_crash_between_what_is_done_outside_and_the_ack_is_found(tmp_path, keyed):
    project, scenario = made(tmp_path, CHARGED_BY_HANDLER, ONE_HOOK)
    charged: dict[str, int] = {}

    def charge(message, context):
        key = context.idempotency_key if keyed else f"{len(charged)}"
        charged[key] = 1

    def once(world):
        if len(world.deeds) == 1:
            charged.clear()
        return len(charged) <= 1

    registry = replace(project.registry, handlers={"charge": charge})
    explorer = ScenarioExplorer(
        replace(project, registry=registry), scenario, faults={Fault.CRASH: 1}, rules={"charged once": once}
    )
    result = await explorer.explore(Plan(deviations=2, seconds=60.0, random=False))
    assert ("charged once" in result.findings) is not keyed
    assert not set(FREE) & set(result.findings)


CHARGED_BY_HANDLER = f"""{TOPICS}
[subscriptions]
terminal {{ topic: "all", handler: "charge" }}

[aggregate.hook]

[event.hook.received]
fields {{ wallet: "string" }}

[handler.charge]
event: "hook.received"
publish: "all"
type: "charged"
"""


async def test_a_read_model_at_which_a_handler_looks_is_moved_by_itself(tmp_path):
    explorer = ScenarioExplorer(*made(tmp_path, LOST_UPDATE, TWO_DEPOSITS))
    await explorer.explore(Plan(deviations=0, seconds=60.0, random=False))
    run = await explorer.replayed()
    assert [deed.move.name for deed in run.world.deeds if deed.move.kind is MoveKind.PROJECTION] == [
        "accounts"
    ] * 2
    assert run.broken == {}


@pytest.mark.parametrize(
    ("model", "scenario"),
    [(LOST_UPDATE, TWO_DEPOSITS), (CHARGED_TWICE, ONE_HOOK), (TIMEOUT, PAID_IN_TIME), (TWO_TOPICS, WANTED)],
    ids=["lost update", "duplicate", "timeout", "two topics"],
)
@pytest.mark.parametrize("faults", [{}, dict.fromkeys(Fault, 1)], ids=["no faults", "faults"])
async def test_W8_merging_loses_no_end_of_these(tmp_path, model, scenario, faults):
    project, one = made(tmp_path, model, scenario)
    plan = Plan(deviations=2, seconds=120.0, random=False)
    merged, every = (
        ScenarioExplorer(project, one, faults=faults),
        ScenarioExplorer(project, one, faults=faults, merging=False),
    )
    found, all_found = await merged.explore(plan), await every.explore(plan)
    assert (found.complete, all_found.complete) == (2, 2)
    assert set(found.outcomes) == set(all_found.outcomes)
    assert set(found.findings) == set(all_found.findings)
    assert found.schedules <= all_found.schedules


APART = """
[aggregate.left]

[event.left.pushed]

[event.left.done]

[command.do_left]
changes: "left"
fields { left_id: "string" }
emit: "left.done"

[aggregate.right]

[event.right.pushed]

[event.right.done]

[command.do_right]
changes: "right"
fields { right_id: "string" }
emit: "right.done"

[policy.lefts]
on: "left.pushed"
do { done { issue: "do_left", with { left_id: "id" } } }

[policy.rights]
on: "right.pushed"
do { done { issue: "do_right", with { right_id: "id" } } }
"""
BOTH = """
"Both are pushed" {
    when: [
        { event: "left.pushed", stream: "left-1", data: {} }
        { event: "right.pushed", stream: "right-1", data: {} }
    ]
    then: []
}
"""


async def test_W8_what_has_no_reader_in_common_comes_to_one_end_and_is_not_permuted(tmp_path):
    project, scenario = made(tmp_path, APART, BOTH)
    plan = Plan(deviations=4, seconds=60.0, random=False)
    merged = await ScenarioExplorer(project, scenario).explore(plan)
    every = await ScenarioExplorer(project, scenario, merging=False).explore(plan)
    assert set(merged.outcomes) == set(every.outcomes)
    assert len(merged.outcomes) == 1
    assert merged.schedules <= every.schedules // 2
