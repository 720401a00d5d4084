"""Dead letters as a person repairs them, on the users sample."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.services.conftest import settle
from workbench.errors import InvalidValue, StoreFull
from workbench.project.project import load_project
from workbench.services import dead_letters
from workbench.services.dead_letter_jobs import act_of
from workbench.store.operations import RecordAction
from workbench.store.sqlite import transaction


async def test_letters_are_grouped_by_cause(broken):
    groups = broken.repair.groups()
    assert [(group.error_type, group.count) for group in groups] == [
        ("MailServerUnavailable", 2),
        ("PermanentError", 1),
    ]
    assert groups[0].place.startswith("domain.py:")


async def test_replay_after_the_repair_resolves(broken):
    numbers = broken.repair.groups()[0].numbers
    await broken.issue.issue("resolve_outage", {"domain": "slow.example"})
    report = await broken.repair.replay(numbers)
    assert (report.asked, report.done, report.skipped) == (2, 2, 0)
    await settle(broken)
    assert broken.repair.counts() == {"open": 1, "resolved": 2}
    again = await broken.repair.replay(numbers)
    assert (again.done, again.skipped) == (0, 2)


async def test_an_empty_set_does_nothing_and_leaves_no_trace(broken):
    before = len(broken.observe.actions())
    assert (await broken.repair.replay([])).asked == 0
    assert len(broken.observe.actions()) == before


async def test_L6_an_edit_is_validated_before_anything_happens(broken):
    (number,) = broken.repair.groups()[1].numbers
    with pytest.raises(InvalidValue, match="not JSON"):
        broken.repair.check_edit(number, "{")
    with pytest.raises(InvalidValue, match=r"does not fit user.created: .*email"):
        broken.repair.check_edit(number, '{"username": "Cyd", "email": 5, "status": "active"}')
    with pytest.raises(InvalidValue):
        await broken.repair.edit_and_replay(number, '{"username": "Cyd"}')
    assert broken.repair.letter(number).status.value == "open"
    text = broken.repair.letter(number).data.replace("x.invalid", "fine.example")
    await broken.repair.edit_and_replay(number, text)
    await settle(broken)
    assert broken.repair.letter(number).status.value == "resolved"
    assert "x.invalid" in broken.repair.letter(number).data


async def test_L7_purge_and_restore(broken):
    numbers = [letter.number for letter in broken.repair.letters()]
    assert (await broken.repair.purge(numbers)).done == 3
    assert broken.repair.letters() == []
    assert (await broken.repair.restore(numbers)).done == 3
    assert sorted(letter.number for letter in broken.repair.letters()) == sorted(numbers)


async def test_every_action_of_an_operator_is_recorded(broken):
    numbers = [letter.number for letter in broken.repair.letters()]
    await broken.repair.archive(numbers[:1])
    await broken.control.pause()
    await broken.control.resume()
    assert [action.action for action in broken.observe.actions()][:3] == ["resume", "pause", "archive"]


def statuses(workspace, numbers):
    return {number: workspace.repair.letter(number).status.value for number in numbers}


def letters(workspace):
    return sorted(letter.number for letter in workspace.repair.letters())


async def test_L9_undo_of_a_purged_archived_letter_brings_it_back_archived(broken):
    one, *_ = letters(broken)
    archived = await broken.repair.archive([one])
    before = broken.repair.letter(one)
    purged = await broken.repair.purge([one])
    assert (await broken.repair.undo(purged.act)).done == 1
    assert broken.repair.letter(one) == before
    assert (await broken.repair.undo(archived.act)).done == 1
    assert statuses(broken, [one]) == {one: "open"}


async def test_L9_undo_brings_back_only_what_that_act_changed(broken):
    one, two, three = letters(broken)
    await broken.repair.purge([one])
    archived = await broken.repair.archive([one, two, three])
    assert (archived.done, archived.skipped) == (2, 1)
    await broken.repair.purge([three])
    undone = await broken.repair.undo(archived.act)
    assert statuses(broken, (one, two, three)) == {one: "purged", two: "open", three: "purged"}
    assert (undone.done, undone.skipped) == (1, 1)


async def test_L9_a_second_undo_changes_nothing_even_if_the_same_was_done_again(broken):
    one, *_ = letters(broken)
    first = await broken.repair.archive([one])
    await broken.repair.undo(first.act)
    await broken.repair.archive([one])
    assert (await broken.repair.undo(first.act)).done == 0
    assert statuses(broken, [one]) == {one: "archived"}


async def test_L9_a_letter_that_was_replayed_since_is_left_alone(broken):
    (number,) = broken.repair.groups()[1].numbers
    archived = await broken.repair.archive([number])
    await broken.repair.replay([number])
    await settle(broken)
    assert (await broken.repair.undo(archived.act)).done == 0
    assert statuses(broken, [number]) == {number: "failed_again"}


async def test_L9_restoring_takes_the_last_act_of_each_letter_back(broken):
    one, two, three = letters(broken)
    await broken.repair.archive([one])
    await broken.repair.purge([two])
    await broken.repair.purge([one, three])
    assert (await broken.repair.restore([one, two])).done == 2
    assert statuses(broken, (one, two, three)) == {one: "archived", two: "open", three: "purged"}


async def test_L9_restoring_the_list_of_the_act_before_is_its_undo(broken):
    one, two, _ = letters(broken)
    await broken.repair.purge([one])
    await broken.repair.archive([one, two])
    restored = await broken.repair.restore([one, two])
    assert (restored.done, restored.skipped) == (1, 1)
    assert statuses(broken, (one, two)) == {one: "purged", two: "open"}


@pytest.mark.parametrize("again", [1, 2, 7])
async def test_L9_an_act_that_changed_nothing_is_no_act_to_undo(broken, again):
    one, *_ = letters(broken)
    await broken.repair.purge([one])
    for _ in range(again):
        repeated = await broken.repair.purge([one])
        assert (repeated.done, repeated.act) == (0, "")
    assert (await broken.repair.restore([one])).done == 1
    assert statuses(broken, [one]) == {one: "open"}


async def test_L9_a_job_is_undone_like_an_act(broken):
    one, two, three = letters(broken)
    await broken.repair.purge([one])
    job = await broken.jobs.start("archive", [one, two, three])
    await broken.jobs.finished(job)
    await broken.repair.undo(act_of(job))
    assert statuses(broken, (one, two, three)) == {one: "purged", two: "open", three: "open"}


async def test_L9_an_act_in_several_writes_has_one_record_that_counts_all(broken, monkeypatch):
    monkeypatch.setattr(dead_letters, "GROUP", 1)
    numbers = letters(broken)
    report = await broken.repair.archive([*numbers, 99])
    assert (report.done, report.skipped) == (3, 1)
    action, *_ = broken.observe.actions()
    assert json.loads(action.detail)["done"] == 3
    assert [one.action for one in broken.observe.actions()].count("archive") == 1


async def test_L9_where_the_record_cannot_be_written_nothing_is_done(broken, monkeypatch):
    one, *_ = letters(broken)
    before = broken.observe.actions()

    def refuse(*_args):
        raise StoreFull("no room for the record")

    monkeypatch.setattr(transaction.Transaction, "act", refuse)
    monkeypatch.setitem(transaction._RUN, RecordAction, refuse)
    report = await broken.repair.purge([one])
    assert (report.done, report.failed) == (0, 1)
    with pytest.raises(StoreFull):
        await broken.control.pause_subscription("welcome-mail", paused=True)
    with pytest.raises(StoreFull):
        await broken.control.close_stream("user-ann", closed=True)
    with pytest.raises(StoreFull):
        await broken.control.rebuild("users")
    with pytest.raises(StoreFull):
        await broken.jobs.start("archive", [one])
    assert statuses(broken, [one]) == {one: "open"}
    assert broken.observe.actions() == before
    assert not broken.reader.subscription("welcome-mail").paused
    assert not broken.reader.stream("user-ann").closed
    assert len(broken.reader.generations("users")) == 1
    assert broken.jobs.list() == []


@pytest.mark.parametrize("act", ["archive", "purge", "replay"])
async def test_L9_an_act_that_meets_a_reload_takes_effect_and_is_on_record(broken, act, monkeypatch):
    monkeypatch.setattr(dead_letters, "GROUP", 1)
    numbers = letters(broken)
    fresh = load_project(broken.project.root, environ={}, trusted=True)
    working = asyncio.ensure_future(getattr(broken.repair, act)(numbers))
    await asyncio.sleep(0)
    async with asyncio.timeout(15):
        await broken.adopt(fresh)
        report = await working
    assert (report.done, report.failed) == (3, 0)
    assert next(action.action for action in broken.observe.actions()) == act


async def test_L9_hundreds_of_letters_that_meet_a_reload_are_all_dealt_with(broken):
    fresh = load_project(broken.project.root, environ={}, trusted=True)
    working = asyncio.ensure_future(broken.repair.archive([*letters(broken), *range(100, 700)]))
    await asyncio.sleep(0)
    async with asyncio.timeout(15):
        await broken.adopt(fresh)
        report = await working
    assert (report.done, report.skipped, report.failed) == (3, 600, 0)
    assert broken.running().errors == []


async def test_L9_a_job_that_meets_a_reload_goes_on(broken):
    fresh = load_project(broken.project.root, environ={}, trusted=True)
    job = await broken.jobs.start("archive", letters(broken), per_second=200)
    async with asyncio.timeout(15):
        await broken.adopt(fresh)
        report = await broken.jobs.finished(job)
    assert (report.job.status, report.job.done) == ("done", 3)
    assert broken.running().errors == []
