"""Both samples do what their stories say."""

from __future__ import annotations

import pytest

from tests.services.conftest import finished, settle
from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target


async def test_the_users_story(workspace):
    report = await workspace.story.play(pace=0)
    await settle(workspace)
    assert report.problems == []
    assert report.outcomes == {"accepted": 17, "rejected": 2, "conflict": 1}
    assert len(workspace.projections.row_order("users").numbers) == 9
    assert workspace.commands.ask("get_user", {"user_id": "grace"})["username"] == "Rear Admiral Hopper"
    suspended = workspace.commands.ask("list_users", {"status": "suspended"})
    assert [row["id"] for row in suspended] == ["linus"]
    assert {letter.reason.value for letter in workspace.dead_letters.page()} == {"max_attempts", "rejected"}
    assert len(workspace.dead_letters.page()) == 4
    views = {view.name: view for view in workspace.monitor.subscriptions()}
    assert views["notices"].delivered == 1
    assert views["audit-file"].dead == 0


async def test_paging_through_users_by_status(workspace):
    await workspace.story.play(pace=0)
    await settle(workspace)
    seen, after = [], None
    while page := workspace.commands.ask("list_users", {"status": "active", "after": after, "limit": 2}):
        seen += [row["id"] for row in page]
        after = page[-1]["id"]
    assert seen == sorted(seen)
    assert len(seen) == 8


@pytest.fixture
async def orders(tmp_path, stores, by_hand):
    folder = copy_sample("orders", tmp_path / "orders")
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")}, trust=True)
    await opened.start()
    yield opened
    await opened.close()


async def test_the_orders_story_pays_retries_and_cancels(orders):
    report = await orders.story.play(pace=0)
    await finished(orders)
    rows = {row["customer"]: (row["status"], row["payments"]) for row in orders.projections.rows("orders")}
    assert report.outcomes["rejected"] == 1
    assert rows == {
        "Ada Lovelace": ("shipped", 1),
        "Charles Babbage": ("cancelled", 3),
        "Grace Hopper": ("shipped", 2),
        "Alan Turing": ("shipped", 1),
        "Hedy Lamarr": ("cancelled", 3),
        "Katherine Johnson": ("shipped", 1),
    }
    assert orders.dead_letters.page() == []
    assert [orders.reader.process("fulfilment", row["id"]) for row in orders.projections.rows("orders")] == [
        None
    ] * 6
