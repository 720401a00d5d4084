"""Running traffic again in the window: the range, how far it is, runs laid over each other (W3, W5)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from tests.gui.conftest import settle
from workbench.gui.views.traffic_dialog import TrafficDialog


@pytest.fixture
def on_file():
    return True


@pytest.fixture
async def users(workspace):
    for number in range(4):
        values = {"user_id": f"u{number}", "username": "Some Body", "email": f"u{number}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted
        await settle(workspace)
        workspace.clock.advance(5)
    return workspace


@pytest.fixture
async def dialog(users, desk, qtbot, until, scratch):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = TrafficDialog(parent, desk, 1, users.streams.head())
    made.pace.setCurrentIndex(made.pace.findData(0.0))
    made.show()
    await until(lambda: made._traffic is not None)
    yield made
    if isValid(made):
        made.close()


def rows_of(table):
    return [table.model().row(index) for index in range(table.model().rowCount())]


def listed(dialog):
    """Returns the runs, without what may have been watched in the range itself."""
    return [row for row in rows_of(dialog.runs) if row[0] != "then"]


async def ran(dialog, until, name=""):
    dialog.name.setText(name)
    dialog.start()
    await until(lambda: dialog._halt is None)


async def test_W3_a_range_is_told_and_what_a_run_came_to(dialog, users, until, scratch):
    assert "4 arrivals from outside, 4 of 4 events" in dialog.range_said.text()
    before = users.streams.head()
    await ran(dialog, until, "before")
    assert [(row[0], row[2]) for row in listed(dialog)] == [("before", 0.0)]
    mail = next(row for row in rows_of(dialog.table) if row[0] == "welcome-mail")
    assert mail[5:] == (4, 0, 0, 0)
    assert dialog.said.text().startswith("before: 4 of 4 arrivals as fast as it can")
    assert users.streams.head() == before
    assert list(scratch.iterdir()) == []


async def test_W5_runs_are_laid_over_each_other_and_hidden_by_name(dialog, until):
    await ran(dialog, until, "before")
    await ran(dialog, until, "after")
    await until(lambda: dialog.graph._plot is not None)
    assert [row[:2] for row in listed(dialog)] == [("after", 0), ("before", 1)]
    pens = dialog.graph.pens()
    one, other = pens["welcome-mail · after"], pens["welcome-mail · before"]
    assert one.color() == other.color(), "one subscription"
    assert one.style() != other.style(), "two runs"
    dialog.runs.setFocus()
    dialog.runs.choose_key("before")
    QTest.keyClick(dialog.runs, Qt.Key.Key_H)
    assert "welcome-mail · before" not in dialog.graph.pens()
    assert dict(row[:2] for row in listed(dialog)) == {"after": 0, "before": -1}
    dialog.table.choose_key("welcome-mail")
    dialog.switch_line(dialog.table.chosen())
    assert not [key for key in dialog.graph.pens() if key.startswith("welcome-mail")]
    dialog.graph._timer.stop()
    dialog.graph.redraw()
    assert set(dialog.graph._plot._curves) == set(dialog.graph.pens())


async def test_earlier_runs_are_there_when_it_opens_again(dialog, desk, users, until):
    await ran(dialog, until, "before")
    again = TrafficDialog(dialog.parentWidget(), desk, 1, users.streams.head())
    await until(lambda: [row[0] for row in listed(again)] == ["before"])
    again.close()


async def test_W5_one_is_stopped_and_says_so(dialog, until):
    dialog.start()
    assert dialog.acts["start"].isEnabled() is False
    dialog.stop()
    await until(lambda: dialog._halt is None)
    assert "stopped" in dialog.said.text()
    assert dialog.acts["start"].isEnabled()


async def test_a_range_without_traffic_says_what_to_do_and_cannot_be_started(dialog, users, until):
    dialog.first.setValue(users.streams.head() + 5)
    assert not dialog.acts["start"].isEnabled()
    await until(lambda: "nothing came from outside" in dialog.range_said.text())
    assert not dialog.acts["start"].isEnabled()
    dialog.lately.setCurrentIndex(dialog.lately.findData(3600))
    await until(lambda: dialog._traffic is not None)
    assert dialog._traffic.arrivals == 4
    assert not dialog.first.isEnabled()


async def test_closed_in_the_midst_it_ends_and_a_notice_tells(dialog, desk, until, scratch):
    told = []
    desk.noticed.connect(lambda notice: told.append(notice.text))
    dialog.start()
    dialog.close()
    await until(lambda: any("Traffic run" in text for text in told))
    assert list(scratch.iterdir()) == []
