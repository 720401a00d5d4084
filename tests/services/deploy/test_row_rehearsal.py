"""Rows are folded by two models, each with what it does about events that it cannot fold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.model.projection import On, OnFault
from workbench.project.project import load_project
from workbench.services.deploy.rehearsed import Rehearsed
from workbench.services.deploy.row_rehearsal import RowRehearsal
from workbench.services.deploy.two_models import SideModel
from workbench.store.store_file import read_store_file


def side(bank, apply, on_fault=OnFault.PAUSE):
    """Returns the bank's model with another fold of its rows."""
    registry = load_project(bank, environ={}, trusted=True).registry
    accounts = registry.projections["accounts"]
    on = tuple(one if one.event != "account.moved" else On("account.moved", apply) for one in accounts.on)
    changed = replace(accounts, on=on, on_fault=on_fault)
    return SideModel(registry=replace(registry, projections={"accounts": changed}))


def plain(event, record, rows):
    """Adds what was moved."""
    key = record.stream.partition("-")[2]
    rows.update(key, balance=rows.get(key)["balance"] + event.amount)


def failing(event, record, rows):
    """Adds what was moved, and fails behind it where that is much."""
    plain(event, record, rows)
    if event.amount > 5:
        raise ValueError("too much")


def skipping(event, record, rows):
    """Adds what was moved, if it is not much."""
    if event.amount <= 5:
        plain(event, record, rows)


def parking():
    """Returns what adds what was moved to an account until that was much."""
    parked = set()

    def apply(event, record, rows):
        if event.amount > 5:
            parked.add(record.stream)
        elif record.stream not in parked:
            plain(event, record, rows)

    return apply


def rehearsed(bank, old, new):
    """Compares the rows."""
    with read_store_file(bank / "data/events.db") as reader:
        found = Rehearsed(head=reader.head())
        RowRehearsal(reader, (old, new), found, lambda *_: None).run("accounts")
    return found


def test_W18_what_is_left_out_by_a_definition_leaves_no_half_of_it(bank):
    skips = side(bank, failing, OnFault.SKIP)
    assert rehearsed(bank, side(bank, skipping), skips).clean
    assert rehearsed(bank, side(bank, plain), skips).differ["row"] > 1
    assert rehearsed(bank, side(bank, parking()), side(bank, failing, OnFault.PARK)).clean


@pytest.mark.parametrize("batch", [1, 7])
def test_W18_rows_that_were_written_are_found_again(bank, monkeypatch, batch):
    monkeypatch.setattr("workbench.services.deploy.row_rehearsal.BATCH", batch)
    found = rehearsed(bank, side(bank, plain), side(bank, skipping))
    monkeypatch.undo()
    assert found.differences == rehearsed(bank, side(bank, plain), side(bank, skipping)).differences != []


@pytest.mark.parametrize("batch", [1, 7])
def test_W18_rows_that_differ_say_since_which_event(bank, monkeypatch, batch):
    monkeypatch.setattr("workbench.services.deploy.row_rehearsal.BATCH", batch)
    found = rehearsed(bank, side(bank, plain), side(bank, skipping))
    with read_store_file(bank / "data/events.db") as reader:
        for one in found.differences:
            first = next(
                event
                for event in reader.read_log(0, 10_000)
                if event.stream == f"account-{one.key}" and event.json().get("amount", 0) > 5
            )
            assert one.since == first.position, one.key
    assert {one.first for one in found.reasons} == {min(one.since for one in found.differences)}


def test_W18_a_row_that_came_to_the_same_and_differs_again_says_since_then(bank):
    def never(event, record, rows):
        rows.update(record.stream.partition("-")[2], balance=0)

    def now_and_then(event, record, rows):
        rows.update(record.stream.partition("-")[2], balance=int(record.version == 2 or record.version > 3))

    found = rehearsed(bank, side(bank, never), side(bank, now_and_then))
    with read_store_file(bank / "data/events.db") as reader:
        versions = {reader.stream(f"account-{one.key}").version for one in found.differences}
        assert 3 not in versions
        assert max(versions) > 3
        for one in found.differences:
            twice = reader.stream(f"account-{one.key}").version > 3
            assert reader.event_at(one.since).version == (4 if twice else 2)


def test_W18_a_fold_that_stops_says_which_model_does(bank):
    stops, goes = side(bank, failing), side(bank, plain)
    found = rehearsed(bank, stops, goes)
    assert found.clean
    assert found.untold["accounts"].startswith("the old model stops at position")
    found = rehearsed(bank, goes, stops)
    (row,) = found.differences
    assert row.theirs == "stops: ValueError: too much"
    with read_store_file(bank / "data/events.db") as reader:
        assert reader.event_at(row.since).json()["amount"] > 5


def test_W18_rows_with_another_key_are_not_compared(bank):
    old, new = side(bank, plain), side(bank, plain)
    accounts = new.registry.projections["accounts"]
    columns = (replace(accounts.columns[0], name="number"), *accounts.columns[1:])
    changed = replace(new.registry, projections={"accounts": replace(accounts, columns=columns)})
    found = rehearsed(bank, old, SideModel(registry=changed))
    assert found.untold == {"accounts": "its key is another: no row belongs to another one"}
