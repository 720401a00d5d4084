"""Many letters in the window: grouped by anything, narrowed, patched, rehearsed, sent by a ladder, undone."""

from __future__ import annotations

import asyncio
from array import array
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from tests.services.conftest import passing, settle
from workbench.gui.desk import Selection
from workbench.gui.theme import ui_font
from workbench.gui.time_format import short
from workbench.gui.views.ladder_bar import LadderBar, RungState, rung_role, states
from workbench.gui.views.letter_actions import ARCHIVE, REPLAY
from workbench.gui.views.letter_detail import TABS_LEAST
from workbench.gui.views.letter_nodes import ALL
from workbench.gui.views.letter_repair_panel import FORM_LEAST
from workbench.gui.views.letters_view import LettersView
from workbench.gui.views.patch_form import FieldLine, PatchForm
from workbench.gui.views.repair_words import judged
from workbench.model.changes import Changes
from workbench.services.dead_letters import JobReport
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.services.dead_letters.letter_rehearsal import Rehearsal, RehearsedOutcome
from workbench.services.dead_letters.patch_report import report_of
from workbench.store.letter_jobs import Job, JobPlan, JobStatus

USERS = ("ann", "bob", "cyd", "dan", "eve", "fay", "gus", "hal")


@pytest.fixture
async def many(workspace):
    """Six mails to one server that cannot exist, two to another."""
    for number, name in enumerate(USERS):
        domain = "y.invalid" if number > 5 else "x.invalid"
        values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)
    return workspace


@pytest.fixture
def view(many, desk, qtbot):
    made = LettersView(desk)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.activateWindow()
    return made


def nodes(view):
    return [(node.title, len(node.numbers)) for node in view.groups.model().nodes]


def say(box, text):
    box.setCurrentText(text)
    box.activated.emit(0)


def write(view, field, way, value):
    line = view.many.panel.form._lines[-1]
    line.field.setCurrentText(field)
    line.way.setCurrentIndex(line.way.findData(way))
    line.value.setText(value)


async def grouped(view, until, by, then=""):
    say(view.finder.by, by)
    if then:
        say(view.finder.then, then)
    await until(lambda: view.groups._grouping == (by, then))


async def test_letters_are_grouped_and_each_group_once_more(view, until):
    await until(lambda: view.groups.model().nodes)
    assert nodes(view)[0] == ("All causes", 8)
    await grouped(view, until, "type", "data.email.split('@')[1]")
    assert nodes(view) == [("All letters", 8), ("user.created", 8), ("x.invalid", 6), ("y.invalid", 2)]
    view.grab()
    view.groups.setCurrentIndex(view.groups.model().index(3))
    await until(lambda: view.table.model().rowCount() == 2)


async def test_a_group_becomes_a_chip_and_the_chip_is_taken_away(view, until):
    await until(lambda: view.groups.model().nodes)
    await grouped(view, until, "message")
    assert nodes(view)[1:] == [
        ("no mail server can exist for x.invalid", 6),
        ("no mail server can exist for y.invalid", 2),
    ]
    view.groups.setCurrentIndex(view.groups.model().index(2))
    view.many.acts["only_group"].do()
    await until(lambda: nodes(view)[0] == ("All letters", 2))
    assert "2 of 8 found" in view.finder.searched.text()
    view.finder._widen(view.finder.chips[0])
    await until(lambda: nodes(view)[0] == ("All letters", 8))
    assert view.groups._identity == ALL or view.groups.node().chips


async def test_a_chosen_cause_stays_chosen_when_words_are_searched_and_cleared(view, many, until):
    await many.commands.issue("create_user", {"user_id": "ida", "username": "Ida", "email": "ida@x.invalid"})
    await until(lambda: view.groups.model().nodes)
    cause = next(at for at, node in enumerate(view.groups.model().nodes) if node.cause is not None)
    view.groups.setCurrentIndex(view.groups.model().index(cause))
    chosen = view.groups.node()
    view.finder.words.setText("ann")
    view.finder.words.returnPressed.emit()
    await until(lambda: view.groups.model().nodes[0].title == "All letters")
    assert view.groups.node().cause_said == chosen.cause_said
    assert len(view.groups.node().numbers) == 1
    view.finder.words.clear()
    view.finder.words.returnPressed.emit()
    await until(lambda: view.groups.model().nodes[0].title == "All causes")
    assert view.groups.node().identity == chosen.identity
    view.groups.setCurrentIndex(view.groups.model().index(cause))
    await grouped(view, until, "type")
    assert view.groups._identity == ALL, "a group of types has other letters"


async def test_L5_what_can_be_done_with_all_of_a_group_is_of_that_group(view, many, until):
    await until(lambda: view.groups.model().nodes)
    await grouped(view, until, "message")
    view.table.selectAll()
    view.groups.setCurrentIndex(view.groups.model().index(2))
    view.many.acts["repair-group"].do()
    await until(lambda: view.many.panel.report is not None)
    assert sorted(view.many.panel.numbers) == [7, 8]
    view.many.acts["archive-group"].do()
    await until(view.strip.isVisible)
    assert view.strip.text().startswith("Archive 2 dead letters?")
    agree(view)
    await until(lambda: many.dead_letters.counts() == {"open": 6, "archived": 2})


