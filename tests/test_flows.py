"""Well-known flows, declared without code: each is checked, documented and drawn, and its scenarios pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.assets import asset
from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.services.scenarios import Scenarios

FLOWS = sorted(path.parent for path in (Path(__file__).parent / "flows").glob("*/project.tsk"))
FLOWS += [asset("templates", name) for name in ("auction", "trip")]


@pytest.mark.parametrize("folder", FLOWS, ids=lambda folder: folder.name)
async def test_the_scenarios_of_a_flow_pass(folder):
    project = load_project(folder, environ={}, trusted=True)
    scenarios = Scenarios(project, SystemClock())
    files = scenarios.files()
    assert not [str(problem) for file in files for problem in file.problems]
    found = [one for file in files for one in file.scenarios]
    assert len(found) > 1
    for result in await scenarios.run(found):
        wrong = [line for part in result.parts for line in part.lines if not line.sign.good]
        assert result.passed, (result.scenario.name, result.trouble, wrong)
