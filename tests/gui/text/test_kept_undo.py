"""What was typed is undone in the text as it is by then; what others wrote meanwhile stays."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from workbench.gui.edit_menu import EditMenu
from workbench.gui.text.kept_undo import STEPS
from workbench.gui.text.tsk_editor import TskEditor

TEXT = "[event.a]\nversion: 1\n\n[event.b]\nversion: 1\n\n[event.c]\nversion: 1\n"
UNDO = (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
REDO = (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


@pytest.fixture
def editor(qtbot):
    made = TskEditor(lambda _section, _path: False)
    qtbot.addWidget(made)
    made.show_text(TEXT)
    return made


def with_line(text, section, line):
    """Returns a text with another version of a section."""
    head = f"[event.{section}]\n"
    at = text.index(head) + len(head)
    return text[:at] + line + text[text.index("\n", at) :]


def said(text, section):
    return text.split(f"[event.{section}]\n")[1].partition("\n")[0]


def test_V5_what_was_typed_is_undone_behind_what_others_wrote(editor):
    editor.take_text(with_line(editor.text(), "a", "version: 2"))
    editor.take_text(with_line(editor.text(), "a", "version: 3"))
    editor.take_text(with_line(editor.text(), "b", "version: 9"), of_others=True)
    editor.take_text(with_line(editor.text(), "a", "version: 4"))
    for left in (3, 2, 1, 1):
        QTest.keyClick(editor, *UNDO)
        assert editor.text() == with_line(with_line(TEXT, "b", "version: 9"), "a", f"version: {left}")
    for made in (2, 3, 4, 4):
        QTest.keyClick(editor, *REDO)
        assert editor.text() == with_line(with_line(TEXT, "b", "version: 9"), "a", f"version: {made}")


def test_V5_what_was_undone_is_done_again_behind_what_others_wrote(editor):
    editor.take_text(with_line(TEXT, "a", "version: 2"))
    editor.undo()
    editor.take_text(with_line(TEXT, "b", "version: 9"), of_others=True)
    editor.redo()
    assert editor.text() == with_line(with_line(TEXT, "b", "version: 9"), "a", "version: 2")


def test_V5_lines_that_others_changed_too_stay_theirs_and_the_next_change_is_undone(editor):
    editor.take_text(with_line(TEXT, "c", "version: 7"))
    editor.take_text(with_line(editor.text(), "a", "version: 2"))
    editor.take_text(with_line(editor.text(), "a", "version: 5"), of_others=True)
    editor.undo()
    assert editor.text() == with_line(TEXT, "a", "version: 5"), "no undo that does nothing"


def test_V5_what_others_took_out_comes_back_by_no_redo(editor):
    editor.take_text(with_line(TEXT, "a", "version: 2"))
    editor.take_text(TEXT, of_others=True)
    editor.take_text(with_line(TEXT, "c", "version: 7"))
    for _ in range(3):
        editor.undo()
        assert editor.text() == TEXT
    assert not editor.kept.has(back=True)
    for _ in range(3):
        editor.redo()
        assert editor.text() == with_line(TEXT, "c", "version: 7")
    assert not editor.kept.has(back=False)


def test_V5_what_is_typed_ends_what_could_be_done_again(editor):
    editor.take_text(with_line(TEXT, "a", "version: 2"))
    editor.take_text(with_line(editor.text(), "b", "version: 9"), of_others=True)
    editor.undo()
    editor.take_text(with_line(editor.text(), "c", "version: 3"))
    editor.redo()
    editor.undo()
    assert editor.text() == with_line(TEXT, "b", "version: 9")
    assert not editor.kept.has(back=True)
    editor.redo()
    assert editor.text() == with_line(with_line(TEXT, "b", "version: 9"), "c", "version: 3")


def test_V5_another_text_has_nothing_to_undo(editor):
    editor.take_text(with_line(TEXT, "a", "version: 2"))
    editor.take_text(with_line(editor.text(), "b", "version: 9"), of_others=True)
    editor.show_text("[event.d]\n")
    assert not editor.kept.has(back=True)
    editor.undo()
    assert editor.text() == "[event.d]\n"


def test_V5_the_selection_stays_while_steps_are_kept(editor):
    editor.take_text(with_line(TEXT, "c", "version: 77"))
    at = editor.text().index("77")
    editor.setTextCursor(editor.cursor_at(at, at + 1))
    editor.take_text(with_line(editor.text(), "a", "version: 12"), of_others=True)
    assert (editor.textCursor().selectedText(), editor.offset()) == ("7", at + 2)


def test_V5_a_hundred_steps_are_kept(editor):
    for step in range(STEPS + 20):
        editor.take_text(with_line(editor.text(), "a", f"version: {step + 2}"))
        editor.take_text(with_line(editor.text(), "b", f"version: {step + 2}"), of_others=True)
    undone = 0
    while editor.kept.has(back=True):
        editor.undo()
        undone += 1
    assert (undone, said(editor.text(), "a")) == (STEPS, "version: 21")


def test_V5_the_menu_offers_what_can_be_undone(editor, qtbot):
    window, menu = QWidget(), QMenu()
    qtbot.addWidget(window)
    qtbot.addWidget(menu)
    editor.setParent(window)
    editor.setFocus()
    offered = EditMenu(menu, window, always := QAction("Settings"))
    editor.take_text(with_line(TEXT, "a", "version: 2"))
    editor.take_text(with_line(editor.text(), "b", "version: 9"), of_others=True)
    offered.fill()
    undo, redo = menu.actions()[:2]
    assert (undo.isEnabled(), redo.isEnabled()) == (True, False)
    undo.trigger()
    offered.fill()
    undo, redo = menu.actions()[:2]
    assert (undo.isEnabled(), redo.isEnabled()) == (False, True)
    assert always in menu.actions()
    editor.setParent(None)


@pytest.mark.parametrize("seed", range(30))
def test_V5_undo_and_redo_touch_what_was_typed_alone(editor, seed):
    """A person changes a and c, others b: whatever comes when, b is what others wrote last."""
    draw = random.Random(seed)
    mine, undone, theirs = [("version: 1", "version: 1")], [], "version: 1"
    for step in range(40):
        match draw.choice(["type", "type", "others", "undo", "undo", "redo"]):
            case "type":
                section = draw.choice("ac")
                editor.take_text(with_line(editor.text(), section, f"version: {step + 2}"))
                mine.append((said(editor.text(), "a"), said(editor.text(), "c")))
                undone = []
            case "others":
                theirs = f"version: {step + 100}"
                editor.take_text(with_line(editor.text(), "b", theirs), of_others=True)
            case "undo":
                editor.undo()
                undone += [mine.pop()] if len(mine) > 1 else []
            case "redo":
                editor.redo()
                mine += [undone.pop()] if undone else []
        text = editor.text()
        assert (said(text, "a"), said(text, "c"), said(text, "b")) == (*mine[-1], theirs)
