"""Which scenarios speak of a slice, and how they stand there: by the scenarios of a sample."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import ROOT
from workbench.gui.board.blueprint import Blueprint, blueprint_of
from workbench.gui.board.slice_coverage import Coverage, coverage_of
from workbench.model.scenario import (
    Expected,
    FactKind,
    FilePlace,
    IssuedCommand,
    Replay,
    Scenario,
    ScenarioResult,
    ScenarioStep,
    ScenarioVerdict,
)
from workbench.project.project import load_project
from workbench.project.scenarios import UnreadScenario
from workbench.services.scenarios.coverage import coverage
from workbench.tusk import Problem

PLACE = FilePlace(file="a.tsk", line=1, column=1)


@pytest.fixture(scope="module")
def orders() -> Blueprint:
    folder = ROOT / "resources" / "samples" / "orders-declared"
    return blueprint_of(load_project(folder, environ={}, trusted=True).registry)


def scenario(name, *, when=(), then=()):
    steps = tuple(ScenarioStep(act=IssuedCommand(command=one, data={})) for one in when)
    facts = tuple(
        Expected(
            kind=kind,
            facts=what if isinstance(what, dict) else {kind.value: what},
            place=PLACE,
            wanted=wanted,
        )
        for kind, what, wanted in then
    )
    return Scenario(name=name, place=PLACE, when=steps, then=facts)


def result(one, *, passed):
    verdict = ScenarioVerdict.PASSED if passed else ScenarioVerdict.FAILED
    return ScenarioResult(scenario=one, verdict=verdict)


def told(blueprint, *scenarios):
    found = coverage_of(blueprint, [(one, result(one, passed=True)) for one in scenarios])
    return {name: one.passed for name, one in found.items() if one.passed}


def test_a_scenario_speaks_of_what_it_issues_and_expects(orders):
    one = scenario(
        "all",
        when=["place_order", "unknown"],
        then=[
            (FactKind.EVENT, "payment.requested", True),
            (FactKind.EVENT, "order.cancelled", False),
            (FactKind.ROW, {"row": "o-1", "projection": "orders"}, True),
            (FactKind.COMMAND, "mark_paid", True),
            (FactKind.REJECTED, "ship_order", True),
        ],
    )
    assert told(orders, one) == {
        "command:place_order": 1,
        "command:request_payment": 1,
        "command:mark_paid": 1,
        "projection:orders": 1,
    }


@pytest.mark.parametrize(
    ("kind", "facts", "named"),
    [
        (FactKind.ROWS, {"rows": 2, "projection": "orders"}, "projection:orders"),
        (FactKind.QUERY, {"query": "list_orders", "answer": []}, "projection:orders"),
        (FactKind.MESSAGE, {"message": "order.placed", "topic": "orders"}, "command:place_order"),
    ],
)
def test_an_expectation_speaks_of_what_it_names(orders, kind, facts, named):
    assert told(orders, scenario("x", then=[(kind, facts, True)])) == {named: 1}


def test_it_counts_once_for_a_slice_of_which_it_speaks_twice(orders):
    one = scenario("twice", when=["place_order"], then=[(FactKind.EVENT, "order.placed", True)])
    assert told(orders, one) == {"command:place_order": 1}


def test_what_only_replays_speaks_of_none(orders):
    one = Scenario(name="x", place=PLACE, when=(ScenarioStep(act=Replay(subscription="card-terminal")),))
    assert told(orders, one) == {}


def test_what_asserts_nothing_is_not_counted_as_passed(orders):
    one = scenario("x", when=["place_order"])
    found = coverage_of(orders, [(one, result(one, passed=True))])["command:place_order"]
    assert found == Coverage(empty=1)
    assert not found.is_none
    failed = coverage_of(orders, [(one, result(one, passed=False))])["command:place_order"]
    assert failed == Coverage(failed=1)


def test_verdicts_are_counted(orders):
    verdicts = {"good": True, "bad": False, "late": None}
    then = [(FactKind.EVENT, "order.placed", True)]
    scenarios = [scenario(name, when=["place_order"], then=then) for name in verdicts]
    runs = [
        (one, None if verdicts[one.name] is None else result(one, passed=verdicts[one.name]))
        for one in scenarios
    ]
    found = coverage_of(orders, runs)
    assert found["command:place_order"] == Coverage(passed=1, failed=1, unsure=1)
    assert found["command:ship_order"] == Coverage()
    assert set(found) == {one.id for one in orders.slices}


@pytest.mark.parametrize(
    ("coverage", "icon", "words"),
    [
        (Coverage(), "circle", "no scenario yet"),
        (Coverage(passed=8), "check", "8 pass"),
        (Coverage(passed=3, failed=5), "error", "5 of 8 fail"),
        (Coverage(failed=1, unsure=2), "error", "1 of 3 fail"),
        (Coverage(unsure=2), "circle", "2 not run"),
        (Coverage(passed=1, unsure=2), "circle", "1 of 3 pass"),
        (Coverage(empty=1), "circle", "1 asserts nothing"),
        (Coverage(empty=2), "circle", "2 assert nothing"),
        (Coverage(passed=1, empty=1), "circle", "1 of 2 pass"),
    ],
)
def test_it_is_told_by_sign_and_words(coverage, icon, words):
    assert coverage.told[::2] == (icon, words)


def test_a_slice_whose_card_is_a_draft_tells_no_verdict_of_the_model_that_runs():
    held = Coverage(passed=2, failed=1)
    assert replace(held, draft="draft").told == ("circle", "muted", "not run: draft")
    assert replace(held, draft="draft").tip.startswith("Not run: what is drawn here is a draft")


def unread(about, line=7):
    problem = Problem(
        file="a.tsk", line=line, column=1, end_column=2, code="S-REF", message="there is no foo"
    )
    return UnreadScenario(about=about, problem=problem)


def test_a_scenario_that_does_not_load_never_looks_like_none(orders):
    one = unread(scenario("wrong", when=["place_order"], then=[(FactKind.COMMAND, "mark_paid", True)]))
    found = coverage_of(orders, [], unread=[one])
    assert {name for name, each in found.items() if not each.is_none} == {
        "command:place_order",
        "command:mark_paid",
    }
    told = found["command:place_order"]
    assert told.told == ("error", "error", "1 mistake")
    assert "a.tsk:7: there is no foo" in told.tip
    assert "begins one" not in told.tip
    assert "a.tsk:7" in replace(told, draft="draft").tip
    assert replace(told, failed=1, passed=1).told[2] == "1 of 3 fail · 1 mistake"


def test_what_only_a_scenario_that_does_not_load_tries_is_no_gap_of_the_slice(orders):
    registry = load_project(
        ROOT / "resources" / "samples" / "orders-declared", environ={}, trusted=True
    ).registry
    one = unread(scenario("wrong", when=["place_order"], then=[(FactKind.EVENT, "order.placed", True)]))
    found = coverage_of(orders, [], coverage(registry, [], unread=[one]).tries, [one])["command:place_order"]
    none = coverage_of(orders, [], coverage(registry, []).tries)["command:place_order"]
    assert {*none.untried} - {*found.untried} == {
        "Not tried: place_order is issued",
        "Not tried: place_order leads to order.placed",
    }


@pytest.mark.parametrize("sample", ["users", "orders", "orders-declared"])
def test_W20_heads_of_slices_count_what_coverage_counts(sample):
    registry = load_project(ROOT / "resources" / "samples" / sample, environ={}, trusted=True).registry
    whole = coverage(registry, [])
    found = coverage_of(blueprint_of(registry), [], whole.tries)
    assert sum(len(one.untried) for one in found.values()) == whole.gaps


def test_what_a_policy_does_is_a_gap_of_the_slice_that_it_begins():
    sample = ROOT / "resources" / "samples" / "orders-declared"
    registry = load_project(sample, environ={}, trusted=True).registry
    found = coverage_of(blueprint_of(registry), [], coverage(registry, []).tries)
    assert any(one.startswith("Not tried: retry-or-cancel") for one in found["command:cancel_order"].untried)
    gap = replace(found["command:cancel_order"], passed=1, untried=("one",))
    assert gap.told[2] == "1 pass · 1 gap"
