"""The status bar: what it says of scenarios, in which colour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QToolButton

from workbench.gui.status_line import StatusLine
from workbench.services.monitor.monitor_values import Status
from workbench.services.project.model_reload import Outdated, Reload, ReloadOutcome
from workbench.services.scenarios.scenario_status import Tally


@pytest.mark.parametrize(
    ("tally", "role", "said"),
    [
        (Tally(), "muted", ""),
        (Tally(unsure=5), "muted", "5 scenarios not run"),
        (Tally(unsure=1), "muted", "1 scenario not run"),
        (Tally(unsure=5, running=True), "muted", "5 scenarios running"),
        (Tally(passed=3), "ok", "3 passed"),
        (Tally(passed=3, failed=1), "error", "1 failed, 3 passed"),
        (Tally(passed=3, unsure=2), "muted", "3 passed, 2 not run"),
        (Tally(passed=3, unsure=2, running=True), "muted", "3 passed, 2 running"),
        (Tally(empty=1), "warning", "1 asserts nothing"),
        (Tally(passed=3, gaps=1), "ok", "3 passed"),
        (Tally(passed=3, empty=2), "warning", "3 passed, 2 assert nothing"),
        (Tally(passed=3, mistakes=1), "warning", "3 passed, 1 mistake"),
    ],
)
def test_V3_green_is_said_only_of_verdicts_that_hold(tally, role, said):
    assert (tally.role, tally.said) == (role, said)


def test_V3_a_click_on_the_verdicts_shows_the_scenarios(qtbot):
    called = []
    line = StatusLine(
        *(
            lambda name=name: called.append(name)
            for name in ("engine", "dead", "scenarios", "zone", "older", "told", "faults")
        )
    )
    qtbot.addWidget(line)
    line.show_scenarios(Tally(passed=1, failed=2))
    assert line.scenarios.text() == "2 failed, 1 passed"
    line.show_scenarios(Tally(passed=1, gaps=2))
    assert line.scenarios.text() == "1 passed, 2 gaps in coverage"
    line.show_drafts(1)
    assert line.scenarios.text() == "1 passed, 2 gaps in coverage, 1 draft"
    line.show_drafts(0)
    line.scenarios.click()
    line.zone.click()
    assert called == ["scenarios", "zone"]
    line.show_scenarios(Tally())
    assert line.scenarios.isHidden()


def test_C10_it_does_not_run_whose_store_is_gone(qtbot):
    line = StatusLine(*((lambda: None) for _ in range(7)))
    qtbot.addWidget(line)
    status = Status(
        project="users",
        store="/users/events.db",
        head=1,
        engine="running",
        lag=0,
        dead=0,
        observer="",
        trouble="",
    )
    line.show_status(status)
    engine = line.findChild(QToolButton, "engine-state")
    assert engine.text() == "Running"
    line.show_status(replace(status, gone="writing to events.db stopped: it is no longer there"))
    assert (engine.text(), "no longer there" in engine.toolTip()) == ("Store gone", True)


@pytest.mark.parametrize("width", [1024, 1600])
def test_all_that_can_be_clicked_stands_whole_in_a_narrow_window(qtbot, width):
    line = StatusLine(*[lambda: None] * 7)
    qtbot.addWidget(line)
    line.resize(width, 28)
    line.show()
    line.show_status(
        Status(
            project="market",
            store="/data/events.db",
            head=1_234_567,
            engine="running",
            lag=12_345,
            dead=12,
            observer="",
            trouble="",
            replaying=3,
        )
    )
    line.show_scenarios(Tally(passed=30, failed=4, unsure=2))
    line.show_older(Outdated(since=0, told=Reload(outcome=ReloadOutcome.FAILED, problems=("a", "b"))))
    QCoreApplication.processEvents()
    parts = [*line.findChildren(QToolButton), *line.findChildren(QLabel)]
    shown = [one for one in parts if not one.isHidden()]
    assert len(shown) == (7 if width == 1024 else 9)  # position and lag are read elsewhere, too
    assert all(line.rect().contains(one.geometry()) for one in shown)
    assert all(one.width() >= one.sizeHint().width() for one in shown)
    assert line.older.text() == "Older model runs since 1970-01-01: 2 mistakes"
