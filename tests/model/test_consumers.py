"""Who reads events: read models, policies, processes and subscriptions; a state is no reader."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.model.consumers import consumers_of
from workbench.project.project import load_project


def test_every_consumer_of_every_event():
    project = load_project(asset("samples", "orders-declared"), environ={}, trusted=True)
    found = consumers_of(project.registry)
    assert set(found) == set(project.registry.events)
    assert found["order.paid"] == ("projection:orders", "subscription:fulfilment")
    assert found["payment.requested"] == ("projection:orders", "subscription:card-terminal")
    assert found["payment.failed"] == ("subscription:retry-or-cancel",), "the terminal handles another event"


TEXT = """[aggregate.parcel]
[event.parcel.packed]
[event.parcel.sent]
[event.parcel.lost]
[topics]
parcels { }
[routing]
all { pattern: "parcel.[ps]*", topics: "parcels" }
[subscriptions]
bell { topic: "parcels", handler: "ring" }
[handler.ring]
"""
FAILS = 'fail { down { when: "attempt == 1", message: "down" } }'


@pytest.mark.parametrize("does", ['publish: "parcels"', FAILS, ""])
@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("", {"parcel.packed", "parcel.sent"}),
        ('event: "parcel.sent"', {"parcel.sent"}),
        ('event: ["parcel.sent", "parcel.lost"]', {"parcel.sent"}),
    ],
)
def test_a_subscription_reads_what_its_topic_gets_and_its_handler_names(tmp_path, does, said, read):
    (tmp_path / "project.tsk").write_text(f"{TEXT}{said}\n{does}\n")
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    found = consumers_of(registry)
    assert {event for event, readers in found.items() if "subscription:bell" in readers} == read
