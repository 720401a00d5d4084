"""The editor keeps texts sign by sign, marks mistakes under their characters, and helps while one types."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QInputMethodEvent, QKeyEvent, QTextCharFormat, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from tests.services.design.text_examples import PROJECT, checked
from workbench.gui.text.line_changes import change_lines
from workbench.gui.text.tsk_editor import TskEditor
from workbench.gui.text.typing_help import commented
from workbench.gui.theme import LARGEST, SMALLEST, TEXT_SIZE, theme
from workbench.tusk import Problem

WAVE = QTextCharFormat.UnderlineStyle.WaveUnderline


@pytest.fixture
def editor(qtbot):
    made = TskEditor(lambda _section, path: path[-1:] == ("when",))
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def problem(line, column, end, said="wrong"):
    return Problem(file="a.tsk", line=line, column=column, end_column=end, code="S-X", message=said)


def marked(editor):
    """Returns the texts that are underlined."""
    return [
        one.cursor.selectedText()
        for one in editor.extraSelections()
        if one.format.underlineStyle() == WAVE
    ]  # fmt: skip


def colors_of(editor, line):
    """Returns the words of a line that have colours of their own."""
    editor.grab()
    block = editor.document().findBlockByNumber(line)
    return {
        block.text()[one.start : one.start + one.length]: one.format.foreground().color().name()
        for one in block.layout().formats()
    }


@pytest.mark.parametrize("text", ["a: 1\n", "", "ä: \u00a0\u2028x\n😀: 1", "a: 1\n\n\n", "a\tb"])
def test_a_text_is_kept_sign_by_sign(editor, text):
    editor.show_text(text)
    assert editor.text() == text


def test_offsets_count_characters(editor):
    editor.show_text('# 😀😀\na: "😀b"\n')
    editor.go_to(editor.text().index("b"))
    assert editor.offset() == editor.text().index("b")
    editor.replace_pieces([(9, 10, "c"), (2, 3, "x")])
    assert editor.text() == '# x😀\na: "cb"\n'


def test_a_mistake_is_underlined_exactly_and_moves_with_its_text(editor):
    editor.show_text('a: "😀x"\nb: wrong\n')
    editor.show_mistakes([problem(2, 4, 9), problem(1, 6, 7)])
    assert marked(editor) == ["wrong", "x"]
    editor.go_to(0)
    QTest.keyClicks(editor, "zz")
    assert marked(editor) == ["wrong", "x"]
    assert editor.lines_with_mistakes() == {0: "error", 1: "error"}


def test_a_mistake_at_the_end_of_a_line_or_of_the_text_is_seen(editor):
    editor.show_text("abc\n")
    editor.show_mistakes([problem(1, 4, 5), problem(9, 1, 2)])
    assert marked(editor)[0] == "c"


def test_f8_goes_through_the_mistakes(editor):
    editor.show_text("one\ntwo\nthree\n")
    editor.show_mistakes([problem(1, 1, 4), problem(3, 1, 6, "other")])
    editor.go_to(5)
    places = []
    for modifier in (Qt.KeyboardModifier.NoModifier,) * 2 + (Qt.KeyboardModifier.ShiftModifier,):
        QTest.keyClick(editor, Qt.Key.Key_F8, modifier)
        places.append((editor.textCursor().blockNumber(), editor.mistakes_here()[0].message))
    assert places == [(2, "other"), (0, "wrong"), (2, "other")]


def test_words_have_the_colours_of_what_they_are(editor):
    editor.show_text('[command.a]\nrefuse { b { when: "x == 1", message: "no" } }\n')
    assert list(colors_of(editor, 0)) == ["[command.a]"]
    colors = colors_of(editor, 1)
    assert colors["refuse"] == colors["when"] == colors["message"]
    assert colors["x"] != colors["1"] != colors["message"]
    assert colors["1"] != colors['"no"']


def test_a_line_is_coloured_by_what_is_open_before_it_as_soon_as_that_changes(editor):
    editor.show_text("a: 1\nb: 2\n")
    before = colors_of(editor, 1)
    editor.go_to(3)
    QTest.keyClicks(editor, "[")
    assert colors_of(editor, 1) != before
    editor.undo()
    assert colors_of(editor, 1) == before


def test_lines_that_are_exchanged_within_a_text_have_their_own_colours(editor):
    editor.show_text('[command.a]\nemit: "b"\nwith { c: "1" }\n')
    editor.grab()
    changed = '[command.a]\n# more\nrefuse { x { when: "a == 1" } }\nwith { d: 12 }\nemit: "b"\n'
    editor.take_text(changed)
    colors = [colors_of(editor, line) for line in range(1, 5)]
    editor.show_text(changed)
    assert colors == [colors_of(editor, line) for line in range(1, 5)]


def test_only_lines_that_are_seen_are_coloured(editor):
    editor.show_text("\n".join(f"a{at}: {at}" for at in range(10_000)))
    editor.grab()
    coloured = [at for at in range(10_000) if editor.document().findBlockByNumber(at).layout().formats()]
    assert coloured == list(range(len(coloured)))
    assert len(coloured) < 100
    editor.go_to_line(5_001)
    editor.grab()
    assert editor.document().findBlockByNumber(5_000).layout().formats()
    assert not editor.document().findBlockByNumber(2_000).layout().formats()


def test_brackets_and_lines_are_helped(editor):
    QTest.keyClicks(editor, "set {")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, 'a: "b"')
    assert editor.text() == 'set {\n    a: "b"\n}'


def test_a_string_is_typed_before_another(editor):
    editor.setPlainText('a: ["b", "d"]')
    cursor = editor.textCursor()
    cursor.setPosition(len('a: ["b", '))
    editor.setTextCursor(cursor)
    QTest.keyClicks(editor, '"c", ')
    assert editor.toPlainText() == 'a: ["b", "c", "d"]'


def test_backspace_takes_an_empty_pair_and_a_step_of_indentation_back(editor):
    QTest.keyClicks(editor, "{")
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.text() == ""
    editor.show_text("      a: {}1")
    editor.go_to(6)
    for left in ("    a: {}1", "a: {}1", "a: {}1"):
        QTest.keyClick(editor, Qt.Key.Key_Backspace)
        assert editor.text() == left
    editor.go_to(5)
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.text() == "a: {1"


def test_a_mark_that_is_typed_encloses_what_is_selected_as_one_step(editor):
    editor.show_text("a: 😀b")
    editor.go_to(3, 5)
    QTest.keyClicks(editor, '"')
    assert editor.text() == 'a: "😀b"'
    assert editor.textCursor().selectedText() == "😀b"
    QTest.keyClicks(editor, "(")
    assert editor.text() == 'a: "(😀b)"'
    editor.undo()
    editor.undo()
    assert editor.text() == "a: 😀b"


def test_home_goes_to_the_first_word_and_then_to_the_begin(editor):
    editor.show_text("a\n    bc\n")
    editor.go_to_line(2, 7)
    for column in (4, 0, 4):
        QTest.keyClick(editor, Qt.Key.Key_Home)
        assert editor.textCursor().positionInBlock() == column
    QTest.keyClick(editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
    assert editor.textCursor().selectedText() == "    "


def typed_at(editor, text, at):
    """Types signs one by one, each at its time in milliseconds."""
    for sign in text:
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, sign)
        event.setTimestamp(at)
        QApplication.sendEvent(editor, event)
        at += 1


def test_undo_takes_back_a_word_or_what_came_after_a_pause(editor):
    typed_at(editor, "send it ", 10_000)
    typed_at(editor, "so", 11_000)
    typed_at(editor, "on", 20_000)
    assert editor.text() == "send it soon"
    for left in ("send it so", "send it ", "send ", ""):
        editor.undo()
        assert editor.text() == left
    editor.redo()
    assert editor.text() == "send "


def test_what_an_input_method_commits_is_kept_and_undone(editor):
    for composed, commit in (("´", ""), ("", "é"), ("ni", ""), ("", "你好")):
        event = QInputMethodEvent(composed, [])
        event.setCommitString(commit)
        QApplication.sendEvent(editor, event)
    assert editor.text() == "é你好"
    while editor.document().isUndoAvailable():
        editor.undo()
    assert editor.text() == ""


def test_lines_that_are_pasted_end_as_all_others(editor):
    editor.show_text("a\n")
    editor.go_to(2)
    data = QMimeData()
    data.setText("b\r\nc\r\nd\re")
    editor.insertFromMimeData(data)
    assert editor.text() == "a\nb\nc\nd\ne"


@pytest.mark.parametrize("size", [SMALLEST, 11.0, LARGEST])
def test_ctrl_and_the_wheel_give_all_editors_another_size(editor, qtbot, size):
    other = TskEditor(lambda _section, _path: False)
    qtbot.addWidget(other)
    try:
        theme().set_text_size(size)
        turn = 120 if size < LARGEST else -120
        for part in (turn // 2, turn // 2):
            wheel(editor, part)
        assert editor.font().pointSizeF() == other.font().pointSizeF() == size + turn / 120
        assert editor.numbers.width() == editor.numbers.wanted()
        wheel(editor, -99_999)
        assert theme().text_size == SMALLEST
    finally:
        theme().set_text_size(TEXT_SIZE)


def wheel(editor, turn):
    place, none = QPointF(50, 50), QPoint()
    event = QWheelEvent(
        place,
        QPointF(editor.mapToGlobal(place)),
        none,
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor.viewport(), event)


def test_what_moves_the_cursor_reads_the_whole_text_only_at_a_bracket(editor, monkeypatch):
    editor.show_text("# 😀\nab {}\n")
    read = []
    monkeypatch.setattr(editor, "text", lambda: read.append(1) or "# 😀\nab {}\n")
    editor.go_to_line(2, 2)
    assert read == []
    editor.go_to_line(2, 4)
    assert read != []


def test_tab_and_comment_change_the_lines_that_are_selected(editor):
    editor.show_text("a\nb\nc")
    editor.go_to(0, 3)
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text() == "    a\n    b\nc"
    change_lines(editor, commented)
    assert editor.text() == "    # a\n    # b\nc"
    change_lines(editor, commented)
    QTest.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.text() == "a\nb\nc"
    for _ in range(4):
        editor.undo()
    assert editor.text() == "a\nb\nc"


def test_another_text_is_taken_as_one_step_where_it_differs(editor):
    editor.show_text(PROJECT)
    editor.go_to(PROJECT.index("[handler.send]"))
    changed = PROJECT.replace("What somebody wants", "An order")
    editor.take_text(changed)
    assert editor.text() == changed
    assert editor.textCursor().block().text() == "[handler.send]"
    editor.undo()
    assert editor.text() == PROJECT


def test_V5_the_cursor_stays_between_two_lines_that_others_change(editor):
    lines = [f"a{at}: {at}" for at in range(100)]
    editor.show_text("\n".join(lines))
    editor.go_to_line(50, 3)
    lines[4], lines[89] = "first: 1", "second: 2\nthird: 3"
    editor.take_text("\n".join(lines))
    assert (editor.textCursor().blockNumber(), editor.textCursor().positionInBlock()) == (49, 2)


def test_every_problem_of_a_check_marks_what_it_is_about(editor):
    text = PROJECT.replace("state.color ==", "state.colr ==").replace('of: "line"', 'of: "lin"')
    editor.show_text(text)
    editor.show_mistakes(checked(text).problems)
    assert marked(editor)[:2] == ['"lin"', "colr"]


def test_a_mistake_says_what_is_wrong_where_the_mouse_is(editor, qtbot):
    editor.show_text("one two\nthree\n")
    editor.show_mistakes([problem(1, 5, 8, "two is no number")])
    for column, said in ((5, "Two is no number."), (1, "")):
        cursor = editor.textCursor()
        cursor.setPosition(column)
        place = editor.cursorRect(cursor).center()
        QApplication.sendEvent(
            editor.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, editor.viewport().mapToGlobal(place))
        )
        qtbot.waitUntil(lambda said=said: (said[1:] in QToolTip.text()) if said else not QToolTip.isVisible())
    QToolTip.hideText()


def test_a_change_in_the_middle_is_found_at_its_very_place(editor):
    for was, now in (
        ("abc", "abXc"),
        ("aa", "aaa"),
        ("abc", ""),
        ("", "x"),
        ("xaay", "xay"),
        ("a\nb", "a\nb"),
    ):
        editor.show_text(was)
        editor.take_text(now)
        assert editor.text() == now


def test_the_caret_stays_behind_what_it_stands_behind_when_others_write_and_when_that_is_undone(editor):
    editor.show_text("a: 1\n😀b: 2")
    editor.go_to(len("a: 1\n😀b: 2"))
    editor.take_text("# x\na: 1\n😀b: 2\n")
    assert editor.text()[: editor.offset()] == "# x\na: 1\n😀b: 2"
    editor.go_to(5, 7)
    editor.take_text("a: 1\n😀b: 2\n")
    assert editor.textCursor().selectedText() == ": "
    editor.go_to(3)
    editor.replace_pieces([(5, 6, "c"), (0, 1, "d")])
    editor.undo()
    assert (editor.text(), editor.offset()) == ("a: 1\n😀b: 2\n", 3)


def test_the_line_of_the_caret_stays_in_sight_where_something_takes_room_beside_the_text(editor):
    editor.show_text("\n".join(f"line {number}" for number in range(99)))
    line, room = editor.fontMetrics().lineSpacing(), editor.viewport().height()
    last = editor.cursorForPosition(QPoint(1, room - 2 * line)).blockNumber()
    editor.setTextCursor(editor.cursor_at(editor.text().index(f"line {last}")))
    for height in range(300, 5 * line, -7):
        editor.resize(500, height)
        assert editor.viewport().rect().contains(editor.cursorRect()), height
    top = editor.firstVisibleBlock().blockNumber()
    editor.verticalScrollBar().setValue(0)
    editor.resize(500, 200)
    editor.resize(500, 150)
    assert editor.firstVisibleBlock().blockNumber() == 0 < top, "who looks elsewhere is not taken back"
