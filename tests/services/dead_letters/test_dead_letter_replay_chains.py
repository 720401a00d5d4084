"""Replays where the deliveries of one key wait for each other: what is said is what became of them."""

from __future__ import annotations

import pytest

from tests.services.conftest import passing, running, settle, written
from workbench.cli.letter_jobs_verb import job_said, job_value
from workbench.engine.publisher import OutgoingMessage
from workbench.gui.views.job_words import outcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.json_values import read_json
from workbench.services.dead_letters.dead_letter_replay import DeadLetterReplay
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.store.letter_jobs import JobStatus

PAYMENTS = """
[project]
name: "payments"
format: 1

[message_queue]
max_attempts: 1

[topics]
payments {}

[subscriptions]
charging { topic: "payments", handler: "charge" }

[handler.charge]
fail { too_much { when: "data.amount > 100", message: "{string(data.amount)} is too much" } }
"""
CHEAPER = LetterPatch(
    changes=[FieldChange(way="expression", field="amount", value="data.amount > 800 ? data.amount : 1")]
)
"""Of what is beyond 800 it changes nothing."""


@pytest.fixture
def tries():
    return 1


@pytest.fixture
async def payments(tmp_path, tries, stores, by_hand):
    text = PAYMENTS.replace("max_attempts: 1", f"max_attempts: {tries}")
    async with running(written(tmp_path / "payments", text)) as opened:
        yield opened


async def pay(workspace, *amounts, account="ann"):
    for amount in amounts:
        draft = OutgoingMessage(topic="payments", type="payment.due", data={"amount": amount}, key=account)
        await workspace.messages.publish(draft)
    await settle(workspace)


def told(workspace):
    """Returns number, status and what died of each letter, the oldest first."""
    every = workspace.dead_letters.page(tuple(LetterStatus))
    return [(one.number, one.status.value, read_json(one.data)["amount"]) for one in every[::-1]]


def blocked(workspace):
    return [one.state for one in workspace.reader.deliveries("charging")].count(DeliveryState.BLOCKED)


def behind(workspace):
    """Returns of each delivery that waits behind which dead letter it does."""
    return [one.behind for one in workspace.subscriptions.waiting("charging")]


async def two_of_one_key(workspace):
    """One that died was purged, so that the next one went on; that died, too, and the first was restored."""
    await pay(workspace, 900, 500)
    await workspace.dead_letters.purge([1])
    await settle(workspace)
    await workspace.dead_letters.restore([1])
    assert told(workspace) == [(1, "open", 900), (2, "open", 500)]


async def test_a_resolved_letter_frees_the_next_of_its_key_which_may_die_itself(payments):
    await pay(payments, 500, 20, 700, 30)
    await pay(payments, 40, account="bob")
    assert (told(payments), blocked(payments)) == ([(1, "open", 500)], 3)
    assert behind(payments) == [1, 1, 1]
    await payments.dead_letters.archive([1])
    assert behind(payments) == [1, 1, 1], "what is archived still blocks"
    job = await payments.dead_letters.repair.begin((1,), patch=CHEAPER)
    report = await passing(payments, payments.dead_letters.jobs.finished(job))
    assert (report.job.status, report.fates) == (JobStatus.DONE, {"resolved": 1})
    await settle(payments)
    assert told(payments) == [(1, "resolved", 500), (2, "open", 700)], "20 went on, 700 died of its own"
    assert payments.dead_letters.jobs.report(job).fates == {"resolved": 1}, "what was behind it is not of it"
    assert behind(payments) == [2]
    job = await payments.dead_letters.repair.begin((2,), patch=CHEAPER)
    assert (await passing(payments, payments.dead_letters.jobs.finished(job))).fates == {"resolved": 1}
    await settle(payments)
    assert (blocked(payments), payments.dead_letters.counts()) == (0, {"resolved": 2})


