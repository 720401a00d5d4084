"""Dead letters as a person repairs them, on the users sample."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.services.conftest import passing, settle
from workbench.errors import InvalidValue, StoreFull
from workbench.project.project import load_project
from workbench.services.dead_letters import dead_letter_service
from workbench.services.dead_letters.dead_letter_replay import DeadLetterReplay
from workbench.store.letter_jobs import job_act
from workbench.store.operations import RecordAction
from workbench.store.sqlite import transaction


async def test_letters_are_grouped_by_cause(broken):
    groups = broken.dead_letters.groups()
    assert [(group.error_type, group.count) for group in groups] == [
        ("MailServerUnavailable", 2),
        ("PermanentError", 1),
    ]
    assert groups[0].place.startswith("domain.py:")


async def test_replay_after_the_repair_resolves(broken):
    numbers = broken.dead_letters.groups()[0].numbers
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    report = await broken.dead_letters.replay(numbers)
    assert (report.asked, report.done, report.skipped) == (2, 2, 0)
    await settle(broken)
    assert broken.dead_letters.counts() == {"open": 1, "resolved": 2}
    again = await broken.dead_letters.replay(numbers)
    assert (again.done, again.skipped) == (0, 2)


async def test_L5_a_replay_that_was_skipped_is_told_with_what_its_letter_was_and_not_as_its_own(broken):
    first, second, third = sorted(one.number for one in broken.dead_letters.page())
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await broken.dead_letters.archive([third])

    class Others:
        """Dead letters of which others replay one first."""

        def __getattr__(self, name):
            return getattr(broken.dead_letters, name)

        async def replay(self, numbers):
            await broken.dead_letters.replay([second])
            await settle(broken)
            return await broken.dead_letters.replay(numbers)

    replay = DeadLetterReplay(Others(), broken.drain)
    fates = await passing(broken, replay.replay([first, second, third], seconds=30))
    assert [(one.number, one.outcome) for one in fates] == [
        (first, "failed again"),
        (second, "not replayed"),
        (third, "resolved"),
    ]
    assert fates[1].detail == "it was resolved; only open ones are replayed"


async def test_L5_V3_what_was_undone_of_an_act_is_not_counted_whatever_comes_of_it(broken):
    letters, counts = broken.dead_letters, broken.dead_letters.jobs.counts
    await broken.pause()
    report = await letters.replay([one.number for one in letters.page()])
    assert sorted(report.changed) == [1, 2, 3]
    await broken.operations.undo_act(report.act)
    again = await letters.replay([1])
    assert await counts.fates(report.act, report.changed) == {}
    assert await counts.fates(again.act, again.changed) == {"replaying": 1}


async def test_an_empty_set_does_nothing_and_leaves_no_trace(broken):
    before = len(broken.monitor.actions())
    assert (await broken.dead_letters.replay([])).asked == 0
    assert len(broken.monitor.actions()) == before


async def test_L6_an_edit_is_validated_before_anything_happens(broken):
    (number,) = broken.dead_letters.groups()[1].numbers
    with pytest.raises(InvalidValue, match="not JSON"):
        broken.dead_letters.check_edit(number, "{")
    with pytest.raises(InvalidValue, match=r"does not fit user.created: .*email"):
        broken.dead_letters.check_edit(number, '{"username": "Cyd", "email": 5, "status": "active"}')
    with pytest.raises(InvalidValue):
        await broken.dead_letters.edit_and_replay(number, '{"username": "Cyd"}')
    assert broken.dead_letters.get(number).status.value == "open"
    text = broken.dead_letters.get(number).data.replace("x.invalid", "fine.example")
    await broken.dead_letters.edit_and_replay(number, text)
    await settle(broken)
    assert broken.dead_letters.get(number).status.value == "resolved"
    assert "x.invalid" in broken.dead_letters.get(number).data


async def test_L6_a_copy_is_judged_as_a_patched_one_is(broken):
    (number,) = broken.dead_letters.groups()[1].numbers
    data = broken.dead_letters.data(number)
    check = broken.dead_letters.check_edit
    assert not check(number, json.dumps(json.loads(data), indent=4)).changed
    made = check(number, data.replace("{", '{"emial": "c@example.org",', 1))
    assert made.changed
    assert made.unknown == ("emial is no field of user.created (did you mean email?)",)


async def test_L7_purge_and_restore(broken):
    numbers = [letter.number for letter in broken.dead_letters.page()]
    assert (await broken.dead_letters.purge(numbers)).done == 3
    assert broken.dead_letters.page() == []
    assert (await broken.dead_letters.restore(numbers)).done == 3
    assert sorted(letter.number for letter in broken.dead_letters.page()) == sorted(numbers)


async def test_every_action_of_an_operator_is_recorded(broken):
    numbers = [letter.number for letter in broken.dead_letters.page()]
    await broken.dead_letters.archive(numbers[:1])
    await broken.pause()
    await broken.resume()
    assert [action.action for action in broken.monitor.actions()][:3] == ["resume", "pause", "archive"]


def statuses(workspace, numbers):
    return {number: workspace.dead_letters.get(number).status.value for number in numbers}


def letters(workspace):
    return sorted(letter.number for letter in workspace.dead_letters.page())


async def test_L9_undo_of_a_purged_archived_letter_brings_it_back_archived(broken):
    one, *_ = letters(broken)
    archived = await broken.dead_letters.archive([one])
    before = broken.dead_letters.get(one)
    purged = await broken.dead_letters.purge([one])
    assert (await broken.operations.undo_act(purged.act)).done == 1
    assert broken.dead_letters.get(one) == before
    assert (await broken.operations.undo_act(archived.act)).done == 1
    assert statuses(broken, [one]) == {one: "open"}


async def test_L9_undo_brings_back_only_what_that_act_changed(broken):
    one, two, three = letters(broken)
    await broken.dead_letters.purge([one])
    archived = await broken.dead_letters.archive([one, two, three])
    assert (archived.done, archived.skipped) == (2, 1)
    await broken.dead_letters.purge([three])
    undone = await broken.operations.undo_act(archived.act)
    assert statuses(broken, (one, two, three)) == {one: "purged", two: "open", three: "purged"}
    assert (undone.done, undone.asked, undone.complete) == (1, 2, False)


async def test_L9_a_second_undo_changes_nothing_even_if_the_same_was_done_again(broken):
    one, *_ = letters(broken)
    first = await broken.dead_letters.archive([one])
    await broken.operations.undo_act(first.act)
    await broken.dead_letters.archive([one])
    assert (await broken.operations.undo_act(first.act)).before
    assert statuses(broken, [one]) == {one: "archived"}


async def test_L9_a_letter_that_was_replayed_since_is_left_alone(broken):
    (number,) = broken.dead_letters.groups()[1].numbers
    archived = await broken.dead_letters.archive([number])
    await broken.dead_letters.replay([number])
    await settle(broken)
    with pytest.raises(InvalidValue, match="what it changed has changed since"):
        await broken.operations.undo_act(archived.act)
    assert statuses(broken, [number]) == {number: "failed_again"}


async def test_L9_restoring_takes_the_last_act_of_each_letter_back(broken):
    one, two, three = letters(broken)
    await broken.dead_letters.archive([one])
    await broken.dead_letters.purge([two])
    await broken.dead_letters.purge([one, three])
    assert (await broken.dead_letters.restore([one, two])).done == 2
    assert statuses(broken, (one, two, three)) == {one: "archived", two: "open", three: "purged"}


@pytest.mark.parametrize("again", [1, 2, 7])
async def test_L9_an_act_that_changed_nothing_is_no_act_to_undo(broken, again):
    one, *_ = letters(broken)
    await broken.dead_letters.purge([one])
    for _ in range(again):
        repeated = await broken.dead_letters.purge([one])
        assert (repeated.done, repeated.act) == (0, "")
    assert (await broken.dead_letters.restore([one])).done == 1
    assert statuses(broken, [one]) == {one: "open"}


async def test_L9_a_job_is_undone_like_an_act(broken):
    one, two, three = letters(broken)
    await broken.dead_letters.purge([one])
    job = await broken.dead_letters.jobs.start("archive", [one, two, three])
    await broken.dead_letters.jobs.finished(job)
    await broken.operations.undo_act(job_act(job))
    assert statuses(broken, (one, two, three)) == {one: "purged", two: "open", three: "open"}


async def test_L9_an_act_in_several_writes_has_one_record_that_counts_all(broken, monkeypatch):
    monkeypatch.setattr(dead_letter_service, "GROUP", 1)
    numbers = letters(broken)
    report = await broken.dead_letters.archive([*numbers, 99])
    assert (report.done, report.skipped) == (3, 1)
    action, *_ = broken.monitor.actions()
    assert (action.count, action.subject) == (3, "4 dead letters")
    assert [one.action for one in broken.monitor.actions()].count("archive") == 1


@pytest.mark.parametrize("on_file", [True])
async def test_L9_where_the_record_cannot_be_written_nothing_is_done(broken, monkeypatch):
    one, *_ = letters(broken)
    before = broken.monitor.actions()

    def refuse(*_args):
        raise StoreFull("no room for the record")

    monkeypatch.setitem(transaction._RUN, RecordAction, refuse)
    report = await broken.dead_letters.purge([one])
    assert (report.done, report.failed) == (0, 1)
    with pytest.raises(StoreFull):
        await broken.subscriptions.pause("welcome-mail", paused=True)
    with pytest.raises(StoreFull):
        await broken.streams.close("user-ann", closed=True)
    with pytest.raises(StoreFull):
        await broken.projections.rebuild("users")
    with pytest.raises(StoreFull):
        await broken.dead_letters.jobs.start("archive", [one])
    assert statuses(broken, [one]) == {one: "open"}
    assert broken.monitor.actions() == before
    assert not broken.reader.subscription("welcome-mail").paused
    assert not broken.reader.stream("user-ann").closed
    assert len(broken.reader.generations("users")) == 1
    assert broken.dead_letters.jobs.list() == []


@pytest.mark.parametrize("act", ["archive", "purge", "replay"])
async def test_L9_an_act_that_meets_a_reload_takes_effect_and_is_on_record(broken, act, monkeypatch):
    monkeypatch.setattr(dead_letter_service, "GROUP", 1)
    numbers = letters(broken)
    fresh = load_project(broken.project.root, environ={}, trusted=True)
    working = asyncio.ensure_future(getattr(broken.dead_letters, act)(numbers))
    await asyncio.sleep(0)
    async with asyncio.timeout(15):
        await broken.adopt(fresh)
        report = await working
    assert (report.done, report.failed) == (3, 0)
    assert next(action.action for action in broken.monitor.actions()) == act


async def test_L9_hundreds_of_letters_that_meet_a_reload_are_all_dealt_with(broken):
    fresh = load_project(broken.project.root, environ={}, trusted=True)
    working = asyncio.ensure_future(broken.dead_letters.archive([*letters(broken), *range(100, 700)]))
    await asyncio.sleep(0)
    async with asyncio.timeout(15):
        await broken.adopt(fresh)
        report = await working
    assert (report.done, report.skipped, report.failed) == (3, 600, 0)
    assert broken.running().errors == []


async def test_L9_a_job_that_meets_a_reload_goes_on(broken):
    fresh = load_project(broken.project.root, environ={}, trusted=True)
    job = await broken.dead_letters.jobs.start("archive", letters(broken), per_second=200)
    async with asyncio.timeout(15):
        await broken.adopt(fresh)
        report = await passing(broken, broken.dead_letters.jobs.finished(job))
    assert (report.job.status, report.job.done) == ("done", 3)
    assert broken.running().errors == []
