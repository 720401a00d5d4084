"""What one command appended is told by stream, also where it is decided over several (K8)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.gui.views.command_history import rows_of
from workbench.services.commands import Appended, appended_words
from workbench.services.project.open_project import open_target

FLOW = Path(__file__).parents[2] / "flows" / "transfer"


@pytest.fixture
async def transfers(tmp_path, stores, by_hand):
    folder = tmp_path / "transfer"
    shutil.copytree(FLOW, folder)
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened.commands
    await opened.close()


async def test_K8_each_stream_is_told_with_its_events_and_version(transfers):
    for name in ("a", "b"):
        await transfers.issue("open_account", {"account_id": name, "owner": name})
    first = await transfers.issue("credit", {"account_id": "a", "amount": 10, "note": "cash"})
    both = await transfers.issue("transfer", {"from_id": "a", "to_id": "b", "amount": 3})
    assert transfers.appended(first) == (Appended(stream="account-a", events=1, version=2),)
    found = transfers.appended(both)
    assert appended_words(found) == (
        "1 event appended to account-a, now at version 3; 1 event appended to account-b, now at version 2"
    )
    assert [row[2] for row in rows_of(transfers, transfers.history(limit=2))] == [found, "account-a"]


async def test_a_command_that_is_refused_appended_nothing(transfers):
    refused = await transfers.issue("credit", {"account_id": "nobody", "amount": 1, "note": ""})
    assert transfers.appended(refused) == ()
