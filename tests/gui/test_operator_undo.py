"""Undo in the window: asked about where it delivers, and a notice whose act is undone is withdrawn."""

from __future__ import annotations

import pytest

from tests.gui.conftest import settle
from tests.services.conftest import passing
from workbench.gui import operator_undo
from workbench.gui.pausing import pause_engine


async def test_a_resume_by_undo_is_asked_about_and_what_is_undone_is_offered_no_more(workspace, desk, until):
    told = []
    desk.noticed.connect(told.append)
    act = await workspace.subscriptions.pause("welcome-mail", paused=True)
    desk.notice("ok", "welcome-mail is paused.", *desk.undo.offer(act))
    ada = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", ada)
    await settle(workspace)
    await until(lambda: desk.undo.last is not None)
    desk.undo.undo_last()
    await until(lambda: told[-1].asks)
    assert told[-1].text.startswith("Undo the pause of subscription welcome-mail, done ")
    assert told[-1].text.endswith(" will be delivered.")
    assert told[-1].topic == told[0].topic == act
    assert workspace.running().subscription("welcome-mail").paused
    await workspace.operations.undo_act(act)
    await until(lambda: not told[-1].text)
    assert told[-1].topic == act
    told[0].actions[0][1]()
    await until(lambda: told[-1].text == "Undone already: pause of subscription welcome-mail.")
    await settle(workspace)
    await until(lambda: desk.undo.last is None)
    act = await workspace.subscriptions.pause("welcome-mail", paused=True)
    await until(lambda: desk.undo.last is not None)
    desk.undo.undo_last()
    await until(lambda: not workspace.running().subscription("welcome-mail").paused)
    await settle(workspace)


async def test_L10_a_window_that_was_just_opened_knows_the_last_act(broken, desk, until):
    await broken.dead_letters.replay([one.number for one in broken.dead_letters.page()][:1])
    await settle(broken)
    undo = operator_undo.OperatorUndo(desk)
    await until(lambda: undo.newest is not None)
    assert undo.newest.why_not == "it was delivered since"


async def test_an_act_of_some_time_ago_is_asked_about(workspace, desk, until, monkeypatch):
    monkeypatch.setattr(operator_undo, "ASKED_SECONDS", -1.0)
    told = []
    desk.noticed.connect(told.append)
    await workspace.subscriptions.pause("welcome-mail", paused=True)
    await until(lambda: desk.undo.last is not None)
    desk.undo.undo_last()
    await until(lambda: told and told[-1].asks)
    assert told[-1].text.startswith("Undo the pause of subscription welcome-mail, done ")
    assert workspace.running().subscription("welcome-mail").paused


async def test_L10_the_undo_of_a_paused_engine_does_not_count_what_waits_in_a_paused_subscription(
    workspace, desk, until
):
    told = []
    desk.noticed.connect(told.append)
    await workspace.subscriptions.pause("welcome-mail", paused=True)
    values = {"user_id": "ann", "username": "Ann", "email": "ann@x.org"}
    assert (await workspace.commands.issue("create_user", values)).accepted
    await workspace.running().settle()
    pause_engine(desk, paused=True)
    await until(lambda: desk.undo.last is not None and desk.undo.last.of.subject == "engine")
    assert workspace.monitor.lags()["welcome-mail"]
    desk.undo.undo_last()
    await until(lambda: not workspace.monitor.paused)
    assert not any(one.asks for one in told), "nothing is delivered by it"


async def test_L10_undo_behind_a_hold_asks_and_has_the_job_go_on(broken, desk, until):
    told = []
    desk.noticed.connect(told.append)
    jobs = broken.dead_letters.jobs
    job = await jobs.start("replay", [one.number for one in broken.dead_letters.page()], per_second=1)
    await broken.running().settle()
    held = await jobs.hold(job)
    await until(lambda: desk.undo.last is not None and desk.undo.last.of.action == "hold")
    desk.undo.undo_last()
    await until(lambda: told and told[-1].asks)
    assert told[-1].text.startswith(f"Undo the hold of job {job}, done ")
    assert told[-1].text.endswith(f"? {3 - held.step} waiting messages will be delivered.")
    assert jobs.get(job) == held, "nothing happens before that is answered"
    dict(told[-1].actions)["Undo"]()
    await until(lambda: jobs.get(job).status == "running")
    await jobs.cancel(job)


