"""The lines of the list of scenarios."""

from __future__ import annotations

from pathlib import Path

from workbench.gui.views.scenario_lines import entries_of
from workbench.model.scenario import FilePlace, Scenario
from workbench.project.scenarios import ScenarioFile
from workbench.tusk import Problem


def test_a_file_with_a_mistake_lists_it_and_the_scenarios_that_have_none():
    wrong = Problem(file="scenarios/a.tsk", line=3, column=1, end_column=2, code="S-REF", message="no")
    good = Scenario(name="It works", place=FilePlace(file="scenarios/a.tsk", line=7, column=1))
    file = ScenarioFile(path=Path("a.tsk"), name="scenarios/a.tsk", scenarios=(good,), problems=(wrong,))
    said = [(line.name, line.line) for line in entries_of(file)]
    assert said == [("1 mistake in this file", 3), ("It works", 7)]
