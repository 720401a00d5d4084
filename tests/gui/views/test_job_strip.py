"""Bulk actions as jobs: asked with the frozen count, seen at work, cancelled, taken up, reported."""

from __future__ import annotations

from dataclasses import replace as replace_dataclass

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from tests.services.conftest import passing, settle
from workbench.cli.letter_jobs_verb import job_said, job_value
from workbench.gui import steady_button
from workbench.gui.theme import LIGHT, style_sheet
from workbench.gui.time_format import short
from workbench.gui.views.job_card import NARROW, JobCard
from workbench.gui.views.job_watch import job_watch
from workbench.gui.views.job_words import hindrance, outcome, progress, title
from workbench.gui.views.letter_actions import ARCHIVE, AT_ONCE, PURGE, REPLAY, account, fates
from workbench.gui.views.letters_view import LettersView
from workbench.gui.views.repair_listed import job_said as listed_said
from workbench.model.changes import Changes
from workbench.services.dead_letters import JobReport, Report
from workbench.store.letter_jobs import Job, JobPlan, JobStatus
from workbench.store.operations import StartJob

MANY = AT_ONCE + 5
PATCH = '{"form": [{"op": "set", "field": "username", "value": "Ann"}]}'


@pytest.fixture
async def many(workspace):
    """More letters than are dealt with at once."""
    for number in range(MANY):
        values = {"user_id": f"u{number:02}", "username": f"User {number}", "email": f"u{number}@x.invalid"}
        assert (await workspace.commands.issue("create_user", values)).accepted
    await settle(workspace)
    assert workspace.dead_letters.counts() == {"open": MANY}
    return workspace


@pytest.fixture
def view(desk, qtbot):
    made = LettersView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


@pytest.fixture
def told(desk):
    """What was told; that something told before is taken back comes when it will."""
    notices = []
    desk.noticed.connect(lambda one: notices.append(one) if one.text else None)
    return notices


def answer(view, text):
    next(one for one in view.strip.findChildren(QPushButton) if one.text() == text).click()


def all_numbers(view):
    return view.groups.node().numbers


def card(view):
    (only,) = view.jobs.cards.values()
    return only


async def test_L5_many_become_a_job_that_reports_what_became_of_them(many, view, told, until):
    view.whole.click()
    question = view.strip.text()
    said = "The oldest messages go first. It is done step by step and can be cancelled. It can be undone"
    assert question.startswith(f"Replay {MANY} dead letters? {said}")
    assert question.endswith(" Repair (Ctrl+Shift+R), also without a patch.")
    assert view.strip.samples().endswith(f"and {MANY - 3} more")
    answer(view, f"Replay {MANY}")
    await until(lambda: view.jobs.cards)
    await passing(many, until(lambda: card(view).title.text().endswith("done")))
    assert card(view).said.text() == f"Replayed {MANY} dead letters: {MANY} failed again."
    assert not told
    assert card(view).title.text() == f"Replay {MANY} dead letters: done"
    assert card(view).close_button.isVisible()
    assert not card(view).cancel.isVisible()


async def test_L5_a_job_at_a_pace_shows_how_far_it_is_and_can_be_cancelled(many, view, until):
    view._repairs.do(REPLAY, all_numbers(view), per_second=1.0)
    await until(lambda: view.jobs.cards and card(view).job.step == 1)
    shown = card(view)
    assert shown.title.text() == f"Replay {MANY} dead letters, 1 per second: running"
    assert shown.said.text().startswith(f"{MANY - 1} queued  ·  ")
    assert "0 resolved" in shown.said.text()
    assert shown.bar.maximum() == MANY
    shown.cancel.click()
    await until(lambda: shown.title.text().endswith("cancelled"))
    assert shown.said.text().startswith("Replayed 1 dead letter: 1 ")
    assert shown.said.text().endswith(f"; cancelled before the other {MANY - 1}.")
    assert many.dead_letters.jobs.get(1).status is JobStatus.CANCELLED
    assert many.dead_letters.counts()["open"] >= MANY - 1
    shown.close_button.click()
    assert not view.jobs.cards
    assert not view.jobs.isVisible()


def places(shown):
    """Where the buttons are that a person may be about to click, from the right end of the card."""
    buttons = (shown.failed, shown.hold, shown.cancel, shown.close_button)
    return [one.geometry().translated(-shown.width(), 0) for one in buttons]


@pytest.fixture
def dressed(qapp):
    """The style sheet of the program, which gives buttons other widths than the style does."""
    qapp.setStyleSheet(style_sheet(LIGHT))
    yield
    qapp.setStyleSheet("")


