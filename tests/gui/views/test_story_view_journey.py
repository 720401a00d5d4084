"""From a cell that looks wrong to the command that caused it, by real keys and mouse, in three steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.test_session import settings, start
from workbench.gui.views.story_list import LINE

__all__ = ["settings", "start"]
MOST = 3


class Hands:
    """Clicks and presses, and counts that."""

    def __init__(self) -> None:
        self.steps = 0

    def click(self, table, row, column):
        self.steps += 1
        place = table.visualRect(table.model().index(row, column)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def press(self, widget, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.steps += 1
        QTest.keyClick(widget, key, modifier)


async def test_from_a_wrong_cell_to_its_command_in_three_steps(start, until):
    session = await start()
    workspace, views = session.workspace, session.window.views
    values = {"user_id": "eve", "username": "Eve Online", "email": "eve@example.org"}
    await workspace.commands.issue("create_user", values)
    wrong = await workspace.commands.issue("change_status", {"user_id": "eve", "status": "inactive"})
    session.window.show_perspective("Run")
    projections, hands = views["projections"], Hands()
    await until(lambda: projections._table is not None)
    table = projections._table
    await until(lambda: table.model().rowCount() and table.model().row(0)[3] == "inactive")
    column = [name for name, _ in projections._columns].index("status")
    table.scrollTo(table.model().index(0, column))

    hands.click(table, 0, column)
    hands.press(table, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    detail = projections.detail
    await until(lambda: detail.events.model().rowCount() == 2)
    assert detail.name.text() == "Why is status “inactive”?"
    assert detail.events.model().row(0)[:3] == (
        "user.status_changed",
        "inactive",
        "change_status, by a person",
    )
    hands.press(detail.events, Qt.Key.Key_Return)
    story = views["story"]
    await until(lambda: story.isVisible() and story.list.current_row() is not None)
    assert hands.steps <= MOST
    line = story.list.current_row()[LINE]
    assert (line.command, line.key) == ("change_status", f"command:{wrong.command_id}")


async def test_alt_enter_tells_the_story_of_a_row_of_the_log(start, until):
    session = await start()
    values = {"user_id": "eve", "username": "Eve Online", "email": "eve@example.org"}
    done = await session.workspace.commands.issue("create_user", values)
    session.window.show_perspective("Observe")
    session.window.bring("log")  # a tab where the window is narrow
    log, hands = session.window.views["log"], Hands()
    await until(lambda: log.table.model().rowCount())
    hands.click(log.table, 0, 2)
    hands.press(log.table, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    story = session.window.views["story"]
    await until(lambda: story.list.current_row() is not None)
    assert story.list.current_row()[LINE].key == f"command:{done.command_id}"
    assert hands.steps == 2


async def test_alt_enter_tells_the_story_of_an_issued_command_and_of_a_dead_letter(start, until):
    session = await start()
    workspace, window = session.workspace, session.window
    refused = await workspace.commands.issue("update_user", {"user_id": "nobody", "username": "No One"})
    window.show_perspective("Run")
    commands, hands = window.views["commands"], Hands()
    await until(lambda: commands.history.table.model().rowCount() == 1)
    hands.click(commands.history.table, 0, 1)
    hands.press(commands.history.table, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    story = window.views["story"]
    await until(lambda: story.name.text() == "update_user")
    assert story.list.model().row(0)[LINE].key == f"command:{refused.command_id}"
