"""The exact text stays in sight while something is asked of it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from tests.gui.details.test_section_pane import pane_of
from workbench.gui.details.section_pane import CHANGED
from workbench.gui.views.board_view import BoardView


@pytest.mark.parametrize("height", [680, 860])
async def test_six_lines_of_the_text_are_seen_while_a_question_stands_above_them(
    board: BoardView, until: Any, height: int
) -> None:
    board.resize(1065, height)
    section = await pane_of(board, until)
    pane, split = section.pane, section.split
    QTest.keyClicks(pane.editor, "nonsense and words " * 9)
    await until(lambda: pane.sure and pane.strip.isVisible())
    section.drafts.tell_left([], "Draft of 19:36:44 restored.")
    before, typed = split.sizes(), pane.editor.text()
    theirs = typed + "".join(f"# {number}\n" for number in range(40))
    section.banner.ask(CHANGED, typed, theirs, pane.answers(typed, theirs, print))
    await until(lambda: split.sizes() != before)
    page = split.widget(1)
    assert isinstance(page, QScrollArea)
    await until(lambda: not page.verticalScrollBar().maximum())
    line = pane.editor.fontMetrics().lineSpacing()
    assert pane.editor.viewport().height() >= 6 * line
    seen = pane.editor.viewport().mapTo(page.viewport(), QPoint(0, 6 * line))
    assert page.viewport().rect().contains(seen)
    assert pane.strip.isVisible()
    assert pane.strip.height() < 2 * line
    assert section.banner.difference.height() >= 3 * line
    buttons = section.banner.buttons
    await until(lambda: all(one.visibleRegion().boundingRect() == one.rect() for one in buttons))
    section.banner.hide()
    await until(lambda: split.sizes() == before)


async def test_a_folded_strip_says_all_at_a_click_and_folds_where_it_says_something_else(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until)
    strip, editor = section.pane.strip, section.pane.editor
    QTest.keyClicks(editor, "nonsense and words " * 9)
    await until(lambda: section.pane.sure and strip.isVisible())
    said, low = strip.text, strip.height()
    assert (strip.line.isVisible(), strip.line.text()) == (True, said)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton)
    await until(lambda: strip.height() > low)
    assert (strip.line.isVisible(), strip.text) == (False, said)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton)
    assert strip.line.isVisible()
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton)
    strip.set("error", "something else")
    assert (strip.line.isVisible(), strip.line.text()) == (True, "something else")


async def test_the_line_of_the_caret_stays_in_sight_where_there_is_not_room_for_all(
    board: BoardView, until: Any
) -> None:
    board.resize(1065, 520)
    section = await pane_of(board, until)
    editor, page = section.pane.editor, section.split.widget(1)
    assert isinstance(page, QScrollArea)
    QTest.keyClicks(editor, "# one\r# two\r# three\r# four\r# five\rnonsense")

    def is_seen() -> bool:
        line = editor.cursorRect()
        line.moveTo(editor.viewport().mapTo(page.viewport(), line.topLeft()))
        return page.viewport().rect().contains(line) and editor.viewport().rect().contains(
            editor.cursorRect()
        )

    assert is_seen()
    await until(lambda: section.pane.sure and section.pane.strip.isVisible())
    typed = editor.text()
    section.banner.ask(CHANGED, typed, f"{typed}# more\n", section.pane.answers(typed, typed, print))
    await until(lambda: page.verticalScrollBar().maximum() > 0)
    await until(is_seen)
    QTest.keyClick(editor, Qt.Key.Key_Up)
    QTest.keyClick(editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert is_seen()
    QTest.keyClick(editor, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert is_seen()
