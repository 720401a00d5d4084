"""A read model folded again stands beside its stored rows; what differs is tinted, and can be rebuilt."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.gui.time_format import absolute
from workbench.gui.views.folded_dialog import FoldedDialog
from workbench.model.clock import rfc3339


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
    made = FoldedDialog(parent, desk, "users")
    made.show()
    yield made
    parent.close()


def rows(dialog):
    model = dialog.table.model() if dialog.table is not None else None
    return [] if model is None else [model.row(index) for index in range(model.rowCount())]


async def test_as_of_now_all_rows_are_alike_and_there_is_nothing_to_rebuild(dialog, until):
    await until(lambda: rows(dialog))
    assert [(row[0], str(row[1])) for row in rows(dialog)] == [("alike", "ada"), ("alike", "bob")]
    assert dialog.said.text() == "2 rows now, beside 2 stored ones of now: 2 alike."
    assert not dialog.rebuild.isEnabled()


async def test_as_of_then_it_shows_what_was_and_what_is(people, dialog, until):
    await until(lambda: rows(dialog))
    created = people.streams.entries("user-ada", [1])[0].position
    dialog.as_of.setText(str(created))
    dialog.again.click()
    await until(
        lambda: f"at position {created}, recorded {absolute(people.clock.now())[:10]}" in dialog.said.text()
    )
    assert [row[0] for row in rows(dialog)] == ["changed", "gone"]
    assert dialog.said.text().startswith(f"1 row at position {created}, ")
    assert dialog.said.text().endswith(", beside 2 stored ones of now: 0 alike, 1 changed, 1 gone.")
    assert str(rows(dialog)[0][2]) == "Ada X, stored is Ada Lovelace"
    assert dialog.grab().toImage().width() > 0
    assert not dialog.rebuild.isEnabled(), "what was is no reason to rebuild what is"
    dialog.only.setChecked(True)
    assert len(rows(dialog)) == 2


async def test_as_of_a_time_it_shows_the_rows_that_were_recorded_before_it(people, dialog, until, qtbot):
    await until(lambda: rows(dialog))
    head = people.streams.head()
    people.clock.advance(60)
    when = rfc3339(people.clock.now())
    await people.commands.issue("update_user", {"user_id": "ada", "username": "Countess"})
    await people.running().settle()
    dialog.as_of.setFocus()
    dialog.as_of.setText(when)
    qtbot.keyClick(dialog.as_of, Qt.Key.Key_Return)
    await until(lambda: f"at position {head}, recorded " in dialog.said.text())
    assert dialog.isVisible(), "Enter folds, and closes nothing"
    assert [(row[0], str(row[2])) for row in rows(dialog)] == [
        ("changed", "Ada Lovelace, stored is Countess"),
        ("alike", "Bob X"),
    ]
    dialog.as_of.setText("tomorrowish")
    dialog.again.click()
    await until(lambda: "'tomorrowish' is no time" in dialog.said.text())
    assert "Write -2h" in dialog.said.text()


async def test_folding_can_be_cancelled_and_asked_for_again(dialog, until, people):
    await until(lambda: rows(dialog))
    dialog.fold()
    assert dialog.end.isVisible()
    dialog.end.click()
    await until(lambda: "cancelled" in dialog.said.text())
    assert not dialog.end.isVisible()
    dialog.again.click()
    await until(lambda: "2 rows now" in dialog.said.text())


async def test_closing_it_ends_what_is_folded(dialog, until):
    walk = dialog._walk
    dialog.reject()
    with pytest.raises(Exception, match="cancelled"):
        walk.rest(0)
