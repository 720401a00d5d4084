"""The tour takes a picture of each dialog of operators that a project has something for, and closes it."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QApplication, QDialog

from tests.gui.test_session import settings, start
from workbench.gui.desk import Selection
from workbench.gui.operator_tour import show_operators

__all__ = ["settings", "start"]  # fixtures


async def test_each_dialog_is_taken_and_closed_again(start):
    session = await start()
    ada = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}
    await session.workspace.commands.issue("create_user", ada)
    session.desk.select(Selection(stream="user-ada", projection="users"))
    taken = []

    async def painted():
        await asyncio.gather(*session.desk.running())

    async def take():
        taken.clear()
        await show_operators(
            session.window, session.desk, painted, lambda one, name: taken.append((name, one.isVisible()))
        )
        return [name for name, seen in taken if seen]

    assert await take() == ["operations", "append", "burst", "step", "snapshot"]
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    session.desk.select(Selection())
    assert await take() == ["operations", "append", "burst"], "there is nothing to step or to compare"
