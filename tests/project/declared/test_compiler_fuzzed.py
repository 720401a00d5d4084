"""Random models of every construct load, draw and run; mutated ones load or say where they are wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.project.declared.random_models import RandomModel
from tests.project.declared.test_section_reader_fuzzed import mutation_of, problems_of
from workbench.engine.aggregate_loader import AggregateLoader
from workbench.engine.projection_check import row_differences
from workbench.engine.world import World
from workbench.gui.board.layout import lay_out
from workbench.gui.views.board_model import model_graph
from workbench.model.scenario import FilePlace, IssuedCommand, Scenario, ScenarioStep
from workbench.project.project import load_project
from workbench.services.commands.commands import Commands
from workbench.services.documents.project_document import document
from workbench.services.scenarios.scenario_run import ScenarioWorld
from workbench.store.sqlite.store import SqliteStore
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
    """What became of commands.

    Attributes:
        refused: How those ended that were not accepted.
        faults: Of read models and snapshots.
    """

    refused: list[dict[str, Any]]
    letters: list[tuple[str, str, str]]
    faults: list[str]
    events: list[tuple[Any, ...]]
    answers: list[Any]


def run(project, model, file=None):
    """Sends commands, lets all happen that follows, and asks queries.

    Args:
        file: Where the store is; in memory where none is given.
    """
    place = FilePlace(file="", line=1, column=1)
    acts = [ScenarioStep(act=IssuedCommand(command=name, data=data)) for name, data in model.orders]
    stage = ScenarioWorld(project, Scenario(name="All of it", place=place, when=tuple(acts)))
    if file is not None:
        world = stage.world
        store = SqliteStore(file, world.clock, synchronous="normal")
        stage.world = World(world.model, store, world.clock, timer=world.timer, seed=world.seed)

    def look():
        reader = stage.world.reader
        events = [
            (one.stream, one.version, one.type, one.data, one.occurred_at)
            for one in reader.read_log(0, 100_000)
        ]
        return Outcome(
            stage.done.refusals,
            sorted((one.subscription, one.error_type, one.error) for one in stage.letters()),
            list(faults_of(project.registry, reader)),
            sorted(events),
            [Commands(stage.world).ask(name, values) for name, values in model.questions],
        )

    outcome = asyncio.run(stage.run(look))
    assert not stage.unfinished
    return outcome


def faults_of(registry, reader):
    """Yields what is wrong with read models, and with states that snapshots shorten."""
    for projection in registry.projections.values():
        yield from (one.fault for one in reader.generations(projection.name) if one.fault)
        yield from row_differences(projection, registry, reader)
    loader = AggregateLoader(reader, registry)
    for stream in reader.streams(1, 1000):
        kind, state = registry.aggregate_of_stream(stream.name), None
        for record in reader.read_stream(stream.name):
            state = kind.evolve(state, registry.read_event(record))
        if kind.write_state(loader.load(kind, stream.name).state) != kind.write_state(state):
            yield f"{stream.name} is not the fold of its events"


OWN = {"Odd", "HandlerFailed"}
"""Errors that handlers of random models raise."""


ENDLESS = "of text and items that are allowed"
"""Said of a text that a random model doubles with each event."""


def loaded(folder, model):
    (folder / "project.tsk").write_text(model.text, encoding="utf-8")
    return load_project(folder, environ={}, trusted=True)


def check_model(folder, model):
    project = loaded(folder, model)
    shown(project)
    outcome = run(project, model)
    assert [one for one in outcome.refused if "failed" in one and ENDLESS not in one] == []
    assert outcome.faults == []
    # What is left are refusals that nothing answers.
    expected = ("was rejected: ", ENDLESS)
    odd = [
        error
        for _, kind, error in outcome.letters
        if kind not in OWN and not any(one in error for one in expected)
    ]
    assert odd == []


def compare_stores(folder, model):
    project = loaded(folder, model)
    with TemporaryDirectory(dir=folder) as scratch:
        assert run(project, model, Path(scratch) / "events.db") == run(project, model)


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
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@fuzzed
@given(model=models())
def test_a_random_model_loads_documents_draws_and_runs(tmp_path, model):
    check_model(tmp_path, model)


@settings(fuzzed, max_examples=3)
@given(model=models())
def test_a_random_model_comes_to_the_same_in_memory_and_in_a_file(tmp_path, model):
    compare_stores(tmp_path, model)


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
@settings(fuzzed, max_examples=500)
@given(model=models())
def test_five_hundred_random_models_in_memory_and_in_a_file(tmp_path, model):
    compare_stores(tmp_path, model)


@pytest.mark.long
@settings(fuzzed, max_examples=5_000)
@given(text=mutated_models())
def test_five_thousand_mutated_models(tmp_path, text):
    check_mutation(tmp_path, text)
