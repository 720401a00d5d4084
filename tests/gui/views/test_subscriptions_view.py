"""Subscriptions at work: their numbers, graphs, waiting deliveries; pause, step and reset by hand."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.gui.conftest import settle
from workbench.gui.desk import Selection
from workbench.gui.views.reset_dialog import ResetDialog, consequence
from workbench.gui.views.subscription_table import TITLES
from workbench.gui.views.subscriptions_view import TALL, SubscriptionsView
from workbench.model.clock import rfc3339
from workbench.services.subscriptions import DeliveredAgain


@pytest.fixture
def view(desk, qtbot):
    made = SubscriptionsView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 760)
    made.show()
    return made


def row(view, name):
    model = view.table.model()
    found = [model.row(at) for at in range(model.rowCount())]
    return dict(zip(TITLES, next(one for one in found if one[0] == name), strict=True))


async def create(workspace, name, domain="example.org"):
    values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
    assert (await workspace.commands.issue("create_user", values)).accepted


async def done(desk):
    await asyncio.gather(*desk.running())


async def test_every_subscription_has_a_row_and_counts_what_it_delivered(workspace, view, until):
    await create(workspace, "ada")
    await settle(workspace)
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 1)
    assert row(view, "welcome-mail")["State"] == "running"
    assert row(view, "welcome-mail")["Reads"] == "mail"
    assert row(view, "notices")["Delivered"] == 0
    names = ("welcome-mail", "notices", "audit-file")
    await until(lambda: {row(view, name)["Lag"] for name in names} == {0})


async def test_V6_ten_idle_minutes_leave_no_rate_in_rows_and_lines(workspace, view, until):
    def passes(seconds):
        workspace.clock.advance(seconds)
        workspace.rates.sample()
        view.tick()

    workspace.rates.sample()
    await create(workspace, "ada")
    await settle(workspace)
    passes(1)
    await until(lambda: row(view, "welcome-mail")["Rate /s"] == 0.2)
    for _ in range(61):
        passes(10)
    await until(lambda: row(view, "welcome-mail")["Rate /s"] == 0)
    assert set(view.graphs._sparks["welcome-mail"]) == {0.0}


async def test_dead_letters_are_counted_and_lead_to_their_list(broken, desk, view, until):
    wanted = []
    desk.wanted.connect(wanted.append)
    desk.select(Selection(subscription="welcome-mail"))
    await until(lambda: row(view, "welcome-mail")["Dead"] == 3)
    assert view.buttons["dead"].text() == "3 dead"
    view.buttons["dead"].click()
    assert wanted == ["letters"]


async def test_a_purge_and_its_undo_are_counted_here_as_well(broken, view, until):
    await broken.dead_letters.purge([3])
    await until(lambda: row(view, "welcome-mail")["Dead"] == 2)
    await broken.dead_letters.restore([3])
    await until(lambda: row(view, "welcome-mail")["Dead"] == 3)


async def test_pause_keeps_messages_waiting_and_resume_delivers_them(workspace, desk, view, until):
    desk.select(Selection(subscription="welcome-mail"))
    view.buttons["pause"].click()
    await done(desk)
    await until(lambda: view.buttons["pause"].text() == "Resume")
    await create(workspace, "ada")
    await settle(workspace)
    await until(lambda: row(view, "welcome-mail")["Lag"] > 0)
    assert row(view, "welcome-mail")["State"] == "paused"
    assert row(view, "welcome-mail")["Delivered"] == 0
    view.buttons["pause"].click()
    await done(desk)
    await settle(workspace)
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 1)
    assert row(view, "welcome-mail")["Lag"] == 0


async def test_one_step_delivers_to_the_chosen_one_alone(workspace, desk, view, until):
    told = []
    desk.noticed.connect(told.append)
    desk.select(Selection(subscription="welcome-mail"))
    await until(lambda: view.acts["step"].toolTip().endswith("pause it first (F8)"))
    assert not view.buttons["step"].isEnabled(), "a step pauses nothing by itself"
    await workspace.pause()
    await create(workspace, "ada")
    await create(workspace, "bob")
    await until(view.buttons["step"].isEnabled)
    view.buttons["step"].click()
    await done(desk)
    assert told[-1].text == "One step of welcome-mail: user.created at 1 was delivered."
    states = {one.name: one.delivered for one in workspace.monitor.subscriptions()}
    assert states["welcome-mail"] == 1
    assert states["audit-trail"] == 0


async def test_L5_a_step_that_a_job_alone_took_says_so(workspace, desk, view, until):
    told = []
    desk.noticed.connect(told.append)
    desk.select(Selection(subscription="welcome-mail"))
    await create(workspace, "ada", domain="x.invalid")
    await settle(workspace)
    (letter,) = workspace.dead_letters.page()
    await workspace.pause()
    await workspace.dead_letters.repair.begin((letter.number,))
    await workspace.dead_letters.purge((letter.number,))
    await until(view.buttons["step"].isEnabled)
    view.buttons["step"].click()
    await done(desk)
    assert told[-1].text == "One step: job 1 moved."
    view.buttons["step"].click()
    await done(desk)
    assert told[-1].text == "Nothing to deliver to welcome-mail."


@pytest.mark.parametrize("retry_delay", ["5s"])
async def test_what_waits_for_its_retry_is_listed(workspace, desk, view, until):
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    desk.select(Selection(subscription="welcome-mail"))
    view.tabs.setCurrentIndex(view.tabs.indexOf(view.waiting))
    await create(workspace, "ada", "slow.example")
    model = view.waiting.table.model()
    await until(lambda: model.rowCount() == 1 and model.row(0)[4] == "delayed")
    assert model.row(0)[5:7] == ("user-ada", 2)
    assert model.shown(0, 3).startswith("in ")
    assert model.shown(0, 7).startswith("MailServerUnavailable: the mail server of slow.example")
    assert view.tabs.tabText(view.tabs.indexOf(view.waiting)) == "Waiting (1)"


@pytest.mark.parametrize("by_hand", [None])  # by the machine's clock: what takes no time has no latency
async def test_the_graphs_show_what_was_delivered(workspace, desk, view, until):
    desk.select(Selection(subscription="welcome-mail"))
    await create(workspace, "ada")
    await settle(workspace)
    workspace.rates.sample(ends=True)

    def seen():
        view._draw()
        view.history.redraw()
        return "welcome-mail" in view.history.figures and max(view.latency._values["p50"])

    await until(seen)
    assert view.history.figures["welcome-mail"].total == 1
    assert set(view.latency._values) == {"p50", "p95", "p99"}


async def test_V4_latencies_are_drawn_when_a_second_is_over_and_not_for_each_change(
    workspace, view, until, monkeypatch
):
    await until(lambda: view.table.model().rowCount())
    drawn = []
    monkeypatch.setattr(view.graphs, "draw_latency", drawn.append)
    await create(workspace, "ada")
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 1)
    assert drawn == []
    view.tick()
    assert drawn == [view._name]


async def watched(workspace, seconds=1):
    for _ in range(seconds):
        workspace.clock.advance(1)
        workspace.rates.sample()


async def test_lines_are_hidden_and_shown_and_marks_lead_to_what_happened(workspace, desk, view, until):
    workspace.rates.sample()
    await create(workspace, "cyd", "x.invalid")
    await settle(workspace)
    await watched(workspace)
    await workspace.subscriptions.pause("notices", paused=True)
    await watched(workspace, 3)
    view.refresh()
    graph = view.history
    await until(lambda: graph._plot is not None and len(graph._marks) == 2)
    graph.redraw()
    await until(lambda: row(view, "audit-trail")["Highest"])
    assert [(mark.kind, mark.subscription) for mark in graph.marked()] == [
        ("died", "welcome-mail"),
        ("pause", "notices"),
    ]
    wanted = []
    desk.wanted.connect(wanted.append)
    for mark in graph.marked():
        graph.mark_chosen.emit(mark)
    assert wanted == ["letters", "log"]
    assert desk.selection.operation == graph.marked()[1].operation

    desk.select(Selection(subscription="notices"))
    view.table.choose_key("notices")
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_H)
    assert graph.hidden == {"notices"}
    assert row(view, "notices")["Line"] < 0 <= row(view, "welcome-mail")["Line"]
    QTest.keyClick(view.table, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert list(graph.pens()) == ["notices"]
    QTest.keyClick(view.table, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert not graph.hidden


async def test_reset_to_the_beginning_delivers_again_after_it_said_so(workspace, desk, view, until):
    await create(workspace, "ada")
    await settle(workspace)
    desk.select(Selection(subscription="welcome-mail"))
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 1)
    view.buttons["reset"].click()
    dialog = view.findChild(ResetDialog)
    assert not dialog.go.isEnabled()
    dialog.position.setText("0")
    cursor = next(one for one in workspace.monitor.subscriptions() if one.name == "welcome-mail").cursor
    assert dialog.go.text() == f"Go back {cursor:,} positions"
    assert dialog.said.text().startswith(
        f"1 message between position 1 and {cursor:,} will be delivered again"
    )
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    await done(desk)
    await settle(workspace)
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 2)


@pytest.mark.parametrize("text", ["-1", "ten", "1.5", "9" * 30])
async def test_a_position_that_is_none_is_refused_in_the_dialog(workspace, desk, view, text):
    view.buttons["reset"].click()
    dialog = view.findChild(ResetDialog)
    dialog.position.setText(text)
    assert not dialog.go.isEnabled()
    assert any(
        label.text() == "A position is a whole number from 0." for label in dialog.findChildren(QLabel)
    )
    next(one for one in dialog.findChildren(QPushButton) if one.text() == "Cancel").click()


async def test_what_a_reset_does_is_told_exactly(workspace):
    await create(workspace, "ada")
    await settle(workspace)
    mail = next(one for one in workspace.monitor.subscriptions() if one.name == "welcome-mail")
    cursor, head = mail.cursor, workspace.streams.head()
    none = DeliveredAgain()
    assert consequence(mail, cursor, head, 0, none) == ("The cursor is there already.", "")
    assert consequence(mail, head + 1, head, 0, none) == (f"The store ends at position {head}.", "")
    said, label = consequence(mail, cursor - 1, head, 1, DeliveredAgain(1))
    assert said.startswith(
        f"1 message between position {cursor} and {cursor} will be delivered again, as far"
    )
    assert said.endswith("1 delivery that waits starts again.")
    assert label == "Go back 1 position"
    assert consequence(mail, cursor - 1, head, 0, none)[0].startswith("Nothing that it reads lies between")
    assert consequence(mail, 0, head, 0, DeliveredAgain(1000, more=True))[0].startswith(
        "More than 1,000 messages between"
    )
    nothing = f"Nothing between position {cursor} and {cursor} will be delivered again."
    stay = f"{nothing} 1 dead letter there stays as it is."
    assert consequence(mail, cursor - 1, head, 0, DeliveredAgain(stay=1))[0] == stay
    far = consequence(mail, 0, head, 0, DeliveredAgain(more=True, stay=1000))[0]
    assert far.startswith("More than 0 messages between"), "what lies farther on is not looked at"
    assert consequence(mail, 0, head, 0, DeliveredAgain(5, stay=2))[0].endswith(
        " 2 dead letters there stay as they are."
    )
    behind = consequence(mail, 0, head, 0, DeliveredAgain(5, stay=1, blocked=3))[0]
    assert " 3 messages stay blocked behind dead letters of their keys. 1 dead letter there" in behind
    alone = consequence(mail, cursor - 1, head, 0, DeliveredAgain(stay=1, blocked=1))[0]
    assert alone.startswith(f"{nothing} 1 message stays blocked behind a dead letter of its key. 1 dead")
    copies = consequence(mail, 0, head, 0, DeliveredAgain(5, copies=2))[0]
    assert " 2 of them go as the edited copies that succeeded, not as their originals." in copies
    assert consequence(mail, cursor + 2, head + 9, 0, none)[1] == "Skip 2 positions"


async def test_reset_to_a_time_says_which_position_that_is(workspace, desk, view, until):
    await create(workspace, "ada")
    await settle(workspace)
    workspace.clock.advance(1)
    between = workspace.clock.now()
    await create(workspace, "bob")
    await settle(workspace)
    before = workspace.streams.position_before(between)
    desk.select(Selection(subscription="welcome-mail"))
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 2)
    view.buttons["reset"].click()
    dialog = view.findChild(ResetDialog)
    dialog.to_time.setChecked(True)
    assert dialog.said.text().startswith("Give a time")
    assert not dialog.go.isEnabled()
    dialog.time.set_value({"time": rfc3339(between)})
    assert f"lies behind position {before:,}. 1 message between position {before + 1:,}" in dialog.said.text()
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    await done(desk)
    await settle(workspace)
    await until(lambda: row(view, "welcome-mail")["Delivered"] == 3)


async def test_everything_about_the_chosen_one_stands_in_its_details(workspace, desk, view, until):
    desk.select(Selection(subscription="welcome-mail"))
    view.tabs.setCurrentWidget(view.details)
    model = view.details.model()
    facts = {model.row(at)[0]: model.row(at)[1] for at in range(model.rowCount())}
    assert facts["Mode"] == "pub/sub"
    assert facts["Filter"] == "type == 'user.created'"
    assert {"Lag", "In flight", "Ready", "Delayed", "Blocked", "Expired", "Skipped", "Oldest"} <= set(facts)


async def test_where_both_graphs_have_no_room_each_has_a_tab(view):
    assert view.tabs.tabText(0) == "Graphs"
    view.resize(400, TALL - 100)
    assert [view.tabs.tabText(at) for at in range(3)] == ["Over time", "Latency", "Waiting"]
    view.resize(1000, 760)
    assert [view.tabs.tabText(at) for at in range(2)] == ["Graphs", "Waiting"]
    assert view.latency.isVisible()
