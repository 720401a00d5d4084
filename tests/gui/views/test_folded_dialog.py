"""A read model folded again stands beside its stored rows; what differs is tinted, and can be rebuilt."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from workbench.gui.views.folded_dialog import FoldedDialog


@pytest.fixture
async def people(workspace):
    for name in ("ada", "bob"):
        values = {"user_id": name, "username": f"{name} X".title(), "email": f"{name}@example.org"}
        await workspace.commands.issue("create_user", values)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Ada Lovelace"})
    await workspace.running().settle()
    return workspace


@pytest.fixture
def dialog(people, desk, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = FoldedDialog(parent, desk, "users", people.streams.head())
    made.show()
    yield made
    parent.close()


def rows(dialog):
    model = dialog.table.model() if dialog.table is not None else None
    return [] if model is None else [model.row(index) for index in range(model.rowCount())]


async def test_as_of_now_all_rows_are_alike_and_there_is_nothing_to_rebuild(dialog, until):
    await until(lambda: rows(dialog))
    assert [(row[0], str(row[1])) for row in rows(dialog)] == [("alike", "ada"), ("alike", "bob")]
    assert dialog.said.text() == "2 rows now, beside the stored ones of now: 2 alike."
    assert not dialog.rebuild.isEnabled()


async def test_as_of_then_it_shows_what_was_and_what_is(people, dialog, until):
    await until(lambda: rows(dialog))
    created = people.streams.entries("user-ada", [1])[0].position
    dialog.position.setValue(created)
    dialog.again.click()
    await until(lambda: f"at position {created}" in dialog.said.text())
    assert [row[0] for row in rows(dialog)] == ["differs", "only stored"]
    assert str(rows(dialog)[0][2]) == "Ada X, stored is Ada Lovelace"
    assert dialog.grab().toImage().width() > 0
    assert not dialog.rebuild.isEnabled(), "what was is no reason to rebuild what is"
    dialog.only.setChecked(True)
    assert len(rows(dialog)) == 2


async def test_closing_it_ends_what_is_folded(dialog, until):
    walk = dialog._walk
    dialog.reject()
    with pytest.raises(Exception, match="cancelled"):
        walk.rest(0)
