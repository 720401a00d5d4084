"""The pane offers completions while one types, says what is wrong, fixes it, and finds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QMenu, QPushButton

from tests.services.design.text_examples import PROJECT, checked
from workbench.gui.text.text_pane import keep_on_screen
from workbench.services.design.quick_fix import QuickFix

PAID = 'emit: "order.paid"'


def type_at(page, old, typed):
    """Takes a piece of the text out and types something there."""
    at = page.editor.text().index(old)
    page.editor.replace_pieces([(at, at + len(old), "")])
    page.editor.go_to(at)
    QTest.keyClicks(page.editor, typed)


async def test_completions_come_while_one_types_and_are_taken_by_key(shown, until):
    page = shown()
    type_at(page, PAID, "em")
    await until(page.list.isVisible)
    assert page.list.names()[0] == "emit"
    QTest.keyClick(page.editor, Qt.Key.Key_Return)
    await until(lambda: "order.placed" in page.list.names())  # the next question follows by itself
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Tab):
        QTest.keyClick(page.editor, key)
    assert page.editor.text() == PROJECT
    assert not page.list.isVisible()


async def test_a_name_that_is_typed_whole_needs_no_list(shown, until):
    page = shown()
    type_at(page, 'list: "orders"', 'list: "orders')
    await until(lambda: not page._asking.isActive())
    assert page.editor.text() == PROJECT
    assert not page.list.isVisible()


async def test_completions_of_an_expression_replace_the_word(shown, until):
    page = shown()
    page.editor.go_to(PROJECT.index("color == 'red'") + 2)
    page.acts["complete"].do()
    await until(page.list.isVisible)
    assert page.list.names() == ["color"]
    page.list.take()
    assert page.editor.text() == PROJECT


def test_keys_go_to_the_text_while_no_list_is_open(shown):
    page = shown()
    page.editor.go_to(0)
    QTest.keyClick(page.editor, Qt.Key.Key_Down)
    assert page.editor.textCursor().blockNumber() == 1


def test_the_line_below_says_what_is_wrong_and_fixes_it(shown):
    text = PROJECT.replace("state.color ==", "state.colr ==")
    page = shown(text)
    assert not page.strip.isVisible()
    QTest.keyClick(page.editor, Qt.Key.Key_F8)
    assert (
        page.strip.text.startswith("38:24  State has no colr. Did you mean color?") or page.strip.isVisible()
    )
    assert "state has no colr" in page.strip.text
    button = next(one for one in page.strip.findChildren(QPushButton) if one.text() == "Replace with color")
    button.click()
    assert page.editor.text() == PROJECT
    page.know(checked())
    assert not page.strip.isVisible()
    page.editor.undo()
    assert page.editor.text() == text


async def test_a_mark_is_underlined_as_a_warning_and_fixed_like_a_mistake(shown):
    page = shown()
    page.know(checked())
    assert all(one.warning for one in page.editor.mistakes)
    QTest.keyClick(page.editor, Qt.Key.Key_F8)
    assert "nothing reads bill.sent" in page.strip.text.casefold()
    button = next(one for one in page.strip.findChildren(QPushButton) if one.text() == "Remove the event")
    button.click()
    assert "bill.sent" not in page.editor.text()
    page.editor.undo()
    assert page.editor.text() == PROJECT


async def test_ctrl_point_lists_fixes_with_their_effect(shown, until):
    page = shown()
    page.show_mistakes(())
    assert not page.acts["fix"].isEnabled()
    type_at(page, PAID, 'emit: "order.closed"')
    page.know(checked(page.editor.text()))
    page.acts["fix"].trigger()
    acts = page._menu.actions()
    await until(lambda: all("left" in one.text() for one in acts))
    said = [one.text().split("  ·  ") for one in acts]
    assert ["Replace with order.placed", '"order.closed" becomes "order.placed"', "2 mistakes left"] in said
    assert ["New event order.closed", "adds [event.order.closed] at the end"] in [one[:2] for one in said]
    page._menu.close()


def test_a_list_of_fixes_that_becomes_wider_stays_on_the_screen(qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    act = menu.addAction("Replace")
    room = menu.screen().availableGeometry()
    menu.popup(room.topRight() - QPoint(menu.sizeHint().width(), 0))
    act.setText("Replace with order.placed  ·  2 mistakes left")
    keep_on_screen(menu)
    assert room.contains(menu.geometry())
    assert menu.width() >= menu.sizeHint().width()


TWO = (
    PROJECT
    + """
