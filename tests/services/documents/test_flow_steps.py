"""A model is told from what is asked for to what follows; nothing is left out, and loops end."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.project.samples import SAMPLES
from workbench.services.documents.flow_steps import FlowStep, flow_steps_of


def registry_of(sample: str) -> Registry:
    folder = "samples" if sample in SAMPLES else "templates"
    return load_project(asset(folder, sample), environ={}, trusted=True).registry


def told(steps: tuple[FlowStep, ...]) -> list[str]:
    return [f"{one.kind} {one.name}" for one in steps]


def test_a_flow_goes_on_from_step_to_step() -> None:
    steps = flow_steps_of(registry_of("orders-declared"))
    assert told(steps)[:6] == [
        "command place_order", "event order.placed", "reaction fulfilment",
        "command request_payment", "event payment.requested", "reaction card-terminal",
    ]  # fmt: skip
    assert [one.sources for one in steps[:6]] == [(), (0,), (1,), (2,), (3,), (4,)]


def test_what_comes_again_is_told_without_what_follows() -> None:
    steps = flow_steps_of(registry_of("orders-declared"))
    (retry,) = (number for number, one in enumerate(steps) if one.name == "retry_payment")
    again = steps[retry + 1]
    assert (again.name, again.again, again.sources) == ("payment.requested", True, (retry,))
    assert steps[retry + 2].kind == "command", "the card terminal was told where it came first"


def test_a_read_model_stands_behind_all_its_events() -> None:
    registry = registry_of("orders-declared")
    *before, last, asked = flow_steps_of(registry)
    assert last.name == "orders"
    assert (asked.kind, asked.name, asked.sources) == ("query", "list_orders", (len(before),))
    assert {before[one].name for one in last.sources} == set(registry.projections["orders"].handlers())


@pytest.mark.parametrize("sample", [*SAMPLES, "auction", "trip"])
def test_everything_is_told_and_each_step_after_what_leads_to_it(sample: str) -> None:
    registry = registry_of(sample)
    steps = flow_steps_of(registry)
    names = set(told(steps))
    for kind, known in (
        ("command", registry.commands),
        ("event", registry.events),
        ("projection", registry.projections),
        ("query", registry.queries),
        ("reaction", registry.reactors),
    ):
        assert {f"{kind} {name}" for name in known} <= names
    assert all(source < number for number, one in enumerate(steps) for source in one.sources)
