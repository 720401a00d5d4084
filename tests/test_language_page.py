"""Every example of the language's page runs, and its scenarios pass."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.services.scenarios import Scenarios

PAGE = (ROOT / "resources" / "docs" / "language.md").read_text(encoding="utf-8")
CHAPTERS = {text.partition("\n")[0]: text for text in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
FILES = re.compile(r"^```tsk (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_the_example_of_a_construct_passes_its_scenarios(tmp_path, chapter):
    for name, text in FILES.findall(CHAPTERS[chapter]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    project = load_project(tmp_path, environ={}, trusted=True)
    scenarios = Scenarios(project, SystemClock())
    files = scenarios.files()
    assert not [str(problem) for file in files for problem in file.problems]
    assert any(file.scenarios for file in files), "an example has scenarios"
    for result in await scenarios.run([one for file in files for one in file.scenarios]):
        wrong = [line for part in result.parts for line in part.lines if not line.sign.good]
        assert result.passed, (result.scenario.name, result.trouble, wrong)
