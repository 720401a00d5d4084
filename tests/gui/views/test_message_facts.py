"""What waits is readable: the commands that a process issued for later, and those that it took back (K7)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.gui.desk import Selection
from workbench.gui.views.inspector_view import InspectorView
from workbench.gui.views.log_view import LogView
from workbench.gui.views.process_instances import ProcessInstances
from workbench.gui.views.subscription_waiting import WaitingDeliveries
from workbench.gui.views.subscriptions_view import SubscriptionsView
from workbench.model.messaging import COMMANDS_TOPIC, called
from workbench.services.project.open_project import open_target

FLOW = Path(__file__).parents[2] / "flows" / "cart"


@pytest.fixture
async def workspace(tmp_path, stores, by_hand):
    """A cart is forgotten in 24 hours, unless something happens to it."""
    folder = tmp_path / "cart"
    shutil.copytree(FLOW, folder)
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    await opened.commands.issue("add_item", {"cart_id": "c1", "sku": "cog", "price": "1.50"})
    await opened.running().settle()
    yield opened
    await opened.close()


def shown(view):
    facts = view.facts.model()
    return {facts.row(at)[0]: facts.shown(at, 1) for at in range(facts.rowCount())}


async def test_K7_a_timeout_is_listed_with_its_command_its_process_and_its_time(
    workspace, desk, qtbot, until
):
    waiting = WaitingDeliveries(desk)
    qtbot.addWidget(waiting)
    waiting.show_of(COMMANDS_TOPIC, 1)
    model = waiting.table.model()
    await until(lambda: model.rowCount() == 1)
    assert model.row(0)[1:3] == ("abandon", "forgetting · c1")
    assert model.row(0)[4:6] == ("delayed", "cart-c1")
    assert model.shown(0, 3).startswith("in 1 d · ")
    assert not waiting.table.isColumnHidden(2)
    waiting.show_of("forgetting", 0)
    assert waiting.table.isColumnHidden(2), "what others wait for, nobody issued"


async def test_K7_the_inspector_shows_what_a_timeout_says(workspace, desk, qtbot, until):
    view = InspectorView(desk)
    qtbot.addWidget(view)
    (command,) = workspace.subscriptions.deliveries(COMMANDS_TOPIC)
    view.follow(Selection(position=command.position))
    await until(lambda: view.name.text() == "abandon")
    assert '"cart_id": "c1"' in view.payload.toPlainText()
    facts = shown(view)
    assert facts["issued by"] == "process forgetting"
    assert facts["process instance"] == "c1"
    assert facts["due"].startswith("in 1 d · ")
    assert "withdrawn" not in facts


async def test_K7_what_was_withdrawn_is_seen_with_the_event_that_did_it(workspace, desk, qtbot, until):
    (command,) = workspace.subscriptions.deliveries(COMMANDS_TOPIC)
    await workspace.commands.issue("check_out", {"cart_id": "c1"})
    await workspace.running().settle()
    log, view = LogView(desk), InspectorView(desk)
    for one in (log, view):
        qtbot.addWidget(one)
    log.refresh()
    model = log.table.model()
    await until(lambda: model.rowCount() == workspace.streams.head())
    row = model.row(command.position - 1)
    assert row[1:3] == ("withdrawn", "abandon")
    view.follow(Selection(position=row[0]))
    await until(lambda: view.name.text() == "abandon")
    assert view.where.text().startswith("withdrawn from commands of policies · ")
    last = workspace.streams.head()
    assert shown(view)["withdrawn"] == f"on cart.checked_out of cart-c1, at position {last:,}"


async def test_K7_the_instances_of_a_process_are_listed_with_state_and_timeouts(
    workspace, desk, qtbot, until
):
    await workspace.commands.issue("add_item", {"cart_id": "c2", "sku": "cog", "price": "1.50"})
    await workspace.running().settle()
    view = ProcessInstances(desk)
    qtbot.addWidget(view)
    view.show()
    view.show_of("forgetting")
    model = view.table.model()
    await until(lambda: model.rowCount() == 2)
    assert [model.row(at)[:2] for at in range(2)] == [("c1", "abandon in 1 d"), ("c2", "abandon in 1 d")]
    assert view.said.text() == "2 instances"
    view.table.choose_index(1)
    view.table.row_chosen.emit(model.row(1))
    assert '"cart_id": "c2"' in view.whole.toPlainText()
    for words, left in (("c1", ["c1"]), ("nothing", []), ("", ["c1", "c2"])):
        view.filter.setText(words)
        view.filter.returnPressed.emit()
        await until(lambda left=left: [model.row(at)[0] for at in range(model.rowCount())] == left)
    await workspace.commands.issue("check_out", {"cart_id": "c1"})
    await workspace.running().settle()
    view.show_of("forgetting")
    await until(lambda: model.rowCount() == 1)
    assert model.row(0)[0] == "c2"


async def test_K7_a_message_of_the_log_opens_and_leads_to_the_instance_that_issued_it(
    workspace, desk, qtbot, until
):
    log, view, subscriptions = LogView(desk), InspectorView(desk), SubscriptionsView(desk)
    for one in (log, view, subscriptions):
        qtbot.addWidget(one)
        one.show()
    wanted = []
    desk.wanted.connect(wanted.append)
    (command,) = workspace.subscriptions.deliveries(COMMANDS_TOPIC)
    await until(lambda: log.table.model().rowCount() == workspace.streams.head())
    log.table.choose_key(command.position)
    log.acts["open"].do()
    await until(lambda: view.name.text() == "abandon")
    assert (wanted, log.acts["open"].text()) == (["inspector"], "Open message")
    view.tabs.setCurrentWidget(view.causes)
    await until(lambda: view.causes.model().rowCount())
    _type, cause, stream, *_ = view.causes.model().row(0)
    assert (cause, stream) == ("add_item, by a person", "cart-c1"), "what it was issued for"
    view.issuer.click()
    await until(lambda: subscriptions.instances.table.model().rowCount() == 1)
    assert wanted == ["inspector", "subscriptions"]
    assert subscriptions.tabs.currentWidget() is subscriptions.instances
    assert view.name.text() == "abandon", "it stays in sight"
    await until(lambda: '"cart_id": "c1"' in subscriptions.instances.whole.toPlainText())


async def test_K7_an_instance_that_ended_meanwhile_is_told(workspace, desk, qtbot, until):
    view = ProcessInstances(desk)
    qtbot.addWidget(view)
    view.show()
    view.choose("c9")
    view.show_of("forgetting")
    await until(lambda: view.said.text() == "1 instance; c9 is over")


async def test_an_event_of_the_log_opens_in_its_timeline(workspace, desk, qtbot, until):
    log = LogView(desk)
    qtbot.addWidget(log)
    log.show()
    await until(lambda: log.table.model().rowCount() == workspace.streams.head())
    wanted = []
    desk.wanted.connect(wanted.append)
    log.table.choose_index(0)
    log.acts["open"].do()
    assert (wanted, desk.selection.stream) == (["timeline"], "cart-c1")


async def test_only_processes_have_instances(workspace, desk, qtbot, until):
    view = SubscriptionsView(desk)
    qtbot.addWidget(view)
    view.show()
    place = view.tabs.indexOf(view.instances)
    view.refresh()
    for name, there in (("forgetting", True), (COMMANDS_TOPIC, False)):
        view.follow(Selection(subscription=name))
        await until(lambda name=name: view.name.text() == called(name))
        assert view.tabs.isTabVisible(place) == there
        view.tabs.setCurrentIndex(place if there else view.tabs.currentIndex())
    assert view.tabs.currentWidget() is not view.instances, "another tab comes where it is not there"
