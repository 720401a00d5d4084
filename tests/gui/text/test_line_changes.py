"""Whole lines are moved, doubled and taken away, each time as one step; the selection goes along."""

from __future__ import annotations

import pytest

from workbench.gui.text.line_changes import double_lines, move_lines, remove_lines
from workbench.gui.text.tsk_editor import TskEditor

TEXT = "a😀\nb\n\ncd"


@pytest.fixture
def editor(qtbot):
    made = TskEditor(lambda _section, _path: False)
    qtbot.addWidget(made)
    made.show_text(TEXT)
    return made


def chosen(editor):
    return editor.textCursor().selectedText().replace("\u2029", "\n")


@pytest.mark.parametrize(
    ("span", "down", "moved", "selected"),
    [
        ((0, 2), True, "b\na😀\n\ncd", "a😀"),
        ((1, 4), True, "\na😀\nb\ncd", "😀\nb"),
        ((3, 5), False, "b\na😀\n\ncd", "b\n"),
        ((7, 8), False, "a😀\nb\ncd\n", "d"),
        ((5, 5), True, "a😀\nb\ncd\n", ""),
        ((0, 1), False, TEXT, "a"),
        ((6, 7), True, TEXT, "c"),
    ],
)
def test_lines_change_places_with_the_next(editor, span, down, moved, selected):
    editor.go_to(*span)
    move_lines(editor, down=down)
    assert (editor.text(), chosen(editor)) == (moved, selected)
    move_lines(editor, down=not down)
    if moved != TEXT:
        assert (editor.text(), chosen(editor)) == (TEXT, selected)


@pytest.mark.parametrize(
    ("span", "made", "selected"),
    [
        ((0, 2), "a😀\na😀\nb\n\ncd", "a😀"),
        ((7, 8), "a😀\nb\n\ncd\ncd", "d"),
        ((1, 4), "a😀\nb\na😀\nb\n\ncd", "😀\nb"),
    ],
)
def test_lines_are_doubled_and_the_copy_is_selected(editor, span, made, selected):
    editor.go_to(*span)
    double_lines(editor)
    assert (editor.text(), chosen(editor)) == (made, selected)
    editor.undo()
    assert editor.text() == TEXT


@pytest.mark.parametrize(
    ("span", "left"), [((0, 0), "b\n\ncd"), ((1, 4), "\ncd"), ((7, 7), "a😀\nb\n"), ((0, 8), "")]
)
def test_lines_are_taken_away(editor, span, left):
    editor.go_to(*span)
    remove_lines(editor)
    assert editor.text() == left
    editor.undo()
    assert editor.text() == TEXT


def test_a_text_that_is_read_only_stays(editor):
    editor.setReadOnly(True)
    for change in (double_lines, remove_lines, lambda one: move_lines(one, down=True)):
        change(editor)
    assert editor.text() == TEXT
