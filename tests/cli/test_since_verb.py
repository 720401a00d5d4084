"""Since when an invariant does not hold, on the command line."""

from __future__ import annotations

import re

import pytest

INVARIANTS = """
[invariant.few_users]
description: "There are not more than two."
always: "count('user.created') < 3"

[invariant.all_named]
rows: "users"
always: "row.username != ''"
"""


@pytest.fixture
def asked(played):
    with (played / "project.tsk").open("a") as file:
        file.write(INVARIANTS)
    return played


def test_each_invariant_is_asked_and_what_broke_one_is_told(workbench, asked):
    said = workbench("since", asked, "--trust")
    assert said.code == 3
    assert "few_users does not hold: count('user.created') is 3" in said.out
    assert "event     user.created in user-" in said.out
    assert "command   create_user" in said.out
    assert "count('user.created'): 2 → 3" in said.out
    assert "all_named held at every position, up to" in said.out


def test_one_is_named_and_answered_as_json(workbench, asked):
    (told,) = workbench("since", asked, "few_users", "--trust", "--json").json()
    assert not told["holds"]
    first = told["first"]
    assert (first["before"], first["after"]) == (
        {"count('user.created')": "2"},
        {"count('user.created')": "3"},
    )
    assert first["position"] == told["upto"]
    assert first["command"]["type"] == "create_user"
    (held,) = workbench("since", asked, "all_named", "--trust", "--json").json()
    assert held["holds"]
    assert held["first"] is None


def test_a_condition_is_typed(workbench, played):
    said = workbench("since", played, "--cel", "version < 2", "--of", "user", "--json")
    assert said.code == 3
    assert said.json()[0]["first"]["version"] == 2
    assert workbench("since", played, "--cel", "count('user.created') > 0").code == 0


@pytest.mark.parametrize(
    ("words", "outcome", "said"),
    [
        (["count('user.created') > 0"], "held", "condition held at every position, up to "),
        (["count('user.created') < 3"], "broke", ", before which it held, "),
        (["false"], "never_held", "the first event of the log on, position 1, "),
        (["count('outage.reported') > 0"], "never_held", "the first event of the log on, position 1, "),
        (["version < 1", "--of", "user"], "never_held", "since     the first event of user-"),
        (["version < 2", "--of", "user"], "broke", ", before which it held, "),
        (["row.username == ''", "--rows", "users"], "never_held", "since     the first event of row "),
    ],
)
def test_Y3_three_outcomes_are_told_apart(workbench, played, words, outcome, said):
    assert said in workbench("since", played, "--cel", *words).out
    (told,) = workbench("since", played, "--cel", *words, "--json").json()
    assert told["outcome"] == outcome
    assert told["holds"] is (outcome == "held")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["few_user"], "did you mean few_users?"),
        (["--cel", "count('user.create') > 1"], "there is no event user.create (did you mean user.created?)"),
        (["few_users", "--cel", "true"], "not both"),
        (["--of", "user"], "belong to --cel"),
    ],
)
def test_mistakes_are_told(workbench, asked, words, said):
    refused = workbench("since", asked, "--trust", *words)
    assert refused.code == 1
    assert said in refused.err


def test_without_an_invariant_that_is_said(workbench, played):
    said = workbench("since", played)
    assert said.code == 0
    assert "no invariant that says always" in said.out


def test_times_of_rows_are_told_as_times(workbench, played):
    said = workbench("since", played, "--cel", "row.updated_at == row.created_at", "--rows", "users")
    assert said.code == 3
    (line,) = [one for one in said.out.splitlines() if one.strip().startswith("updated_at: ")]
    assert re.search(r'"20\d\d-.*Z" → "20\d\d-.*Z"', line)