async def test_words_and_cel_are_searched_and_it_says_in_how_many(view, until):
    await until(lambda: view.groups.model().nodes)
    view.finder.words.setText("ann")
    view.finder.words.returnPressed.emit()
    await until(lambda: view.table.model().rowCount() == 1)
    assert view.finder.searched.text() == "1 of 8 found"
    view.finder.words.clear()
    view.finder.words.returnPressed.emit()
    view.finder.where.setText("data.username in ['Bob', 'Cyd']")
    view.finder.where.returnPressed.emit()
    await until(lambda: view.table.model().rowCount() == 2)
    view.finder.where.clear()
    view.finder.words.setText("nobody")
    view.finder.words.returnPressed.emit()
    await until(lambda: view.statuses.currentText() == "Open  ·  0 of 8")
    said = "None of 8 open letters holds “nobody”."
    await until(lambda: said in [one.text() for one in view.table.findChildren(QLabel) if one.isVisible()])
    next(one for one in view.table.findChildren(QPushButton) if one.text() == "Clear the search").click()
    await until(lambda: view.table.model().rowCount() == 8)
    assert (view.finder.words.text(), view.statuses.currentText()) == ("", "Open  ·  8")


async def test_a_status_that_none_of_those_found_by_the_search_has_says_so(view, many, until):
    await until(lambda: view.groups.model().nodes)
    first, second, third = sorted(one.number for one in many.dead_letters.page())[:3]
    await many.dead_letters.archive([first])
    view.show_only([second, third])
    await until(lambda: view.table.model().rowCount() == 2)
    view.statuses.setCurrentIndex(view.statuses.findData("Archived"))
    said = "None of the 2 found by the search has the status Archived."
    await until(lambda: said in [one.text() for one in view.table.findChildren(QLabel) if one.isVisible()])
    next(one for one in view.table.findChildren(QPushButton) if one.text() == "Clear the search").click()
    await until(lambda: view.table.model().rowCount() == 1)
    assert view.statuses.currentText() == "Archived  ·  1"


async def test_what_was_searched_comes_back_when_some_are_not_shown_alone_any_more(view, many, until):
    await until(lambda: view.table.model().rowCount() == 8)
    view.finder.words.setText("ann")
    view.finder.words.returnPressed.emit()
    await until(lambda: view.table.model().rowCount() == 1)
    view.show_only(sorted(one.number for one in many.dead_letters.page())[2:5])
    await until(lambda: view.table.model().rowCount() == 3)
    assert view.finder.words.text() == ""
    chip = next(one for one in view.finder.findChildren(QToolButton, "chip"))
    chip.click()
    await until(lambda: view.table.model().rowCount() == 1)
    assert view.finder.words.text() == "ann"
    view.detail.notes.owner.setFocus()
    view.focus_filter()
    assert view.finder.words.hasFocus() or view.focusWidget() is view.finder.words


async def test_L5_a_wrong_expression_lists_nothing_and_says_why(view, until):
    await until(lambda: view.table.model().rowCount() == 8)
    view.table.selectAll()
    view.finder.where.setText("emial == 'x'")
    view.finder.where.returnPressed.emit()
    await until(view.finder.flaw.isVisible)
    assert "emial" in view.finder.flaw.text()
    assert view.finder.where.property("invalid")
    await until(lambda: view.table.model().rowCount() == 0)
    labels = [one.text() for one in view.table.findChildren(QLabel) if one.isVisible()]
    assert view.finder.flaw.text() in labels
    assert "Not searched" in labels
    assert (view.finder.searched.isVisible(), view.statuses.currentText()) == (False, "Open  ·  8")
    assert not [one for one in labels if "found" in one]
    assert view.many.repairable()[0] == array("q")
    assert not view.many.acts["repair"].isEnabled()
    assert not view.whole.isEnabled()
    next(one for one in view.table.findChildren(QPushButton) if one.text() == "Clear the search").click()
    await until(lambda: view.table.model().rowCount() == 8)
    assert not view.finder.flaw.isVisible()
    assert not view.finder.where.property("invalid")


async def test_a_misspelt_field_to_group_by_is_told_beside_the_group_of_those_without_it(view, until):
    await until(lambda: view.table.model().rowCount() == 8)
    say(view.finder.by, "emial")
    await until(view.finder.flaw.isVisible)
    assert view.finder.flaw.text() == "no letter has a field emial (did you mean email?)"
    assert view.table.model().rowCount() == 8, "they are listed, in one group"
    assert not view.finder.where.property("invalid")
    say(view.finder.by, "email")
    await until(lambda: not view.finder.flaw.isVisible())


async def test_a_wrong_grouping_says_why_and_the_causes_come_back(view, until):
    await until(lambda: view.table.model().rowCount() == 8)
    say(view.finder.by, "data.email.split(")
    await until(lambda: view.finder.flaw.isVisible() and view.table.model().rowCount() == 0)
    view.finder.clear()
    await until(lambda: view.table.model().rowCount() == 8)
    assert (view.finder.by.said(), view.finder.flaw.isVisible()) == ("cause", False)


