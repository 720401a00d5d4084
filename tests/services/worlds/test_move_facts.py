"""States and rows behind each move of a schedule."""

from __future__ import annotations

import pytest

from tests.services.worlds.race import ORDER, opened, orders_that_race
from workbench.services.worlds.exploration import Explored, schedule_of
from workbench.services.worlds.explored import Exploration


@pytest.fixture
def race(tmp_path):
    project, (scenario,) = opened(orders_that_race(tmp_path / "orders"))
    return project, Explored(scenario=scenario, exploration=Exploration(scenario=scenario.name))


def valued(parts, what, field):
    """Returns what a field is behind each move; None where there is no such part yet."""
    return [one.get((what, field)) for one in parts]


async def test_states_and_rows_are_told_behind_each_move(race):
    told = await schedule_of(*race, (0, 1), {})
    order = f"order-{ORDER}"
    assert valued(told.parts, order, "status")[:2] == ['"placed"', '"cancelled"']
    assert '"cancelled"' not in valued(told.usual_parts, order, "status")[:2]
    row = f"orders {ORDER}"
    assert valued(told.parts, row, "status")[:2] == ['"placed"', '"cancelled"']
    assert len(told.parts) == len(told.moves)
    assert len(told.usual_parts) == len(told.usual)


async def test_a_schedule_says_behind_which_move_what_is_broken(race):
    told = await schedule_of(*race, (0, 1), {})
    assert list(told.broken) == ["no_charge_after_cancel"]
    assert told.deviations == ["cancel_order overtook request_payment"]
    assert (await schedule_of(*race, (), {})).broken == {}
