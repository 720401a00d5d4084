"""Many commands from the commands view: planned by patterns, sent, counted, and why some were refused."""

from __future__ import annotations

import pytest

from tests.gui.conftest import settle
from workbench.gui.views.burst_dialog import BurstDialog
from workbench.gui.views.commands_view import CommandsView


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
