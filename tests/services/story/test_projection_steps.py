"""A read model stepped by hand: each event with what it changed, from any position, on to what is wanted."""

from __future__ import annotations

import pytest

from workbench.errors import ModelError
from workbench.model.projection import Projection
from workbench.services.search.condition import Condition
from workbench.services.story.projection_steps import ProjectionSteps, any_step, changing, where
from workbench.services.story.row_history import Walk


@pytest.fixture
def steps(shelf):
    shelf.buy("a", "ada", 5)
    shelf.sell("a", "bob")
    shelf.sell("a", "bob")
    shelf.buy("b", "cyd", 7)
    shelf.fold()
    return ProjectionSteps(shelf.registry.projections["items"], shelf.registry, lambda: shelf.reader)


def told(step):
    return step.event.version, [(key, before, after) for key, before, after in step.changes]


def test_each_event_is_told_with_the_rows_before_and_after_it(steps):
    bought = {"id": "a", "owner": "ada", "price": 5}
    assert told(steps.step(any_step, Walk())) == (1, [("a", None, bought)])
    assert told(steps.step(any_step, Walk())) == (2, [("a", bought, {**bought, "owner": "bob"})])
    assert told(steps.step(any_step, Walk())) == (3, [])
    assert told(steps.step(any_step, Walk()))[1][0][0] == "b"
    assert steps.step(any_step, Walk()) is None
    assert (steps.position, len(steps.steps)) == (steps.last, 4)


def test_it_goes_on_to_a_change_and_to_a_condition_from_any_position(steps):
    first, second, third = (steps.step(any_step, Walk()).event.position for _ in range(3))
    steps.go_to(second, Walk())
    assert (steps.position, len(steps.steps)) == (second, 0)
    assert steps.step(changing, Walk()).changes[0][0] == "b"
    steps.go_to(first, Walk())
    assert steps.step(where(Condition(f"position > {second}")), Walk()).event.position == third
    steps.begin_again()
    assert steps.step(where(Condition("data.owner == 'cyd'")), Walk()).event.stream == "item-b"


def test_what_cannot_be_folded_is_a_step_that_changed_nothing(steps, shelf):
    def broken(event, record, rows):
        rows.put(id="x", owner="x", price=1)
        raise ValueError("no such owner")

    steps._handlers = {**steps._handlers, "item.given_away": broken, "item.sold": broken}
    found = [steps.step(any_step, Walk()) for _ in range(4)]
    assert [bool(one.trouble) for one in found] == [False, True, True, False]
    assert "no such owner" in found[1].trouble
    assert found[1].changes == ()


def test_J6_rows_that_handlers_write_have_no_steps(shelf):
    made = Projection(name="by_hand", columns=shelf.registry.projections["items"].columns, on=())
    assert made.by_handlers
    with pytest.raises(ModelError, match="handlers write"):
        ProjectionSteps(made, shelf.registry, lambda: shelf.reader)
