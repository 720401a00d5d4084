"""The text view: checks while one types, writes only what can be opened, follows the files, keeps drafts."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from workbench.gui.views import text_view
from workbench.gui.views.deploy_dialog import DRAFT, DeployDialog
from workbench.gui.views.text_view import TextView
from workbench.project.samples import PROJECT_FILE


@pytest.fixture(autouse=True)
def _a_short_pause(monkeypatch):
    """Has what is typed be checked soon; no test types on meanwhile."""
    monkeypatch.setattr(text_view, "PAUSE_MS", 20)


@pytest.fixture
async def view(desk, qtbot, until):
    made = TextView(desk)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    made.catch_up()
    await until(lambda: quiet(made))
    return made


@pytest.fixture
def file(workspace):
    return workspace.project.root / PROJECT_FILE


def quiet(view):
    return view.page is not None and view.page.sure and not view.checking and not view._pause.isActive()


def type_in(view, old, new):
    """Types something in the place of a piece of the text."""
    at = view.page.editor.text().index(old)
    view.page.editor.go_to(at, at + len(old))
    view.page.editor.insertPlainText(new)


def press(view, text):
    next(one for one in view.findChildren(QPushButton) if one.text() == text).click()


def labels(view):
    return [one.text() for one in view.banner.findChildren(QPushButton)]


async def saved(view, until):
    view.acts["save"].do()
    await until(lambda: not view.saving and quiet(view))


async def test_it_shows_the_project_file_and_lists_the_scenarios(view, file):
    assert view.page.editor.text() == file.read_text()
    names = [view.files.itemText(at) for at in range(view.files.count())]
    assert names[0] == PROJECT_FILE
    assert all(one.startswith("scenarios/") for one in names[1:])
    assert len(names) > 1
    assert view.said.text() == "Saved"
    assert not view.page.editor.mistakes


async def test_what_is_typed_is_checked_after_a_pause_and_saved_by_key(view, file, until):
    type_in(view, 'retry_delay: "', 'retry_delay: "1')
    assert view.said.text().startswith("Not saved")
    assert view.unsaved() == "the text of project.tsk"
    await until(lambda: quiet(view))
    assert not view.page.editor.mistakes
    await saved(view, until)
    assert file.read_text() == view.page.editor.text()
    assert view.unsaved() == ""
    assert not view.acts["save"].isEnabled()


async def test_what_cannot_be_opened_is_not_written_and_stays_a_draft(view, file, until, desk, qtbot):
    was = file.read_bytes()
    type_in(view, "[routing]", "[rooting]")
    await until(lambda: quiet(view) and view.page.editor.mistakes)
    assert "1 mistake" in view.said.text() or "mistakes" in view.said.text()
    view.acts["save"].do()
    await until(lambda: not view.saving)
    assert file.read_bytes() == was
    assert "stays a draft" in view.banner.text
    other = TextView(desk)
    qtbot.addWidget(other)
    other.show()
    other.catch_up()
    await until(lambda: quiet(other) and not view.checking)
    assert "[rooting]" in other.page.editor.text()
    other.drafts.discard()
    assert other.page.editor.text().encode() == was
    await until(lambda: quiet(other) and quiet(view))


async def test_V5_undoing_takes_back_nothing_that_others_wrote(view, file, until):
    type_in(view, "[routing]", "# mine\n[routing]")
    file.write_text(theirs := file.read_text() + "\n# theirs\n")
    await until(lambda: "# theirs" in view.page.editor.text())
    while view.page.editor.kept.has(back=True):
        view.page.editor.undo()
    assert view.page.editor.text() == theirs


async def test_what_is_discarded_leaves_the_keyboard_in_the_text(view, qtbot):
    type_in(view, "[routing]", "# mine\n[routing]")
    view.discard.setFocus()
    view.discard.click()
    assert view.focusWidget() is view.page.editor


async def test_a_file_that_changes_is_shown_at_once(view, file, until):
    other = file.read_text().replace("[routing]", "# routes\n[routing]")
    file.write_text(other)
    await until(lambda: view.page.editor.text() == other)
    await until(lambda: quiet(view))
    assert view.said.text() == "Saved"
    assert not view.banner.isVisible()


async def test_where_both_changed_other_lines_they_are_joined(view, file, until):
    type_in(view, "[routing]", "# mine\n[routing]")
    both = view.page.editor.text() + "# theirs\n"
    file.write_text(file.read_text() + "# theirs\n")
    await until(lambda: view.page.editor.text() == both)
    assert view.banner.isHidden()
    await until(lambda: quiet(view))
    await saved(view, until)
    assert file.read_text() == both


@pytest.mark.parametrize("answer", ["Keep this text", "Take the file"])
async def test_where_both_changed_the_same_line_it_asks(view, file, until, answer):
    type_in(view, "[routing]", "# mine\n[routing]")
    mine = view.page.editor.text()
    other = file.read_text().replace("[routing]", "# theirs\n[routing]")
    file.write_text(other)
    await until(view.banner.isVisible)
    assert view.page.editor.text() == mine
    differs = view.banner.difference.toPlainText().splitlines()
    assert differs[:2] == ["− here", "+ the other"]
    assert {"− # mine", "+ # theirs"} <= set(differs)
    view.window().show()
    assert view.asks() == [view.banner]
    view.banner.take_keyboard()
    press(view, answer)
    assert view.asks() == []
    await until(lambda: quiet(view))
    await saved(view, until)
    assert file.read_text() == {"Keep this text": mine, "Take the file": other}[answer]
    assert view.page.editor.text() == file.read_text()


@pytest.mark.parametrize("by_save", [False, True])
async def test_what_differs_follows_what_is_typed_until_that_settles_it(view, file, until, by_save):
    type_in(view, "[routing]", "# mine\n[routing]")
    theirs = file.read_text().replace("[routing]", "# theirs\n[routing]")
    file.write_text(theirs)
    await until(lambda: view.banner.asks)
    if by_save:
        view.save()
        await until(lambda: "Nothing was written" in view.banner.text)
    said = view.banner.text
    type_in(view, "# mine\n", "# mine too\n")
    await until(lambda: "− # mine too" in view.banner.difference.toPlainText().splitlines())
    assert view.banner.text == said
    type_in(view, "# mine too\n", "# theirs\n")
    await until(lambda: not view.banner.asks)
    assert not view.page.dirty
    assert not view.drafts.holds
    await until(lambda: quiet(view))
    assert file.read_text() == theirs


async def asked(view, file, until):
    """Types in a line, which another program changes as well, and one far away; returns both lines."""
    editor = view.page.editor
    lines = file.read_text().splitlines()
    editor.go_to_line(4, len(lines[3]) + 1)
    QTest.keyClicks(editor, " # my name")
    far = next(at for at, line in enumerate(lines) if at > 20 and line.startswith("[")) + 1
    editor.go_to_line(1, len(lines[0]) + 1)
    QTest.keyClicks(editor, " # also mine")
    theirs = [*lines]
    theirs[3] += " # their name"
    theirs.insert(far, "# far away")
    file.write_text("\n".join(theirs) + "\n")
    await until(lambda: view.banner.asks)
    return f"{lines[3]} # my name", theirs[3]


def noticed(desk):
    found = []
    desk.noticed.connect(lambda notice: found.append(notice.text))
    return found


UNDONE = "What it left out counts now; Redo brings the other back."


@pytest.mark.parametrize("at", [0, 1], ids=["Keep this text", "Take the file"])
async def test_V5_an_answer_is_about_the_lines_that_both_changed_and_is_undone_as_a_whole(
    view, file, until, desk, at
):
    mine, theirs = await asked(view, file, until)
    answers = [mine, theirs] if at == 0 else [theirs, mine]
    button, told, editor = view.banner.buttons[at], noticed(desk), view.page.editor
    label = button.text()
    assert "all else of both is kept" in button.toolTip()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert editor.hasFocus()
    assert not view.banner.asks

    def has(line, text):
        return {line, "# far away"} <= set(text.splitlines()) and "# also mine" in text

    assert has(answers[0], editor.text())
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == f"Undone: {label}. {UNDONE}"
    assert has(answers[1], editor.text())
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "# far away" in editor.text(), "nothing behind the answer takes back what others wrote"
    assert not has(answers[1], editor.text()), "what was typed is taken back next"
    for _ in range(2):
        QTest.keyClick(editor, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == ""
    assert has(answers[0], editor.text())
    await until(lambda: quiet(view))
    await saved(view, until)
    assert has(answers[0], file.read_text())
    assert answers[1] not in file.read_text()
    other = file.read_text().replace(answers[0], answers[1])
    told.clear()
    file.write_text(other)
    await until(lambda: editor.text() == other)
    assert not told, "it is not undone: another program wrote so"
    await until(lambda: quiet(view))


async def test_V5_the_answer_is_undone_before_what_was_typed_also_where_nothing_else_changed(
    view, file, until
):
    editor = view.page.editor
    lines = file.read_text().splitlines()
    editor.go_to_line(4, len(lines[3]) + 1)
    QTest.keyClicks(editor, " # my name")
    mine = editor.text()
    file.write_text(file.read_text().replace(lines[3], f"{lines[3]} # their name"))
    await until(lambda: view.banner.asks)
    QTest.mouseClick(view.banner.buttons[1], Qt.MouseButton.LeftButton)
    assert editor.text() == file.read_text()
    for left in (mine, mine.replace(" # my name", " # my ")):
        QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert editor.text() == left
    await until(lambda: quiet(view))


async def test_V5_what_was_discarded_and_comes_back_is_with_what_others_wrote(view, file, until, desk):
    mine, theirs = await asked(view, file, until)
    told, editor = noticed(desk), view.page.editor
    view.discard.click()
    assert editor.text() == file.read_text()
    assert not view.banner.asks
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == f"Undone: Discard. {UNDONE}"
    assert {mine, "# far away"} <= set(editor.text().splitlines())
    assert theirs not in editor.text()
    await until(lambda: quiet(view))


async def test_where_both_changed_the_same_nothing_is_written(view, file, until):
    type_in(view, "[routing]", "# mine\n[routing]")
    theirs = file.read_text().replace("[routing]", "# theirs\n[routing]")
    file.write_text(theirs)
    await until(view.banner.isVisible)
    view.save()
    await until(lambda: "[routing] changed in the file" in view.banner.text)
    await until(lambda: quiet(view))
    assert file.read_text() == theirs
    assert "# mine" in view.page.editor.text()


async def test_a_file_that_is_gone_is_written_again_from_the_text(view, file, until):
    type_in(view, "[routing]", "# mine\n[routing]")
    mine = view.page.editor.text()
    file.unlink()
    await until(view.banner.isVisible)
    view.save()
    await until(lambda: not view.saving and quiet(view))
    assert not file.exists()
    view.conflict._settle(view.page, "Keep this text")
    press(view, "Write it again")
    await until(lambda: file.exists() and not view.page.dirty)
    assert file.read_text() == mine
    assert not view.drafts.holds
    await until(lambda: quiet(view))


async def test_a_scenario_file_that_is_gone_is_asked_about(view, file, until):
    name = view.files.itemText(1)
    view.show_file(name)
    await until(lambda: quiet(view))
    (file.parent / name).unlink()
    view.page.editor.go_to(0)
    QTest.keyClicks(view.page.editor, "# mine")
    view.save()
    await until(lambda: not view.saving and "Write it again" in labels(view))
    press(view, "Write it again")
    await until(lambda: (file.parent / name).exists() and quiet(view))
    assert (file.parent / name).read_text().startswith("# mine")


async def test_what_is_typed_is_discarded_where_the_file_is_gone(view, file, until):
    was = view.page.editor.text()
    type_in(view, "[routing]", "# mine\n[routing]")
    file.unlink()
    view.drafts.discard()
    assert view.page.editor.text() == was
    assert not view.drafts.holds
    assert "cannot be read" in view.banner.text
    press(view, "Write it again")
    await until(lambda: file.exists() and quiet(view))
    assert file.read_text() == was


PARTLY_READ = [b"# caf\xe9\n", b"# filler\n" * 120_000]
"""Behind a project file: no UTF-8, and more than is read."""


@pytest.mark.parametrize("behind", PARTLY_READ)
async def test_what_is_not_read_in_full_is_shown_and_never_written(view, file, until, behind):
    was = file.read_bytes()
    file.write_bytes(was + behind)
    await until(lambda: view.page.locked)
    assert view.page.editor.isReadOnly()
    assert view.page.lock_strip.isVisible()
    assert "E-UTF8" in view.page.locked or "Only its begin is shown" in view.page.locked
    await until(lambda: quiet(view))
    view.page.editor.take_text("x: 1")  # by a command that does not mind
    assert not view.acts["save"].isEnabled()
    view.save()
    await until(lambda: not view.saving)
    assert file.read_bytes() == was + behind
    file.unlink()
    view.drafts.discard()
    assert "cannot be read" in view.banner.text
    assert not labels(view), "what is shown is not all of the file"
    file.write_bytes(was)
    view.drafts.discard()
    await until(lambda: quiet(view))
    assert not view.page.editor.isReadOnly()


@pytest.mark.parametrize("behind", PARTLY_READ)
async def test_what_is_typed_is_not_joined_with_what_is_not_read_in_full(view, file, until, behind):
    was = file.read_bytes()
    type_in(view, "[routing]", "# mine\n[routing]")
    file.write_bytes(was + behind)
    await until(lambda: view.page.locked)
    assert "What you typed stays a draft" in view.page.locked
    assert "# mine" in view.page.editor.text()
    assert view.drafts.holds
    view.save()
    await until(lambda: not view.saving and quiet(view))
    assert file.read_bytes() == was + behind
    file.unlink()
    await until(lambda: "Write it again" in labels(view))
    assert not view.page.locked
    file.write_bytes(was)
    await until(lambda: quiet(view))
    await saved(view, until)
    assert file.read_bytes() == was.replace(b"[routing]", b"# mine\n[routing]")


async def test_lines_end_as_in_the_file(view, file, until):
    text = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(text)
    await until(lambda: view.page.base == text)
    assert not view.page.dirty
    type_in(view, "[routing]", "# here\n[routing]")
    await until(lambda: quiet(view))
    await saved(view, until)
    assert file.read_bytes() == text.replace(b"[routing]", b"# here\r\n[routing]")


async def test_lines_that_are_not_touched_end_as_they_did(view, file, until):
    first, rest = file.read_bytes().split(b"[routing]")
    text = first.replace(b"\n", b"\r\n") + b"[routing]" + rest
    file.write_bytes(text)
    await until(lambda: view.page.base == text)
    type_in(view, "[routing]", "[routing]  # here")
    await until(lambda: quiet(view))
    await saved(view, until)
    assert file.read_bytes() == text.replace(b"[routing]", b"[routing]  # here")


async def test_where_only_the_ends_of_lines_changed_what_is_typed_is_written(view, file, until):
    text = file.read_bytes()
    view._watch.watch([])  # saved before the change is seen
    type_in(view, "[routing]", "[routing]  # here")
    file.write_bytes(text.replace(b"\n", b"\r\n"))
    view.save()
    await until(lambda: not view.saving and quiet(view))
    assert file.read_bytes() == text.replace(b"[routing]", b"[routing]  # here").replace(b"\n", b"\r\n")


async def test_a_scenario_is_checked_against_the_model_and_saved(view, file, until):
    name = view.files.itemText(1)
    view.show_file(name)
    await until(lambda: quiet(view))
    assert not view.page.editor.mistakes
    view.page.editor.go_to(0)
    QTest.keyClicks(view.page.editor, "# about users")
    await until(lambda: quiet(view))
    await saved(view, until)
    assert (file.parent / name).read_text().startswith("# about users")
    view.page.editor.go_to(0)
    QTest.keyClicks(view.page.editor, "x")
    await until(lambda: quiet(view))
    view.page.editor.selectAll()
    view.page.editor.insertPlainText('"A" { then: [{ event: "nothing.happened" }] }')
    await until(lambda: quiet(view) and view.page.editor.mistakes)
    view.acts["save"].do()
    await until(lambda: not view.saving)
    assert "nothing.happened" not in (file.parent / name).read_text()


async def test_others_lead_to_a_line_or_a_definition(view, desk, until):
    desk.text_wanted.emit(PROJECT_FILE, 3)
    assert view.page.editor.textCursor().blockNumber() == 2
    desk.text_wanted.emit(PROJECT_FILE, ("topic", "mail"))
    await until(lambda: view.page.editor.textCursor().selectedText() == "mail")
    told = []
    desk.noticed.connect(told.append)
    desk.text_wanted.emit(PROJECT_FILE, ("event", "user.created"))
    await until(lambda: told)
    assert "Python" in told[0].text
    await until(lambda: quiet(view))


async def test_ctrl_f_opens_the_search(view, until):
    view.focus_filter()
    assert view.page.search.isVisible()
    await asyncio.sleep(0)
    await until(lambda: quiet(view))


async def test_W18_what_is_typed_can_be_rehearsed_before_it_is_written(view, until, file):
    assert not view.acts["rehearse"].isEnabled()
    type_in(view, '"500ms"', '"700ms"')
    await until(lambda: quiet(view) and view.acts["rehearse"].isEnabled())
    view.acts["rehearse"].do()
    (dialog,) = view.findChildren(DeployDialog)
    assert dialog.choice.currentData() == DRAFT
    assert "700ms" not in file.read_text()
    dialog.close()
