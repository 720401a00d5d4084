"""States as they were before positions, whatever the order in which is asked."""

from __future__ import annotations

import random

import pytest

from workbench.engine.aggregate_loader import AggregateLoader
from workbench.project.project import load_project
from workbench.services.deploy import states_before
from workbench.services.deploy.states_before import StatesBefore
from workbench.services.deploy.two_models import SideModel
from workbench.store.store_file import read_store_file


@pytest.mark.parametrize("kept", [1, 2, 100])
@pytest.mark.parametrize("ahead", [1, 3, 100])
def test_W18_a_state_is_that_of_the_events_before_a_position(bank, monkeypatch, kept, ahead):
    monkeypatch.setattr(states_before, "KEPT", kept)
    monkeypatch.setattr(states_before, "AHEAD", ahead)
    registry = load_project(bank, environ={}, trusted=True).registry
    kind, chance = registry.aggregates["account"], random.Random(3)
    with read_store_file(bank / "data/events.db") as reader:
        states, loader = StatesBefore(SideModel(registry=registry), reader), AggregateLoader(reader, registry)
        events = reader.read_log(0, 1000)
        for _ in range(200):
            at, stream = chance.choice(events).position, f"account-{chance.choice('abcdef')}"
            version = sum(one.stream == stream and one.position < at for one in events)
            found = states.at(kind, stream, at)
            assert found == loader.at_version(kind, stream, version)
