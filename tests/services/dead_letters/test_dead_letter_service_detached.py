"""Dead letters of a subscription that the project no longer has, or that nothing handles (P7)."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.services.conftest import passing, settle
from workbench.engine.publisher import OutgoingMessage
from workbench.errors import NotFound, StoreFull
from workbench.services.dead_letters import dead_letter_service
from workbench.services.dead_letters.dead_letter_replay import DeadLetterReplay
from workbench.services.dead_letters.letter_patch import LetterPatch
from workbench.store.letter_jobs import JobStatus
from workbench.store.operations import RecordAction
from workbench.store.sqlite import transaction

SAID = "subscription welcome-mail is detached: it has no handler now"


def without(text: str) -> str:
    """Returns a project file without the subscription."""
    before, _, rest = text.partition("welcome_mail {")
    return before + rest.partition("}")[2]


@contextlib.asynccontextmanager
async def gone(workspace):
    """The project without the subscription, for a while."""
    file = workspace.project.root / "project.tsk"
    text = file.read_text()
    file.write_text(without(text))
    await workspace.model_reload.check()
    assert "welcome-mail" not in workspace.registry.subscriptions
    yield
    file.write_text(text)
    await workspace.model_reload.check()


async def test_P7_a_replay_into_it_is_refused_and_says_so(broken):
    async with gone(broken):
        report = await broken.dead_letters.replay([1, 2])
        assert (report.asked, report.done, report.skipped, report.failed) == (2, 0, 0, 2)
        assert report.trouble == SAID
        with pytest.raises(NotFound, match=SAID) as refused:
            await broken.dead_letters.edit_and_replay(1, broken.dead_letters.data(1))
        assert "archived or purged" in refused.value.hint
        with pytest.raises(NotFound, match=SAID):
            await broken.dead_letters.dry_run(1)
        assert broken.dead_letters.counts() == {"open": 3}


@pytest.mark.parametrize("on_file", [True])
async def test_P7_L5_what_is_refused_and_what_the_store_refuses_count_together(broken, monkeypatch):
    notice = OutgoingMessage(topic="mail", type="mail.notice", data={"stream": "user-none"}, key="none")
    await broken.messages.publish(notice)
    await settle(broken)
    broken.running().subscriptions["notices"].handler = None

    def refuse(*_args):
        raise StoreFull("no room for the record")

    monkeypatch.setitem(transaction._RUN, RecordAction, refuse)
    monkeypatch.setattr(dead_letter_service, "GROUP", 1)
    report = await broken.dead_letters.replay([1, 2, 4])
    assert (report.asked, report.done, report.skipped, report.failed) == (3, 0, 0, 3)
    assert report.trouble == "no room for the record"
    assert broken.dead_letters.counts() == {"open": 4}


async def test_P7_the_command_line_is_told_why_none_was_replayed(broken):
    async with gone(broken):
        fates = await DeadLetterReplay(broken.dead_letters, broken.drain).replay([1, 2], seconds=5)
    assert [(one.outcome, one.detail) for one in fates] == [("not replayed", SAID)] * 2


async def test_P7_it_can_be_archived_and_purged_and_what_is_handled_is_replayed(broken):
    async with gone(broken):
        assert (await broken.dead_letters.archive([1])).done == 1
        assert (await broken.dead_letters.purge([2])).done == 1
        assert (await broken.dead_letters.replay([2, 3])).skipped == 1, "it was purged"
    report = await broken.dead_letters.replay([3])
    assert (report.done, report.failed) == (1, 0)


async def test_P7_the_same_holds_where_only_its_handler_is_missing(broken):
    broken.running().subscriptions["welcome-mail"].handler = None
    assert broken.dead_letters.hindrance("welcome-mail") == SAID
    assert (await broken.dead_letters.replay([3])).trouble == SAID


async def test_P7_L5_a_job_ends_and_says_why(broken):
    async with gone(broken):
        number = await broken.dead_letters.jobs.start("replay", [1, 2, 3])
        report = await passing(broken, broken.dead_letters.jobs.finished(number))
    assert (report.job.status, report.job.done, report.job.failed) == (JobStatus.DONE, 0, 3)
    assert report.job.trouble == SAID


@pytest.mark.usefixtures("given_back")
async def test_P7_L5_a_job_ends_whose_subscription_goes_away_meanwhile(broken):
    await broken.pause()
    number = await broken.dead_letters.jobs.start("replay", [1, 2, 3])
    while broken.dead_letters.jobs.get(number).step < 3:
        await asyncio.sleep(0)
    assert broken.dead_letters.counts() == {"replaying": 3}
    async with gone(broken):
        report = await passing(broken, broken.dead_letters.jobs.finished(number))
        assert (report.job.status, report.fates) == (JobStatus.DONE, {"open": 3})
        assert report.others == {}, "they are open still, and no person did that"
        assert (await broken.dead_letters.purge([1])).done == 1
    assert broken.reader.deliveries("welcome-mail") == [], "nothing was left that would be delivered"


async def test_P7_a_patch_fits_no_letter_of_it(broken):
    repair, patch = broken.dead_letters.repair, LetterPatch()
    assert len((await repair.check(patch, [1, 2, 3])).fit) == 3
    async with gone(broken):
        report = await repair.check(patch, [1, 2, 3])
        assert (report.fit, report.misfits) == ((), ((SAID, (1, 2, 3)),))
        assert repair.preview(patch, 1).trouble == SAID
