"""The document of a model: everything in it, the same every time, in the words of its docstrings."""

from __future__ import annotations

import re

import pytest

from tests.test_language_page import CHAPTERS, FILES
from workbench.assets import asset
from workbench.project.project import load_project
from workbench.project.samples import SAMPLES
from workbench.services.documents.project_document import document


@pytest.mark.parametrize("sample", SAMPLES)
def test_everything_of_a_model_is_in_its_document(sample):
    project = load_project(asset("samples", sample), environ={}, trusted=True)
    text = document(project, "What it <is> about.")
    model = project.registry
    assert text.startswith(f"# {project.name}\n\nWhat it \\<is\\> about.\n")
    for name in (*model.commands, *model.events, *model.aggregates, *model.projections, *model.queries):
        assert f"`{name}`" in text, name
    for name in (*model.topics, *model.subscriptions, *model.reactors, *model.handlers):
        assert f"`{name}`" in text, name
    for kind in (*model.commands.values(), *model.aggregates.values(), *model.projections.values()):
        assert kind.doc.splitlines()[0] in text
    assert text == document(project, "What it <is> about.")
    assert text.count("```mermaid\n") == 2
    assert text.count("```") == 4


def test_invariants_are_told_with_their_conditions(tmp_path):
    text = (
        asset("samples", "orders-declared").joinpath("project.tsk").read_text(encoding="utf-8")
        + """
[invariant.no_charge]
description: "What is cancelled is not charged."
of: "order"
always: "state.status != 'cancelled' || count('payment.confirmed', id) == 0"
[invariant.told]
rows: "orders"
eventually: "row.status != null"
never_dead_letter: "card-terminal"
"""
    )
    (tmp_path / "project.tsk").write_text(text, encoding="utf-8")
    told = document(load_project(tmp_path, environ={}, trusted=True)).partition("## Invariants\n")[2]
    assert "### `no_charge`\n\nWhat is cancelled is not charged.\n" in told
    assert "Always for each stream of `order`: `state.status != 'cancelled' || count(" in told
    assert "Whenever nothing is left to do for each row of `orders`: `row.status != null`." in told
    assert "No delivery of `card-terminal` ever becomes a dead letter." in told


def test_each_diagram_draws_each_thing_once_and_ends_its_edges_at_what_is_drawn():
    project = load_project(asset("samples", "orders"), environ={}, trusted=True)
    for diagram in re.findall(r"```mermaid\n(.*?)```", document(project), re.DOTALL):
        drawn = re.findall(r"^ +(\w+)\W.*:::\w+$", diagram, re.MULTILINE)
        lanes = re.findall(r"subgraph (\w+)", diagram)
        assert len(drawn) == len(set(drawn))
        ends = {
            end
            for edge in re.findall(r"^    (\w+) (?:-->|-\.->) (\w+)$", diagram, re.MULTILINE)
            for end in edge
        }
        assert ends <= {*drawn, *lanes}
        assert len(ends) > 10
        assert diagram.count('"order.placed"') == 1
        assert diagram.count("subgraph") == len(re.findall(r"^    end$", diagram, re.MULTILINE))


def test_what_a_process_answers_and_withdraws_is_in_its_document(tmp_path):
    for name, text in FILES.findall(CHAPTERS["A timeout is withdrawn"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    text = document(load_project(tmp_path, environ={}, trusted=True))
    assert "- on `trip.called_about` it withdraws `give_up_trip`\n" in text
    assert "on trip.planned: if take_room is refused; or withdrawn on" in text
    assert "- on `trip.booked` it withdraws `give_up_trip`\n" in text
    assert "- on `trip.planned` it withdraws `give_up_trip`: `if take_room is refused`\n" in text
    assert "- on `trip.planned` it issues `give_up_trip`: `if take_room is refused, with trip_id = id" in text


def test_an_empty_model_says_so():
    project = load_project(asset("templates", "empty"), environ={}, trusted=True)
    assert "topic" in document(project)
    assert "## Aggregates" not in document(project)


def test_a_command_says_why_it_refuses_and_what_its_names_stand_for(tmp_path):
    text = """
[aggregate.box]
state { open { type: "boolean", default: true } }
[event.box.made]
[event.box.shut]
set { open: false }
[command.make]
creates: "box"
fields { id: "string" }
emit: "box.made"
[command.shut]
changes: "box"
fields { id: "string" }
let { done: "!state.open" }
refuse { twice { when: "done", message: "it is shut already" } }
emit: "box.shut"
"""
    (tmp_path / "project.tsk").write_text(text)
    lines = document(load_project(tmp_path, environ={}, trusted=True)).split("\n")
    at = lines.index("- names `done`: `!state.open`")
    assert lines[at + 1 : at + 3] == [
        "- refuses `twice`: `when done: it is shut already`",
        "- emits `box.shut`",
    ]


def test_events_and_read_models_say_what_they_set_and_which_rows_they_change(tmp_path):
    text = """
[aggregate.box]
state { size { type: "integer", default: 0 } }
[event.box.made]
fields { size: "integer" }
let { twice: "event.size * 2" }
set { size: "twice" }
[command.make]
creates: "box"
fields { id: "string", size: "integer" }
emit: "box.made"
[projection.boxes]
columns { id: "text", size: "integer" }
on { "box.made": { let { half: "event.size / 2" }, when: "event.size > 1", put { size: "half" } } }
"""
    (tmp_path / "project.tsk").write_text(text)
    found = document(load_project(tmp_path, environ={}, trusted=True))
    assert "- names `twice`: `event.size * 2`\n- sets `size`: `twice`\n" in found
    assert "- on `box.made` it names `half`: `event.size / 2`\n" in found
    assert "- projects `box.made`: `when event.size > 1`\n" in found
    assert '-->|"when event.size #62; 1"|' in found