@pytest.mark.usefixtures("dressed")
def test_ux_no_button_of_a_job_slides_under_the_pointer(qtbot):
    does = dict.fromkeys(("cancel", "hold", "failed", "undo", "again", "close", "leave"), bool)
    shown = JobCard(taken_up=False, **does)
    qtbot.addWidget(shown)
    shown.resize(900, 160)
    shown.show()
    report = JobReport(job=Job(number=1, action="replay", numbers=(1, 2, 3), step=1), fates={})
    shown.show_report(report)
    qtbot.wait(1)
    running = places(shown)
    first = replace_dataclass(report, job=replace(report.job, step=0), fates={})
    held = replace_dataclass(report, job=replace(report.job, status=JobStatus.HELD))
    failed = replace_dataclass(held, fates={"failed_again": 1})
    ended = replace_dataclass(
        failed, job=replace(report.job, status=JobStatus.CANCELLED, action="purge", done=1)
    )
    for one in (first, held, failed, ended):
        shown.show_report(one)
        shown.layout().activate()
        qtbot.wait(1)
        assert places(shown) == running, one.state
    assert shown.undo.isVisible()
    assert shown.undo.geometry().right() < shown.failed.geometry().left()


async def test_L5_what_a_cancelled_job_left_is_begun_again_by_one_click(many, view, desk, told, until):
    numbers, plan = all_numbers(view), JobPlan(ladder=(1,), patch=PATCH)
    number = await many.dead_letters.jobs.start("replay", numbers, per_second=1.0, plan=plan)
    view.jobs.follow(number)
    await until(lambda: view.jobs.cards and card(view).job.step == 1)
    shown = card(view)
    assert not shown.again.isVisible()
    shown.cancel.click()
    await until(shown.again.isVisible)
    assert shown.again.text() == f"Begin again with {MANY - 1} left"
    view.resize(500, 600)
    await until(lambda: 0 < shown.width() < NARROW)
    buttons = (shown.again, shown.failed, shown.close_button)
    await until(lambda: all(one.width() >= one.sizeHint().width() for one in buttons if one.isVisible()))
    await until(lambda: desk.undo.newest and desk.undo.newest.of.action == "cancel")
    desk.undo.undo_last()
    said = f"Begin again with the {MANY - 1} left"
    await until(lambda: said in [word for one in told for word, _ in one.actions])
    shown.again.click()
    await until(lambda: len(many.dead_letters.jobs.list()) == 2)
    job = many.dead_letters.jobs.list()[0]
    assert sorted(job.numbers) == sorted(set(numbers) - set(many.dead_letters.jobs.get(number).numbers[:1]))
    assert (job.plan.patch, job.plan.ladder, job.per_second) == (plan.patch, (1,), 1.0)
    await until(lambda: list(view.jobs.cards) == [job.number])


async def test_L10_the_keyboard_goes_to_the_list_when_a_button_of_a_job_goes_away(
    many, view, qtbot, monkeypatch, until
):
    monkeypatch.setattr(steady_button, "DEAF", 0)
    numbers = all_numbers(view)
    view.jobs.follow(await many.dead_letters.jobs.start("replay", numbers, per_second=1.0))
    await until(lambda: view.jobs.cards and card(view).job.step == 1)
    view.activateWindow()
    shown = card(view)
    shown.cancel.setFocus()
    qtbot.keyClick(shown.cancel, Qt.Key.Key_Space)
    await until(shown.again.isVisible)
    assert QApplication.focusWidget() is view.table, "a second Space begins nothing"
    shown.again.setFocus()
    qtbot.keyClick(shown.again, Qt.Key.Key_Space)
    assert QApplication.focusWidget() is view.table
    await until(lambda: len(many.dead_letters.jobs.list()) == 2)
    await until(lambda: view.desk.undo.newest and view.desk.undo.newest.of.action == "replay")
    qtbot.keyClick(view.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: many.dead_letters.jobs.get(2).status is JobStatus.CANCELLED)


async def test_ux_hold_and_go_on_take_no_click_that_was_meant_for_the_other(
    many, view, qtbot, monkeypatch, until
):
    monkeypatch.setattr(steady_button, "DEAF", 60_000)
    view.jobs.follow(await many.dead_letters.jobs.start("replay", all_numbers(view), per_second=0.01))
    await until(lambda: view.jobs.cards and card(view).job.step == 1)
    shown = card(view)
    await many.dead_letters.jobs.hold(1)
    view.jobs.refresh()
    await until(lambda: shown.hold.text() == "Go on")
    qtbot.mouseClick(shown.hold, Qt.MouseButton.LeftButton)
    await until(lambda: not view.desk.running())
    assert many.dead_letters.jobs.get(1).status is JobStatus.HELD
    monkeypatch.setattr(steady_button, "DEAF", 0)
    qtbot.mouseClick(shown.hold, Qt.MouseButton.LeftButton)
    await until(lambda: many.dead_letters.jobs.get(1).status is JobStatus.RUNNING)