[command.check]
changes: "order"
fields { order: "string" }

[policy.tell]
on: ["order.placed", "order.paid"]
issue: "check"
"""
)


async def test_what_two_events_lack_is_offered_once(shown, until):
    page = shown(TWO)
    page.know(checked(TWO))
    page.editor.go_to(TWO.index('"check"') + 1)
    assert len(page.editor.mistakes_here()) > 1
    page.acts["fix"].trigger()
    acts = page._menu.actions()
    await until(lambda: all("left" in one.text() for one in acts))
    labels = [one.text().partition("  ·")[0] for one in acts]
    assert labels == [*dict.fromkeys(labels)]
    acts[labels.index("Write order")].trigger()
    page._menu.close()
    assert 'with { order: "id" }' in page.editor.text()


async def test_enter_takes_the_first_of_what_can_stand_where_a_fix_leaves_nothing(shown):
    page = shown()
    at = page.editor.text().index("[", page.editor.text().index(PAID))
    page.apply(QuickFix(label="Write by …", effect="", pieces=((at, at, 'refuse { no { when: "" } }\n'),)))
    assert page.list.isVisible()
    first = page.list.names()[0]
    QTest.keyClick(page.editor, Qt.Key.Key_Return)
    assert f'when: "{first}" }}' in page.editor.text()
    assert not page.list.isVisible()


async def test_what_is_offered_stays_at_the_cursor_while_the_text_is_scrolled(shown):
    page = shown()
    page.editor.go_to(PROJECT.index("color == 'red'") + 2)
    page.acts["complete"].do()
    top, bar = page.list.pos().y(), page.editor.verticalScrollBar()
    line = page.editor.cursorRect().height()
    bar.setValue(bar.value() - 1)
    assert page.list.isVisible()
    assert page.list.pos().y() == top + line
    bar.setValue(bar.minimum())
    assert page.list.isVisible() is page.editor.viewport().rect().intersects(page.editor.cursorRect())
    assert not page.list.isVisible()


async def test_what_is_offered_outlives_that_the_mistake_at_the_cursor_is_told(shown, until):
    page = shown()
    end = len(PROJECT)
    page.apply(QuickFix(label="Write …", effect="", pieces=((end, end, '[policy.x]\non: ""\n'),)))
    assert page.list.isVisible()
    page.know(checked(page.editor.text()))
    assert page.strip.isVisible()
    await until(lambda: page.strip.height() < page.height() // 3)
    assert page.list.isVisible()


def test_one_types_into_what_a_fix_leaves_empty(shown):
    page = shown()
    first, second = PROJECT.index(PAID), PROJECT.index("[", PROJECT.index(PAID))
    empty = (second, second, 'due: ""\n')
    page.apply(QuickFix(label="Write due", effect="", pieces=(empty, (first, first, "# more\n"))))
    QTest.keyClicks(page.editor, "x")
    assert 'due: "x"\n' in page.editor.text()
    page.apply(QuickFix(label="Write with", effect="", pieces=((0, 0, "with { }\n"),)))
    QTest.keyClicks(page.editor, "y")
    assert page.editor.text().startswith("with { y}\n")


def test_what_was_checked_before_the_last_key_offers_no_fix(shown):
    page = shown(PROJECT.replace(PAID, 'emit: "order.closed"'))
    page.editor.go_to(0)
    QTest.keyClicks(page.editor, "#")
    assert page.fixes(page.editor.text(), page.editor.mistakes[0]) == ()


@pytest.mark.parametrize("how", ["key", "click"])
def test_a_name_leads_to_its_definition(shown, how):
    page = shown()
    at = PROJECT.index(PAID) + 10
    page.editor.go_to(at)
    if how == "key":
        page.acts["go_to_definition"].do()
    else:
        place = page.editor.cursorRect().center()
        QTest.mouseClick(
            page.editor.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place
        )
    assert page.editor.textCursor().selectedText() == "[event.order.paid]"


def test_what_another_file_declares_is_asked_for(shown):
    page = shown()
    page.file = "scenarios/a.tsk"
    asked = QSignalSpy(page.wanted)
    page.editor.go_to(PROJECT.index(PAID) + 10)
    page.acts["go_to_definition"].do()
    assert asked.at(0)[0].file == "project.tsk"


def test_it_finds_and_replaces(shown):
    page = shown()
    page.search.open(replace=True)
    page.search.line.setText("order.paid")
    assert page.search.said.text() == "3 found"
    assert page.editor.textCursor().selectedText() == "order.paid"
    first = page.editor.textCursor().position()
    page.search.next()
    second = page.editor.textCursor().position()
    assert second > first
    page.search.before()
    assert page.editor.textCursor().position() == first
    page.search.other.setText("order.settled")
    page.search.replace()
    assert page.editor.text().count("order.settled") == 1
    page.search.replace_all()
    assert page.search.said.text() == "2 replaced"
    assert page.editor.text() == PROJECT.replace("order.paid", "order.settled")
    page.editor.undo()
    assert page.editor.text().count("order.settled") == 1
    QTest.keyClick(page.search.line, Qt.Key.Key_Escape)
    assert not page.search.isVisible()


def test_what_a_read_only_text_cannot_have_done_is_disabled_with_the_reason(shown):
    page = shown()
    edits = ("complete", "replace", "comment", "fix")
    for one in edits[:3]:
        assert page.acts[one].isEnabled()
    page.set_read_only("Read-only: another window has the project.")
    for one in edits:
        assert not page.acts[one].isEnabled()
        assert "another window has the project" in page.acts[one].toolTip()
    assert page.acts["go_to_definition"].isEnabled()
    page.set_read_only("")
    for one in edits[:3]:
        assert page.acts[one].isEnabled()


def test_a_number_behind_a_colon_goes_to_that_line(shown):
    page = shown()
    page.acts["go_to_line"].trigger()
    assert page.search.line.text() == ":"
    QTest.keyClicks(page.search.line, "7")
    assert page.editor.textCursor().blockNumber() == 6
    QTest.keyClick(page.search.line, Qt.Key.Key_Escape)
    page.editor.first_line = 5  # a piece of a file has the numbers of the file
    page.acts["go_to_line"].trigger()
    QTest.keyClicks(page.search.line, "7")
    assert page.editor.textCursor().blockNumber() == 2
    assert page.search.said.text().startswith("line 7 of ")


def test_tab_and_a_key_lead_from_what_is_looked_for_to_what_takes_its_place(shown):
    page = shown()
    page.search.open(replace=True)
    QTest.keyClick(page.search.line, Qt.Key.Key_Tab)
    assert page.window().focusWidget() is page.search.other
    page.search.open()
    assert not page.search.other.isVisible()
    QTest.keyClick(page.search.line, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert page.search.other.isVisible()
    assert page.window().focusWidget() is page.search.other


def test_V5_an_answer_that_was_undone_counts_again_behind_what_others_wrote_since(shown):
    page = shown()
    theirs, mine = (PROJECT.replace(PAID, f'emit: "{name}"') for name in ("order.theirs", "order.mine"))
    page.editor.take_text(mine)
    page.settle("Keep this text", theirs, mine)
    page.editor.undo()
    page.editor.take_text(f"{theirs}\n# more\n", of_others=True)
    page.editor.redo()
    assert page.editor.text() == f"{mine}\n# more\n"
    page.editor.undo()
    page.editor.undo()
    assert page.editor.text() == f"{theirs}\n# more\n", "the lines that both changed are theirs"


@pytest.mark.parametrize("answer", ["Keep this text", "Take the other"])
def test_the_caret_stays_behind_what_it_stands_behind_when_it_is_said_which_text_counts(shown, answer):
    page, editor = (pane := shown()), pane.editor
    mine, theirs = (f"# far\n\n{PROJECT}".replace(PAID, f'emit: "{name}"') for name in ("mine", "theirs"))
    editor.take_text(mine.removeprefix("# far\n\n"))
    behind = f'emit: "{"mine" if answer == "Keep this text" else "theirs"}'
    editor.go_to(editor.text().index('emit: "mine') + len('emit: "mine'))
    page.settle(answer, *((theirs, mine) if answer == "Keep this text" else (mine, theirs)))
    cursor = editor.textCursor()
    assert cursor.block().text()[: cursor.positionInBlock()] == behind
