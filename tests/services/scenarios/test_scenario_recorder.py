"""A scenario that is recorded from history passes, or says what came otherwise then."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.conftest import running
from workbench.errors import InvalidValue, NotFound
from workbench.model.scenario import moment
from workbench.project.samples import copy_sample
from workbench.project.scenarios import read_scenarios, write_scenario
from workbench.services.project.open_project import open_target
from workbench.services.scenarios import ScenarioRecorder, Scenarios, tell

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=3, max_size=12)
USERS = st.sampled_from(["ann", "bob"])
MAILS = st.sampled_from(["a@x.org", "b@slow.example", "c@x.invalid"])
STATUS = st.sampled_from(["active", "inactive", "suspended"])
DOMAINS = st.sampled_from(["slow.example", "x.org"])
ORDERS = st.sampled_from(["8568d7d1-4a87-5bd0-b4cd-9fb799eb5810", "65b8ff5a-edb4-5d3e-a634-bc8e08055ff0"])
CARDS = st.sampled_from(["4242", "0002", "0341"])


def command(name, **fields):
    return st.fixed_dictionaries(fields).map(lambda values: (name, values))


ACCOUNTS = st.one_of(
    command("create_user", user_id=USERS, username=TEXT, email=MAILS, status=STATUS),
    command("update_user", user_id=USERS, username=TEXT),
    command("change_status", user_id=USERS, status=STATUS, reason=TEXT),
    command("report_outage", domain=DOMAINS),
    command("resolve_outage", domain=DOMAINS),
)
LINES = st.lists(
    st.fixed_dictionaries({"product": TEXT, "quantity": st.integers(1, 9), "price": st.just("1.10")}),
    min_size=1,
    max_size=3,
)
ADDRESS = {"name": "Ada", "street": "1 Lane", "city": "London"}
TRADE = st.one_of(
    command("place_order", order_id=ORDERS, customer=TEXT, lines=LINES, ship_to=st.just(ADDRESS), card=CARDS),
    command("mark_paid", order_id=ORDERS),
    command("ship_order", order_id=ORDERS),
    command("cancel_order", order_id=ORDERS, reason=TEXT),
    command("request_payment", order_id=ORDERS, amount=st.just("3.30"), card=CARDS),
    command("retry_payment", order_id=ORDERS),
    command("confirm_payment", order_id=ORDERS),
    command("decline_payment", order_id=ORDERS, reason=TEXT),
)


async def recorded_of(sample, commands, *, paused):
    """Issues commands, records a scenario of every event that came of them, writes, reads and runs each."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy_sample(sample, Path(scratch) / sample)
        workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": scratch})
        try:
            await workspace.start(paused=paused)
            for name, values in commands:
                await workspace.commands.issue(name, values)
            for event in workspace.reader.read_log(0, 1000):
                recorded = await ScenarioRecorder(workspace.world).record(event.stream, event.version)
                assert recorded.result.passed or recorded.differs, tell(recorded.result)
                assert event.type in [
                    one.facts["event"] for one in recorded.scenario.then if "event" in one.facts
                ]
                text = write_scenario(recorded.scenario, workspace.registry)
                (again,) = read_scenarios(text, "s.tsk", workspace.registry)
                result = await Scenarios(workspace.project, workspace.clock).run_one(again)
                assert result.passed is recorded.result.passed, f"{text}\n{tell(result)}"
        finally:
            await workspace.close()


@settings(max_examples=settings().max_examples // 3)
@given(st.lists(ACCOUNTS, max_size=6), st.booleans())
def test_what_is_recorded_from_accounts_passes(commands, paused):
    asyncio.run(recorded_of("users", commands, paused=paused))


@settings(max_examples=settings().max_examples // 3)
@given(st.lists(TRADE, max_size=6), st.booleans())
def test_what_is_recorded_from_orders_passes(commands, paused):
    asyncio.run(recorded_of("orders", commands, paused=paused))


ADA = {"user_id": "ada", "username": "Ada Byron", "email": "ada@example.org"}


@pytest.fixture
async def workspace(tmp_path):
    async with running(copy_sample("users", tmp_path / "users")) as opened:
        yield opened


async def test_given_is_what_was_before_when_the_command_then_what_it_made(workspace):
    await workspace.commands.issue("create_user", ADA)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "inactive"})
    recorded = await ScenarioRecorder(workspace.world).record("user-ada", 2)
    first, second, _ = (moment(event.occurred_at) for event in workspace.reader.read_log(0, 10))
    assert (
        write_scenario(recorded.scenario, workspace.registry)
        == f"""\
"update_user leads to user.updated" {{
    now: "{second}"
    given: {{ event: "user.created", stream: "user-ada", at: "{first}", \
data: {{ username: "Ada Byron", email: "ada@example.org", status: "active" }} }}
    when: {{ command: "update_user", data: {{ user_id: "ada", username: "Ada Lovelace", email: null }} }}
    then: {{ event: "user.updated", stream: "user-ada", data: {{ username: "Ada Lovelace", email: null }} }}
}}
"""
    )
    named = await ScenarioRecorder(workspace.world).record("user-ada", 2, name="Names change")
    assert named.scenario.name == "Names change"