async def test_a_job_whose_end_nobody_sees_is_told_by_a_notice(many, view, told, until):
    view._repairs.do(REPLAY, all_numbers(view))
    view.hide()
    await passing(many, until(lambda: told))
    assert told[0].text == f"Replayed {MANY} dead letters: {MANY} failed again."


@pytest.mark.usefixtures("given_back")
async def test_V3_a_replay_is_not_done_while_it_waits(many, view, told, until):
    await many.pause()
    view._repairs.do(REPLAY, all_numbers(view))
    await until(lambda: view.jobs.cards and "0 queued" in card(view).said.text())
    shown = card(view)
    told = f"Replay {MANY} dead letters: running"
    assert shown.title.text() == f"{told}; it waits, the engine is paused (Step: F10)"
    assert shown.said.text() == (
        f"0 queued  ·  {MANY} in progress  ·  0 resolved  ·  0 failed again  ·  0 skipped"
    )
    assert shown.bar.value() == 0
    assert many.dead_letters.jobs.get(1).status is JobStatus.RUNNING
    await many.resume()
    await passing(many, until(lambda: shown.title.text().endswith("done")))
    assert shown.said.text() == f"Replayed {MANY} dead letters: {MANY} failed again."


async def test_L5_the_strip_follows_steps_of_the_paused_engine(many, view, until):
    await many.pause()
    await many.dead_letters.repair.begin(all_numbers(view), ladder=(1, 5), per_second=0.01)
    view.jobs.follow(1)
    waits = (
        f"Replay {MANY} dead letters, 0.01 per second: running; it waits, the engine is paused (Step: F10)"
    )
    await until(lambda: view.jobs.cards and card(view).title.text() == waits)
    assert await many.step("welcome-mail") == "welcome-mail"
    held = f"Replay {MANY} dead letters, 0.01 per second: held at a new failure"
    await passing(many, until(lambda: card(view).title.text() == held))
    card(view).hold.click()
    await until(lambda: card(view).title.text() == waits)
    assert await many.step("welcome-mail") == "welcome-mail"
    await passing(many, until(lambda: card(view).title.text() == held))
    assert (
        card(view).said.text().startswith(f"{MANY - 2} queued  ·  0 in progress  ·  0 resolved  ·  2 failed")
    )


@pytest.mark.usefixtures("given_back")
async def test_L5_where_all_are_given_back_nothing_is_left_to_cancel(many, view, until):
    await many.pause()
    view._repairs.do(REPLAY, all_numbers(view))
    await until(lambda: view.jobs.cards and "0 queued" in card(view).said.text())
    shown = card(view)
    assert not shown.cancel.isEnabled()
    assert "Nothing is left to cancel" in shown.cancel.toolTip()
    assert shown.undo.isVisible(), "but what waits can be undone"
    await many.dead_letters.jobs.cancel(1)  # as one does who was as quick as the job
    await until(lambda: shown.title.text().endswith(": cancelled too late, all had been given back"))
    assert shown.said.text() == f"Replayed {MANY} dead letters: {MANY} in progress."


@pytest.mark.usefixtures("given_back")
async def test_L10_of_a_replay_that_has_given_all_back_undo_takes_what_waits(many, view, until):
    await many.pause()
    view._repairs.do(REPLAY, all_numbers(view))
    await until(lambda: view.jobs.cards and card(view).undo.isVisible())
    card(view).undo.click()
    await until(lambda: card(view).title.text().endswith(": undone"))
    assert many.dead_letters.counts() == {"open": MANY}


async def test_V3_a_few_replays_are_told_when_they_ended(many, view, told, until):
    await many.pause()
    view._repairs.do(REPLAY, all_numbers(view)[:2])
    await until(lambda: told)
    assert told[0].text == "2 dead letters in progress. The engine is paused, so they wait."
    await many.resume()
    await passing(many, until(lambda: len(told) == 2))
    assert (told[1].kind, told[1].text) == ("warning", "Replayed 2 dead letters: 2 failed again.")
    assert told[0].topic == told[1].topic


