"""Stepping a read model in the window: on, back, to the next change, to a condition, from a position."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.gui.conftest import settle
from workbench.gui.views.step_dialog import StepDialog


def rows_of(table):
    model = table.model()
    columns = range(model.columnCount())
    return [tuple(model.index(row, at).data() for at in columns) for row in range(model.rowCount())]


async def test_one_goes_through_the_events_and_sees_the_rows(workspace, desk, qtbot, until):
    for name in ("ada", "bob"):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        await workspace.commands.issue("create_user", values)
    await workspace.commands.issue("update_user", {"user_id": "ada", "username": "Countess"})
    await settle(workspace)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = StepDialog(parent, desk, "users")
    dialog.show()

    async def at(version, stream):
        await until(lambda: dialog.event_said.text().endswith(f"{stream} version {version}"))
        return rows_of(dialog.table)

    dialog.following()
    assert ("ada", "username", "–", "Ada") in await at(1, "user-ada")
    dialog.where.setText("version > ")
    dialog.to_condition()
    assert dialog.said.text().startswith("The expression cannot be used")
    assert dialog.acts["to_condition"].isEnabled()
    dialog.where.setText(" ")
    assert not dialog.acts["to_condition"].isEnabled()
    dialog.where.setText("version == 2")
    assert dialog.acts["to_condition"].isEnabled()
    QTest.keyClick(dialog.where, Qt.Key.Key_Return)
    assert ("ada", "username", "Ada", "Countess") in await at(2, "user-ada")
    dialog.previous()
    await at(1, "user-bob")
    dialog.to_change()
    await at(2, "user-ada")
    dialog.to_change()
    await until(lambda: "No more such event follows" in dialog.said.text())
    dialog.previous()
    dialog.where.setText("data.usrname == 'Ada'")
    dialog.to_condition()
    await until(lambda: "where data.usrname is missing (did you mean username?)." in dialog.said.text())
    dialog.position.setText(str(workspace.streams.get("user-ada").last_position - 1))
    QTest.keyClick(dialog.position, Qt.Key.Key_Return)
    await until(lambda: "is folded" in dialog.said.text())
    dialog.following()
    await at(2, "user-ada")
    assert "step 1:" in dialog.said.text()
    dialog.position.setText("yesterday")
    dialog.begin()
    await until(lambda: dialog.said.text() == "Everything up to position 0 is folded.")
    dialog.position.setText("soon")
    dialog.begin()
    await until(lambda: "'soon' is no time" in dialog.said.text())
    dialog.close()
    parent.deleteLater()
