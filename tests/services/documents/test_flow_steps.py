"""A model is told from what is asked for to what follows; nothing is left out, and loops end."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.assets import asset
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.project.samples import SAMPLES
from workbench.services.documents.flow_steps import FlowStep, flow_steps_of, reactions_of
from workbench.services.documents.mermaid_timeline import event_timeline


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


TOLD = """
[topics]
ops {}
[routing]
all { pattern: "mission.*", topics: "ops" }
[subscriptions]
tower { topic: "ops", handler: "tell" }
every { topic: "ops", handler: "all" }
[aggregate.mission]
[event.mission.planned]
[event.mission.landed]
[command.land]
creates: "mission"
fields { mission_id: "string" }
do { planned { emit: "mission.planned" }, landed { emit: "mission.landed" } }
[handler.tell]
event: "mission.landed"
issue: "land"
with { mission_id: "key" }
[handler.all]
issue: "land"
with { mission_id: "key" }
"""


def test_a_subscription_reacts_to_the_events_that_its_handler_names(tmp_path: Path) -> None:
    (tmp_path / "project.tsk").write_text(TOLD)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    found = reactions_of(registry)
    assert found["tower"] == ("mission.landed",)
    assert found["every"] == ("mission.planned", "mission.landed")
    assert "tower" not in event_timeline(registry).partition("%%")[2]
