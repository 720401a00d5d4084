"""The lines of the list of scenarios."""

from __future__ import annotations

from pathlib import Path

from workbench.gui.views.scenario_lines import STATES, ScenarioLine, entries_of, row_of
from workbench.model.scenario import (
    FilePlace,
    OneDelivery,
    Scenario,
    ScenarioResult,
    ScenarioStep,
    ScenarioVerdict,
)
from workbench.project.scenarios import ScenarioFile
from workbench.tusk import Problem


def test_a_file_with_a_mistake_lists_it_and_the_scenarios_that_have_none():
    wrong = Problem(file="scenarios/a.tsk", line=3, column=1, end_column=2, code="S-REF", message="no")
    good = Scenario(name="It works", place=FilePlace(file="scenarios/a.tsk", line=7, column=1))
    file = ScenarioFile(path=Path("a.tsk"), name="scenarios/a.tsk", scenarios=(good,), problems=(wrong,))
    said = [(line.name, line.line) for line in entries_of(file)]
    assert said == [("1 mistake in this file", 3), ("It works", 7)]


def test_W24_one_that_only_guards_the_invariants_does_not_merely_say_that_it_passed():
    place = FilePlace(file="scenarios/a.tsk", line=7, column=1)
    steps = (ScenarioStep(act=OneDelivery(to="payer")),)
    file = ScenarioFile(path=Path("a.tsk"), name="scenarios/a.tsk")

    def said(*invariants):
        one = Scenario(name="An order", place=place, when=steps, invariants=invariants)
        result = ScenarioResult(scenario=one, verdict=ScenarioVerdict.PASSED)
        return STATES[row_of(ScenarioLine(file=file, scenario=one), result, old=False, running=False)[0]]

    assert said("never_below_zero") == ("ok", "guards only")
    assert said() == ("warning", "asserts nothing")
