"""Since when a typed condition does not hold: checked as it is typed, completed, looked for in the log."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.services.conftest import settle
from workbench.gui.since_dialog import SinceDialog


@pytest.fixture
async def dialog(desk, qtbot, workspace):
    for name in ("ada", "bob"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@b.org"}
        await workspace.commands.issue("create_user", values)
    await settle(workspace)
    made = SinceDialog(None, desk)
    qtbot.addWidget(made)
    made.show()
    return made


async def test_what_is_wrong_is_said_as_it_is_typed(dialog):
    assert not dialog.look.isEnabled()
    dialog.condition.setPlainText("count('user.createt') < 2")
    assert "user.createt" in dialog.flaw.text()
    assert not dialog.look.isEnabled()
    dialog.condition.setPlainText("count('user.created') < 2")
    assert dialog.flaw.text() == ""
    assert dialog.look.isEnabled()


async def test_names_are_those_of_what_is_asked(dialog):
    names = {one.name for one in dialog._completes("", 0).found}
    assert "count" in names
    assert "state" in names
    assert "row" in names
    assert "id" not in names
    dialog.subject.choose(("user", ""))
    offered = {one.name for one in dialog._completes("", 0).found}
    assert {"id", "version", "state"} <= offered
    assert {one.name for one in dialog._completes("state.", 6).found} >= {"status", "username"}
    text = "count('user.c"
    assert [one.name for one in dialog._completes(text, len(text)).found] == ["user.created"]


async def test_what_broke_it_is_told(dialog, desk, until):
    told = []
    desk.noticed.connect(lambda notice: told.append(notice.text))
    dialog.subject.choose(("user", ""))
    dialog.condition.setFocus()
    QTest.keyClicks(dialog.condition, "id != 'bob'")
    QTest.keyClick(dialog.condition, Qt.Key.Key_Return)
    await until(lambda: not dialog.isVisible())
    await until(lambda: any("does not hold" in one for one in told))
