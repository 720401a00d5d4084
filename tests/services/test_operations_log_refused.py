"""L10: an undo that is refused changes nothing, and succeeds once what changed it is taken back."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from tests.services.conftest import passing
from tests.services.test_operations_log import SUBSCRIPTION, letters, stand
from workbench.errors import InvalidValue
from workbench.model.operator_acts import FINAL, KEEPING, OperatorAct
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.services.project.open_project import open_target

PATCH = LetterPatch(changes=[FieldChange(way="set", field="username", value="Some One")])


def newest(workspace):
    """The name of the last act that can be undone as such."""
    return next(one.act for one in workspace.reader.actions() if one.action not in FINAL)


async def archive(workspace):
    await workspace.dead_letters.archive(letters(workspace)[:2])


async def purge(workspace):
    numbers = [one.number for one in workspace.dead_letters.page(("open", "archived"))]
    await workspace.dead_letters.purge(numbers, skip_on=False)


async def restore(workspace):
    await workspace.dead_letters.restore([one.number for one in workspace.dead_letters.page(("purged",))])


async def replay(workspace):
    await workspace.dead_letters.replay(letters(workspace)[:2])


async def edit(workspace):
    (number, *_) = letters(workspace)
    await workspace.dead_letters.edit_and_replay(number, workspace.dead_letters.data(number))


async def repair(workspace):
    job = await workspace.dead_letters.repair.begin(letters(workspace)[:2], patch=PATCH)
    while workspace.dead_letters.jobs.get(job).step < 2:
        await asyncio.sleep(0)
    await workspace.dead_letters.jobs.cancel(job)


async def skip(workspace):
    rows = [row.number for row in workspace.subscriptions.deliveries(SUBSCRIPTION) if row.state != "dead"]
    await workspace.subscriptions.skip(SUBSCRIPTION, rows)


def noted(owner):
    async def note(workspace):
        await workspace.dead_letters.repair.write_note(letters(workspace), owner=owner)

    return note


def reset(to):
    async def moved(workspace):
        await workspace.subscriptions.reset(SUBSCRIPTION, to(workspace))

    return moved


def head(workspace):
    return workspace.streams.head()


REFUSED = {
    OperatorAct.ARCHIVE: ([], archive, purge),
    OperatorAct.PURGE: ([], purge, restore),
    OperatorAct.REPLAY: ([], replay, skip),
    OperatorAct.EDIT: ([], edit, skip),
    OperatorAct.REPAIR: ([], repair, skip),
    OperatorAct.NOTE: ([], noted("ann"), noted("bob")),
    OperatorAct.SKIP: ([replay], skip, replay),
    OperatorAct.RESET: ([], reset(lambda _: 0), reset(head)),
}
"""By kind of act: what is done before it, the act, and what then stands in the way of its undo."""


def test_L10_every_act_that_keeps_what_it_replaced_is_tried():
    assert {*REFUSED} == KEEPING


@pytest.mark.usefixtures("given_back")
@pytest.mark.parametrize("kind", REFUSED)
async def test_L10_a_refused_undo_changes_nothing_and_succeeds_later(broken, kind):
    first, act, later = REFUSED[kind]
    await broken.pause()
    for one in first:
        await one(broken)
    before = stand(broken)
    await act(broken)
    between, undone = stand(broken), newest(broken)
    assert before != between
    await later(broken)
    after, acts, in_the_way = stand(broken), broken.reader.actions(), newest(broken)
    for _ in range(3):
        with pytest.raises(InvalidValue, match="cannot be undone: "):
            await broken.operations.undo_act(undone)
    assert (stand(broken), broken.reader.actions()) == (after, acts)
    if later is restore:  # which is done with, and no act that can be undone
        return
    assert broken.operations.last(0).of.act == in_the_way, "the later one is offered"
    assert (await broken.operations.undo_act(in_the_way)).complete
    assert stand(broken) == between
    assert broken.operations.last(0).of.act == undone
    assert (await broken.operations.undo_act(undone)).complete
    assert stand(broken) == before


async def test_L10_what_another_changed_stays_kept_while_the_rest_is_undone(broken):
    one, two, three = letters(broken)
    repair = broken.dead_letters.repair
    _, first = await repair.write_note([one, two, three], owner="ann")
    _, second = await repair.write_note([two], owner="bob")
    half = await broken.operations.undo_act(first)
    assert half.words == "Undone: note of 3 dead letters, 2 of 3; the others have changed since."
    assert broken.operations.last(0).of.act == second, "what cannot be undone now is not offered"
    await broken.operations.undo_act(second)
    assert repair.noted((one, two, three)) == {two: ("ann", "")}
    assert (await broken.operations.undo_act(first)).words == "Undone: note of 3 dead letters."
    assert repair.noted((one, two, three)) == {}


KILLED = """
import asyncio, os, pathlib, signal, sys
from workbench.model.clock import ManualClock
from workbench.services import operations_log, workspace as opened
from workbench.services.project.open_project import open_target

