"""Runs scenarios of a declared project."""

from __future__ import annotations

from pathlib import Path

from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.services.scenarios import Scenarios


async def passes(folder: Path, model: str, scenarios: str) -> None:
    """Makes sure that all of them pass."""
    (folder / "scenarios").mkdir()
    (folder / "project.tsk").write_text(model)
    (folder / "scenarios" / "all.tsk").write_text(scenarios)
    service = Scenarios(load_project(folder, environ={}, trusted=True), SystemClock())
    files = service.files()
    assert not [str(problem) for file in files for problem in file.problems]
    results = await service.run([one for file in files for one in file.scenarios])
    assert results
    for result in results:
        wrong = [line for part in result.parts for line in part.lines if not line.sign.good]
        assert result.passed, (result.scenario.name, result.trouble, wrong)
