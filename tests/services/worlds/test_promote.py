"""What was issued in a fork is issued on the trunk, where that stands as the fork did; else nothing is."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.services.conftest import finished, running
from tests.services.worlds.conftest import place
from tests.services.worlds.test_fork import forked
from workbench.errors import InvalidCommand, WrongExpectedVersion
from workbench.model.ids import derived_id
from workbench.services.project.model_reload import ReloadOutcome
from workbench.services.worlds.promote import THERE, preview, promote, question, what_became

LIMITED = 'amount { type: "money", min: 10 }'
FLOWS = Path(__file__).parents[2] / "flows"


async def user(workspace, name, email="x@example.org"):
    values = {"user_id": name, "username": name.title(), "email": email}
    assert (await workspace.commands.issue("create_user", values)).accepted


async def renamed(workspace, name, email):
    values = {"user_id": name, "email": email}
    assert (await workspace.commands.issue("update_user", values)).accepted


def planned(world, trunk):
    return preview(world.reader, world.fork.position, trunk.reader, trunk.registry)


@pytest.fixture
async def world(workspace, tmp_path):
    await user(workspace, "ada")
    await user(workspace, "bob")
    await finished(workspace)
    async with running(forked(workspace, workspace.reader.head(), tmp_path / "fork")) as opened:
        yield opened


@pytest.fixture
def on_file():
    return True


async def test_W14_commands_are_issued_with_the_versions_that_were_seen(workspace, world):
    await renamed(world, "ada", "ada@two.org")
    await renamed(world, "ada", "ada@three.org")
    await user(world, "cyd")
    await finished(world)
    plan = planned(world, workspace)
    assert [(one.command.type, one.expected, one.words) for one in plan] == [
        ("update_user", 1, "fits"),
        ("update_user", 2, "behind one before it"),
        ("create_user", 0, "fits"),
    ]
    done = await promote(plan, workspace)
    assert [one.outcome for one in done] == ["accepted"] * 3
    assert workspace.reader.stream("user-ada").version == 3
    again = planned(world, workspace)
    assert {one.words for one in again} == {THERE}
    head = workspace.reader.head()
    await promote(again, workspace)
    assert workspace.reader.head() == head, "a second time changes nothing"


async def test_W14_what_does_not_fit_is_left_out_with_what_is_behind_it(workspace, world):
    await renamed(world, "ada", "ada@two.org")
    await renamed(world, "ada", "ada@three.org")
    await user(world, "cyd")
    await renamed(workspace, "ada", "ada@elsewhere.org")
    plan = planned(world, workspace)
    assert [one.words for one in plan] == ["is at 2 there", "behind one that does not fit", "fits"]
    done = await promote(plan, workspace)
    assert [one.outcome for one in done] == ["", "", "accepted"]
    assert workspace.reader.stream("user-cyd").version == 1
    assert workspace.reader.stream("user-ada").version == 2


async def test_W14_where_the_trunk_moved_since_it_was_asked_nothing_is_issued(workspace, world):
    await user(world, "cyd")
    await renamed(world, "ada", "ada@two.org")
    plan = planned(world, workspace)
    await renamed(workspace, "ada", "ada@elsewhere.org")
    with pytest.raises(WrongExpectedVersion):
        await promote(plan, workspace)
    assert workspace.reader.stream("user-cyd") is None


def changed_before(issue):
    """Returns what issues commands, with somebody else who changes ada just before she is updated."""

    async def late(name, values, **more):
        if name == "update_user":
            await issue("update_user", {"user_id": "ada", "email": "ada@elsewhere.org"})
        return await issue(name, values, **more)

    return late


async def test_W14_one_that_conflicts_meanwhile_ends_it_and_the_rest_is_told(workspace, world, monkeypatch):
    await user(world, "cyd")
    await renamed(world, "ada", "ada@two.org")
    await user(world, "dan")
    plan = planned(world, workspace)
    monkeypatch.setattr(workspace.commands, "issue", changed_before(workspace.commands.issue))
    done = await promote(plan, workspace)
    assert [one.outcome.partition(":")[0] for one in done] == ["accepted", "conflict", "not issued"]
    assert workspace.reader.stream("user-dan") is None


async def test_W14_one_that_conflicted_is_left_out_the_next_time_with_what_is_behind_it(
    workspace, world, monkeypatch
):
    await renamed(world, "ada", "ada@two.org")
    await renamed(world, "ada", "ada@three.org")
    await user(world, "dan")
    plan = planned(world, workspace)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(workspace.commands, "issue", changed_before(workspace.commands.issue))
        await promote(plan, workspace)
    again = planned(world, workspace)
    told = [f"{THERE}: conflict", "behind one that does not fit", "fits"]
    assert [one.words for one in again] == told
    assert [one.outcome for one in await promote(again, workspace)] == ["", "", "accepted"]
    assert workspace.reader.stream("user-ada").version == 2
    third = planned(world, workspace)
    assert [one.words for one in third] == [*told[:2], THERE]


async def test_W14_what_the_fork_began_with_is_none_of_it(workspace, tmp_path):
    await user(workspace, "ada")
    created = workspace.reader.commands(limit=1)[0].last_position
    async with running(forked(workspace, created, tmp_path / "fork")) as opened:
        assert planned(opened, workspace) == []


@pytest.fixture
async def accounts(tmp_path, stores, by_hand):
    folder = tmp_path / "transfer"
    shutil.copytree(FLOWS / "transfer", folder, ignore=shutil.ignore_patterns("data"))
    async with running(folder) as opened:
        for name in "ab":
            await did(opened, "open_account", account_id=name, owner=name)
        await did(opened, "credit", account_id="a", amount="100", note="first")
        yield opened


async def did(workspace, command, **values):
    assert (await workspace.commands.issue(command, values)).accepted


async def test_W14_a_stream_that_another_command_moves_too_fits_behind_it(accounts, tmp_path):
    async with running(forked(accounts, accounts.reader.head(), tmp_path / "fork")) as opened:
        await did(opened, "transfer", from_id="a", to_id="b", amount="10")
        await did(opened, "credit", account_id="b", amount="5", note="second")
        plan = planned(opened, accounts)
        assert [(one.command.stream, one.expected, one.words) for one in plan] == [
            ("account-a", 2, "fits"),
            ("account-b", 2, "behind one before it"),
        ]
        assert [one.outcome for one in await promote(plan, accounts)] == ["accepted"] * 2
        assert accounts.reader.stream("account-b").version == 3


async def test_W14_the_same_version_by_other_events_does_not_fit(accounts, tmp_path):
    async with running(forked(accounts, accounts.reader.head(), tmp_path / "fork")) as opened:
        await did(opened, "transfer", from_id="a", to_id="b", amount="10")
        await did(opened, "credit", account_id="b", amount="5", note="second")
        for name in "ab":
            await did(accounts, "credit", account_id=name, amount="7", note="elsewhere")
        plan = planned(opened, accounts)
        assert [(one.command.stream, one.expected, one.there, one.words) for one in plan] == [
            ("account-a", 2, 3, "is at 3 there"),
            ("account-b", 2, 2, "is at 2 there by other events"),
        ]
        await promote(plan, accounts)
        assert accounts.reader.stream("account-b").version == 2


async def test_W14_what_was_promoted_before_is_the_same_history(workspace, world):
    await renamed(world, "ada", "ada@two.org")
    await promote(planned(world, workspace), workspace)
    await renamed(world, "ada", "ada@three.org")
    assert [one.words for one in planned(world, workspace)] == [THERE, "fits"]


async def test_W14_what_policies_issued_is_left_out(orders, tmp_path):
    async with running(forked(orders, orders.reader.head(), tmp_path / "fork")) as opened:
        await place(opened, 7)
        await finished(opened)
        assert [one.command.type for one in planned(opened, orders)] == ["place_order"]


async def test_W14_a_stream_that_moves_by_what_one_before_causes_fits_behind_it(orders, tmp_path):
    order = str(derived_id("order", 7))
    async with running(forked(orders, orders.reader.head(), tmp_path / "fork")) as opened:
        await place(opened, 7, card="0341")  # is declined once
        while (info := opened.reader.stream(f"payment-{order}")) is None or info.version < 2:
            await asyncio.sleep(0)
        assert (await opened.commands.issue("retry_payment", {"order_id": order})).accepted
        plan = planned(opened, orders)
        assert [(one.command.type, one.words) for one in plan] == [
            ("place_order", "fits"),
            ("retry_payment", "behind one before it"),
        ]
        assert [one.outcome for one in await promote(plan, orders)] == ["accepted"] * 2


async def test_W14_one_that_cannot_be_issued_ends_it_and_all_is_told(workspace, world, monkeypatch):
    await user(world, "cyd")
    await renamed(world, "ada", "ada@two.org")
    await user(world, "dan")
    plan = planned(world, workspace)
    issue = workspace.commands.issue

    async def failing(name, values, **more):
        if name == "update_user":
            raise InvalidCommand([(("email",), "must be longer")])
        return await issue(name, values, **more)

    monkeypatch.setattr(workspace.commands, "issue", failing)
    done = await promote(plan, workspace)
    assert [one.outcome for one in done] == ["accepted", "failed: email: must be longer", "not issued"]
    well, said = what_became(plan, done, "users")
    assert not well
    assert said == (
        "update_user user-ada: failed: email: must be longer; 1 command issued on users before it:"
        " create_user user-cyd; 1 command behind it not issued."
    )
    again = [one for one in planned(world, workspace) if one.goes]
    said = what_became(again, await promote(again, workspace), "users")[1]
    assert "must be longer; nothing was issued on users; 1 command behind it" in said


async def test_W14_what_the_model_there_refuses_by_now_is_left_out(accounts, tmp_path):
    async with running(forked(accounts, accounts.reader.head(), tmp_path / "fork")) as opened:
        await did(opened, "open_account", account_id="c", owner="c")
        await did(opened, "credit", account_id="a", amount="5", note="second")
        await did(opened, "credit", account_id="a", amount="500", note="third")
        await did(opened, "credit", account_id="b", amount="100", note="fourth")
        file = accounts.project.root / "project.tsk"
        text = file.read_text()
        credit = 'fields { account_id: "string", amount: "money", note: "string" }'
        assert text.count(credit) == 1
        file.write_text(text.replace(credit, credit.replace('amount: "money"', LIMITED)))
        assert (await accounts.model_reload.check()).outcome is ReloadOutcome.DONE
        plan = planned(opened, accounts)
        assert [one.goes for one in plan] == [True, False, False, True]
        assert plan[1].words.startswith("refused by the model there: amount: ")
        assert plan[2].words == "behind one that does not fit"
        said, samples = question(plan, "transfer")
        assert said == "Issue 2 of 4 commands on transfer, each with the version seen here?"
        assert len(samples) == 4


async def test_W14_the_question_names_some_and_says_how_many_more(workspace, world):
    for name in ("cyd", "dan", "eve", "fay", "gus"):
        await user(world, name)
    samples = question(planned(world, workspace), "users")[1]
    assert samples[:3] == ["create_user user-cyd", "create_user user-dan", "create_user user-eve"]
    assert samples[3:] == ["and 2 more, which the table of commands lists"]


async def test_W14_while_it_waits_it_says_so(accounts, tmp_path):
    async with running(forked(accounts, accounts.reader.head(), tmp_path / "fork")) as opened:
        await did(opened, "transfer", from_id="a", to_id="b", amount="10")
        await did(opened, "credit", account_id="b", amount="5", note="second")
        told = []
        await promote(planned(opened, accounts), accounts, told.append)
        assert told == [
            "1 of 2: transfer account-a",
            "2 of 2 waits for what those before it cause there, 30 s at most",
            "2 of 2: credit account-b",
        ]
