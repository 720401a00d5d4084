"""Appending by hand: the form follows the event, is judged at its fields, and tells what became of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from tests.gui.conftest import settle
from workbench.gui.views.append_dialog import AppendDialog
from workbench.model.json_values import read_json


@pytest.fixture
def dialog(desk, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = AppendDialog(parent, desk, "user-ada")
    made.show()
    made.activateWindow()
    yield made
    parent.deleteLater()


def choose(dialog, event):
    dialog.form.set_value({**dialog.form.value(), "event": event})


async def test_B4_an_event_is_appended_by_its_form_and_recorded(workspace, desk, dialog, until):
    ada = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", ada)
    events = workspace.event_append.types("user-ada")
    assert dialog.form.value()["event"] == events[0] == "user.created"
    choose(dialog, "user.status_changed")
    assert set(dialog.form.value()["data"]) == {"previous", "status", "reason"}
    dialog.append()
    assert dialog.form.field("why").error() == "Is required"
    assert dialog.outcome.isHidden()
    data = {"previous": "active", "status": "suspended", "reason": "spam"}
    kept = {"event": "user.status_changed", "data": data, "why": "Ticket 17", "stream": "user-ada"}
    dialog.form.set_value(kept)
    QTest.keyClick(dialog.form.first_input(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(dialog.outcome.isVisible)
    assert dialog.said.text().startswith("user.status_changed is version 2 of user-ada, at position ")
    event = workspace.streams.event_at(workspace.streams.get("user-ada").last_position)
    assert event.json() == data
    assert read_json(event.metadata) == {
        "by_hand": True,
        "who": workspace.world.who,
        "why": "Ticket 17",
    }
    assert desk.selection.version == 2
    dialog.append()
    assert dialog.outcome.isVisible(), "a second Ctrl+Enter sends nothing"
    assert not dialog.button.isEnabled()
    dialog.again.click()
    assert dialog.button.isEnabled()
    assert dialog.again.isHidden()
    dialog.form.set_value({**kept, "expected": 1})
    dialog.append()
    await until(lambda: "refused" in dialog.badge.text())
    assert "user-ada is at version 2, expected was version 1" in dialog.said.text()
    await settle(workspace)


async def test_what_was_typed_comes_back_with_the_fields_of_its_event(desk, dialog):
    choose(dialog, "user.updated")
    dialog.form.set_value({**dialog.form.value(), "data": {"email": "a@b.org"}, "why": "because"})
    typed = dialog.form.typed()
    dialog.drafts.note()
    again = AppendDialog(dialog.parent(), desk, "user-ada")
    assert again.form.typed() == typed
    assert again.form.value()["data"]["email"] == "a@b.org"


def tab(times):
    for _ in range(times):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    return QApplication.focusWidget()


async def test_tab_goes_from_field_to_field_and_skips_the_arrow_that_folds_them(dialog, qtbot):
    qtbot.waitActive(dialog)
    field = dialog.form.field
    assert QApplication.focusWidget() is dialog.form.first_input()
    assert field("data.username").isAncestorOf(tab(2))
    assert field("data.status").isAncestorOf(tab(2))
    assert field("why").isAncestorOf(tab(1))
    assert field("why").editor.input.placeholderText() != "empty text", "it must be given"
    folder = next(
        one
        for one in dialog.form.findChildren(QToolButton)
        if one.accessibleName() == "Show the fields of What the event says"
    )
    folder.click()
    folder.setFocus()
    assert field("why").isAncestorOf(tab(1)), "they are folded"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is folder, "else what is folded could not be unfolded"
    QTest.keyClick(folder, Qt.Key.Key_Space)
    assert field("data.username").isAncestorOf(QApplication.focusWidget())


async def test_a_stream_is_offered_by_any_part_of_its_name(workspace, dialog, until):
    for name in ("ada", "grace", "adam"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        await workspace.commands.issue("create_user", values)
    line = dialog.form.first_input()
    line.clear()
    QTest.keyClicks(line, "da")
    offered = line.completer().model()
    await until(lambda: offered.stringList() == ["user-adam", "user-ada"])
    line.clear()
    QTest.keyClicks(line, "user-a")
    await until(lambda: offered.stringList() == ["user-ada", "user-adam"])
    line.completer().popup().hide()
