"""The tour takes a picture of each dialog that a project has something for, over the window."""

from __future__ import annotations

import asyncio

from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication, QDialog

from tests.gui.test_session import settings, start
from workbench.gui.desk import Selection
from workbench.gui.dialog_tour import dialog_pictures, over

__all__ = ["settings", "start"]  # fixtures


async def test_each_dialog_is_taken_and_closed_again(start):
    session = await start()
    ada = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}
    await session.workspace.commands.issue("create_user", ada)
    session.desk.select(Selection(stream="user-ada", projection="users"))
    taken = {}

    async def painted():
        await asyncio.gather(*session.desk.running())

    await dialog_pictures(session.window, session.desk, painted, taken.__setitem__)
    assert list(taken) == ["operations", "append", "burst", "step", "snapshot", "rows-as-of", "rows-rebuilt"]
    assert {picture.size() for picture in taken.values()} == {session.window.grab().size()}
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    session.desk.select(Selection())
    taken.clear()
    await dialog_pictures(session.window, session.desk, painted, taken.__setitem__)
    assert list(taken) == ["operations", "append", "burst", "rows-as-of", "rows-rebuilt"], (
        "there is nothing to step or to compare"
    )


def test_what_lies_over_another_picture_is_in_its_middle(qtbot):
    below, above = QPixmap(100, 60), QPixmap(20, 20)
    below.fill(QColor("white"))
    above.fill(QColor("red"))
    shown = over(below, above).toImage()
    assert (shown.pixelColor(50, 30), shown.pixelColor(5, 30)) == (QColor("red"), QColor("white"))