async def test_a_field_that_no_letter_has_is_told(view, until):
    await until(lambda: view.table.model().rowCount() == 8)
    view.finder.where.setText("data.emial == 'x'")
    view.finder.where.returnPressed.emit()
    said = "8 letters where data.emial is missing (of any status)"
    await until(lambda: view.finder.searched.text() == f"0 of 8 found; {said}")
    assert view.finder.flaw.isVisible()
    assert view.finder.flaw.text() == "no letter has a field data.emial (did you mean email?)"
    labels = [one.text() for one in view.table.findChildren(QLabel)]
    assert any(said in one for one in labels)


@pytest.mark.parametrize("size", [(1000, 560), (960, 440), (1180, 380)])
async def test_what_a_rehearsal_says_and_the_first_step_are_in_sight_where_there_is_little_room(
    view, many, until, size
):
    await until(lambda: view.groups.model().nodes)
    view.resize(*size)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel.isVisible() and panel._shown is not None)
    assert panel.ladder.cursorPosition() == 0
    panel.rehearsal._say("2 would be resolved.\n6 would fail again:\n  SmtpError: no mail server")
    said = panel.rehearsed
    await until(lambda: said.visibleRegion().boundingRect().height() == said.height() > 20)
    panel.rehearsal._say("\n".join(["9 would be resolved.", *(f"  {at} would fail" for at in range(30))]))
    await until(lambda: not said.visibleRegion().isEmpty() and said.height() > 200)
    assert said.visibleRegion().boundingRect().top() == 0, "its first line, where it is too long"


def squeezed(outer):
    """Returns the texts in sight that have less height than they need."""
    labels = [one for one in outer.findChildren(QLabel) if one.isVisible() and one.text()]
    needed = [(one, max(one.heightForWidth(one.width()), one.fontMetrics().height())) for one in labels]
    return [one.text() for one, height in needed if one.height() < height]


@pytest.mark.parametrize("size", [(700, 500), (725, 585), (800, 560), (1040, 585), (1300, 800)])
async def test_a_letter_and_its_repair_are_scrolled_and_never_squeezed_where_there_is_little_room(
    view, until, qapp, qtbot, size
):
    await until(lambda: view.table.model().rowCount() == 8)
    window = QWidget()  # which gives it no more, as a dock
    qtbot.addWidget(window)
    view.setParent(window)
    window.resize(*size)
    window.show()
    view.show()
    view.resize(*size)
    view.desk.select(Selection(letter=3))
    await until(lambda: view.detail.letter is not None)
    view.table.selectAll()
    view.begin(ARCHIVE, [1, 2, 3])
    await until(view.strip.isVisible)
    qapp.processEvents()
    assert squeezed(view.detail) == []
    assert view.detail.tabs.height() >= TABS_LEAST
    view.many.acts["repair"].do()
    await until(lambda: view.many.panel.report is not None and view.many.panel._shown is not None)
    qapp.processEvents()
    panel = view.many.panel
    assert squeezed(panel) == []
    assert panel._scrolled.height() >= FORM_LEAST
    below = [panel.steps, panel.send, panel.why]
    places = [QRect(one.mapTo(panel, QPoint(0, 0)), one.size()) for one in below]
    assert not any(one.intersects(other) for one, other in pairwise(places))
    cross = panel.close_button
    wide = panel._scrolled.parentWidget().parentWidget().width()
    view.setParent(None)
    ends = [*(place.right() for place in places), cross.mapTo(panel, cross.rect().topRight()).x()]
    assert max(ends) <= wide, "nothing is cut at the side"


def agree(view):
    """Says yes to the question of the strip."""
    view.strip.buttons()[0].click()


async def test_L5_a_repair_of_others_than_those_listed_says_so_and_takes_those(view, until):
    await until(lambda: view.table.model().rowCount() == 8)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel.report is not None)
    assert panel.listed.other.isHidden()
    view.finder.words.setText("y.invalid")
    view.finder.words.returnPressed.emit()
    await until(lambda: panel.listed.other.isVisible() and view.table.model().rowCount() == 2)
    assert panel.listed.other.text() == "⚠ Not what is listed: 8 here, the list has 2"
    assert panel.listed.take.text() == "Take the list's 2"
    panel.listed.take.click()
    await until(lambda: panel.send.text() == "Replay 2" and panel.send.isEnabled())
    assert panel.numbers == (8, 7)
    assert panel.listed.other.isHidden()
    view.finder.where.setText("emial == 'x'")
    view.finder.where.returnPressed.emit()
    await until(lambda: "emial" in panel.send.toolTip())
    assert not panel.send.isEnabled()
    assert panel.listed.take.isHidden()


async def test_L5_a_repair_asks_once_with_number_and_names(view, many, until):
    await until(lambda: view.table.model().rowCount() == 8)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(panel.send.isEnabled)
    panel.send.click()
    await until(view.strip.isVisible)
    assert view.strip.text().startswith("Replay 8? It can be undone while it waits")
    assert view.strip.text().endswith(" The oldest messages go first. By steps of 1, 5, 20, then the rest.")
    panel.pace.setValue(7)
    panel._send()
    await until(lambda: view.strip.text().endswith(", then the rest. At most 7 per second."))
    assert view.strip.samples().startswith("#1  ")
    assert view.strip.samples().endswith("and 5 more")
    assert not many.dead_letters.jobs.list()