async def test_mail_that_dies_is_part_of_what_is_recorded(workspace):
    await workspace.commands.issue("create_user", {**ADA, "email": "ada@x.invalid"})
    recorded = await ScenarioRecorder(workspace.world).record("user-ada", 1)
    assert recorded.result.passed
    assert 'dead_letter: "welcome-mail", error: "PermanentError"' in write_scenario(
        recorded.scenario, workspace.registry
    )


async def test_an_event_that_no_command_made_cannot_be_recorded(workspace, tmp_path):
    file = tmp_path / "log.ndjson"
    file.write_text('{"id": "1", "type": "pushed", "stream": "r", "time": "2024-01-01T00:00:00Z"}\n')
    await workspace.event_import.bring_in(file, workspace.event_import.preview(file).mapping)
    stream = workspace.streams.page(1, 1)[0].name
    with pytest.raises(NotFound, match="no command of this store made pushed at version 1"):
        await ScenarioRecorder(workspace.world).record(stream, 1)
    with pytest.raises(NotFound, match="has no event at version 9"):
        await ScenarioRecorder(workspace.world).record(stream, 9)


async def test_too_much_history_is_refused_in_words(workspace, monkeypatch):
    monkeypatch.setattr("workbench.services.scenarios.scenario_recorder.MOST", 1)
    await workspace.commands.issue("create_user", ADA)
    for name in ("Ada One", "Ada Two"):
        await workspace.commands.issue("update_user", {"user_id": "ada", "username": name})
    assert (await ScenarioRecorder(workspace.world).record("user-ada", 2)).result.passed
    with pytest.raises(InvalidValue, match="more than 1 events happened before it"):
        await ScenarioRecorder(workspace.world).record("user-ada", 3)


async def test_a_range_of_events_is_recorded_with_all_its_commands(workspace):
    await workspace.commands.issue("create_user", ADA)
    for name in ("Ada One", "Ada Two"):
        await workspace.commands.issue("update_user", {"user_id": "ada", "username": name})
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "inactive"})
    recorded = await ScenarioRecorder(workspace.world).record("user-ada", 2, upto=4)
    assert recorded.result.passed, tell(recorded.result)
    scenario = recorded.scenario
    assert scenario.name == "update_user and change_status leads to user.updated, user.status_changed"
    assert [one.type for one in scenario.given] == ["user.created"]
    assert [step.act.command for step in scenario.when] == ["update_user", "update_user", "change_status"]
    assert [one.facts["event"] for one in scenario.then] == ["user.updated"] * 2 + ["user.status_changed"]
    text = write_scenario(scenario, workspace.registry)
    (again,) = read_scenarios(text, "s.tsk", workspace.registry)
    assert (await Scenarios(workspace.project, workspace.clock).run_one(again)).passed


async def test_chosen_commands_are_recorded_in_their_order_refused_ones_too(workspace):
    await workspace.commands.issue("create_user", ADA)
    await workspace.commands.issue("create_user", {**ADA, "user_id": "bob", "email": "b@example.org"})
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": ADA["username"]})
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Later"})
    later, refused, bob, _ada = workspace.reader.commands(limit=4)
    recorder = ScenarioRecorder(workspace.world)
    scenario = (await recorder.record_commands([later, refused, bob])).scenario
    assert [one.stream for one in scenario.given] == ["user-ada"]
    assert [step.act.data["user_id"] for step in scenario.when] == ["bob", "ada", "ada"]
    assert [one.facts["event"] for one in scenario.then] == ["user.created", "user.updated"]
    assert scenario.name == "create_user and update_user leads to user.created, user.updated"
    with pytest.raises(InvalidValue, match="none of these commands was accepted"):
        await recorder.record_commands([refused])


async def test_a_command_that_was_rejected_is_recorded_with_what_was_before_it(workspace):
    await workspace.commands.issue("create_user", ADA)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": ADA["username"]})
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Later"})
    refused = next(one for one in workspace.reader.commands(limit=9) if one.outcome == "rejected")
    recorded = await ScenarioRecorder(workspace.world).record_refusal(refused)
    assert recorded.result.passed, tell(recorded.result)
    assert recorded.scenario.name == "update_user is refused: nothing would change"
    assert [one.type for one in recorded.scenario.given] == ["user.created"]
    (expected,) = recorded.scenario.then
    assert expected.facts == {"rejected": "update_user", "message": "nothing would change"}


async def test_a_conflict_is_recorded(workspace):
    await workspace.commands.issue("create_user", ADA)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "One more"})
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Too late"}, expected=1)
    refused = workspace.reader.commands(limit=1)[0]
    recorded = await ScenarioRecorder(workspace.world).record_refusal(refused)
    assert recorded.result.passed, tell(recorded.result)
    assert recorded.scenario.then[0].facts == {"conflict": "update_user", "version": 2}


