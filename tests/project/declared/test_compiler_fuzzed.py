"""Random models of every construct load, draw and run; mutated ones load or say where they are wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.project.declared.random_models import RandomModel
from tests.project.declared.test_section_reader_fuzzed import mutation_of, problems_of
from workbench.gui.board.layout import lay_out
from workbench.gui.views.board_model import model_graph
from workbench.model.scenario import FilePlace, IssuedCommand, Scenario, ScenarioStep
from workbench.project.project import load_project
from workbench.services.commands.commands import Commands
from workbench.services.documents.project_document import document
from workbench.services.scenarios.scenario_run import ScenarioWorld
from workbench.store.stored_values import DeadLetter
from workbench.tusk import Problem


@st.composite
def models(draw):
    return RandomModel(draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 3)))


@st.composite
def mutated_models(draw):
    return draw(mutation_of(draw(models()).text))


def shown(project):
    """Documents a project and draws its board."""
    assert document(project).startswith("#")
    graph = model_graph(project.registry, {})
    assert lay_out(graph, {node.id: (120.0, 60.0) for node in graph.nodes})


@dataclass(frozen=True)
class Outcome:
    """What became of commands: those that failed, dead letters, read models that stopped."""

    failed: list[dict[str, Any]]
    letters: list[DeadLetter]
    faults: list[str]


def run(project, model):
    """Sends commands, lets all happen that follows, and asks queries."""
    place = FilePlace(file="", line=1, column=1)
    acts = [ScenarioStep(act=IssuedCommand(command=name, data=data)) for name, data in model.orders]
    stage = ScenarioWorld(project, Scenario(name="All of it", place=place, when=tuple(acts)))

    def look():
        commands, reader = Commands(stage.world), stage.world.reader
        for name, values in model.questions:
            commands.ask(name, values)
        states = [state for name in project.registry.projections for state in reader.generations(name)]
        faults = [f"{state.name}: {state.fault}" for state in states if state.fault]
        failed = [one for one in stage.done.refusals if "failed" in one]
        return Outcome(failed, stage.letters(), faults)

    outcome = asyncio.run(stage.run(look))
    assert not stage.unfinished
    return outcome


OWN = {"Odd", "HandlerFailed"}
"""Errors that handlers of random models raise."""


def check_model(folder, model):
    (folder / "project.tsk").write_text(model.text, encoding="utf-8")
    project = load_project(folder, environ={}, trusted=True)
    shown(project)
    outcome = run(project, model)
    assert outcome.failed == []
    assert outcome.faults == []
    deaths = [one for one in outcome.letters if one.error_type not in OWN]
    # What is left are refusals that nothing answers.
    assert [one.error for one in deaths if "was rejected: " not in one.error] == []


def check_mutation(folder, text):
    problems = problems_of(folder, text)
    lines = text.split("\n")
    for problem in problems:
        assert isinstance(problem, Problem)
        assert problem.file == "project.tsk"
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    if not problems:
        shown(load_project(folder, environ={}, trusted=True))


fuzzed = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@fuzzed
@given(model=models())
def test_a_random_model_loads_documents_draws_and_runs(tmp_path, model):
    check_model(tmp_path, model)


@fuzzed
@given(text=mutated_models())
def test_a_mutated_model_loads_or_says_where_it_is_wrong(tmp_path, text):
    check_mutation(tmp_path, text)


@pytest.mark.long
@settings(fuzzed, max_examples=2_000)
@given(model=models())
def test_two_thousand_random_models(tmp_path, model):
    check_model(tmp_path, model)


@pytest.mark.long
@settings(fuzzed, max_examples=5_000)
@given(text=mutated_models())
def test_five_thousand_mutated_models(tmp_path, text):
    check_mutation(tmp_path, text)
