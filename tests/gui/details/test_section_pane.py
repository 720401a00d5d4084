"""What is typed in the exact text of a thing stands in the file once, and the caret stays behind it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.details.section_parts import description, file_of, shown
from tests.gui.details.section_parts import typed as enter
from tests.gui.details.test_section_drafts import reloaded
from workbench.gui.design_steps import STEPS
from workbench.gui.details.section_editor import SectionEditor
from workbench.gui.views.board_view import BoardView
from workbench.services.design import gestures
from workbench.services.design.design_state import DesignState

BOOK = """[project]
name: "library"

[aggregate.book]
state { by: "string" }

[event.book.added]
fields { by: "string" }

[event.book.lost]
set { by: "event.by" }
fields { by: "string" }

# found again
[event.book.found]
"""
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
ADDED = '[event.book.added]\nfields { by: "string" }\n'


async def pane_of(board: BoardView, until: Any, name: str = "book.added", text: str = BOOK) -> SectionEditor:
    """Shows an event of the library, with the caret at the end of its text."""
    await reloaded(board, text, until)
    await until(lambda: f"event:{name}" in board.scene.cards())
    section = await shown(board, f"event:{name}", until)
    section.pane.editor.setFocus()
    QTest.keyClick(section.pane.editor, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    return section


async def rest(section: SectionEditor, until: Any) -> None:
    """Waits until what is typed is written, and nothing more goes on."""
    await until(
        lambda: (
            section.pane.sure
            and not section.pane.dirty
            and not section._pause.isActive()
            and not section.steps.running
            and not section.desk.running()
        )
    )


def behind(section: SectionEditor) -> str:
    """Returns the line up to the caret."""
    cursor = section.pane.editor.textCursor()
    return cursor.block().text()[: cursor.positionInBlock()]


@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("# why", "# why\n"),
        ("\n# why", "\n# why\n"),
        ("# why\n\n# more\n", "# why\n\n# more\n"),
        ("\n\n", "\n\n"),
        ('description: "q', 'description: "q"\n'),
    ],
)
@pytest.mark.parametrize("name", ["book.added", "book.lost", "book.found"])
async def test_V7_what_is_typed_at_the_end_is_written_once_and_touches_nothing_else(
    board: BoardView, until: Any, typed: str, added: str, name: str
) -> None:
    section = await pane_of(board, until, name)
    piece, steps = section.piece, list[str]()
    assert piece is not None
    taken = section.steps._taken

    def took(state: DesignState) -> None:
        steps.append(state.undo)
        taken(state)

    section.steps._taken = took
    QTest.keyClicks(section.pane.editor, typed.replace("\n", "\r"))
    caret = behind(section)
    await until(lambda: steps)
    await rest(section, until)
    assert file_of(board) == piece.before + piece.text + added + piece.behind
    assert behind(section) == caret
    await board.desk.workspace.model_reload.check()
    board.refresh()
    await rest(section, until)
    assert len(steps) == 1
    await shown(board, "aggregate:book", until)
    section = await shown(board, f"event:{name}", until)
    assert section.pane.editor.text() == piece.text + added
    assert not section.drafts.isVisible()


async def test_V7_what_is_typed_behind_what_was_written_joins_no_other_section(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until)
    for typed, stands in (
        ("# x", ADDED + "# x\n"),
        ("\ry", ADDED + "# x\ny"),
        ("\b# z", ADDED + "# x\n# z\n"),
    ):
        for sign in typed:
            key = {"\r": Qt.Key.Key_Return, "\b": Qt.Key.Key_Backspace}.get(sign)
            if key is not None:
                QTest.keyClick(section.pane.editor, key)
            else:
                QTest.keyClicks(section.pane.editor, sign)
        if stands.endswith("\n"):
            await rest(section, until)
            assert file_of(board) == BOOK.replace(ADDED, stands)
        else:
            await until(lambda: section.pane.editor.mistakes)
    assert section.banner.isHidden()


async def test_what_is_typed_on_after_it_was_written_goes_on_where_it_was(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until)
    QTest.keyClicks(section.pane.editor, 'description: "he')
    await rest(section, until)
    assert 'description: "he"' in file_of(board)
    QTest.keyClicks(section.pane.editor, "llo")
    await rest(section, until)
    assert 'description: "hello"\n\n[event.book.lost]' in file_of(board)
    QTest.keyClick(section.pane.editor, Qt.Key.Key_End)
    QTest.keyClicks(section.pane.editor, " ")
    await rest(section, until)
    QTest.keyClicks(section.pane.editor, "# x")
    await rest(section, until)
    assert 'description: "hello" # x\n\n[event.book.lost]' in file_of(board)


async def test_V7_what_is_typed_above_a_thing_stays_in_sight_and_is_written_once(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until, "book.lost")
    editor = section.pane.editor
    QTest.keyClick(editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, "# lost books\r\r[event.book.sold]\r\r")
    await rest(section, until)
    written = BOOK.replace("[event.book.lost]", "# lost books\n\n[event.book.sold]\n\n[event.book.lost]")
    assert file_of(board) == written
    assert editor.text().startswith("# lost books\n\n[event.book.sold]\n\n[event.book.lost]\n")
    assert editor.textCursor().blockNumber() == 4
    QTest.keyClicks(editor, "# gone\r")
    await rest(section, until)
    assert file_of(board) == written.replace("[event.book.lost]", "# gone\n[event.book.lost]")


async def test_V7_an_entry_that_is_typed_above_a_header_is_not_written_into_the_section_before(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until, "book.lost")
    QTest.keyClick(section.pane.editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    section.pane.editor.insertPlainText('description: "q"\n')
    await until(lambda: not section.banner.isHidden() and not section.desk.running())
    assert "description stands above the header of [event.book.lost]" in section.banner.text
    assert file_of(board) == BOOK
    section.drafts.discard()
    assert section.pane.editor.text().startswith("[event.book.lost]")
    await rest(section, until)


async def test_V7_a_whole_section_that_is_pasted_at_the_end_is_said_to_be_saved(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until)
    section.pane.editor.insertPlainText("\n[event.book.sold]\n")
    await rest(section, until)
    assert file_of(board) == BOOK.replace(ADDED, f"{ADDED}\n[event.book.sold]\n")
    assert section.stand.text() == "✓ saved"


async def test_V7_a_card_that_does_not_load_leaves_the_one_before_it_saved(
    board: BoardView, until: Any
) -> None:
    said = f"{BOOK}\n# bye\n"
    section = await pane_of(board, until, "book.found", said)
    broken = partial(gestures.made, kind="policy", name="thank", after=None)
    section.steps.make("Add policy thank", broken, lambda _: None)
    await until(lambda: board.editor.state.problems and not board.desk.running())
    await rest(section, until)
    assert section.pane.editor.text() == "# found again\n[event.book.found]\n\n# bye\n"
    assert section.stand.text() == "✓ saved"
    enter(description(section), "Found")
    await rest(section, until)
    assert file_of(board) == said.replace("book.found]\n", 'book.found]\ndescription: "Found"\n')
    assert section.stand.text() == "✓ saved"


async def test_nothing_is_offered_behind_a_quote_that_closes(board: BoardView, until: Any) -> None:
    section = await pane_of(board, until)
    QTest.keyClicks(section.pane.editor, 'description: "w"')
    await rest(section, until)
    assert not section.pane.list.isVisible()
    assert 'description: "w"\n\n[event.book.lost]' in file_of(board)


@pytest.mark.parametrize("right", [True, False])
async def test_V5_an_answer_that_is_undone_has_the_other_text_count_and_says_so(
    board: BoardView, until: Any, right: bool
) -> None:
    section = await pane_of(board, until)
    editor, noticed = section.pane.editor, list[str]()
    board.desk.noticed.connect(lambda notice: noticed.append(notice.text))
    mine = 'description: "mine words"' if right else "nonsense"
    QTest.keyClicks(editor, mine)
    theirs = BOOK.replace(ADDED, f'{ADDED}description: "theirs"\n')
    await reloaded(board, theirs, until)
    await until(lambda: section.banner.asks)
    section.banner.buttons[0].click()
    assert behind(section) == mine
    await until(lambda: section.pane.sure and not board.desk.running() and section.pane.dirty is not right)
    assert (mine in file_of(board)) is right
    if right:
        assert board.editor.state.undo == "Keep this text"
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    said = "Undone: Keep this text. What it left out counts now; Redo brings the other back."
    assert noticed[-1] == said
    assert 'description: "theirs"' in editor.text()
    assert editor.textCursor().blockNumber() >= 2, "the caret stays there"
    await rest(section, until)
    assert file_of(board) == theirs
    QTest.keyClick(editor, Qt.Key.Key_Z, CTRL_SHIFT)
    assert editor.text().rstrip() == ADDED + mine
    assert noticed[-1] == "", "what was told is true no more"
    await until(lambda: section.pane.sure and not board.desk.running() and section.pane.dirty is not right)
    assert file_of(board) == (BOOK.replace(ADDED, f"{ADDED}{mine}\n") if right else theirs)


async def test_V2_the_other_text_that_is_taken_is_undone_to_what_was_typed(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until)
    editor, noticed = section.pane.editor, list[str]()
    board.desk.noticed.connect(lambda notice: noticed.append(notice.text))
    QTest.keyClicks(editor, "nonsense")
    await reloaded(board, BOOK.replace(ADDED, f'{ADDED}description: "theirs"\n'), until)
    await until(lambda: section.banner.asks)
    section.banner.buttons[1].click()
    await rest(section, until)
    assert 'description: "theirs"' in editor.text()
    assert not noticed
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.text() == f"{ADDED}nonsense"
    assert noticed[-1].startswith("Undone: Take the other.")
    assert section.drafts.holds == "the text of event.book.added"


def in_added(board: BoardView, word: str) -> str:
    """Returns the file with another type of the field of what is added."""
    head, _, rest = file_of(board).partition("[event.book.added]\n")
    return f"{head}[event.book.added]\n" + re.sub(r'by: "\w+"', f'by: "{word}"', rest, count=1)


async def test_V5_a_text_of_others_that_undo_brought_back_is_not_asked_about(
    board: BoardView, until: Any
) -> None:
    section = await pane_of(board, until)
    editor = section.pane.editor
    editor.take_text(ADDED.replace("string", "integer"))
    await reloaded(board, in_added(board, "stringQ"), until)
    await until(lambda: section.banner.asks)
    section.banner.buttons[0].click()
    await rest(section, until)
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    section._pause.stop()  # it is not written yet
    assert "stringQ" in editor.text()
    await reloaded(board, in_added(board, "stringR"), until)
    await until(lambda: "stringR" in editor.text())
    assert not section.banner.asks


@pytest.mark.parametrize("word", ["boolean", "stringQ"], ids=["loads", "does not load"])
@pytest.mark.parametrize("on_board", [True, False])
async def test_V5_an_answer_that_is_undone_has_the_file_say_what_the_others_wrote_again(
    board: BoardView, until: Any, word: str, on_board: bool
) -> None:
    section = await pane_of(board, until)
    steps, editor, noticed = board.editor, section.pane.editor, list[str]()
    board.desk.noticed.connect(lambda notice: noticed.append(notice.text) if notice.topic == STEPS else None)
    editor.take_text(ADDED.replace("string", "integer"))
    await reloaded(board, theirs := in_added(board, word), until)
    await until(lambda: section.banner.asks)
    section.banner.buttons[0].click()
    await rest(section, until)
    mine = in_added(board, "integer")
    assert file_of(board) == mine
    steps.undo() if on_board else editor.undo()
    await until(lambda: file_of(board) == theirs)
    await rest(section, until)
    assert noticed[-1] == "Undone: Keep this text. What it left out counts now; Redo brings the other back."
    assert f'"{word}"' in editor.text()
    assert not steps.state.problems
    assert bool(steps.state.broken) is (word == "stringQ")
    assert not section.banner.asks
    assert not section.drafts.holds
    steps.redo() if on_board else editor.redo()
    await until(lambda: file_of(board) == mine)
    await rest(section, until)
    assert '"integer"' in editor.text()


@pytest.mark.parametrize("mine", [True, False])
async def test_V5_what_was_answered_of_the_file_is_not_asked_again_of_the_text(
    board: BoardView, until: Any, mine: bool
) -> None:
    section = await pane_of(board, until)
    steps, editor = board.editor, section.pane.editor
    steps.do("Type", lambda text: text.with_said("project.tsk", in_added(board, "stringQ")))
    await until(lambda: steps.state.problems and not steps.is_busy() and "stringQ" in editor.text())
    editor.take_text(editor.text().replace("stringQ", "stringQ of"))
    await until(lambda: section.pane.sure and section.pane.dirty)
    await reloaded_files(board, in_added(board, "integer"), until)
    await until(lambda: steps.conflict.asks)
    assert not section.banner.asks
    steps.conflict.buttons[0 if mine else 1].click()
    await until(lambda: not steps.conflict.asks and not steps.is_busy())
    await until(lambda: section.pane.sure and ("stringQ of" if mine else '"integer"') in editor.text())
    assert not section.banner.asks
    if not mine:
        QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert "stringQ of" in editor.text()


async def reloaded_files(board: BoardView, text: str, until: Any) -> None:
    """Has another program write the file, and the board look at it."""
    (board.desk.workspace.project.root / "project.tsk").write_text(text)
    await board.desk.workspace.model_reload.check()
    board.editor.follow()
