"""Faults are armed by a form, seen wherever one looks while they are, and checked afterwards (W12, W13)."""

from __future__ import annotations

from tests.gui.test_fork_actions import fork_of
from tests.gui.test_session import notices, settings, start
from workbench.gui.board.board_graph import ARMED
from workbench.gui.desk import Selection
from workbench.gui.views.subscription_table import COLUMNS

__all__ = ["settings", "start"]
ADA = {"user_id": "zed", "username": "Zed Zeta", "email": "zed@x.org"}


def choose(view, place, kind, which="", span=""):
    view.place.setCurrentIndex(view.place.findData(place))
    view.kind.setCurrentIndex(view.kind.findData(kind))
    view.which.setText(which)
    view.span.setText(span)


async def view_of(session, until):
    session.bring("faults")
    view = session.window.views["faults"]
    await until(lambda: view.said.text() == "No faults armed")
    return view


async def test_W12_a_fault_is_armed_in_a_fork_strikes_and_is_disarmed(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    view = await view_of(fork, until)
    choose(view, "command create_user", "fail", "2")
    assert view.told.text().startswith("Fails the 2nd call. Only in this fork")
    assert not view.span.isVisible()
    view.acts["arm"].do()
    await until(lambda: view.table.model().rowCount() == 1)
    assert view.table.model().row(0)[:3] == ("create_user", "fails the 2nd call", ("waits", "0 of 0"))
    assert (await fork.workspace.commands.issue("create_user", ADA)).accepted
    view.tick()
    await until(lambda: view.table.model().row(0)[2][1] == "0 of 1")
    view.table.choose_key(1)
    view.acts["disarm"].do()
    await until(lambda: view.said.text() == "No faults armed")
    assert trunk.workspace.faults.lines() == []


async def test_W12_in_the_project_itself_a_question_comes_first(trunk, until):
    view = await view_of(trunk, until)
    choose(view, "subscription welcome-mail", "delay", span="1h")
    assert view.span.isVisibleTo(view)
    assert "In the project itself" in view.told.text()
    view.acts["arm"].do()
    await until(view.strip.isVisible)
    assert trunk.workspace.faults.lines() == []
    assert "welcome-mail holds the 1st message for 1h" in view.strip.text()
    next(one for one in view.strip.buttons() if one.text() == "Arm it here").click()
    await until(lambda: view.table.model().rowCount() == 1)


async def test_W12_the_question_before_a_clock_jump_tells_what_stays(trunk, until):
    view = await view_of(trunk, until)
    choose(view, "subscription welcome-mail", "clock", span="1h")
    view.acts["arm"].do()
    await until(view.strip.isVisible)
    assert "stays ahead until the project is closed" in view.strip._samples.text()


async def test_W12_what_is_armed_is_seen_in_status_bar_board_and_subscriptions(trunk, until):
    status = trunk.window.statusBar()
    assert status.faults.isHidden()
    await trunk.workspace.faults.arm("fail:welcome-mail:99", allowed=True)
    await trunk.workspace.faults.arm("fail:users:99", allowed=True)
    await until(lambda: status.faults.text() == "2 faults armed")
    assert not status.faults.isHidden()
    trunk.bring("subscriptions")
    subscriptions = trunk.window.views["subscriptions"]
    faults = [one.title for one in COLUMNS].index("Faults")
    await until(lambda: not subscriptions.table.isColumnHidden(faults))
    trunk.bring("board")
    board = trunk.window.views["board"]
    await until(lambda: board.scene._badges.get("projection:users", "").endswith(ARMED))
    assert board.scene._badges["subscription:welcome-mail"] == "1 fault armed"
    status.faults.click()
    assert trunk.window.views["faults"].seen()
    await trunk.workspace.faults.disarm()
    await until(status.faults.isHidden)


async def test_W13_what_came_of_them_is_told_and_leads_there(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    view = await view_of(fork, until)
    choose(view, "projection users", "fail")
    view.acts["arm"].do()
    await until(lambda: view.table.model().rowCount() == 1)
    assert (await fork.workspace.commands.issue("create_user", ADA)).accepted
    await fork.workspace.world.settle()
    view.acts["check"].do()
    await until(lambda: view.found.model().rowCount() > 3)
    rows = [view.found.model().row(at) for at in range(view.found.model().rowCount())]
    (stopped,) = [row for row in rows if "users stopped at position" in row[1]]
    ended = next(row for row in rows if row[1].startswith("Everything came to its end"))
    assert ended[0][1].startswith("no: "), "the number alone would stand beside a sentence that is not true"
    view.found.choose_key(stopped[3])
    view.found.row_chosen.emit(stopped)
    assert fork.desk.selection.projection == "users"
    assert fork.desk.selection.position == stopped[2]


async def test_W12_what_cannot_be_armed_is_said_below_the_form(trunk, until):
    view = await view_of(trunk, until)
    choose(view, "subscription welcome-mail", "fail", "0%")
    assert "0% is no chance" in view.told.text()
    view.acts["arm"].do()
    await until(lambda: any("0% is no chance" in one for one in notices(trunk)))
    assert view.table.model().rowCount() == 0