async def test_V3_L10_a_replay_that_was_undone_meanwhile_is_not_told_as_done(many, view, desk, until):
    told = []
    desk.noticed.connect(told.append)
    many.clock.advance(1)
    await many.pause()
    view._repairs.do(REPLAY, all_numbers(view)[:2])
    await until(lambda: told)
    report = await many.operations.undo(many.operations.last(0).of.number)
    assert report.done == 2
    withdrawn = until(lambda: any(not one.text and one.topic == told[0].topic for one in told))
    await passing(many, withdrawn)
    assert [one.text for one in told if one.text] == [
        "2 dead letters in progress. The engine is paused, so they wait."
    ]
    some = account(REPLAY, Report(asked=3, done=3, skipped=0), {"resolved": 2}, back=1)
    assert some == ("warning", "Replayed 3 dead letters: 2 resolved, 1 undone.")
    skipped = account(REPLAY, Report(asked=1, done=1, skipped=0), {"open": 1})
    assert skipped == ("warning", "Replayed 1 dead letter: 1 open.")


async def test_L7_a_purge_of_many_can_be_undone(many, view, told, until):
    view.begin(PURGE)
    assert not view.strip.isVisible()  # nothing is selected
    view._repairs.begin(PURGE, all_numbers(view))
    answer(view, f"Purge {MANY}")
    await until(lambda: view.jobs.cards and card(view).undo.isVisible())
    assert many.dead_letters.counts() == {"purged": MANY}
    assert card(view).title.text() == f"Purge {MANY} dead letters: done"
    card(view).undo.click()
    await until(lambda: many.dead_letters.counts() == {"open": MANY})
    assert [job.action for job in many.dead_letters.jobs.list()] == ["purge"]
    view.refresh()  # as the window does when letters changed
    await until(lambda: card(view).title.text() == f"Purge {MANY} dead letters: undone")
    assert card(view).said.text() == f"Purged {MANY} dead letters. Undone since: {MANY}."
    assert not card(view).undo.isVisible()
    assert card(view).settled
    assert not told  # the card says it all


async def test_L7_an_archiving_that_nobody_saw_end_is_undone_from_its_notice(many, view, told, until):
    view._repairs.do(ARCHIVE, all_numbers(view))
    view.hide()
    await until(lambda: told)
    told[0].actions[0][1]()
    await until(lambda: many.dead_letters.counts() == {"open": MANY})
    view.show()
    view.recent.click()
    await until(lambda: card(view).title.text() == f"Archive {MANY} dead letters: undone")


async def test_jobs_are_listed_the_newest_first_each_with_its_time(many, view, until):
    numbers = all_numbers(view)
    for action in ("archive", "restore", "archive"):
        await many.dead_letters.jobs.finished(await many.dead_letters.jobs.start(action, numbers))
    view.recent.click()
    shown = [view.jobs._column.itemAt(at).widget() for at in range(3)]
    assert [one.job.number for one in shown] == [3, 2, 1]
    assert [one.began.text() for one in shown] == [short(one.job.created_at) for one in shown]
    await until(lambda: all(one.over for one in shown))
    view.recent.click()
    assert not view.jobs.cards, "once more hides them again"
    view.recent.click()
    await until(lambda: len(view.jobs.cards) == 3)


async def test_L5_of_the_jobs_that_ended_only_the_last_one_stays_beside_those_that_go_on(many, view, until):
    numbers, jobs = all_numbers(view), many.dead_letters.jobs
    await jobs.finished(await jobs.start("archive", numbers[:2]))
    view.recent.click()
    await until(lambda: list(view.jobs.cards) == [1])
    slow = await jobs.start("archive", numbers[2:], per_second=1)
    view.jobs.follow(slow)
    await until(lambda: view.jobs.cards[slow].job is not None)
    for action in ("restore", "archive"):
        many.clock.advance(1)
        number = await jobs.start(action, numbers[:2])
        view.jobs.follow(number)
        await until(lambda ended=number: list(view.jobs.cards) == [slow, ended])
        assert view.jobs.cards[number].title.text().endswith(": done")
    view.recent.click()
    await until(lambda: sorted(view.jobs.cards) == [1, slow, 3, 4])
    many.clock.advance(1)
    await jobs.cancel(slow)
    await until(lambda: list(view.jobs.cards) == [slow])


async def test_L5_the_last_that_ended_stays_whichever_is_counted_first(many, view, until):
    numbers, jobs = all_numbers(view), many.dead_letters.jobs
    for at in range(2):
        many.clock.advance(1)
        await jobs.finished(await jobs.start("archive", numbers[at : at + 1]))
    view.jobs.follow(2)
    view.jobs.follow(1)
    await until(lambda: list(view.jobs.cards) == [2])
    await until(lambda: card(view).title.text().endswith(": done"))