async def test_a_command_that_failed_is_recorded_as_failed(workspace):
    await workspace.commands.issue("create_user", ADA)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": ADA["username"]})
    refused = next(one for one in workspace.reader.commands(limit=9) if one.outcome == "rejected")
    failed = msgspec.structs.replace(refused, outcome="failed", message="a bug")
    recorded = await ScenarioRecorder(workspace.world).record_refusal(failed)
    assert recorded.scenario.then[0].facts == {"failed": "update_user", "message": "a bug"}
    assert recorded.scenario.name == "update_user fails: a bug"
    assert not recorded.result.passed, "now it is rejected"


async def test_what_was_accepted_is_no_refusal(workspace):
    await workspace.commands.issue("create_user", ADA)
    with pytest.raises(InvalidValue, match="create_user was accepted"):
        await ScenarioRecorder(workspace.world).record_refusal(workspace.reader.commands(limit=1)[0])


async def test_chosen_events_that_followed_by_themselves_must_follow(tmp_path):
    folder = copy_sample("orders", tmp_path / "orders")
    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path)})
    try:
        await workspace.start()
        order = {"order_id": "65b8ff5a-edb4-5d3e-a634-bc8e08055ff0", "customer": "Ada", "card": "4242"}
        lines = [{"product": "Teapot", "quantity": 1, "price": "1.10"}]
        await workspace.commands.issue("place_order", {**order, "lines": lines, "ship_to": ADDRESS})
        stream = f"order-{order['order_id']}"
        await workspace.running().settle()
        recorded = await ScenarioRecorder(workspace.world).record(stream, 1, upto=3)
        assert [step.act.command for step in recorded.scenario.when] == ["place_order"]
        came = [one.facts["event"] for one in recorded.scenario.then]
        assert came == ["order.placed", "order.paid", "order.shipped"]
        assert recorded.result.passed, tell(recorded.result)
    finally:
        await workspace.close()


LENDING = """
[project]
name: "lending"
format: 1

[event_store]
path: "events.db"

[message_queue]
max_attempts: 1

[topics]
events { description: "All" }

[routing]
default_topic: "events"

[aggregate.tool]
state { status: "string" }

[aggregate.loan]
state { tool: "string" }

[event.tool.added]
set { status: "'available'" }

[event.tool.lent]
set { status: "'lent'" }

[event.loan.reserved]
fields { tool: "string" }
set { tool: "event.tool" }

[event.loan.handed_out]
fields { tool: "string" }

[command.add_tool]
creates: "tool"
fields { tool_id: "string" }
emit: "tool.added"

[command.lend_tool]
changes: "tool"
fields { tool_id: "string" }
refuse { gone { when: "state.status != 'available'", message: "it is {state.status}" } }
emit: "tool.lent"

[command.reserve_tool]
creates: "loan"
fields { loan_id: "string", tool: "string" }
emit: "loan.reserved"

[command.hand_out]
changes: "loan"
fields { loan_id: "string" }
emit: "loan.handed_out"
with { tool: "state.tool" }

[policy.mark_lent]
on: "loan.handed_out"
issue: "lend_tool"
with { tool_id: "event.tool" }
"""


@pytest.fixture
async def lending(tmp_path):
    (tmp_path / "lending").mkdir()
    (tmp_path / "lending" / "project.tsk").write_text(LENDING)
    async with running(tmp_path / "lending") as opened:
        await opened.commands.issue("add_tool", {"tool_id": "t1"})
        await opened.commands.issue("reserve_tool", {"loan_id": "l1", "tool": "t1"})
        await opened.commands.issue("hand_out", {"loan_id": "l1"})
        await opened.running().settle()
        yield opened


async def test_what_the_commands_that_followed_read_is_given(lending):
    recorded = await ScenarioRecorder(lending.world).record("loan-l1", 2)
    assert [one.type for one in recorded.scenario.given] == ["tool.added", "loan.reserved"]
    assert [one.facts.get("event") for one in recorded.scenario.then] == ["loan.handed_out"]
    assert recorded.result.passed, tell(recorded.result)
    assert recorded.differs == ()


async def test_a_run_that_the_store_denies_is_told_and_not_kept(lending, monkeypatch):
    monkeypatch.setattr(
        ScenarioRecorder, "_before", lambda self, position, *_: self._world.reader.read_log(1, 1)
    )
    recorded = await ScenarioRecorder(lending.world).record("loan-l1", 2)
    assert [one.facts.get("event") for one in recorded.scenario.then] == ["loan.handed_out"]
    (said,) = recorded.differs
    assert said.startswith(
        "In the store lend_tool was accepted; in the run it is a dead letter of commands of policies: "
    )
    assert not recorded.result.passed
