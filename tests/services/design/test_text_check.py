"""A text is checked as it is typed: everything that is wrong with it, and what can be named in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.services.design.text_examples import PROJECT, checked
from workbench.project.project import load_project
from workbench.services.design.text_check import check_project_text, check_scenario_text


def test_a_right_text_has_no_problems_and_says_what_can_be_named():
    found = checked()
    assert found.problems == ()
    names = {kind: list(names) for kind, names in found.names.items() if names}
    assert names["event"] == ["order.placed", "order.paid", "bill.sent"]
    assert names["type"][:2] == ["color", "line"]
    assert names["topic"] == ["mails"]
    assert names["consumer"] == ["payment", "sender"]
    assert found.names["topic"]["mails"] == "For the mail server"


def test_it_knows_what_each_expression_may_use():
    scopes = checked().scopes
    assert {"command", "now"} <= set(scopes["command", "place", "with", "total"])
    assert {"state", "command"} <= set(scopes["command", "pay", "refuse", "red", "message"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('emit: "order.paid"', "emi", "emi needs : and a value"),
        ('emit: "order.paid"', 'emt: "order.paid"', "emt has no meaning here"),
        ('topic: "mails"', 'topic: "mail"', "the topic mail is not declared"),
        ('handler: "send"', 'handler: "sent"', "sent"),
        ("state.color ==", "state.colr ==", "state has no colr"),
        ('on {\n    "order.placed" { put', 'on {\n    "order.placd" { put', "there is no event order.placd"),
    ],
)
def test_everything_that_opening_it_would_tell_is_told(old, new, said):
    problems = checked(PROJECT.replace(old, new, 1)).problems
    assert any(said in one.message for one in problems), problems


def test_what_is_wrong_with_a_text_hides_nothing_of_what_is_known():
    known = checked(PROJECT.replace('emit: "order.paid"', "emi")).scopes
    assert known.keys() >= {path for path in checked().scopes if path[:2] != ("command", "pay")}
    assert ("command", "pay", "refuse", "red", "when") in known


@pytest.mark.parametrize("sample", ["users-declared", "orders-declared"])
def test_the_samples_and_their_scenarios_are_right(sample):
    root = ROOT / "resources" / "samples" / sample
    project = load_project(root, environ={}, trusted=False)
    found = check_project_text(
        (root / "project.tsk").read_text(), root / "project.tsk", environ={}, running=None
    )
    assert found.problems == ()
    for path in sorted((root / "scenarios").glob("*.tsk")):
        one = check_scenario_text(path.read_text(), path.name, found.document, project.registry)
        assert one.problems == ()


def test_a_scenario_that_names_what_is_not_there_is_told():
    root = ROOT / "resources" / "samples" / "users-declared"
    project = load_project(root, environ={}, trusted=False)
    text = '"A test" {\n    when: [{ command: "crete_user" }]\n    then: []\n}\n'
    (one,) = check_scenario_text(text, "scenarios/a.tsk", checked().document, project.registry).problems
    assert (one.line, one.column) == (2, 23)
    assert Path(one.file).name == "a.tsk"