async def test_L5_a_card_with_the_keyboard_stays_though_another_job_ends(many, view, until):
    numbers, jobs = all_numbers(view), many.dead_letters.jobs
    view.jobs.follow(await jobs.start("archive", numbers[:1]))
    await until(card(view).undo.isVisible)
    card(view).undo.setFocus()
    many.clock.advance(1)
    view.jobs.follow(await jobs.start("archive", numbers[1:2]))
    await until(lambda: 2 in view.jobs.cards and view.jobs.cards[2].over)
    assert sorted(view.jobs.cards) == [1, 2]


@pytest.mark.parametrize("action", ["archive", "replay"])
@pytest.mark.usefixtures("given_back")
async def test_L5_L10_a_job_that_was_undone_stays_so_whatever_others_did_since(
    many, view, desk, qtbot, until, action
):
    numbers, jobs = all_numbers(view), many.dead_letters.jobs
    await many.pause()
    job = await jobs.start(
        action,
        numbers,
        per_second=float(action == "archive"),
        plan=JobPlan(ladder=(1,) if action == "replay" else ()),
    )
    await until(lambda: jobs.get(job).step == 1)
    await many.operations.undo_act(f"job {job}")
    await many.dead_letters.purge(numbers, skip_on=True)
    later = LettersView(desk)  # as after a restart
    qtbot.addWidget(later)
    later.resize(1000, 700)
    later.show()
    later.catch_up()
    later.jobs.show_recent()
    await until(lambda: later.jobs.cards and card(later).title.text().endswith(": undone"))
    assert f"By others meanwhile: {MANY - 1} purged." in card(later).said.text()
    report = await jobs.counted(job)
    assert job_value(report)["status"] == "undone"
    assert job_said(report)[-1] == f"job {job} was undone"


@pytest.mark.usefixtures("given_back")
async def test_L10_a_job_whose_undo_came_too_late_for_some_says_so(many, view, until):
    jobs = many.dead_letters.jobs
    job = await jobs.start("replay", all_numbers(view), per_second=1)
    await until(lambda: jobs.get(job).step == 1)
    await passing(many, until(lambda: many.dead_letters.counts().get("failed_again")))
    await many.pause()
    await many.operations.undo_act(f"job {job}")
    report = await jobs.counted(job)
    assert report.fates.get("failed_again")
    assert title(report).endswith(": undone in part")
    assert job_said(report)[-1] == f"job {job} was undone as far as could be"


@pytest.mark.usefixtures("given_back")
async def test_L5_what_another_job_dealt_with_is_not_said_to_be_left(many, view, until):
    numbers, jobs = sorted(all_numbers(view)), many.dead_letters.jobs
    await many.pause()
    job = await jobs.start("replay", numbers, plan=JobPlan(ladder=(1,)))
    view.jobs.follow(job)
    await until(lambda: jobs.get(job).step == 1)
    await jobs.cancel(job)
    await until(lambda: f"cancelled before the other {MANY - 1}" in view.jobs.cards[job].said.text())
    rest = f"Job 1 of {MANY} letters was cancelled, {MANY - 1} of them are not sent"
    assert listed_said(jobs.report(job)) == rest
    await many.dead_letters.archive(numbers[1:3])
    await many.dead_letters.purge(numbers[3:], skip_on=True)
    view.jobs.refresh()
    await until(lambda: "cancelled before the other 2" in view.jobs.cards[job].said.text())
    assert listed_said(jobs.report(job)) == (
        f"Job 1 of {MANY} letters was cancelled, 2 of them are not sent, "
        f"by others meanwhile: {MANY - 3} purged"
    )


async def test_L5_what_others_dealt_with_meanwhile_is_told_once(many, view, told, until):
    numbers = all_numbers(view)
    view._repairs.begin(ARCHIVE, numbers)
    await many.dead_letters.archive(numbers[:2])
    answer(view, f"Archive {MANY}")
    await until(lambda: view.jobs.cards and "By others" in card(view).said.text())
    await until(card(view).undo.isVisible)
    assert card(view).said.text() == f"Archived {MANY - 2} dead letters. By others meanwhile: 2 archived."
    assert not told


async def test_L5_a_job_of_the_last_session_shows_up_and_goes_on(many, desk, qtbot, told, until):
    numbers = tuple(letter.number for letter in many.dead_letters.page())
    engine = many.running()
    await engine.writer.write(StartJob(job=Job(action="archive", numbers=numbers, per_second=50.0)))
    many.dead_letters.jobs.take_up()
    view = LettersView(desk)
    qtbot.addWidget(view)
    view.show()
    view.catch_up()
    assert card(view).said.text().endswith("left  ·  taken up again after a restart")
    await passing(many, until(lambda: card(view).title.text().endswith("done")))
    assert card(view).said.text() == f"Archived {MANY} dead letters."
    assert not told
    assert many.dead_letters.counts() == {"archived": MANY}


