"""Time is moved by hand in a fork and only looked at elsewhere; it stops at the first failure."""

from __future__ import annotations

from tests.gui.test_fork_actions import fork_of
from tests.gui.test_session import notices, settings, start
from workbench.engine.publisher import OutgoingMessage
from workbench.gui.desk import Selection
from workbench.model.clock import MICROSECONDS
from workbench.services.commands.bursts import Burst

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
    await until(lambda: view.table.model().row(0)[1:3] == ("retry", "welcome-mail"))  # the fork goes on
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


async def test_W15_a_burst_in_a_fork_says_that_it_waits_is_due_and_can_be_stopped(trunk, until):
    fork = await fork_of(trunk, until, Selection(position=9))
    fork.bring("time")
    view, bursts = fork.window.views["time"], fork.window.views["commands"].bursts
    fields = {"user_id": "u{n}", "username": "User {n}", "email": "{n}@example.org"}
    bursts.begin(Burst(command="create_user", fields=fields, count=5, rate=2))
    await until(lambda: bursts.strip.badge.text().endswith("waiting"))
    assert bursts.strip.said.text().startswith("1 of 5 sent")
    await until(
        lambda: "pace" in [view.table.model().row(n)[1] for n in range(view.table.model().rowCount())]
    )
    began = fork.workspace.clock.now()
    view.acts["next_due"].do()
    await until(lambda: bursts.strip.said.text().startswith("2 of 5 sent"))
    assert fork.workspace.clock.now() == began + MICROSECONDS // 2
    bursts.strip.stop.click()
    await until(lambda: bursts.strip.badge.text().endswith("stopped"))
    assert fork.workspace.clock.now() == began + MICROSECONDS // 2


async def test_W15_on_the_machines_clock_it_offers_to_fork(trunk, until):
    trunk.bring("time")
    view = trunk.window.views["time"]
    assert not view.acts["next_due"].refresh()
    assert view.fork.isVisible()
    assert not view.until.isVisible()
    view.fork.click()
    await until(lambda: trunk.forks and trunk.forks[-1].desk is not None, within=20)


def rows_of(view):
    return [view.table.model().row(at) for at in range(view.table.model().rowCount())]


async def audited(trunk, until, **more):
    """Shows the view once a message has been published to the audit."""
    await trunk.workspace.messages.publish(OutgoingMessage(topic="audit", type="note", data={}, **more))
    trunk.bring("time")
    view = trunk.window.views["time"]
    await until(lambda: any(row[2] == "audit" for row in rows_of(view)))
    return view


async def test_W23_what_is_due_later_is_done_now_in_the_project_itself(trunk, until):
    view = await audited(trunk, until, delay=3600)
    await until(lambda: any(row[1] == "delayed" for row in rows_of(view)))
    view.table.selectRow([row[1] for row in rows_of(view)].index("delayed"))
    view.acts["do_now"].do()
    await until(lambda: "note of audit-file is done now." in notices(trunk))
    await until(lambda: not any(row[1] == "delayed" for row in rows_of(view)))
    assert trunk.workspace.operations.list()[0].of.action == "do now"


async def test_W23_retention_is_listed_and_only_comes_with_its_time(trunk, until):
    view = await audited(trunk, until)
    view.table.selectRow([row[1:3] for row in rows_of(view)].index(("retention", "audit")))
    assert not view.acts["do_now"].refresh()
