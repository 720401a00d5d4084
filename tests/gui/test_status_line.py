"""The status bar: what it says of scenarios, in which colour."""

from __future__ import annotations

import pytest

from workbench.gui.status_line import StatusLine, scenarios_said
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
        (Tally(passed=3, unsure=2), "muted", "3 passed, 2 outdated"),
        (Tally(passed=3, unsure=2, running=True), "muted", "3 passed, 2 running again"),
        (Tally(passed=3, mistakes=1), "warning", "3 passed, 1 with mistakes"),
    ],
)
def test_V3_green_is_said_only_of_verdicts_that_hold(tally, role, said):
    assert scenarios_said(tally) == (role, said)


def test_V3_a_click_on_the_verdicts_shows_the_scenarios(qtbot):
    called = []
    line = StatusLine(
        *(lambda name=name: called.append(name) for name in ("engine", "dead", "scenarios", "zone"))
    )
    qtbot.addWidget(line)
    line.show_scenarios(Tally(passed=1, failed=2))
    assert line.scenarios.text() == "2 failed, 1 passed"
    line.scenarios.click()
    line.zone.click()
    assert called == ["scenarios", "zone"]
    line.show_scenarios(Tally())
    assert line.scenarios.isHidden()
