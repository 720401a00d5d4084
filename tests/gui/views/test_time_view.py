"""Time is moved by hand in a fork and only looked at elsewhere; it stops at the first failure."""

from __future__ import annotations

from tests.gui.test_fork_actions import fork_of
from tests.gui.test_session import notices, settings, start
from workbench.gui.desk import Selection
from workbench.model.clock import MICROSECONDS

__all__ = ["settings", "start"]


async def down(fork):
    await fork.workspace.commands.issue("report_outage", {"domain": "far.example"})
    values = {"user_id": "zed", "username": "Zed Zeta", "email": "zed@far.example"}
    assert (await fork.workspace.commands.issue("create_user", values)).accepted
    await fork.workspace.running().settle()


async def view_of(fork, until):
    await down(fork)
    fork.bring("time")
    view = fork.window.views["time"]
    await until(lambda: view.table.model().rowCount())
    return view


async def test_W15_next_due_moves_the_clock_to_it(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    view = await view_of(fork, until)
    due = fork.workspace.future.due()[0]
    assert view.table.model().row(0)[:3] == (due.at, "retry", "welcome-mail")
    view.acts["next_due"].do()
    await until(lambda: fork.workspace.clock.now() == due.at)
    await until(lambda: view.table.model().row(0)[4] == 3)


async def test_W15_a_day_stops_at_the_first_failure_unless_it_shall_not(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    view = await view_of(fork, until)
    began = fork.workspace.clock.now()
    view.acts["day"].do()
    await until(lambda: any("died in welcome-mail" in one for one in notices(fork)))
    assert fork.workspace.clock.now() < began + 3600 * MICROSECONDS
    view.stop.setChecked(False)
    began = fork.workspace.clock.now()
    await until(view.acts["hour"].isEnabled)
    view.until.setText("+2h")
    view.until.returnPressed.emit()
    await until(lambda: fork.workspace.clock.now() == began + 7200 * MICROSECONDS)


async def test_W15_on_the_machines_clock_it_offers_to_fork(trunk, until):
    trunk.bring("time")
    view = trunk.window.views["time"]
    assert not view.acts["next_due"].refresh()
    assert view.fork.isVisible()
    assert not view.until.isVisible()
    view.fork.click()
    await until(lambda: trunk.forks and trunk.forks[-1].desk is not None, within=20)
