"""Traffic of a range on a terminal and for programs, in a copy of the store (W3, W5)."""

from __future__ import annotations

import pytest


def test_W5_a_run_is_told_and_listed_afterwards(workbench, played):
    before = workbench("subscriptions", played, "--json").json()
    said = workbench("traffic", "run", played, "--pace", "max", "--name", "before")
    assert said.code in {0, 3}
    first, heads, *rows = said.out.splitlines()
    assert first.startswith("before: ")
    assert "as fast as it can" in first
    assert heads.split()[:3] == ["SUBSCRIPTION", "DELIVERED", "RETRIED"]
    assert {row.split()[0] for row in rows} >= {one["name"] for one in before}
    assert workbench("subscriptions", played, "--json").json() == before

    found = workbench("traffic", "run", played, "--pace", "max", "--to", "3", "--json").json()
    assert (found["first"], found["upto"], found["pace"]) == (1, 3, 0.0)
    assert found["sent"] == found["arrivals"] > 0
    assert [one["name"] for one in workbench("traffic", played, "--json").json()] == ["run 1", "before"]
    assert "before, " in workbench("traffic", "list", played).out


def test_W3_a_range_without_traffic_is_refused(workbench, played):
    said = workbench("traffic", "run", played, "--since", "1s", "--until", "1s")
    assert said.code == 1
    assert "nothing came from outside" in said.err
    assert workbench("traffic", played).out.strip() == "no run is kept"


@pytest.mark.parametrize("pace", ["quick", "x"])
def test_a_pace_is_a_number(workbench, played, pace):
    said = workbench("traffic", "run", played, "--pace", pace)
    assert said.code == 2
    assert "should be a number" in said.err
