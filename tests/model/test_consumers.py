"""Who reads events: read models, policies, processes and subscriptions; a state is no reader."""

from __future__ import annotations

from workbench.assets import asset
from workbench.model.consumers import consumers_of
from workbench.project.project import load_project


def test_every_consumer_of_every_event():
    project = load_project(asset("samples", "orders-declared"), environ={}, trusted=True)
    found = consumers_of(project.registry)
    assert set(found) == set(project.registry.events)
    assert found["order.paid"] == ("projection:orders", "subscription:fulfilment")
    assert found["payment.requested"] == ("projection:orders", "subscription:card-terminal")
    assert found["payment.failed"] == ("subscription:retry-or-cancel", "subscription:card-terminal")