async def test_L5_a_repair_says_what_its_job_left(view, many, until):
    await until(lambda: view.table.model().rowCount() == 8)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(panel.send.isEnabled)
    panel.pace.setValue(1)
    panel.send.click()
    await until(view.strip.isVisible)
    agree(view)
    await until(lambda: "is running" in panel.listed.job.text())
    assert panel.title.text() == "Repair: no letter is left here"
    assert panel.listed.take.isHidden(), "what waits for the job is not sent once more"
    (job,) = many.dead_letters.jobs.list()
    await many.dead_letters.jobs.cancel(job.number)
    await until(lambda: "was cancelled" in panel.listed.job.text())
    left = 8 - many.dead_letters.jobs.get(job.number).step
    assert panel.listed.job.text().endswith(f"{left} of them are not sent")
    await until(panel.listed.take.isVisible)


async def test_L5_a_repair_says_how_many_of_those_that_fit_are_archived(view, many, until):
    await many.dead_letters.archive(sorted(one.number for one in many.dead_letters.page())[:3])
    view.statuses.setCurrentIndex(view.statuses.findData("All"))
    await until(lambda: view.table.model().rowCount() == 8)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel.report is not None)
    assert panel.fits.fit.text() == "✓ 8 fit the schema, 3 of them archived"
    panel.send.click()
    await until(view.strip.isVisible)
    assert "Replay 8? 3 of them are archived, and no more then." in view.strip.text()


async def test_L6_a_group_is_patched_previewed_and_sent_by_a_ladder(view, many, until):
    await until(lambda: view.groups.model().nodes)
    await grouped(view, until, "message")
    view.groups.setCurrentIndex(view.groups.model().index(1))
    view.many.acts["repair"].do()
    panel = view.many.panel
    write(view, "email", "expression", "data.email.replace('invalid', 'example')")
    await until(lambda: panel.report is not None and panel._shown is not None and panel._shown.changed)
    assert panel.send.text() == "Repair and replay 6"
    assert "cannot" in panel.send.toolTip()
    assert "ann" not in panel.diff.toPlainText()
    assert "fay@x.example" in panel.diff.toPlainText()
    panel.after.click()
    await until(lambda: "eve@x.example" in panel.diff.toPlainText())
    assert panel.letter.text().endswith("2 of 6")
    panel.ladder.setText("1, 2")
    panel.send.click()
    await until(view.strip.isVisible)
    agree(view)
    await until(many.dead_letters.jobs.list)
    (job,) = many.dead_letters.jobs.list()
    await passing(many, until(lambda: many.dead_letters.jobs.get(job.number).status is JobStatus.DONE))
    assert many.dead_letters.counts()["resolved"] == 6
    assert job.plan.ladder == (1, 2)
    await until(lambda: "done" in view.jobs.cards[job.number].title.text())


async def test_P7_what_fits_is_asked_again_when_the_model_was_read_again(view, many, until):
    await until(lambda: view.groups.model().nodes)
    await grouped(view, until, "message")
    view.groups.setCurrentIndex(view.groups.model().index(1))
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel._shown is not None and not panel._pause.isActive() and panel._checking.done())
    assert panel.send.text() == "Replay 6"
    file = many.project.root / "project.tsk"
    before, _, rest = file.read_text().partition("welcome_mail {")
    file.write_text(before + rest.partition("}")[2])
    await many.model_reload.check()
    await until(lambda: panel.report is not None and panel.send.text() == "Replay 0")
    assert not panel.send.isEnabled()
    assert panel.send.toolTip() == "No letter fits"