@pytest.mark.usefixtures("given_back")
async def test_L10_a_hold_behind_which_the_job_went_on_is_not_undone_by_going_on_again(broken, desk, until):
    told, jobs, operations = [], broken.dead_letters.jobs, broken.operations
    desk.noticed.connect(told.append)
    broken.running().pause()
    numbers = [one.number for one in broken.dead_letters.page()]
    job = await broken.dead_letters.repair.begin(numbers, ladder=(1,))
    await until(lambda: jobs.get(job).step == 1)
    await jobs.hold(job)
    await jobs.resume(job)
    broken.running().resume()
    await passing(broken, until(lambda: jobs.get(job).status == "held"))
    acts = {one.of.action: one.why_not for one in operations.list()}
    assert acts["hold"] == f"job {job} went on since"
    await until(lambda: desk.undo.newest is not None and bool(desk.undo.newest.why_not))
    desk.undo.undo_last()
    await until(lambda: told and told[-1].asks)
    over = f"The last act, go on of job {job}, cannot be undone: job {job} is held again."
    assert told[-1].text.startswith(f"{over} Undo the older replay of 3 dead letters, done ")
    assert told[-1].text.endswith(" instead? That cancels the job before the other 2.")
    assert jobs.get(job).step == 1, "nothing more is sent"
    await jobs.resume(job)
    await jobs.hold(job)
    assert [one.why_not for one in operations.list() if one.of.action == "go on"][
        1
    ] == f"job {job} was held since"
    await jobs.cancel(job)


async def test_L10_behind_an_act_that_cannot_be_undone_an_older_one_is_asked_about(broken, desk, until):
    told = []
    desk.noticed.connect(told.append)
    first, *rest = [one.number for one in broken.dead_letters.page()]
    await broken.dead_letters.restore([first])
    await broken.dead_letters.purge([first, *rest])
    await broken.dead_letters.restore([first])
    await until(lambda: desk.undo.newest is not None and desk.undo.newest.of.action == "restore")
    desk.undo.undo_last()
    await until(lambda: told and told[-1].asks)
    over = "The last act, restore of 1 dead letter, cannot be undone: archive or purge them again."
    assert told[-1].text.startswith(f"{over} Undo the older purge of 3 dead letters, done ")
    assert told[-1].text.endswith(" instead? 2 of 3 can be undone.")
    assert broken.dead_letters.counts() == {"open": 1, "purged": 2}
    await broken.dead_letters.replay([first])
    await settle(broken)
    await until(lambda: desk.undo.newest is not None and desk.undo.newest.of.action == "replay")
    await until(lambda: desk.undo.newest.why_not == "it was delivered since")
    desk.undo.undo_last()
    await until(lambda: told[-1].asks and told[-1].text.startswith("The last act, replay of 1 dead letter, "))
    dict(told[-1].actions)["Undo"]()
    await until(lambda: "purged" not in broken.dead_letters.counts())
    await until(lambda: desk.undo.last is None)
    said = "The last act, replay of 1 dead letter, cannot be undone: it was delivered since."
    assert desk.undo.why_not() == said


async def test_L10_undo_behind_a_reset_that_was_delivered_asks_about_the_older_act(workspace, desk, until):
    told = []
    desk.noticed.connect(told.append)
    ada = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
    await workspace.commands.issue("create_user", ada)
    await settle(workspace)
    await workspace.subscriptions.pause("welcome-mail", paused=True)
    await workspace.subscriptions.pause("welcome-mail", paused=False)
    workspace.running().pause()  # so that nothing is delivered before the reset is seen; no act of a person
    await workspace.subscriptions.reset("welcome-mail", 0)
    await until(lambda: desk.undo.last is not None and desk.undo.last.of.action == "reset")
    shown = desk.undo.last
    workspace.running().resume()
    await settle(workspace)
    await until(lambda: desk.undo.last is not None and desk.undo.last.of.action == "resume")
    desk.undo.last = shown  # what a person sees who is quicker than that
    desk.undo.undo_last()
    await until(lambda: told and told[-1].asks)
    over = "reset of subscription welcome-mail, cannot be undone: what it changed has changed since."
    assert told[-1].text.startswith(
        f"The last act, {over} Undo the older resume of subscription welcome-mail, done "
    )
    dict(told[-1].actions)["Undo"]()
    await until(lambda: workspace.running().subscription("welcome-mail").paused)


async def test_L10_of_what_was_done_before_the_window_opened_the_last_reason_is_said(broken, desk, until):
    await broken.dead_letters.replay([one.number for one in broken.dead_letters.page()][:1])
    await settle(broken)
    undo = desk.undo
    undo._since = broken.clock.now() + 1
    undo._reading.ask(undo._read)
    await until(lambda: undo.last is None and undo.newest is not None and bool(undo.newest.why_not))
    said = "The last act, replay of 1 dead letter, cannot be undone: it was delivered since."
    assert undo.why_not() == said
