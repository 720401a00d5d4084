"""The text of a scenario file beside its lines: written where nothing is wrong, else a draft."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.gui.views import scenario_text
from workbench.gui.views.scenario_text import ScenarioText

TEXT = '# Mine\n"x" {\n    when: { command: "report_outage", data: { domain: "a.org" } }\n    then: []\n}\n'
NAME = "scenarios/some.tsk"


@pytest.fixture(autouse=True)
def _a_short_pause(monkeypatch):
    """Has what is typed be checked soon; no test types on meanwhile."""
    monkeypatch.setattr(scenario_text, "PAUSE_MS", 20)


@pytest.fixture
def file(workspace):
    folder = workspace.project.root / "scenarios"
    for path in folder.iterdir():
        path.unlink()
    made = folder / "some.tsk"
    made.write_text(TEXT)
    return made


@pytest.fixture
async def text(file, desk, qtbot, until):
    made = ScenarioText(desk)
    qtbot.addWidget(made)
    made.show()
    made.show_file(NAME, 2)
    await settled(made, until)
    yield made
    made._pause.stop()
    await until(lambda: not desk.workspace.scenarios.busy)


async def settled(text, until):
    """Returns when what was typed is checked, and written if it may be."""
    await until(lambda: not text._pause.isActive() and not text._desk.running())


def write(text, old, new):
    text.page.editor.take_text(text.page.editor.text().replace(old, new))


async def test_a_file_is_shown_at_its_line(text):
    assert text.page.editor.text() == TEXT
    assert text.page.editor.textCursor().block().text() == '"x" {'


async def test_what_has_no_mistakes_is_written_as_a_step(text, file, desk, until):
    write(text, "a.org", "b.org")
    await settled(text, until)
    assert file.read_text() == TEXT.replace("a.org", "b.org")
    assert text.said.text() == "Written"
    assert not text.drafts.holds
    assert desk.workspace.design.state().undo == f"Edit {NAME}"
    desk.workspace.design.undo()
    assert file.read_text() == TEXT
    text.show_file(NAME, 2)
    assert text.page.editor.text() == TEXT


async def test_a_mistake_stays_a_draft_and_is_told(text, file, desk, qtbot, until):
    write(text, "report_outage", "fly")
    await settled(text, until)
    assert file.read_text() == TEXT
    assert text.said.text().startswith("Not written: 1 mistake")
    assert [one.code for one in text.page.editor.mistakes] == ["S-REF"]
    assert text.drafts.holds == f"the text of {NAME}"
    other = ScenarioText(desk)
    qtbot.addWidget(other)
    other.show_file(NAME, 1)
    assert '"fly"' in other.page.editor.text()
    other.drafts.discard()
    assert other.page.editor.text() == TEXT
    other._pause.stop()
    await settled(other, until)


async def test_what_changed_in_the_file_meanwhile_is_not_written_over(text, file, until):
    write(text, "a.org", "b.org")
    theirs = TEXT.replace("a.org", "c.org")
    file.write_text(theirs)
    await settled(text, until)
    assert file.read_text() == theirs
    assert text.banner.asks
    assert '"c.org"' in text.banner.difference.toPlainText()
    text.banner.buttons[1].click()
    assert text.page.editor.text() == theirs
    assert text.banner.isHidden()
    await settled(text, until)
    assert not text.drafts.holds


async def test_what_differs_follows_what_is_typed_until_that_settles_it(text, file, until):
    write(text, "a.org", "b.org")
    theirs = TEXT.replace("a.org", "c.org")
    file.write_text(theirs)
    await settled(text, until)
    write(text, "b.org", "d.org")
    await settled(text, until)
    assert text.banner.asks
    assert '"d.org"' in text.banner.difference.toPlainText()
    write(text, "d.org", "c.org")
    await settled(text, until)
    assert not text.banner.asks
    assert not text.drafts.holds
    assert file.read_text() == theirs


@pytest.mark.parametrize("at", [0, 1])
async def test_V5_an_answer_that_is_undone_has_the_other_lines_written_and_says_so(
    text, file, desk, until, at
):
    told = []
    desk.noticed.connect(lambda notice: told.append(notice.text))
    write(text, "a.org", "b.org")
    theirs = TEXT.replace("a.org", "c.org").replace("# Mine", "# Far away")
    file.write_text(theirs)
    await settled(text, until)
    label = text.banner.buttons[at].text()
    text.banner.buttons[at].click()
    await settled(text, until)
    answers = [theirs.replace("c.org", "b.org"), theirs]
    assert file.read_text() == answers[at]
    QTest.keyClick(text.page.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told[-1].startswith(f"Undone: {label}. What it left out counts now")
    await settled(text, until)
    assert file.read_text() == answers[1 - at]


async def test_a_draft_whose_lines_were_changed_elsewhere_is_asked_about_and_can_be_kept(text, file, until):
    write(text, "report_outage", "fly")
    await settled(text, until)
    theirs = TEXT.replace("report_outage", "end_outage").replace("a.org", "c.org")
    file.write_text(theirs)
    text.show_file(NAME, 1)
    assert text.banner.asks
    write(text, "fly", "report_outage")
    write(text, "a.org", "b.org")
    await settled(text, until)
    assert file.read_text() == theirs, "it is asked first"
    text.banner.buttons[0].click()
    await settled(text, until)
    assert file.read_text() == TEXT.replace("a.org", "b.org")
    assert not text.drafts.holds
    assert text.banner.isHidden()


async def test_a_draft_that_was_kept_over_an_end_is_asked_about_as_well(text, file, desk, qtbot, until):
    write(text, "report_outage", "fly")
    await settled(text, until)
    file.write_text(TEXT.replace("report_outage", "end_outage"))
    other = ScenarioText(desk)
    qtbot.addWidget(other)
    other.show_file(NAME, 1)
    assert other.banner.asks
    file.write_text(TEXT)
    other.show_file(NAME, 1)
    assert not other.banner.asks, "both are as they were when it was typed"
    other._pause.stop()
    await settled(other, until)


async def test_what_was_wrong_is_written_once_the_model_fits_it(text, file, desk, until):
    write(text, "report_outage", "announce_outage")
    await settled(text, until)
    assert text.page.editor.mistakes
    module = file.parent.parent / "domain.py"
    module.write_text(module.read_text().replace('"report_outage"', '"announce_outage"'))
    desk.workspace.model_reload.trust_changes = True
    await desk.workspace.model_reload.check()
    await until(lambda: "announce_outage" in file.read_text())
    await settled(text, until)
    assert not text.page.editor.mistakes
    assert not text.drafts.holds


async def test_what_is_typed_is_discarded_where_the_file_is_gone(text, file, until):
    write(text, "report_outage", "fly")
    await settled(text, until)
    file.unlink()
    text.drafts.discard()
    assert text.page.editor.text() == TEXT
    assert not text.drafts.holds
    assert "cannot be read" in text.banner.text
    text.banner.buttons[0].click()
    await settled(text, until)
    assert file.read_text() == TEXT
    assert text.banner.isHidden()


async def test_the_text_of_a_file_that_is_gone_stays_until_one_goes_on(text, file, until):
    for name in ("other.tsk", "third.tsk"):
        (file.parent / name).write_text(TEXT)
    file.unlink()
    for name in (NAME, "scenarios/other.tsk", "scenarios/other.tsk"):  # as the list does by itself
        text.show_file(name, 1)
        assert text.page.name == NAME
        assert [button.text() for button in text.banner.buttons] == ["Write it again"]
    text.show_file("scenarios/third.tsk", 1)
    assert text.page.name == "scenarios/third.tsk"
    assert text.banner.isHidden()
    await settled(text, until)


async def test_what_is_typed_where_the_file_is_gone_can_be_written_again(text, file, until):
    file.unlink()
    write(text, "a.org", "b.org")
    await settled(text, until)
    assert text.drafts.holds
    text.banner.buttons[0].click()
    await settled(text, until)
    assert file.read_text() == TEXT.replace("a.org", "b.org")
    assert not text.drafts.holds


async def test_what_changed_elsewhere_in_the_file_is_shown_with_what_is_written(text, file, until):
    write(text, "a.org", "b.org")
    theirs = '"theirs" {\n    then: []\n}\n'
    file.write_text(TEXT + theirs)
    await settled(text, until)
    assert file.read_text() == TEXT.replace("a.org", "b.org") + theirs
    assert text.page.editor.text() == file.read_text()


async def test_a_file_that_was_removed_here_is_not_told(text, file, desk, until):
    other = file.parent / "other.tsk"
    other.write_text(TEXT)
    design = desk.workspace.design
    design.state()
    design.apply("Remove it", lambda written: written.without_file(NAME))
    assert not file.exists()
    text.show_file("scenarios/other.tsk", 1)
    assert text.page.name == "scenarios/other.tsk"
    assert text.banner.isHidden()
    await settled(text, until)
