"""The snapshot of a stream: what it holds, whether it is used, and whether the events fold to it (S1, K1)."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from tests.services.conftest import settle
from workbench.store.operations import SaveSnapshot
from workbench.store.stored_values import Snapshot


async def test_S1_a_snapshot_is_shown_and_compared_with_the_events(workspace):
    values = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Countess"})
    await settle(workspace)
    assert workspace.streams.snapshot("user-ada") is None
    kind = workspace.registry.aggregates["user"]
    state = msgspec.convert(workspace.streams.state_at("user-ada", 1).after, dict)
    text = msgspec.json.encode(state).decode()
    kept = Snapshot(stream="user-ada", version=1, state_hash=kind.state_hash, state=text)
    await workspace.world.act(SaveSnapshot(snapshot=kept))
    sight = workspace.streams.snapshot("user-ada")
    assert (sight.version, sight.last, sight.size, sight.used) == (1, 2, len(text), True)
    assert workspace.streams.check_snapshot(sight).alike
    other = replace(sight, state={**sight.state, "username": "Bertha"})
    found = workspace.streams.check_snapshot(other)
    assert (found.alike, found.folded["username"], found.trouble) == (False, "Ada", "")
    old = Snapshot(stream="user-ada", version=2, state_hash="another", state=text)
    await workspace.world.act(SaveSnapshot(snapshot=old))
    assert not workspace.streams.snapshot("user-ada").used