async def test_L5_what_a_person_has_go_on_is_not_said_to_be_taken_up(many, desk, view, until):
    numbers = all_numbers(view)
    job = Job(action="archive", numbers=numbers, per_second=50.0, status=JobStatus.HELD)
    await many.running().writer.write(StartJob(job=job))
    view.jobs._asked = False  # as in a window that was just opened
    view.jobs.refresh()
    await until(lambda: view.jobs.cards and card(view).title.text().endswith(": held"))
    card(view).hold.click()
    await until(lambda: card(view).title.text().endswith(": running"))
    assert "taken up" not in card(view).said.text()
    await passing(many, until(lambda: card(view).title.text().endswith("done")))


async def test_L5_a_job_of_the_last_session_is_told_though_nobody_opened_the_dead_letters(
    many, desk, told, until
):
    numbers = tuple(letter.number for letter in many.dead_letters.page())
    await many.running().writer.write(StartJob(job=Job(action="archive", numbers=numbers, per_second=50.0)))
    watch = job_watch(desk)
    assert job_watch(desk) is watch
    assert not desk.running(), "nothing deals with it yet"
    many.dead_letters.jobs.take_up()
    desk.changed.emit(Changes(engine=True))
    await passing(many, until(lambda: told))
    assert [one.text for one in told] == [f"Archived {MANY} dead letters."]


async def test_L10_a_question_that_is_open_keeps_ctrl_z_from_what_is_behind_it(many, view, told, until):
    number = all_numbers(view)[0]
    await many.dead_letters.repair.write_note([number], text="asked them")
    await until(lambda: view.desk.undo.last is not None)
    view._repairs.begin(PURGE, (number,))
    await until(view.strip.isVisible)
    view.acts["undo"].do()
    await until(lambda: told)
    assert told[-1].text == "Nothing was undone: a question is open. Answer it, or leave it by Esc."
    assert many.dead_letters.repair.facts(number).note == "asked them"
    view.strip.dismiss()
    view.acts["undo"].do()
    await until(lambda: not many.dead_letters.repair.facts(number).note)


async def test_L5_what_is_told_of_a_held_job_goes_away_with_it(many, view, desk, until):
    notices, jobs = [], many.dead_letters.jobs
    desk.noticed.connect(notices.append)
    job = await many.dead_letters.repair.begin(all_numbers(view), ladder=(2, 5))
    view.jobs.follow(job)
    await passing(many, until(lambda: any("held at a new failure" in one.text for one in notices)))
    (said,) = [one for one in notices if "held at a new failure" in one.text]
    await jobs.cancel(job)
    await until(lambda: any(one.topic == said.topic and not one.text for one in notices))


@pytest.mark.usefixtures("given_back")
async def test_V3_a_job_that_a_person_holds_is_not_said_to_be_held_at_a_failure(many, view, told, until):
    numbers = all_numbers(view)
    await many.dead_letters.repair.begin(numbers, ladder=(2, 5))
    (job,) = many.dead_letters.jobs.list()
    view.jobs.follow(job.number)
    held = f"Replay {MANY} dead letters: held at a new failure"
    await passing(many, until(lambda: card(view).title.text() == held))
    await until(lambda: told)
    assert [one.text for one in told] == [f"The replay is held at a new failure; {MANY - 2} wait."]
    told[0].actions[0][1]()
    await many.pause()
    card(view).hold.click()
    await until(
        lambda: card(view).title.text().endswith(": running; it waits, the engine is paused (Step: F10)")
    )
    card(view).hold.click()
    await until(lambda: card(view).title.text() == f"Replay {MANY} dead letters: held")
    await until(lambda: not view.desk.running())
    assert len(told) == 1, "who holds it needs no word of that"


async def test_L5_V3_a_ladder_that_went_on_shows_where_it_failed_and_leads_to_what_failed(many, view, until):
    (await many.dead_letters.repair.begin(all_numbers(view), ladder=(2, 5)))
    (job,) = many.dead_letters.jobs.list()
    view.jobs.follow(job.number)
    held = f"Replay {MANY} dead letters: held at a new failure"
    await passing(many, until(lambda: card(view).title.text() == held))
    while many.dead_letters.jobs.get(job.number).status is not JobStatus.DONE:
        await many.dead_letters.jobs.resume(job.number)
        await passing(many, many.dead_letters.jobs.finished(job.number))
    view.jobs.refresh()
    said = f"2: 2 failed; 5: 5 failed; {MANY - 7}: {MANY - 7} failed"
    await until(lambda: card(view).ladder.accessibleName() == said)
    card(view).failed.click()
    again = {one.number for one in many.dead_letters.page() if one.parent in job.numbers}
    assert len(again) == MANY
    await until(lambda: set(view.groups.node().numbers) == again)


