"""Bulk actions as jobs: asked with the frozen count, seen at work, cancelled, taken up, reported."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.gui.conftest import settle
from workbench.gui.views.job_strip import duration, fates, progress, title
from workbench.gui.views.letter_actions import ARCHIVE, AT_ONCE, PURGE, REPLAY
from workbench.gui.views.letters import LettersView
from workbench.store.operations import StartJob
from workbench.store.values import Job, JobStatus

MANY = AT_ONCE + 5


@pytest.fixture
async def many(workspace):
    """More letters than are dealt with at once."""
    for number in range(MANY):
        values = {"user_id": f"u{number:02}", "username": f"User {number}", "email": f"u{number}@x.invalid"}
        assert (await workspace.issue.issue("create_user", values)).accepted
    await settle(workspace)
    assert workspace.repair.counts() == {"open": MANY}
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
    notices = []
    desk.noticed.connect(notices.append)
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
    assert question == f"Replay {MANY} dead letters? It is done step by step and can be cancelled."
    assert view.strip.samples().endswith(f"and {MANY - 3} more")
    answer(view, f"Replay {MANY}")
    await until(lambda: view.jobs.cards)
    await settle(many)
    await until(lambda: f"{MANY} failed again" in card(view).said.text())
    assert card(view).said.text().startswith(f"Replayed {MANY} dead letters.")
    assert not told
    assert card(view).title.text() == f"Replay {MANY} dead letters: done"
    assert card(view).close_button.isVisible()
    assert not card(view).cancel.isVisible()


async def test_L5_a_job_at_a_pace_shows_how_far_it_is_and_can_be_cancelled(many, view, until):
    view._repairs.do(REPLAY, all_numbers(view), per_second=1.0)
    await until(lambda: view.jobs.cards and card(view).job.step == 1)
    shown = card(view)
    assert shown.title.text() == f"Replay {MANY} dead letters, 1 per second: under way"
    assert shown.said.text().startswith(f"1 of {MANY}  ·  1 done  ·  0 failed  ·  0 skipped")
    assert (shown.bar.value(), shown.bar.maximum()) == (1, MANY)
    shown.cancel.click()
    await until(lambda: shown.title.text().endswith("cancelled"))
    assert shown.said.text().startswith(f"Replayed 1 dead letter; cancelled before the other {MANY - 1}.")
    assert many.jobs.job(1).status is JobStatus.CANCELLED
    assert many.repair.counts()["open"] >= MANY - 1
    shown.close_button.click()
    assert not view.jobs.cards
    assert not view.jobs.isVisible()


async def test_a_job_whose_end_nobody_sees_is_told_by_a_notice(many, view, told, until):
    view._repairs.do(REPLAY, all_numbers(view))
    view.hide()
    await until(lambda: told)
    assert told[0].text == f"Replayed {MANY} dead letters."


async def test_L7_a_purge_of_many_can_be_undone(many, view, told, until):
    view.begin(PURGE)
    assert not view.strip.isVisible()  # nothing is selected
    view._repairs.begin(PURGE, all_numbers(view))
    answer(view, f"Purge {MANY}")
    await until(lambda: told)
    assert many.repair.counts() == {"purged": MANY}
    told[0].actions[0][1]()
    await until(lambda: many.repair.counts() == {"open": MANY})
    assert [job.action for job in many.jobs.list()] == ["restore", "purge"]


async def test_L5_what_was_dealt_with_meanwhile_is_told_as_skipped(many, view, told, until):
    numbers = all_numbers(view)
    view._repairs.begin(ARCHIVE, numbers)
    await many.repair.archive(numbers[:2])
    answer(view, f"Archive {MANY}")
    await until(lambda: told)
    assert told[0].text.startswith(f"Archived {MANY - 2} dead letters; 2 skipped")
    await until(lambda: "2 skipped" in card(view).said.text())


async def test_L5_a_job_of_the_last_session_shows_up_and_goes_on(many, desk, qtbot, told, until):
    numbers = tuple(letter.number for letter in many.repair.letters())
    engine = many.running()
    await engine.gate.write(StartJob(job=Job(action="archive", numbers=numbers, per_second=50.0)))
    many.jobs.take_up()
    view = LettersView(desk)
    qtbot.addWidget(view)
    view.show()
    assert card(view).title.text().endswith("under way, taken up again after a restart")
    await until(lambda: told)
    assert told[0].text == f"Archived {MANY} dead letters."
    assert many.repair.counts() == {"archived": MANY}


async def test_jobs_that_ended_are_shown_when_asked_for(many, view, until):
    await many.jobs.finished(await many.jobs.start("archive", all_numbers(view)))
    assert not view.jobs.isVisible()
    view.recent.click()
    assert card(view).title.text() == f"Archive {MANY} dead letters: done"
    assert not [label for label in card(view).findChildren(QLabel) if "still replaying" in label.text()]


def test_words():
    job = Job(action="replay", numbers=(1, 2, 3), per_second=0.5, step=1, done=1)
    assert title(job) == "Replay 3 dead letters, 0.5 per second: under way"
    assert progress(job) == "1 of 3  ·  1 done  ·  0 failed  ·  0 skipped  ·  about 4 s left"
    assert fates({"resolved": 2, "replaying": 1}) == "Of 3 dealt with: 2 resolved, 1 still replaying."
    assert fates({}) == ""
    assert [duration(each) for each in (4, 600, 86_400)] == ["4 s", "10 min", "24 h"]
