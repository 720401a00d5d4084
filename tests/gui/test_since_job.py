"""The window tells since when an invariant does not hold, and leads to the event."""

from __future__ import annotations

import pytest

from tests.gui.conftest import settle
from workbench.gui.since_job import tell_since_when


async def created(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted


@pytest.fixture
def told(desk):
    found = []
    desk.noticed.connect(found.append)
    return found


async def test_the_first_commit_is_told_and_its_event_shown(desk, workspace, told):
    await created(workspace, "ada", "bob", "eve")
    few = workspace.since.typed("count('user.created') < 2")
    await tell_since_when(desk, few)
    (notice,) = [one for one in told if one.kind == "warning"]
    bob = workspace.reader.read_stream("user-bob")[0]
    assert (
        f"count('user.created') is 2: since position {bob.position}, before which it held, user.created"
        in notice.text
    )
    origin = workspace.reader.commands(limit=1)[0].origin
    assert origin
    said = f"by the command create_user, issued by {origin}. Before, count('user.created') was 1."
    assert said in notice.text
    assert notice.asks, "it stays until it was read"
    ((label, show),) = notice.actions
    assert label == "Show"
    shown = []
    desk.wanted.connect(shown.append)
    show()
    assert shown == ["timeline"]
    assert (desk.selection.stream, desk.selection.version) == ("user-bob", 1)


async def test_what_holds_is_told_with_up_to_where(desk, workspace, told):
    await created(workspace, "ada")
    await settle(workspace)
    await tell_since_when(desk, workspace.since.typed("count('user.created') < 2"))
    assert [one.text for one in told if one.kind == "ok"] == [
        f"condition held at every position, up to {workspace.reader.head()}."
    ]


async def test_it_is_cancelled_from_its_notice(desk, workspace, told, monkeypatch):
    monkeypatch.setattr("workbench.store.paging.PAGE", 1)
    await created(workspace, "ada", "bob", "eve")

    def cancel(notice):
        for label, run in notice.actions:
            if label == "Cancel":
                run()

    desk.noticed.connect(cancel)
    await tell_since_when(desk, workspace.since.typed("count('user.created') < 3"))
    assert {one.kind for one in told} == {"info"}
    assert told[-1].text == "", "its notice leaves"
