"""What one command caused, on a terminal, for programs, and as a diagram."""

from __future__ import annotations

import pytest


def test_any_event_leads_to_its_story(workbench, played):
    (event,) = workbench("events", played, "--stream", "user-ada", "--limit", "1", "--json").json()
    said = workbench("story", played, event["position"])
    assert said.code == 0
    assert said.out.splitlines()[0] == "create_user, by the command line: all ended"
    assert "user-ada" in said.out.splitlines()[1]
    assert "the command line: create_user → user.created" in said.out
    assert "  users: put the row, username Ada Lovelace" in said.out
    for name in (event["id"], event["causation_id"]):
        assert workbench("story", played, name).out == said.out


def test_a_program_gets_all_of_it(workbench, played):
    (event,) = workbench("events", played, "--stream", "user-ada", "--limit", "1", "--json").json()
    said = workbench("story", played, event["position"], "--json").json()
    assert (said["title"], said["events"], said["commands"], said["waiting"]) == ("create_user", 1, 1, [])
    first, *rest = said["lines"]
    assert (first["depth"], first["state"], first["data"]["user_id"]) == (0, "ended", "ada")
    assert [one["position"] for one in first["told"]] == [event["position"]]
    assert {one["actor"] for one in rest} == {"users", "welcome-mail", "audit-trail", "audit-file"}


def test_dead_letters_are_part_of_it(workbench, played):
    said = workbench("story", played, _position(workbench, played, "user-alan"))
    assert said.out.splitlines()[0] == "create_user, by the command line: ended, 1 dead"
    assert "welcome-mail: dead after 1 try, letter" in said.out


def test_as_a_diagram(workbench, played):
    said = workbench("story", played, _position(workbench, played, "user-ada"), "--mermaid").out
    assert said.startswith("sequenceDiagram\n    actor p0 as the command line\n")
    assert "p0->>p1: create_user (0 ms)" in said
    rows = workbench("story", played, _position(workbench, played, "user-ada"), "--mermaid", "--rows").out
    assert "participant p2 as users" in rows


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("999999", "nothing is stored at position 999,999"),
        ("00000000-0000-0000-0000-000000000007", "no command, event or message has the id"),
        ("user-ada", "'user-ada' is neither a position nor an id"),
    ],
)
def test_what_does_not_exist_is_said(workbench, played, what, said):
    answer = workbench("story", played, what)
    assert answer.code == 1
    assert said in answer.err


def test_without_trust_it_says_what_it_cannot_tell(workbench, foreign):
    (event,) = workbench("events", foreign, "--stream", "user-ada", "--limit", "1", "--json").json()
    said = workbench("story", foreign, event["position"])
    assert "create_user → user.created" in said.out
    assert "without trust in the project its policies" in said.err


def _position(workbench, project, stream):
    (event,) = workbench("events", project, "--stream", stream, "--limit", "1", "--json").json()
    return event["position"]