async def test_L5_steps_add_up_to_what_the_job_says_and_follow_what_others_undo(many, view, until):
    jobs = many.dead_letters.jobs
    await many.dead_letters.repair.begin(all_numbers(view), ladder=(1, 5))
    view.jobs.follow(1)
    await passing(many, until(lambda: card(view).title.text().endswith("held at a new failure")))
    many.clock.advance(1)
    await many.dead_letters.purge(jobs.get(1).numbers[-3:], skip_on=True)
    view.refresh()
    last = MANY - 6
    said = f"1: 1 failed; held at a failure; 5: waits for the 1; {last}: waits for the 5, 3 by others"
    await until(lambda: card(view).ladder.accessibleName() == said)
    while jobs.get(1).status is not JobStatus.DONE:
        await jobs.resume(1)
        await passing(many, jobs.finished(1))
    said = f"1: 1 failed; 5: 5 failed; {last}: {last - 3} failed, 3 by others"
    await until(lambda: card(view).ladder.accessibleName() == said)
    await until(lambda: card(view).said.text().endswith("By others meanwhile: 3 purged."))
    assert f"{MANY - 3} failed again" in card(view).said.text()
    await many.operations.undo(
        next(one for one in many.operations.list() if one.of.action == "purge").of.number
    )
    view.refresh()  # as the window does when letters changed
    said = f"1: 1 failed; 5: 5 failed; {last}: {last - 3} failed, 3 skipped"
    await until(lambda: card(view).ladder.accessibleName() == said)
    assert "By others" not in card(view).said.text()


@pytest.mark.usefixtures("given_back")
async def test_L5_V3_a_ladder_that_was_undone_is_not_shown_as_done(many, view, until):
    await many.pause()
    await many.dead_letters.repair.begin(all_numbers(view), ladder=(2, 5))
    (job,) = many.dead_letters.jobs.list()
    view.jobs.follow(job.number)
    await until(lambda: many.dead_letters.jobs.get(job.number).step == 2)
    await many.operations.undo_act(f"job {job.number}")
    view.jobs.refresh()
    said = f"2: 2 undone; 5: not begun; {MANY - 7}: not begun"
    await until(lambda: card(view).ladder.accessibleName() == said)
    assert card(view).failed.isHidden()


async def test_L5_a_repair_that_nobody_sees_is_told_when_it_is_held(many, view, told, until):
    view.many.acts["repair"].do()
    panel = view.many.panel
    await until(panel.send.isEnabled)
    panel.ladder.setText("1")
    panel.send.click()
    await until(view.strip.isVisible)
    view.strip.buttons()[0].click()
    await until(many.dead_letters.jobs.list)
    view.hide()
    await passing(many, until(lambda: told))
    assert told[0].text == f"The replay is held at a new failure; {MANY - 1} wait."


async def test_jobs_that_ended_are_shown_when_asked_for(many, view, until):
    await many.dead_letters.jobs.finished(await many.dead_letters.jobs.start("archive", all_numbers(view)))
    assert not view.jobs.isVisible()
    view.recent.click()
    assert card(view).title.text() == f"Archive {MANY} dead letters: done"
    assert not [label for label in card(view).findChildren(QLabel) if "still replaying" in label.text()]