async def test_L7_a_job_says_what_still_waits_behind_those_that_it_archived(payments):
    await pay(payments, 500, 20, 700)
    await pay(payments, 600, 30, account="bob")
    jobs = payments.dead_letters.jobs
    report = await jobs.finished(await jobs.start("archive", (1, 2)))
    said = "3 messages of their keys still wait behind them"
    assert (report.behind, outcome(report)) == (3, f"Archived 2 dead letters; {said}.")
    assert (job_value(report)["behind"], job_said(report)) == (3, ["archived  2", said])
    await payments.operations.undo_act(f"job {report.job.number}")
    assert (await jobs.counted(report.job.number)).behind == 0, "they wait behind open letters again"
    report = await jobs.finished(await jobs.start("purge", (1, 2)))
    await settle(payments)
    assert (report.behind, outcome(report)) == (0, "Purged 2 dead letters."), "what waited went on"


async def test_L5_a_replay_that_waits_behind_another_failure_of_its_key_is_said_to_wait_and_the_job_ends(
    payments,
):
    await two_of_one_key(payments)
    await pay(payments, 300, account="bob")
    jobs = payments.dead_letters.jobs
    job = await payments.dead_letters.repair.begin((1, 2, 3), patch=CHEAPER)
    report = await passing(payments, jobs.finished(job))
    assert report.job.status is JobStatus.DONE
    assert report.fates == {"failed_again": 1, "blocked": 1, "resolved": 1}
    assert (report.in_progress, report.blocked, report.failures) == (0, 1, 1)
    assert told(payments)[-1] == (4, "open", 900)

    await payments.dead_letters.edit_and_replay(4, '{"amount": 3}')
    await settle(payments)
    assert jobs.report(job).fates == {"failed_again": 1, "resolved": 2}, "it went on with the one before it"


async def test_what_waits_behind_another_one_is_told_by_its_number(payments):
    await two_of_one_key(payments)
    first, second = await DeadLetterReplay(payments.dead_letters, payments.drain).replay((1, 2), seconds=30)
    assert (first.outcome, first.became) == ("failed again", 3)
    assert (second.outcome, second.became) == ("blocked", 0)
    assert second.detail == "it waits behind dead letter 3 of its key"
    await payments.dead_letters.purge([3])
    await settle(payments)
    assert payments.dead_letters.get(2).status is LetterStatus.FAILED_AGAIN


@pytest.mark.parametrize("tries", [2])
@pytest.mark.parametrize("on_file", [False, True])
async def test_nothing_is_said_to_wait_while_one_of_its_key_is_tried_again(payments):
    letters = payments.dead_letters
    await pay(payments, 900, 910, 920)
    for number in (1, 2):
        await letters.purge([number])
        await settle(payments)
    await letters.restore([1, 2])
    assert letters.counts() == {"open": 3}
    await letters.replay([2, 3])
    await payments.running().settle()
    assert await letters.jobs.counts.fates("", (2, 3)) == {"replaying": 2}, (
        "the one is tried again, then the other"
    )
    assert letters.replays_behind((2, 3)) == {}
    await settle(payments)
    assert await letters.jobs.counts.fates("", (2, 3)) == {"failed_again": 1, "blocked": 1}
    assert letters.replays_behind((1, 2, 3)) == {3: 4}, "with what holds it up"
    await letters.replay([1])
    await payments.running().settle()
    assert letters.replays_behind((1, 2, 3)) == {}, "the first of the key is tried again"
    await settle(payments)
    assert letters.replays_behind((1, 2, 3)) == {3: 5}


@pytest.mark.parametrize("on_file", [True])
async def test_a_rehearsal_says_what_would_wait_behind_another_failure(payments):
    await two_of_one_key(payments)
    found = await payments.dead_letters.repair.rehearsal.run((1, 2), lambda *_: None, patch=CHEAPER)
    assert {one.words: one.numbers for one in found.outcomes} == {
        "fails again: N is too much": (1,),
        "waits behind a dead letter of its key, which fails again": (2,),
    }


async def test_L10_O2_a_replay_that_is_taken_back_blocks_its_key_again(payments):
    await pay(payments, 500, 20)
    await payments.pause()
    report = await payments.dead_letters.replay([1])
    assert (await payments.operations.undo_act(report.act)).complete
    assert (told(payments), blocked(payments)) == ([(1, "open", 500)], 1)
