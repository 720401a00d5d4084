"""L10: what an operator did is undone just as far as nothing has changed since, and the undo is an act."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from msgspec.structs import replace

from tests.services.conftest import passing, settle
from workbench.engine.engine import EngineState
from workbench.errors import InvalidValue, NotFound
from workbench.gui.views.ladder_bar import states
from workbench.model.operator_acts import FINAL, KEEPING, LIMITS, OPPOSITES, OperatorAct, prospect, undo_said
from workbench.services import operations_log
from workbench.services.dead_letters import dead_letter_service
from workbench.services.project.open_project import open_target
from workbench.store.letter_jobs import JobPlan
from workbench.store.operations import RecallReplays
from workbench.store.operations.projection_operations import SwitchProjection
from workbench.store.operations.touched import Touched

SUBSCRIPTION = "welcome-mail"


def acts(workspace):
    return [(one.of.action, one.of.count, one.why_not) for one in workspace.operations.list()]


def letters(workspace):
    return sorted(letter.number for letter in workspace.dead_letters.page())


def stand(workspace):
    """What acts of operators change: letters, notes, deliveries, the cursor; numbers of rows mean nothing."""
    reader = workspace.reader
    numbers = range(1, 20)
    state = reader.subscription(SUBSCRIPTION)
    return (
        [reader.letter(number) for number in numbers],
        reader.letter_facts(numbers),
        [replace(row, number=0) for row in reader.deliveries(SUBSCRIPTION)],
        (state.cursor, state.paused, state.skipped),
    )


def test_L10_every_act_is_undone_in_one_way_or_says_why_not():
    assert len(KEEPING) + len(OPPOSITES) + len(FINAL) == len(OperatorAct)
    assert {*KEEPING, *OPPOSITES, *FINAL} == {*OperatorAct}
    assert {*LIMITS} <= {*KEEPING, *OPPOSITES}
    assert prospect(OperatorAct.STEP) == "It cannot be undone: a delivery that was made stays made."
    assert [undo_said(why) for why in ("", "it was delivered since", "undone by operation 4")] == [
        "can be undone",
        "no: it was delivered since",
        "undone by operation 4",
    ]
    assert prospect(OperatorAct.ARCHIVE) == "It can be undone within seven days."


async def test_L10_random_acts_and_their_undos_leave_the_state_that_was(broken):
    await broken.pause()
    random, numbers = Random(7), letters(broken)
    text = broken.dead_letters.get(numbers[0]).data
    stood = []
    for _ in range(40):
        broken.clock.advance(1)
        some = random.sample(numbers, random.randint(1, 3))
        before, known = stand(broken), broken.reader.actions()[:1]
        match random.randrange(7):
            case 0:
                await broken.dead_letters.archive(some)
            case 1:
                await broken.dead_letters.purge(some, skip_on=False)
            case 2:
                await broken.dead_letters.replay(some)
            case 3:
                await broken.dead_letters.edit_and_replay(some[0], text)
            case 4:
                await broken.dead_letters.repair.write_note(some, owner=random.choice(["ann", ""]))
            case 5:
                waiting = broken.subscriptions.deliveries(SUBSCRIPTION)
                await broken.subscriptions.pause(SUBSCRIPTION, paused=bool(len(waiting) % 2))
            case 6:
                await broken.subscriptions.reset(SUBSCRIPTION, random.randint(0, broken.streams.head()))
        if broken.reader.actions()[:1] != known:
            stood.append((broken.operations.list()[0], before))
        else:
            assert stand(broken) == before
    undone = 0
    for logged, before in reversed(stood):
        if not broken.operations.get(logged.of.number).why_not:
            report = await broken.operations.undo(logged.of.number)
            undone += report.done
            assert report.complete, report
        assert stand(broken) == before
    assert undone > 25


async def test_L10_what_was_replayed_meanwhile_stays_and_is_told_with_exact_numbers(broken, monkeypatch):
    monkeypatch.setattr(dead_letter_service, "GROUP", 1)
    numbers = letters(broken)
    report = await broken.dead_letters.archive(numbers)
    undo = asyncio.ensure_future(broken.operations.undo_act(report.act))
    replayed = await broken.dead_letters.replay(numbers[:1])
    undone = await undo
    await settle(broken)
    assert replayed.done == 1
    kept = [broken.dead_letters.get(one).status.value for one in numbers]
    assert kept == ["failed_again", "open", "open"]
    assert undone.done in (2, 3), "in whatever order they came"
    last = broken.operations.list()[0 if broken.operations.list()[0].of.action == "undo" else 1]
    assert (last.of.action, last.of.count, last.of.subject) == ("undo", undone.done, "3 dead letters")
    assert last.why_not == "do it again instead"


async def test_L10_an_undo_is_done_once_and_only_what_is_left_comes_back(broken):
    await broken.pause()
    one, two, _ = letters(broken)
    first = await broken.dead_letters.archive([one, two])
    second = await broken.dead_letters.purge([two])
    half = await broken.operations.undo_act(first.act)
    assert half.words == "Undone: archive of 2 dead letters, 1 of 2; the others have changed since."
    assert (await broken.operations.undo_act(second.act)).complete
    assert broken.operations.last(0).of.act == first.act, "its second letter is archived again"
    rest = await broken.operations.undo_act(first.act)
    assert (rest.words, rest.before) == ("Undone: archive of 2 dead letters.", False)
    again = await broken.operations.undo_act(first.act)
    assert again.words == "Undone already: archive of 2 dead letters."
    assert again.complete
    undos = [one for one in broken.operations.list() if one.of.action == "undo"]
    assert [one.of.count for one in undos] == [1, 2]
    with pytest.raises(InvalidValue, match="undo of 1 dead letter cannot be undone: do it again instead"):
        await broken.operations.undo(undos[0].of.number)
    with pytest.raises(NotFound, match="no operation 99"):
        await broken.operations.undo(99)


async def test_L10_a_skipped_delivery_waits_again_and_a_reset_goes_back_as_far_as_nothing_came(broken):
    await broken.pause()
    numbers = letters(broken)
    await broken.dead_letters.replay(numbers)
    before = stand(broken)
    rows = [row.number for row in broken.subscriptions.deliveries(SUBSCRIPTION)]
    done, act = await broken.subscriptions.skip(SUBSCRIPTION, rows)
    assert done == len(rows) > 0
    undone = await broken.operations.undo_act(act)
    assert (undone.done, undone.complete) == (done, True)
    assert [row.state for row in stand(broken)[2]] == [row.state for row in before[2]]
    assert stand(broken)[3] == before[3]
    cursor, runner = before[3][0], broken.running().subscription(SUBSCRIPTION)
    reset = await broken.subscriptions.reset(SUBSCRIPTION, 0)
    undone = await broken.operations.undo_act(reset)
    assert (undone.done, undone.complete, runner.cursor) == (cursor, True, cursor)
    reset = await broken.subscriptions.reset(SUBSCRIPTION, 0)
    while runner.cursor < cursor:
        await broken.step(SUBSCRIPTION)
    with pytest.raises(InvalidValue, match="what it changed has changed since"):
        await broken.operations.undo_act(reset)  # all was delivered again
    assert runner.cursor == cursor


async def test_L10_a_held_canary_is_cancelled_and_what_was_delivered_is_said(broken):
    jobs, numbers = broken.dead_letters.jobs, letters(broken)
    number = await jobs.start("replay", numbers, plan=JobPlan(ladder=(1,)))
    assert (await passing(broken, jobs.finished(number))).job.status == "held"
    logged = broken.operations.last(0)
    undone = await broken.operations.undo(logged.of.number)
    assert undone.words == (
        "Undone: replay of 3 dead letters, cancelled before the other 2;"
        " 1 was delivered, which cannot be undone."
    )
    assert not undone.complete
    first, rest = states(await jobs.counted(number))
    assert (first.state, first.words) == ("stopped", "1 failed; cancelled")
    assert rest.words == "not begun"
    said = f"undone by operation {logged.of.number + 1}, but for what was delivered"
    assert broken.operations.get(logged.of.number).why_not == said
    assert acts(broken)[0] == ("undo", 0, "do it again instead"), "and no cancel of a job"
    assert broken.operations.last(0) is None
    assert broken.operations.newest(0) is None
    again = await broken.operations.undo(logged.of.number)
    assert (again.before, again.complete) == (True, False)


async def test_L10_an_undo_that_was_broken_off_is_offered_again_and_its_numbers_are_of_the_whole(
    broken, monkeypatch
):
    monkeypatch.setattr(operations_log, "GROUP", 1)
    report = await broken.dead_letters.purge(letters(broken))
    write, written = broken.operations._write, []

    async def broken_off(*given):
        if written:
            raise asyncio.CancelledError
        written.append(given)
        return await write(*given)

    monkeypatch.setattr(broken.operations, "_write", broken_off)
    with pytest.raises(asyncio.CancelledError):
        await broken.operations.undo_act(report.act)
    monkeypatch.undo()
    assert broken.dead_letters.counts() == {"open": 1, "purged": 2}
    assert broken.operations.last(0).of.act == report.act
    undone = await broken.operations.undo_act(report.act)
    assert (undone.words, undone.complete) == ("Undone: purge of 3 dead letters.", True)
    assert broken.dead_letters.counts() == {"open": 3}
    assert broken.operations.list()[1].why_not == "undone by operation 2"


async def test_L10_of_undos_at_once_one_undoes_and_the_others_say_so(broken, monkeypatch):
    monkeypatch.setattr(operations_log, "GROUP", 1)
    report = await broken.dead_letters.archive(letters(broken))
    undos = await asyncio.gather(*(broken.operations.undo_act(report.act) for _ in range(4)))
    already = "Undone already: archive of 3 dead letters."
    assert [one.words for one in undos] == ["Undone: archive of 3 dead letters.", already, already, already]
    assert all(one.complete for one in undos)


async def test_L10_a_replay_that_was_recalled_is_not_said_to_be_delivered(broken):
    await broken.pause()
    numbers = letters(broken)
    report = await broken.dead_letters.replay(numbers)
    await broken.world.act(RecallReplays(subscription=SUBSCRIPTION))
    assert letters(broken) == numbers
    assert acts(broken)[0] == ("replay", 3, "nothing of it waits any more")
    await broken.dead_letters.replay(numbers[:1])
    with pytest.raises(InvalidValue, match="replay of 3 dead letters cannot be undone: nothing of it waits"):
        await broken.operations.undo_act(report.act)
    await broken.dead_letters.replay(numbers[1:])
    await broken.resume()
    await settle(broken)
    assert acts(broken)[1] == ("replay", 2, "it was delivered since")


async def test_L10_a_go_on_whose_job_is_held_again_is_not_offered_again_and_again(broken):
    numbers, jobs = letters(broken), broken.dead_letters.jobs
    job = await jobs.start("replay", numbers, plan=JobPlan(ladder=(1, 1)))
    assert (await passing(broken, jobs.finished(job))).job.status == "held"
    await jobs.resume(job)
    assert (await passing(broken, jobs.finished(job))).job.status == "held"
    gone_on = broken.operations.list()[0]
    assert (gone_on.of.action, gone_on.why_not) == ("go on", f"job {job} is held again")
    assert broken.operations.last(0).of.act == f"job {job}"
    await jobs.resume(job)
    await passing(broken, jobs.finished(job))
    assert broken.operations.list()[0].why_not == f"job {job} is over"


@pytest.mark.usefixtures("given_back")
async def test_L10_what_was_tried_of_a_replay_stays_told_when_it_is_undone(broken):
    await broken.pause()
    numbers = letters(broken)
    job = await broken.dead_letters.jobs.start("replay", numbers)
    while broken.dead_letters.jobs.get(job).step < len(numbers):
        await asyncio.sleep(0)
    before = {one.number: one.attempts for one in broken.dead_letters.page()}
    while not broken.reader.tried_replays(f"job {job}"):
        assert await broken.step(SUBSCRIPTION)
    undone = await broken.operations.undo_act(f"job {job}")
    assert undone.words.endswith("; 1 of them was tried meanwhile, which stays told.")
    after = {one.number: one.attempts for one in broken.dead_letters.page()}
    (tried,) = [number for number in before if number in after and after[number] != before[number]]
    *told, last = after[tried]
    assert (tuple(told), last.number) == (before[tried], len(before[tried]) + 1)
    assert "; 1 of them" not in (await broken.operations.undo_act(f"job {job}")).words


async def test_L10_the_opposite_is_done_unless_it_was_done_since(broken):
    engine = broken.running()
    await broken.pause()
    await broken.subscriptions.pause(SUBSCRIPTION, paused=True)
    await broken.projections.pause("users", paused=True)
    await broken.streams.close("user-ann", closed=True)
    await broken.projections.rebuild("users")
    numbers = [one.of.number for one in broken.operations.list()[:5]]
    for number in numbers:
        assert (await broken.operations.undo(number)).complete
    assert not engine.subscription(SUBSCRIPTION).paused
    assert not engine.projection("users").paused
    assert engine.projection("users").building is None
    assert not broken.reader.stream("user-ann").closed
    assert engine.state == "running"
    await broken.subscriptions.pause(SUBSCRIPTION, paused=True)
    last = broken.operations.last(0)
    await broken.subscriptions.pause(SUBSCRIPTION, paused=False)
    assert (await broken.operations.undo(last.of.number)).done == 0
    assert not broken.operations.get(last.of.number).of.undone, "an undo that changed nothing is none"


def test_L10_a_switch_makes_the_list_of_operations_stale():
    switch = SwitchProjection(name="users", generation=2)
    assert Touched([switch], [None]).changes().operations


async def test_L10_a_rebuild_is_undone_until_its_rows_took_the_place_of_the_old_ones(broken):
    projections = broken.projections
    await projections.rebuild("users", held=True)
    (rebuild,) = broken.operations.list()
    assert not rebuild.why_not
    await broken.running().settle()
    await projections.switch("users")
    assert broken.operations.get(rebuild.of.number).why_not == "the new rows took the place of the old ones"
    with pytest.raises(InvalidValue, match="cannot be undone: the new rows took the place"):
        await broken.operations.undo(rebuild.of.number)
    await broken.pause()
    await projections.rebuild("users")
    await projections.pause_rebuild("users", paused=True)
    paused, rebuild = broken.operations.list()[:2]
    assert not paused.why_not
    assert broken.operations.last(0).of.number == paused.of.number
    await projections.give_up_rebuild("users")
    assert broken.operations.get(rebuild.of.number).why_not == "the rebuild is over"
    assert broken.operations.get(paused.of.number).why_not == "the rebuild is over"


@pytest.mark.parametrize("on_file", [True])
async def test_L10_an_act_is_undone_after_a_restart_for_seven_days(broken):
    numbers = letters(broken)
    act = (await broken.dead_letters.purge(numbers)).act
    root = broken.project.root
    await broken.close()
    again = open_target(root, "", environ={"WORKBENCH_CONFIG": str(root.parent), "USER": "ann"})
    await again.start()
    try:
        (logged,) = again.operations.list()
        assert (logged.why_not, logged.of.count) == ("", 3)
        assert (await again.operations.undo_act(act)).complete
        assert again.operations.list()[0].of.who == "ann"
        late = await again.dead_letters.purge(numbers)
        again.world.clock.advance(8 * 24 * 3600)
        found = again.reader.action(act=late.act)
        assert again.operations.get(found.number).why_not == "seven days are over"
        assert again.operations.last(0) is None
    finally:
        await again.close()


async def test_L5_L9_undo_of_a_bulk_action_ends_it_and_takes_back_what_it_did(broken):
    number = await broken.dead_letters.jobs.start("archive", letters(broken), per_second=0.001)
    while not broken.dead_letters.jobs.get(number).step:
        await asyncio.sleep(0)
    logged = broken.operations.last(0)
    assert (logged.of.action, logged.of.count) == ("archive", 1)
    assert (await broken.operations.undo(logged.of.number)).complete
    assert broken.dead_letters.jobs.get(number).status == "cancelled"
    assert broken.dead_letters.counts() == {"open": 3}


async def test_L10_what_a_bulk_action_could_not_change_counts_as_dealt_with(broken):
    first, *rest = broken.reader.letters_in_order(letters(broken))
    await broken.dead_letters.archive([first])
    number = await broken.dead_letters.jobs.start("archive", [first, *rest], per_second=0.001)
    while not broken.dead_letters.jobs.get(number).step:
        await asyncio.sleep(0)
    logged = broken.operations.list()[0]
    undone = await broken.operations.undo(logged.of.number)
    assert undone.words == "Undone: archive of 3 dead letters, cancelled before any of 2."


async def test_L10_the_undo_of_a_bulk_action_that_changed_nothing_yet_cancels_all_of_it(broken):
    numbers = letters(broken)
    job = await broken.dead_letters.jobs.start("archive", numbers)
    assert (await broken.dead_letters.jobs.hold(job)).step == 0
    undone = await broken.operations.undo_act(f"job {job}")
    assert undone.words == "Undone: archive of 3 dead letters, cancelled before any of 3."
    assert broken.dead_letters.jobs.get(job).status == "cancelled"


async def test_M3_a_pause_is_in_force_until_it_is_resumed_or_undone(broken):
    log = broken.operations

    async def undo(action):
        await log.undo(next(one.of.number for one in log.list() if one.of.action == action))

    stands = []
    for work in (
        broken.pause,
        broken.step,
        broken.resume,
        lambda: undo("resume"),
        broken.resume,
        broken.pause,
        lambda: undo("pause"),
        lambda: broken.subscriptions.pause(SUBSCRIPTION, paused=True),
    ):
        await work()
        stands.append(log.pause_in_force() is not None)
        assert stands[-1] == (broken.engine.state is EngineState.PAUSED)
    assert stands == [True, True, False, True, False, True, False, False]
