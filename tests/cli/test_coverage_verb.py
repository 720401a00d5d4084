"""What scenarios try of a model, and what ever happened, on the command line."""

from __future__ import annotations

import pytest

from tests.services.conftest import written

MORE = """
[command.note]
creates: "note"
fields { note_id: "string" }
refuse { odd { when: "command.note_id == 'odd'", message: "odd notes are not kept" } }
emit: "note.kept"

[aggregate.note]
state {}

[event.note.kept]
"""


@pytest.fixture
def noted(played):
    with (played / "project.tsk").open("a") as file:
        file.write(MORE)
    return played


def outcomes(said, command):
    (found,) = [one for one in said["commands"] if one["command"] == command]
    return {one["name"]: (len(one["scenarios"]), one["happened"]) for one in found["outcomes"]}


def test_W20_outcomes_of_commands_by_scenarios_and_in_the_store(workbench, noted):
    said = workbench("coverage", noted, "--trust", "--json").json()
    assert outcomes(said, "create_user") == {"user.created": (7, 9), "": (1, 1)}
    (own,) = [one for one in said["commands"] if one["command"] == "note"]
    assert (own["scenarios"], own["happened"]) == ([], 0)
    assert outcomes(said, "note") == {
        "note.kept": (0, 0),
        "when command.note_id == 'odd': odd notes are not kept": (0, 0),
    }
    assert said["unread"] == []  # the route of the sample sends it to a subscription
    assert said["total"] - said["tried"] == 3
    assert said["upto"] > 20
    by = {one["by"]: one for one in said["reactions"]}
    assert by["welcome-mail"]["happened"] > 0
    assert "scenarios/mail.tsk: An outage that is short is survived" in by["welcome-mail"]["scenarios"]


def test_W20_gaps_are_told_in_words(workbench, noted):
    lines = workbench("coverage", noted, "--trust").out.splitlines()
    assert [" ".join(line.split()) for line in lines if line.startswith("never")] == [
        "never 0 0 note is issued",
        "never 0 0 note leads to note.kept",
        "never 0 0 note is refused: odd, when command.note_id == 'odd': odd notes are not kept",
    ]
    assert lines[-1].startswith("20 of 23 tried (87 %) by ")


def test_a_project_without_a_store_gets_none(workbench, folder):
    said = workbench("coverage", folder, "--json")
    assert said.code == 0
    assert said.json()["upto"] is None
    assert said.json()["commands"][0]["happened"] is None
    assert not (folder / "data").exists()


@pytest.mark.parametrize(("least", "code"), [("80", 0), ("90%", 3), ("101", 2), ("all", 2)])
def test_it_ends_with_3_only_where_more_is_asked_for(workbench, noted, least, code):
    workbench("check", noted, "--trust")
    assert workbench("coverage", noted).code == 0
    assert workbench("coverage", noted, "--at-least", least).code == code


def test_as_much_as_was_asked_for_is_enough(workbench, tmp_path):
    folder = written(tmp_path / "none", '[project]\nname: "none"\n')
    assert workbench("coverage", folder, "--at-least", "100").code == 0


def test_mistakes_of_scenario_files_are_told(workbench, folder):
    (folder / "scenarios" / "broken.tsk").write_text('"x" { when: [ }')
    said = workbench("coverage", folder)
    assert "not read: scenarios/broken.tsk:1" in said.err


def test_W20_a_scenario_that_does_not_load_does_not_look_like_none(workbench, noted):
    (noted / "scenarios" / "wrong.tsk").write_text(
        '"It fails" { when: { command: "note", data: { text: "x" } }, then: { event: "note.kept" } }'
    )
    run = workbench("coverage", noted, "--trust")
    lines = [" ".join(line.split()) for line in run.out.splitlines()]
    assert [one for one in lines if one.startswith("mistake")] == [
        "mistake 1 0 note is issued",
        "mistake 1 0 note leads to note.kept",
    ]
    assert "20 of 23 tried (87 %) by" in lines[-1]
    assert "not by those with 1 mistake, which do not load" in lines[-1]
    said = workbench("coverage", noted, "--trust", "--json").json()
    assert len(said["mistakes"]) == 1
    (own,) = [one for one in said["commands"] if one["command"] == "note"]
    assert own["mistakes"] == ["scenarios/wrong.tsk:1: note has no text"]
