"""A scenario for a gap is found by trying: short histories, and values of which the rules speak."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.errors import InvalidValue
from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.project.scenarios import read_scenarios
from workbench.services.scenarios import Scenarios
from workbench.services.scenarios.coverage import coverage
from workbench.services.scenarios.gap_draft import drafted


@pytest.fixture(scope="module")
def users():
    return load_project(asset("samples", "users-declared"), environ={}, trusted=True)


@pytest.fixture(scope="module")
def orders():
    return load_project(asset("samples", "orders-declared"), environ={}, trusted=True)


async def draft(project, words):
    (one,) = [one for one in coverage(project.registry, ()).tries if one.words.startswith(words)]
    found = await drafted(Scenarios(project, SystemClock()), one)
    (scenario,) = read_scenarios(found.written("It is so"), "s.tsk", project.registry)
    return found, scenario, await Scenarios(project, SystemClock()).run_one(scenario)


@pytest.mark.parametrize(
    "words",
    [
        "update_user leads to user.updated",
        "update_user is refused: suspended",
        "update_user is refused: same",
        "change_status is refused: no_reason",
        "welcome-mail rejects: nowhere",
    ],
)
async def test_W20_what_comes_of_a_command_or_a_branch_comes_of_its_draft(users, words):
    found, scenario, result = await draft(users, words)
    assert found.fills
    assert scenario.name == "It is so"
    assert result.passed


@pytest.mark.parametrize(
    "words",
    [
        "cancel_order is refused: charging",
        "retry_payment leads to payment.requested",
        "retry-or-cancel issues cancel_order on payment.failed",
        "card-terminal issues decline_payment",
    ],
)
async def test_W20_streams_of_several_kinds_are_given_where_they_are_needed(orders, words):
    found, _, result = await draft(orders, words)
    assert found.fills
    assert result.passed


async def test_W20_what_cannot_be_found_is_begun(users):
    found, scenario, _ = await draft(users, "welcome-mail fails: down")
    assert not found.fills
    assert scenario.when


async def test_what_no_scenario_can_do_is_refused(users):
    words = "audit-file rejects: silent"
    (one,) = [one for one in coverage(users.registry, ()).tries if one.words.startswith(words)]
    with pytest.raises(InvalidValue, match="nothing that a scenario can do leads to it"):
        await drafted(Scenarios(users, SystemClock()), one)


async def test_W20_a_refusal_whose_message_has_a_value_is_expected_with_what_came():
    trip = load_project(asset("templates", "trip"), environ={}, trusted=True)
    _, scenario, result = await draft(trip, "fail_trip is refused: over")
    assert [one.facts for one in scenario.then] == [
        {"rejected": "fail_trip", "message": "the trip is booked"}
    ]
    assert result.passed
