"""Each sample's story plays alike on its form in Python and on its declared form."""

from __future__ import annotations

import json

import pytest

from tests.services.conftest import finished, settle
from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.workspace import Workspace


async def opened(tmp_path, name) -> Workspace:
    """Opens a copy of a sample."""
    folder = copy_sample(name, tmp_path / name)
    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")}, trust=True)
    await workspace.start()
    return workspace


def told(results):
    """Returns what commands answered, without what differs from run to run."""
    return [
        (one.command_type, one.stream, one.outcome.value, one.version, one.message, one.field)
        for one in results
    ]


def streams(workspace):
    """Returns types, versions and data of all events, by stream."""
    found: dict[str, list] = {}
    for event in workspace.reader.read_log(0, 10_000):
        found.setdefault(event.stream, []).append((event.type, event.schema_version, json.loads(event.data)))
    return found


def states(workspace):
    return {
        name: workspace.streams.state_at(name, len(events)).after
        for name, events in streams(workspace).items()
    }


def rows(workspace, projection):
    """Returns a read model's rows without their times."""
    times = {
        column.name for column in workspace.registry.projections[projection].columns if column.kind == "time"
    }
    return [
        {name: value for name, value in row.items() if name not in times}
        for row in workspace.projections.rows(projection)
    ]


def letters(workspace):
    return sorted(
        (one.subscription, one.topic, one.reason.value, one.error_type, one.error, len(one.attempts))
        for one in workspace.dead_letters.page()
    )


@pytest.fixture
async def users(tmp_path, stores, by_hand):
    both = [await opened(tmp_path, name) for name in ("users", "users-declared")]
    yield both
    for workspace in both:
        await workspace.close()


async def test_the_users_story_is_the_same(users):
    python, declared = users
    reports = []
    for workspace in users:
        reports.append(await workspace.story.play(pace=0))
        await settle(workspace)
    assert reports[1].problems == reports[0].problems == []
    assert told(reports[1].results) == told(reports[0].results)
    assert reports[1].outcomes == {"accepted": 17, "rejected": 2, "conflict": 1}
    assert streams(declared) == streams(python)
    assert states(declared) == states(python)
    assert rows(declared, "users") == rows(python, "users") != []
    assert rows(declared, "outages") == rows(python, "outages") != []
    assert letters(declared) == letters(python)
    assert len(letters(python)) == 4


async def test_questions_and_repairs_are_the_same(users):
    for workspace in users:
        await workspace.story.play(pace=0)
        await settle(workspace)
        assert workspace.commands.ask("get_user", {"user_id": "grace"})["username"] == "Rear Admiral Hopper"
        assert workspace.commands.ask("get_user", {"user_id": "nobody"}) is None
        active = workspace.commands.ask("list_users", {"status": "active", "limit": 3})
        assert [row["id"] for row in active] == ["ada", "alan", "emmy"]
        more = workspace.commands.ask("list_users", {"status": "active", "after": "emmy", "limit": 2})
        assert [row["id"] for row in more] == ["grace", "hedy"]
        await workspace.commands.issue("resolve_outage", {"domain": "slowmail.example"})
        again = await workspace.commands.issue("resolve_outage", {"domain": "slowmail.example"})
        assert again.message == "the outage is resolved already"
        await settle(workspace)
        down = [
            one.number for one in workspace.dead_letters.page() if one.error_type == "MailServerUnavailable"
        ]
        await workspace.dead_letters.replay(down)
        await settle(workspace)
        assert [one.error for one in workspace.dead_letters.page()] == [
            "no mail server can exist for bletchley.invalid"
        ]


async def test_a_declared_handler_fails_at_its_place_in_the_project_file(users):
    _, declared = users
    await declared.story.play(pace=0)
    await settle(declared)
    lines = (declared.project.root / "project.tsk").read_text().split("\n")
    rules = {
        number for number, line in enumerate(lines, 1) if line.strip().startswith(("nowhere {", "down {"))
    }
    assert {group.place.partition(" ")[2] for group in declared.dead_letters.groups()} == {"send_welcome"}
    assert {int(group.place.split(":")[1].split()[0]) for group in declared.dead_letters.groups()} == rules


async def test_refused_forms_say_the_same(users):
    python, declared = users
    for name, values in (
        ("create_user", {"user_id": "A", "username": "x", "email": "nobody", "status": "odd"}),
        ("create_user", {}),
        ("change_status", {"user_id": "ada", "status": "active", "reason": "x" * 501, "more": 1}),
        ("report_outage", {"domain": "x"}),
    ):
        assert declared.commands.faults(name, values) == python.commands.faults(name, values) != []


async def test_forms_are_made_from_the_same_schemas(users):
    python, declared = users
    assert list(declared.registry.commands) == list(python.registry.commands)
    for name in python.registry.commands:
        ours, theirs = declared.commands.schema(name), python.commands.schema(name)
        assert ours == theirs, name


async def test_questions_have_the_same_schemas(users):
    for name in users[0].registry.queries:
        ours, theirs = (dict(one.registry.query(name).schema["properties"]) for one in users)
        for properties in (ours, theirs):
            properties.get("after", {}).pop("description", None)  # one says id, the other key
        assert ours == theirs, name


@pytest.fixture
async def orders(tmp_path, stores, by_hand):
    both = [await opened(tmp_path, name) for name in ("orders", "orders-declared")]
    yield both
    for workspace in both:
        await workspace.close()


async def test_the_orders_story_is_the_same(orders):
    python, declared = orders
    reports = []
    for workspace in orders:
        reports.append(await workspace.story.play(pace=0))
        await finished(workspace)
    assert [report.problems for report in reports] == [[], []]
    assert told(reports[1].results) == told(reports[0].results)
    assert streams(declared) == streams(python)
    assert states(declared) == states(python)
    assert rows(declared, "orders") == rows(python, "orders") != []
    assert letters(declared) == letters(python) == []
    ids = [row["id"] for row in declared.projections.rows("orders")]
    assert {declared.reader.process("fulfilment", one) for one in ids} == {None}


@pytest.mark.parametrize("prices", [["10", "0.1"], ["0.10", "0.20"], ["9999999999.99", "0.01"], [3, "1.5"]])
async def test_totals_are_exact_in_both_forms(orders, prices):
    totals = []
    for workspace in orders:
        order = {
            "order_id": "b499f418-a8b7-55eb-9c84-a1fbc58eb3e2",
            "customer": "Ada",
            "lines": [{"product": "Cog", "quantity": 3, "price": price} for price in prices],
            "ship_to": {"name": "Ada", "street": "1", "city": "London"},
            "card": "4242",
        }
        assert (await workspace.commands.issue("place_order", order)).accepted
        await settle(workspace)
        totals.append(streams(workspace))
    assert totals[0] == totals[1]


async def test_what_an_order_refuses_is_the_same(orders):
    bad = {
        "order_id": "no",
        "customer": "",
        "lines": [{"product": "", "quantity": 0, "price": "-1"}, {"price": "1.234"}],
        "ship_to": {"name": "x"},
        "card": "42",
    }
    python, declared = orders
    assert declared.commands.faults("place_order", bad) == python.commands.faults("place_order", bad) != []
