"""From the word of an error to the dead letters that have it, and to their replay: in four steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.gui.test_session import settings, start
from tests.gui.views.test_story_view_journey import Hands
from workbench.gui.views.search_rows import RECORD

__all__ = ["settings", "start"]
MOST = 4


def rows(table):
    return [table.model().row(at) for at in range(table.model().rowCount())]


async def test_from_a_word_to_the_replay_of_the_letters_that_have_it(start, until):
    session = await start()
    workspace, window = session.workspace, session.window
    for at in range(3):
        values = {"user_id": f"p{at}", "username": f"Person {at}", "email": f"p{at}@nowhere.invalid"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    values = {"user_id": "ok", "username": "Nowhere Man", "email": "ok@example.org"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    await until(lambda: workspace.dead_letters.counts().get("open") == 3, within=20)
    search, letters, hands = window.views["search"], window.views["letters"], Hands()

    hands.press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    await until(lambda: QApplication.focusWidget() is search.bar.words or search.bar.words.isVisible())
    hands.steps += 1  # a word is typed at one go
    search.bar.words.setFocus()
    QTest.keyClicks(search.bar.words, "nowhere")
    QTest.keyClick(search.bar.words, Qt.Key.Key_Return)
    await until(lambda: search.task.state is not None and search.task.state.done)
    others = {"event", "letter", "command"}  # what is not of letters is found, too
    await until(lambda: others <= {row[RECORD].kind.value for row in rows(search.table) if row})
    replay = search.found_acts.acts["replay-letters"]
    replay.refresh()
    assert replay.text() == "Replay 3 dead letters …"

    hands.steps += 1  # the entry of the menu
    replay.trigger()
    await until(lambda: letters.isVisible() and letters.strip.isVisible())
    await until(lambda: letters.table.model().rowCount() == 3)
    assert "Replay 3 dead letters?" in letters.strip.text()
    await until(lambda: letters.finder.searched.text() == "3 of 3 found")
    hands.steps += 1
    next(one for one in letters.strip.findChildren(QPushButton) if one.text() == "Replay 3").click()
    await until(lambda: workspace.dead_letters.counts().get("failed_again") == 3, within=20)
    assert hands.steps <= MOST
    await until(lambda: [row[0] for row in rows(letters.table) if row] == [3, 2, 1]), "just these stay listed"
