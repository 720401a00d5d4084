"""Waiting deliveries: listed with what happened to them, skipped after it was said what that does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from workbench.gui.views.subscription_waiting import WaitingDeliveries
from workbench.model.delivery_states import DeliveryState


@pytest.fixture
def waiting(desk, qtbot):
    made = WaitingDeliveries(desk)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


@pytest.fixture
async def retried(workspace, until):
    """Ann's mail waits for its next try, a long while."""
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    values = {"user_id": "ann", "username": "Ann", "email": "ann@slow.example"}
    await workspace.commands.issue("create_user", values)
    await until(
        lambda: [one.state for one in workspace.subscriptions.deliveries("welcome-mail")] == ["delayed"]
    )
    return workspace


def rows(waiting):
    model = waiting.table.model()
    return [model.row(at) for at in range(model.rowCount())]


def answer(waiting, text):
    next(one for one in waiting.strip.findChildren(QPushButton) if one.text() == text).click()


async def test_skip_says_what_it_does_and_is_recorded(retried, desk, waiting, until):
    told = []
    desk.noticed.connect(told.append)
    waiting.show_of("welcome-mail", 1)
    assert [(row[1], *row[4:7]) for row in rows(waiting)] == [("user.created", "delayed", "user-ann", 2)]
    assert not waiting.skip.isEnabled()
    waiting.table.selectAll()
    assert waiting.skip.isEnabled()
    waiting.skip.click()
    assert waiting.strip.text().startswith("Skip 1 delivery of welcome-mail? It is never handled, no dead")
    assert "user-ann" in waiting.strip.samples()
    assert retried.subscriptions.deliveries("welcome-mail")
    answer(waiting, "Skip 1")
    await until(lambda: told)
    assert (told[0].kind, told[0].text) == ("ok", "Skipped 1 delivery of welcome-mail.")
    assert not retried.subscriptions.deliveries("welcome-mail")
    assert retried.monitor.actions()[0].action == "skip"
    assert next(one for one in retried.monitor.subscriptions() if one.name == "welcome-mail").skipped == 1


async def test_what_waits_is_filtered_by_its_payload_and_its_errors(retried, waiting, until):
    waiting.show_of("welcome-mail", 1)
    for words, left in (("ann@slow delayed", 1), ("ann@slow nobody", 0), ("", 1)):
        waiting.filter.setText(words)
        QTest.keyClick(waiting.filter, Qt.Key.Key_Return)
        told = f"{left} of 1" if words else "Types, keys"
        await until(lambda told=told: waiting.filter.toolTip().startswith(told))
        assert len(rows(waiting)) == left


async def test_what_waits_no_more_is_told(retried, desk, waiting, until):
    told = []
    desk.noticed.connect(told.append)
    waiting.show_of("welcome-mail", 1)
    waiting.table.selectAll()
    waiting.ask()
    (number,) = (one.number for one in retried.subscriptions.deliveries("welcome-mail"))
    await retried.subscriptions.skip("welcome-mail", [number])
    answer(waiting, "Skip 1")
    await until(lambda: told)
    assert told[0].kind == "warning"
    assert told[0].text == "Skipped 0 deliveries of welcome-mail. 1 delivery did not wait any more."


async def test_another_subscription_takes_the_question_away(retried, waiting):
    waiting.show_of("welcome-mail", 1)
    waiting.table.selectAll()
    waiting.ask()
    waiting.show_of("audit-trail", 0)
    assert not waiting.strip.isVisible()
    assert rows(waiting) == []
    assert waiting.said.text() == ""


async def test_a_list_that_is_cut_says_so(retried, waiting):
    waiting.show_of("welcome-mail", 501)
    assert waiting.said.text() == "The first 1 in the order of the log; 500 more wait"


@pytest.mark.parametrize(
    ("letter", "said"), [(85, "behind dead letter 85"), (0, "behind an earlier one of its key")]
)
async def test_what_is_blocked_names_the_dead_letter_that_it_waits_behind(
    retried, waiting, monkeypatch, letter, said
):
    (one,) = retried.subscriptions.waiting("welcome-mail")
    row = changed(one.delivery, state=DeliveryState.BLOCKED, due_at=None)
    blocked = replace(one, delivery=row, behind=letter)
    monkeypatch.setattr(retried.subscriptions, "waiting", lambda _name, _words: [blocked])
    waiting.show_of("welcome-mail", 1)
    model = waiting.table.model()
    shown = [model.index(0, column).data() for column in range(model.columnCount())]
    assert said in shown
