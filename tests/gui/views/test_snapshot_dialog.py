"""A stream's snapshot in the window: none, used, and beside what the events fold to."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QWidget

from tests.gui.conftest import settle
from workbench.gui.views.snapshot_dialog import NONE, SAME, SnapshotDialog
from workbench.store.operations import SaveSnapshot
from workbench.store.stored_values import Snapshot


async def test_the_snapshot_of_a_stream_is_compared_with_its_events(workspace, desk, qtbot, until):
    values = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", values)
    await settle(workspace)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SnapshotDialog(parent, desk, "user-ada")
    assert (dialog.said.text(), dialog.compare.isVisible()) == (NONE, False)
    assert not dialog.panes.isVisible(), "an empty box would say nothing"
    state = {**workspace.streams.state_at("user-ada", 1).after, "username": "Bertha"}
    kind = workspace.registry.aggregates["user"]
    for name, said in (("Bertha", "The events fold to another state"), ("Ada", SAME)):
        text = msgspec.json.encode({**state, "username": name}).decode()
        kept = Snapshot(stream="user-ada", version=1, state_hash=kind.state_hash, state=text)
        await workspace.world.act(SaveSnapshot(snapshot=kept))
        dialog = SnapshotDialog(parent, desk, "user-ada")
        assert dialog.said.text().startswith("Version 1 of 1, ")
        dialog.fold()
        await until(lambda dialog=dialog, said=said: dialog.said.text().startswith(said))
        assert dialog.diff.isHidden() == (name == "Ada")
    parent.deleteLater()