opened.SystemClock = lambda: ManualClock(int(sys.argv[3]))

async def main(root, act):
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(root.parent)})
    await workspace.start()
    operations_log.GROUP = 1
    write, written = workspace.operations._write, []

    async def once(*given):
        if written:
            os.kill(os.getpid(), signal.SIGKILL)
        written.append(await write(*given))
        return written[-1]

    workspace.operations._write = once
    await workspace.operations.undo_act(act)

asyncio.run(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("on_file", [True])
@pytest.mark.parametrize("kind", [OperatorAct.PURGE, OperatorAct.NOTE])
async def test_F1_L10_an_undo_that_was_killed_in_the_middle_is_done_to_its_end_later(broken, kind):
    before, numbers = stand(broken), letters(broken)
    await REFUSED[kind][1](broken)
    act, root = newest(broken), broken.project.root
    await broken.close()
    command = [sys.executable, "-c", KILLED, str(root), act, str(broken.clock.now())]
    killed = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    environ = {"WORKBENCH_CONFIG": str(root.parent)}
    again = open_target(root, "", environ=environ)
    await again.start()
    try:
        undone, done = again.operations.list()
        assert (undone.of.action, undone.of.count, done.why_not) == ("undo", 1, "")
        report = await again.operations.undo_act(act)
        assert (report.done, report.complete) == (len(numbers), True)
        assert stand(again) == before
    finally:
        await again.close()


async def test_L10_the_undo_of_a_hold_has_the_job_go_on_and_cancels_nothing(broken):
    jobs = broken.dead_letters.jobs
    number = await jobs.start("archive", letters(broken), per_second=1)
    await broken.running().settle()
    step = (await jobs.hold(number)).step
    last = broken.operations.last(0)
    assert (last.of.action, last.name) == ("hold", f"hold of job {number}")
    assert (await broken.operations.undo(last.of.number)).words == f"Undone: hold of job {number}."
    assert (jobs.get(number).status, jobs.get(number).step) == ("running", step)
    await jobs.hold(number)
    await jobs.resume(number)
    last = broken.operations.last(0)
    assert last.of.action == "go on"
    assert (await broken.operations.undo(last.of.number)).complete
    held = await jobs.counted(number)
    assert (held.job.status, held.at_failure) == ("held", False)
    assert (await broken.operations.undo(broken.operations.last(0).of.number)).name == f"hold of job {number}"
    assert (await passing(broken, jobs.finished(number))).job.status == "done"
    over = {one.of.action: one.why_not for one in broken.operations.list() if not one.of.undone}
    assert over["archive"] == ""
    assert broken.operations.last(0).of.action == "archive", "what held it and had it go on is over"
    said = {one.why_not for one in broken.operations.list() if one.of.action in ("hold", "go on")}
    assert said <= {f"job {number} is over", *(f"undone by operation {n}" for n in range(20))}
