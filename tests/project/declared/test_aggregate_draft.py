"""The ids of the aggregates that a command is decided over."""

from __future__ import annotations

import pytest

from tests.project.declared.scenario_runs import passes

SLOTS = """
[aggregate.slot]
[event.slot.taken]
[event.slot.freed]
[command.take]
creates: "slot"
fields { begins: "date-time" }
emit: "slot.taken"
[command.free]
changes: "slot"
fields { begins: "date-time" }
emit: "slot.freed"
[aggregate.visit]
[event.visit.begun]
[command.begin]
creates: "visit"
changes: { slot: "begins" }
fields { visit_id: "string", begins: "date-time?" }
emit: "visit.begun"
"""


async def test_a_time_is_one_stream_in_whatever_zone_it_is_said(tmp_path):
    await passes(
        tmp_path,
        SLOTS,
        """
"one slot" {
    when: [
        { command: "take", data: { begins: "2026-03-02T10:00:00+02:00" } }
        { command: "take", data: { begins: "2026-03-02T08:00:00Z" } }
        { command: "free", data: { begins: "2026-03-02T03:00:00-05:00" } }
        { command: "begin", data: { visit_id: "1", begins: "2026-03-02T09:00:00+01:00" } }
        { command: "begin", data: { visit_id: "2", begins: "2026-03-02T09:00:00Z" } }
    ]
    then: [
        { event: "slot.taken", stream: "slot-2026-03-02T08:00:00Z" }
        { rejected: "take" }
        { event: "slot.freed", stream: "slot-2026-03-02T08:00:00Z" }
        { event: "visit.begun", stream: "visit-1" }
        { rejected: "begin", field: "begins" }
        "no other events"
    ]
}
""",
    )


NO_ID = """
[types]
part { type: "object", fields { a: "string" } }
[aggregate.a]
[event.a.made]
[aggregate.b]
[command.make]
creates: "a"
changes: { b: "b_id" }
fields { a_id: "string", b_id { type: "TYPE", OF } }
emit: "a.made"
"""


@pytest.mark.parametrize(
    ("kind", "of", "said"),
    [
        ("list", 'of: "string"', "a list"),
        ("list?", 'of: "string"', "a list"),
        ("part", 'title: "x"', "an object"),
        ("map", 'of: "string"', "an object"),
        ("boolean", 'title: "x"', "true or false"),
        ("money", 'title: "x"', "an exact decimal number"),
    ],
)
def test_what_makes_no_id_is_told(told, kind, of, said):
    (one,) = told(NO_ID.replace("TYPE", kind).replace("OF", of))
    assert f"S-TYPE b_id names the aggregate, and {said}" in one


ACCOUNTS = """
[aggregate.account]
[event.account.opened]
[aggregate.email]
state { owner: "string" }
[event.email.seen]
fields { owner: "string" }
set { owner: "event.owner" }
[event.email.claimed]
fields { owner: "string" }
set { owner: "event.owner" }
[command.open]
creates: "account"
creates_or_changes: { email: "email" }
fields { account_id: "string", email: "string" }
refuse { taken { when: "exists && email.owner != ''", message: "{email.owner} has it", field: "email" } }
do {
    open { emit: "account.opened" }
    seen { when: "!exists", emit: "email.seen", with { owner: "''" } }
    claim { emit: "email.claimed", with { owner: "command.account_id" } }
}
"""


async def test_whether_an_aggregate_exists_is_known_beside_one_that_is_begun(tmp_path):
    await passes(
        tmp_path,
        ACCOUNTS,
        """
"an address has one owner" {
    given: { event: "email.seen", stream: "email-old", data: { owner: "" } }
    when: [
        { command: "open", data: { account_id: "1", email: "new" } }
        { command: "open", data: { account_id: "2", email: "old" } }
        { command: "open", data: { account_id: "3", email: "new" } }
    ]
    then: [
        { event: "account.opened", stream: "account-1" }
        { event: "email.seen", stream: "email-new" }
        { event: "email.claimed", stream: "email-new" }
        { event: "account.opened", stream: "account-2" }
        { event: "email.claimed", stream: "email-old" }
        { rejected: "open", message: "1 has it", field: "email" }
        "no other events"
    ]
}
""",
    )


def test_of_two_that_may_exist_beside_one_that_is_begun_nothing_says_which(told):
    two = ACCOUNTS.replace(
        '{ email: "email" }', '{ email: "email", other { aggregate: "email", id: "account_id" } }'
    )
    assert any("nothing here is called exists" in one for one in told(two))


@pytest.mark.parametrize(
    ("written", "known"),
    [('{ slot: "begins" }', True), ('"slot"', False), ('{ it { aggregate: "slot" } }', False)],
)
def test_an_aggregate_that_is_named_alone_is_called_so_in_expressions(told, written, known):
    text = SLOTS.replace("[aggregate.slot]", '[aggregate.slot]\nstate { free: "boolean?" }').replace(
        'changes: "slot"',
        f"changes: {written}\nrefuse {{ free {{ when: 'slot.free == true', message: 'it is' }} }}",
    )
    assert any("nothing here is called slot" in one for one in told(text)) is not known