def test_words():
    job = Job(action="replay", numbers=(1, 2, 3), per_second=0.5, step=1, done=1)
    assert title(JobReport(job=job, fates={})) == "Replay 3 dead letters, 0.5 per second: running"
    report = JobReport(job=job, fates={"replaying": 1})
    assert progress(report, 0) == (
        "2 queued  ·  1 in progress  ·  0 resolved  ·  0 failed again  ·  0 skipped  ·  about 4 s left"
    )
    waits = replace_dataclass(report, held_up="the engine is paused")
    assert "left" not in progress(waits, 0), "what waits for the engine has no end"
    assert title(waits).endswith(": running")
    assert hindrance(waits) == "; it waits, the engine is paused (Step: F10)"
    still = replace_dataclass(report, held_up="the engine and subscription a are paused")
    assert hindrance(still) == f"; it waits, {still.held_up}", "which a step leaves where it is"
    report = JobReport(job=replace(job, step=3), fates={"failed_again": 1, "blocked": 2})
    assert progress(report, 0) == (
        "0 queued  ·  0 in progress  ·  0 resolved  ·  1 failed again"
        "  ·  2 waiting behind a dead letter of their key  ·  0 skipped"
    )
    assert (report.in_progress, report.ended) == (0, 1)
    done = JobReport(job=replace(report.job, status=JobStatus.DONE, done=3), fates=report.fates)
    said = "Replayed 3 dead letters: 2 waiting behind a dead letter of their key, 1 failed again."
    assert outcome(done) == said
    archive = Job(action="archive", numbers=(1, 2, 3), step=2, done=1, failed=1)
    assert (
        progress(JobReport(job=archive, fates={}), 0) == "2 of 3  ·  1 done  ·  1 not written  ·  0 skipped"
    )
    refused = Job(action="replay", numbers=(1, 2), step=1, failed=1, trouble="subscription s is detached")
    assert "1 not written (subscription s is detached)" in progress(JobReport(job=refused, fates={}), 0)
    assert fates({"resolved": 2, "replaying": 1}) == "2 resolved, 1 in progress"
    assert fates({}) == ""


async def test_L5_a_question_tells_of_letters_that_wait_in_another_job(many, view, until):
    numbers = sorted(all_numbers(view))
    await many.pause()
    await many.dead_letters.jobs.start("replay", numbers[:3], per_second=0.01)
    view._repairs.begin(REPLAY, numbers)
    await until(view.strip.isVisible)
    assert " 3 of them wait in job 1 already, which leaves them out then. " in view.strip.text()
    view._repairs.begin(REPLAY, numbers[2:3])
    await until(lambda: view.strip.text().startswith("Replay 1 dead letter?"))
    assert " It waits in job 1 already, which leaves it out then. " in view.strip.text()
    view._repairs.begin(REPLAY, numbers[3:])
    await until(lambda: view.strip.text().startswith(f"Replay {MANY - 3} dead letters?"))
    assert "already" not in view.strip.text()


async def test_L5_a_question_lists_letters_in_the_order_in_which_they_go(many, view, until):
    first, second, *_ = numbers = sorted(all_numbers(view))
    await many.dead_letters.replay([first])
    await passing(many, until(lambda: many.dead_letters.counts().get("failed_again")))
    again = max(many.dead_letters.numbers_of(("open",)))
    assert again > max(numbers), "the letter of the oldest message is the newest one"
    view._repairs.begin(REPLAY, sorted((again, *numbers[1:]), reverse=True))
    await until(view.strip.isVisible)
    assert " The oldest messages go first. " in view.strip.text()
    lines = [line.split()[0] for line in view.strip.samples().splitlines()]
    assert lines == [f"#{again}", f"#{second}", f"#{second + 1}", "and"]
    answer(view, f"Replay {MANY}")
    await until(many.dead_letters.jobs.list)
    assert many.dead_letters.jobs.get(1).numbers[:2] == (again, second)
    await passing(many, until(lambda: card(view).title.text().endswith(": done")))


@pytest.mark.parametrize("width", [400, 1200])
async def test_nothing_of_a_card_is_cut_where_there_is_little_room(many, view, until, qapp, width):
    await many.dead_letters.repair.begin(all_numbers(view), ladder=(2, 5))
    view.jobs.follow(1)
    await passing(many, until(lambda: view.jobs.cards and card(view).failed.isVisible()))
    shown = card(view)
    shown.setParent(None)
    shown.resize(width, 240)
    shown.show()
    qapp.processEvents()
    for one in (shown.failed, shown.hold, shown.cancel):
        assert one.width() >= one.sizeHint().width()
        assert shown.rect().contains(one.geometry())
    below = shown.failed.geometry().top() > shown.title.geometry().bottom()
    assert below is (width < NARROW)
    shown.deleteLater()


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("size", [(819, 590), (480, 560)])  # as in a window of 1024 by 700, and in less
async def test_ux_a_card_is_seen_whole_in_a_small_window(many, view, until, qapp, size):
    view.resize(*size)
    await many.dead_letters.repair.begin(all_numbers(view), ladder=(1, 5, 10))
    view.jobs.follow(1)
    await passing(many, until(lambda: view.jobs.cards and card(view).failed.isVisible()))
    shown, strip = card(view), view.jobs

    def fits():
        qapp.processEvents()
        return strip.verticalScrollBar().maximum() == 0 and shown.height() >= shown.heightForWidth(
            shown.width()
        )

    await until(fits)
    await many.dead_letters.jobs.cancel(1)
    view.jobs.refresh()
    await until(lambda: shown.again.isVisible() and fits())
    assert strip.verticalScrollBar().value() == 0
