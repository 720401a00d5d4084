"""Many commands from the commands view: planned by patterns, sent, counted, and why some were refused."""

from __future__ import annotations

from uuid import uuid4

import pytest
from PySide6.QtCore import QSettings

from tests.gui.conftest import settle
from workbench.gui.views.burst_dialog import BurstDialog, schema_of, without_secrets_typed
from workbench.gui.views.commands_view import CommandsView
from workbench.gui.window_layouts import WindowLayouts
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.services.commands.bursts import Burst


@pytest.fixture
def orders(tmp_path):
    """The model of the sample of orders, whose ids are UUIDs."""
    return load_project(
        copy_sample("orders", tmp_path / "orders"), environ={}, trusted=lambda *_: True
    ).registry


def texts(kind, typed):
    fields = schema_of(kind, typed)["properties"]["fields"]["properties"]
    return {name: one["default"] for name, one in fields.items()}


@pytest.fixture
def view(desk, qtbot):
    made = CommandsView(desk)
    qtbot.addWidget(made)
    made.resize(480, 900)
    made.show()
    made.show_command("create_user")
    return made


async def test_a_burst_is_planned_sent_and_accounted_for(workspace, view, until):
    view.bursts.send_many()
    dialog = view.findChild(BurstDialog)
    value = dialog.form.value()
    assert value["fields"]["user_id"].endswith("-{n}")
    dialog.form.set_value({**value, "fields": {**value["fields"], "email": "nobody"}})
    dialog.start()
    assert "email" in dialog.form.field("fields.email").error().lower() or dialog.form.errors
    assert dialog.isVisible()
    dialog.form.set_value({**value, "fields": {**value["fields"], "email": "{n}@example.org"}, "count": 70})
    assert dialog.said.text().count("\n") == 2
    assert '"email": "1@example.org"' in dialog.said.text()
    dialog.start()
    strip = view.bursts.strip
    await until(lambda: strip.badge.text().endswith("sent"))
    assert strip.said.text().startswith("70 of 70 sent: 70 accepted, 0 refused, 0 failed, ")
    assert not strip.stop.isVisibleTo(strip)
    view.bursts.send_many()
    again = [one for one in view.findChildren(BurstDialog) if one.isVisible()][-1]
    again.form.set_value({**value, "fields": {**value["fields"], "email": "{n}@example.org"}, "count": 5})
    again.start()
    await until(lambda: "5 refused" in strip.said.text())
    assert strip.reasons.text().startswith("5 refused: ")
    assert len(strip.reasons.text().splitlines()) == 1
    await settle(workspace)


def test_what_creates_by_a_uuid_gets_a_fresh_one_each_time_whatever_stands_in_the_form(orders):
    creates, changes = orders.command("place_order"), orders.command("mark_paid")
    assert texts(creates, {})["order_id"] == "{uuid}"
    assert texts(creates, {"order_id": str(uuid4())})["order_id"] == "{uuid}"
    known = str(uuid4())
    assert texts(changes, {"order_id": known})["order_id"] == known


def opened(view):
    view.bursts.send_many()
    return [one for one in view.findChildren(BurstDialog) if one.isVisible()][-1]


async def test_V2_a_burst_begins_as_the_last_one_of_its_command_was(workspace, view, until, tmp_path):
    layouts = WindowLayouts(view, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    layouts.turn_to(project="here")
    dialog = opened(view)
    value = dialog.form.value()
    fields = {**value["fields"], "username": "Person {n}", "email": "{n}@example.org"}
    dialog.form.set_value({**value, "fields": fields, "count": 3})
    dialog.start()
    await until(lambda: view.bursts.strip.badge.text().endswith("sent"))
    again = opened(view)
    assert again.form.value()["fields"]["username"] == "Person {n}"
    assert "As the last burst of create_user was" in again.drafts.text
    again.drafts.discard()
    assert again.form.value()["fields"]["username"] != "Person {n}"
    again.reject()
    view.show_command("change_status")
    assert "Person" not in str(opened(view).form.value())
    layouts.turn_to(project="elsewhere")
    view.show_command("create_user")
    assert opened(view).form.value()["fields"]["username"] != "Person {n}"
    await settle(workspace)


def test_secrets_are_not_kept_with_the_plan_of_a_burst():
    typed = {"fields": {"fields": {"password": {"text": "x"}, "name": {"text": "y"}}}, "count": {"text": "3"}}
    kept = without_secrets_typed(typed)
    assert kept == {"fields": {"fields": {"name": {"text": "y"}}}, "count": {"text": "3"}}


async def test_all_that_is_said_of_a_burst_is_seen_where_it_wraps(workspace, view, until):
    view.resize(330, 520)
    fields = {"user_id": "u{n}", "username": "User {n}", "email": "u{n}@example.org", "status": "active"}
    view.bursts.begin(Burst(command="create_user", fields=fields, count=5))
    strip = view.bursts.strip
    await until(lambda: strip.badge.text().endswith("sent"))
    await until(lambda: strip.said.height() >= strip.said.heightForWidth(strip.said.width()) > 20)
    await settle(workspace)