async def test_L6_letters_that_do_not_fit_are_counted_said_and_shown(view, many, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    write(view, "email", "expression", "data.username == 'Ann' ? 3 : data.email")
    await until(lambda: panel.report is not None and panel.report.misfits)
    assert panel.fits.fit.text().endswith("7 fit the schema")
    assert panel.fits.misfit.text().endswith("1 do not, left out")
    assert "email" in panel.fits.why.text()
    offered = {one.text(): one for one in panel.fits.show_these.menu().actions()}
    assert next(iter(offered)) == "7 that stay as they are"
    left_out = next(said for said in offered if said.startswith("1 left out: "))
    offered[left_out].trigger()
    await until(lambda: view.table.model().rowCount() == 1)
    await many.commands.issue("create_user", {"user_id": "zoe", "username": "Zoe", "email": "z@x.invalid"})
    await settle(many)
    await until(lambda: many.dead_letters.counts()["open"] == 9)
    await until(lambda: view.finder.query(("open",)).only)
    assert view.table.model().rowCount() == 1, "it stays filtered while others die"
    panel.first.setValue(3)
    assert panel.send.text() == "Repair and replay 3"
    panel.ladder.setText("none")
    assert not panel.send.isEnabled()
    assert "no steps" in panel.send.toolTip()


async def test_L6_a_patch_that_is_broken_fits_nothing_and_says_so_where_it_cannot_be_sent(view, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel.fits.fit.text().endswith("8 fit the schema"))
    write(view, "email", "expression", "data.email +")
    await until(lambda: panel.report is None and "✓" not in panel.verdict.text())
    assert panel.fits.fit.text().endswith("not tried")
    assert panel.why.text() == f"⚠ {panel.send.toolTip()}."


async def test_L5_before_it_is_sent_it_is_said_how_many_a_patch_leaves_as_they_are(view, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    write(view, "email", "expression", "data.username == 'Ann' ? 'ann@example.org' : data.email")
    await until(lambda: panel.report is not None and len(panel.report.unchanged) == 7)
    assert panel.fits.stay.text().endswith("7 stay as they are")
    await until(panel.send.isEnabled)
    panel.send.click()
    await until(view.strip.isVisible)
    assert "Repair and replay 8? The patch leaves 7 of them as they are." in view.strip.text()


async def test_L6_a_rehearsal_asks_once_whether_handlers_shall_really_run(view, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(panel.send.isEnabled)
    panel.rehearse.click()
    assert view.strip.text().startswith("Rehearse 8? Handlers really run in the copy, such as those of ")
    assert "welcome-mail" in view.strip.text()
    assert panel.rehearsed.isHidden()
    agree(view)
    await until(panel.rehearsed.isVisible)
    await until(lambda: panel.rehearse.text() == "Rehearse 8")
    panel.rehearse.click()
    assert panel.rehearse.text() == "Cancel the rehearsal", "it was agreed to before"
    assert not view.strip.isVisible()
    panel.rehearse.click()


async def test_a_replay_is_asked_about_with_what_the_rehearsal_of_its_letters_had_fail(view, many, until):
    await until(lambda: view.groups.model().nodes)
    chosen = tuple(view.groups.node().numbers)
    bad = RehearsedOutcome(words="fails again: no mail server", resolved=False, numbers=chosen[:3])
    good = RehearsedOutcome(words="mail.sent", resolved=True, numbers=chosen[3:])
    many.dead_letters.repair.rehearsal._last = "", Rehearsal(outcomes=(good, bad), seconds=1.0, at=0)
    said = f"Rehearsed {short(0)}: 3 of 8 were not resolved (fails again: no mail server: 3)."
    view.whole.click()
    await until(view.strip.isVisible)
    assert view.strip.text().startswith(f"Replay 8 dead letters? {said}")
    assert view.strip.buttons()[-1].hasFocus(), "Enter replays nothing"
    view.strip.dismiss()
    view._repairs.begin(REPLAY, chosen[3:])
    await until(view.strip.isVisible)
    assert "Rehearsed" not in view.strip.text()
    view.strip.dismiss()
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(panel.send.isEnabled)
    panel.send.click()
    await until(view.strip.isVisible)
    assert f"? {said} " in view.strip.text()
    view.strip.dismiss()
    write(view, "email", "set", "ann@example.org")
    await until(lambda: panel.send.isEnabled() and panel.send.text() == "Repair and replay 8")
    panel.send.click()
    await until(view.strip.isVisible)
    assert "Rehearsed" not in view.strip.text(), "that was another repair"


def test_L6_letters_without_a_schema_are_not_said_to_fit_one():
    report = report_of((number, "", False, (), (), (), number != 3) for number in (1, 2, 3))
    assert judged(report) == "2 fit the schema, 1 letter without a schema"
    none = report_of((number, "", False, (), (), (), False) for number in (1, 2, 3))
    assert judged(none) == "3 letters without a schema"


async def test_L6_a_text_is_replaced_within_a_field_and_seen_in_each_letter(view, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    write(view, "email", "replace", "@example.")
    line = panel.form._lines[0]
    assert (line.sought.isVisible(), panel.send.isEnabled()) == (True, False)
    assert panel.form.lacking() == "email: there is no text yet that is to be replaced"
    line.sought.setText("@x.")
    await until(lambda: panel.report is not None and len(panel.report.unchanged) == 2)
    panel._step(len(USERS))
    await until(lambda: "ann@example.invalid" in panel.diff.toPlainText())
    assert panel.form.patch().changes == (
        FieldChange(way="replace", field="email", value="@example.", find="@x."),
    )
    offered = [one.text() for one in panel.fits.show_these.menu().actions()]
    assert offered == ["6 that change and fit", "2 that stay as they are"]
    assert line.sought.geometry().top() == line.value.geometry().top() > line.field.geometry().bottom()
    line.way.setCurrentIndex(0)
    assert not line.sought.isVisible()
    line.layout().activate()
    assert line.value.geometry().top() < line.field.geometry().bottom()


@pytest.mark.parametrize("way", ["replace", "remove"])
async def test_L6_a_field_that_no_letter_has_is_told_and_nothing_is_sent(view, until, way):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel._shown is not None)
    write(view, "emial", way, "y")
    panel.form._lines[0].sought.setText("x")
    await until(lambda: panel.report is not None and panel.report.absent)
    assert panel.fits.unknown.text() == "⚠ no letter has emial (did you mean email?)"
    assert panel.fits.unknown.isVisible()
    assert (panel.fits.anyway.isVisible(), panel.send.isEnabled()) == (False, False)
    assert panel.send.toolTip() == "The patch changes none of these letters"
    panel.form._lines[0].field.setCurrentText("email")
    await until(lambda: panel.report is not None and not panel.report.absent)
    assert not panel.fits.unknown.isVisible()


async def test_fields_that_are_offered_while_one_types_change_nothing_of_what_is_typed(view, desk, until):
    failed = []
    desk.noticed.connect(failed.append)
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    for letter in "email":
        line = panel.form._lines[0]
        line.field.setCurrentText(line.field.currentText() + letter)
        panel._judge()
    await until(lambda: panel.report is not None)
    assert panel.form._lines[0].field.currentText() == "email"
    assert panel._patch is not None
    assert failed == []


async def test_a_value_is_empty_only_where_that_was_typed_and_agreed_to(view, many, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    write(view, "email", "set", "")
    await until(lambda: panel.report is not None and panel._shown is not None)
    assert panel.verdict.text() == '⚠ email has no value yet: type "" for an empty text, or null'
    assert not panel.send.isEnabled()
    assert not panel.rehearse.isEnabled()
    write(view, "email", "set", '""')
    await until(panel.send.isEnabled)
    panel.send.click()
    await until(view.strip.isVisible)
    assert view.strip.text().startswith(
        "Repair and replay 8? email becomes empty or null in 8 letters. It can"
    )
    assert not many.dead_letters.jobs.list()
    view.strip.dismiss()
    write(view, "emailstatus", "set", "good")
    await until(lambda: panel.report is not None and panel.fits.unknown.isVisible())
    assert panel.send.toolTip() == "emailstatus is no field of user.created (did you mean status?): 8"
    assert not panel.send.isEnabled()
    panel.fits.anyway.click()
    assert panel.send.isEnabled()
    panel.first.setValue(7)
    panel.send.click()
    await until(view.strip.isVisible)
    agree(view)
    await until(lambda: panel.numbers == (8,))
    assert not panel.form.patch().changes, "a patch ends with its job"
    assert panel.title.text() == "Repair 1 dead letter · not sent yet"
    assert not view.unsaved()
    await until(panel.last.isVisible)
    panel.last.click()
    assert panel.form.patch().changes == (FieldChange(way="set", field="emailstatus", value="good"),)
    assert panel.form._lines[0].field.lineEdit().selectedText() == "emailstatus"
    await until(panel.fits.anyway.isVisible)
    panel.fits.anyway.click()
    panel.send.click()
    await until(view.strip.isVisible)
    agree(view)
    await until(lambda: not panel.numbers and panel.report is not None and not panel.report.fit)
    assert (panel.send.isEnabled(), panel.send.toolTip()) == (False, "No letter is left")
    assert not panel.rehearse.isEnabled()


async def test_L5_what_was_agreed_to_is_not_another_patch_that_came_after_the_question(
    view, many, until, monkeypatch
):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    asked, notices = [], []
    monkeypatch.setattr(panel._strip, "ask", lambda _said, _lines, choices: asked.extend(choices))
    monkeypatch.setattr(view.desk, "notice", lambda kind, text, *_more, **_other: notices.append(text))
    write(view, "email", "set", '""')
    await until(panel.send.isEnabled)
    panel.send.click()
    await until(lambda: asked)
    before = panel._patch
    write(view, "username", "set", "Bob")
    await until(lambda: panel._patch is not before and panel.send.isEnabled())
    (choice,) = asked
    choice.run()
    assert notices == ["The repair was changed after the question; nothing is replayed."]
    assert panel.send.isEnabled()
    assert not many.dead_letters.jobs.list()


async def test_V2_a_patch_that_was_begun_is_kept_until_it_is_sent(view, many, desk, qtbot, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    write(view, "email", "set", "a@b.example")
    await until(view.unsaved)
    other = LettersView(desk)
    qtbot.addWidget(other)
    other.many.panel.open((1,), "one")
    assert other.many.panel.form.patch().changes == (
        FieldChange(way="set", field="email", value="a@b.example"),
    )


async def test_L7_ctrl_z_takes_the_last_act_back(view, many, until):
    await until(lambda: view.groups.model().nodes)
    undo = view.acts["undo"]
    assert undo.shortcut() == QKeySequence("Ctrl+Z")
    assert not undo.isEnabled()
    assert "Nothing" in undo.toolTip()
    view._repairs.do(ARCHIVE, (1,))
    await until(lambda: many.dead_letters.counts().get("archived") == 1)
    await until(undo.isEnabled)
    assert undo.text() == "Undo archive of 1 dead letter"
    undo.do()
    await until(lambda: many.dead_letters.counts().get("open") == 8)
    await until(lambda: not undo.isEnabled())


async def test_L5_the_undo_of_a_repair_cancels_what_waits(view, many, until):
    await until(lambda: view.groups.model().nodes)
    view.many.acts["repair"].do()
    panel = view.many.panel
    write(view, "email", "set", "a@b.example")
    await until(lambda: panel.report is not None and panel._patch is not None and panel._patch.changes)
    panel.pace.setValue(1)
    panel.send.click()
    await until(view.strip.isVisible)
    agree(view)
    await until(view.acts["undo"].isEnabled)
    view.acts["undo"].do()
    (job,) = many.dead_letters.jobs.list()
    await until(lambda: many.dead_letters.jobs.get(job.number).status is JobStatus.CANCELLED)
    assert many.dead_letters.counts()["open"] > 0


async def test_owner_and_note_are_written_for_one_and_for_the_group(view, many, until):
    await until(lambda: view.groups.model().nodes)
    view.desk.select(Selection(letter=3))
    await until(lambda: view.detail.letter is not None)
    notes = view.detail.notes
    view.detail.tabs.setCurrentWidget(notes)
    notes.area.setPlainText("asked them")
    assert notes.drafts.holds
    view.activateWindow()
    notes.area.setFocus()
    QTest.keyClick(notes.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: many.dead_letters.repair.facts(3).note == "asked them")
    await until(lambda: not notes.drafts.holds)
    notes.owner.setText("Lena")
    notes.save_all.click()
    await until(lambda: many.dead_letters.repair.facts(8).owner == "Lena")
    view.finder.words.setText("lena")
    view.finder.words.returnPressed.emit()
    await until(lambda: view.finder.searched.text() == "8 of 8 found")
    await until(lambda: notes.owner.text() == "Lena")
    await many.operations.undo(many.monitor.actions()[0].number)
    view.desk.changed.emit(Changes(dead_letters=True))  # as the window tells it
    await until(lambda: notes.owner.text() == "")


async def test_L5_a_note_for_the_group_is_of_the_letters_that_its_button_counts(view, many, until):
    await until(lambda: view.groups.model().nodes)
    await grouped(view, until, "message")
    view.desk.select(Selection(letter=3))
    await until(lambda: view.detail.letter is not None)
    notes, repair = view.detail.notes, many.dead_letters.repair
    view.detail.tabs.setCurrentWidget(notes)
    notes.owner.setText("Lena")
    notes.owner.textEdited.emit("Lena")
    assert notes.save_all.text() == "Save for all 8 of the group"
    view.groups.setCurrentIndex(view.groups.model().index(2))
    assert notes.save_all.text() == "Save for all 2 of the group"
    numbers = [*view.groups.node().numbers]
    notes.save_all.click()
    await until(lambda: repair.noted(range(1, 9)))
    assert sorted(repair.noted(range(1, 9))) == sorted(numbers)


async def test_L5_a_note_for_the_group_that_replaces_others_asks_and_can_be_undone(view, many, until):
    told = []
    view.desk.noticed.connect(told.append)
    await until(lambda: view.groups.model().nodes)
    repair = many.dead_letters.repair
    await repair.write_note((5,), owner="Max", text="theirs")
    view.desk.select(Selection(letter=3))
    await until(lambda: view.detail.letter is not None)
    notes = view.detail.notes
    view.detail.tabs.setCurrentWidget(notes)
    notes.owner.setText("Lena")
    notes.owner.textEdited.emit("Lena")
    notes.save_all.click()
    await until(view.strip.isVisible)
    assert "Save owner and note for 8 dead letters? What is noted of 1 other " in view.strip.text()
    assert view.strip.samples() == "#5  Max  theirs"
    assert repair.noted((3, 5)) == {5: ("Max", "theirs")}
    next(one for one in view.strip.buttons() if one.text() == "Save for 8").click()
    await until(lambda: any(one.text == "Noted 8 dead letters." for one in told))
    assert len(repair.noted(range(1, 9))) == 8
    (undo,) = next(one.actions for one in told if one.text == "Noted 8 dead letters.")
    undo[1]()
    await until(lambda: repair.noted(range(1, 9)) == {5: ("Max", "theirs")})


async def test_V2_what_is_typed_for_the_next_letter_stays_while_the_note_of_another_is_saved(
    view, many, until, monkeypatch
):
    await until(lambda: view.groups.model().nodes)
    view.desk.select(Selection(letter=3))
    await until(lambda: view.detail.letter is not None)
    notes, repair = view.detail.notes, many.dead_letters.repair
    view.detail.tabs.setCurrentWidget(notes)
    gate, written, ended = asyncio.Event(), repair.write_note, []

    async def slow(numbers, **what):
        await gate.wait()
        count = await written(numbers, **what)
        ended.append(numbers)
        return count

    monkeypatch.setattr(repair, "write_note", slow)
    notes.area.setPlainText("asked them")
    notes.save.click()
    view.desk.select(Selection(letter=5))
    await until(lambda: view.detail.letter is not None and view.detail.letter.number == 5)
    await until(lambda: notes._number == 5)
    notes.area.setPlainText("for the fifth")
    assert notes.drafts.holds
    gate.set()
    await until(lambda: ended)
    await until(lambda: not view.desk.running())
    assert notes.drafts.holds
    assert notes.save.isEnabled()
    assert repair.facts(3).note == "asked them"
    notes.save.click()
    await until(lambda: repair.facts(5).note == "for the fifth")


def test_what_is_typed_for_a_text_is_a_text(qtbot):
    line = FieldLine(["card"])
    qtbot.addWidget(line)
    line.field.setCurrentText("card")
    line.value.setText("341")
    assert line.change(lambda field: field == "card").value == "341"
    assert line.change(lambda _field: False).value == 341
    line.value.setText('"7"')
    assert line.change(lambda _field: False).value == "7"
    line.value.setText("0341")
    assert line.change(lambda _field: False).value == "0341"


def test_a_form_shows_the_patch_that_it_was_given(qtbot):
    form = PatchForm(lambda _field: False)
    qtbot.addWidget(form)
    changes = (
        FieldChange(way="set", field="attempt", value=1),
        FieldChange(way="remove", field="note"),
        FieldChange(way="rename", field="mail", value="email"),
        FieldChange(way="replace", field="mail", value="", find=" x "),
    )
    changes += tuple(FieldChange(way="set", field="mail", value=one) for one in ("", "null", None, '"7"'))
    form.show_patch(LetterPatch(changes=changes))
    assert form.patch().changes == changes
    form.kinds[1].click()
    form.area.setPlainText('[{"op": "remove", "path": "/a"}]')
    assert [step.path for step in form.patch().steps] == [("a",)]


def ladder_report(step, status, steps, fates, **more):
    job = Job(
        action="replay",
        numbers=tuple(range(1, 31)),
        step=step,
        status=JobStatus(status),
        plan=JobPlan(ladder=(1, 5, 20)),
    )
    return JobReport(job=job, fates=fates, steps=steps, **more)


def ladder(step, status="running", *steps, **fates):
    return [(one.size, one.state) for one in states(ladder_report(step, status, steps, fates))]


def test_a_ladder_says_of_each_step_how_it_stands(qtbot):
    one, five, all_of_it = {"resolved": 1}, {"resolved": 5}, ({"resolved": 1}, {"resolved": 5}, {}, {})
    assert ladder(0) == [(1, "next"), (5, "next"), (20, "next"), (4, "next")]
    assert ladder(6, "running", one, {"replaying": 5}, {}, {}, resolved=1, replaying=5)[:3] == [
        (1, "done"),
        (5, "now"),
        (20, "next"),
    ]
    assert ladder(16, resolved=14, replaying=2)[2] == (20, "now")
    failed = {"resolved": 4, "failed_again": 1}
    assert ladder(6, "held", one, failed, {}, {}, resolved=5, failed_again=1) == [
        (1, "done"),
        (5, "held"),
        (20, "next"),
        (4, "next"),
    ]
    assert ladder(30, "done", *all_of_it[:2], {"resolved": 20}, {"resolved": 4}, resolved=30) == [
        (1, "done"),
        (5, "done"),
        (20, "done"),
        (4, "done"),
    ]
    went_on = ladder(30, "done", one, failed, {"not_given_back": 20}, {"undone": 4}, resolved=5)
    assert went_on == [(1, "done"), (5, "failed"), (20, "failed"), (4, "undone")]
    assert ladder(30, "done")[0] == (1, "given"), "nothing is counted so far"
    assert ladder(7, "cancelled", one, five, {"resolved": 1}, {}, resolved=7)[2] == (20, "stopped")
    assert ladder(7, "held", one, five, {"resolved": 1}, {}, resolved=7)[2] == (20, "held")
    held = ladder_report(
        6, "held", (one, failed, {}, {}), {"resolved": 5, "failed_again": 1}, at_failure=True
    )
    assert states(held)[1].words == "1 failed, 4 resolved; held at a failure"
    stopped = ladder_report(6, "cancelled", (one, failed, {}, {}), {"resolved": 5, "failed_again": 1})
    assert states(stopped)[1].words == "1 failed, 4 resolved; cancelled"
    paused = replace(ladder_report(6, "running", (one, five, {}, {}), {}), held_up="the engine is paused")
    assert [states(paused)[at].words for at in (2, 3)] == ["waits: the engine is paused"] * 2
    bar = LadderBar()
    qtbot.addWidget(bar)
    bar.show_report(held)
    assert "5: 1 failed, 4 resolved; held at a failure" in bar.toolTip().splitlines()
    known = [RungState(size=1, state=one, words="") for one in ("held", "stopped", "failed", "undone")]
    assert [*map(rung_role, known)] == ["warning", "error", "error", "muted"], "what is held waits"
    job = Job(
        action="replay",
        numbers=(1, 2, 3, 4),
        step=4,
        status=JobStatus.DONE,
        plan=JobPlan(ladder=(1,)),
    )
    came = ({"resolved": 1}, {"resolved": 1, "failed_again": 1, "blocked": 1})
    said = states(JobReport(job=job, fates={"resolved": 2, "failed_again": 1, "blocked": 1}, steps=came))
    assert [one.words for one in said] == ["1 resolved", "1 failed, 1 resolved, 1 waiting"]


async def test_ux_a_repair_in_a_small_window_scrolls_its_form_alone(view, many, until, qapp):
    view.resize(819, 590)  # as in a window of 1024 by 700
    view.jobs.follow(await many.dead_letters.repair.begin(view.groups.node().numbers, ladder=(1, 2)))
    await passing(many, until(lambda: view.jobs.cards and view.jobs.cards[1].failed.isVisible()))
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(lambda: panel.report is not None and panel._shown is not None)
    qapp.processEvents()
    assert panel._outer.verticalScrollBar().maximum() == 0
    seen = panel.rect()
    for one in (panel.send, panel.rehearse, panel.why):
        assert seen.contains(QRect(one.mapTo(panel, QPoint(0, 0)), one.size()))


def test_ux_a_box_of_a_ladder_is_as_tall_as_its_words(qtbot):
    bar = LadderBar()
    qtbot.addWidget(bar)
    steps = {"failed_again": 1, "resolved": 2, "by_others": 11, "undone": 3}
    bar.show_report(ladder_report(17, "held", (steps, steps, steps, steps), {"failed_again": 4}))
    wide, narrow = bar.heightForWidth(900), bar.heightForWidth(400)
    assert narrow > wide >= LadderBar().heightForWidth(900)
    inner = QRect(0, 0, (400 - 2 - 3 * 22) // 4 - 18, 1000)
    words = max((one.words for one in bar._states), key=len)
    flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    assert narrow >= QFontMetrics(ui_font(8.5)).boundingRect(inner, flags, words).height() + 16
