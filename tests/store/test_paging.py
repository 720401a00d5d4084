"""Reads of any length, page by page."""

from __future__ import annotations

from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store import paging
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append
from workbench.store.paging import LogWalk


def filled(count: int) -> MemoryStore:
    """Returns a store with events, of which every second one is a tick."""
    store = MemoryStore(ManualClock(1))
    for number in range(count):
        kind = "tick" if number % 2 else "tock"
        store.write(
            [Append(stream="clock-1", events=(NewEvent(id=derived_id(number), type=kind, data="{}"),))]
        )
    return store


def test_a_walk_tells_how_far_it_is_and_leaves_out_what_lies_beyond(monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    told: list[tuple[int, int]] = []
    walk = LogWalk(
        reader=filled(10).reader(),
        wants="tick".__eq__,
        after=2,
        upto=7,
        step=lambda *said: told.append(said),
    )
    assert [one.position for one in walk.events()] == [4, 6]
    assert walk.whole
    assert told[0] == (2, 7)
    assert all(of == 7 for _, of in told)
    assert sorted(told) == told


def test_a_walk_ends_where_it_is_told_to(monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    walk = LogWalk(
        reader=filled(10).reader(), wants=lambda _type: True, upto=10, step=lambda done, _of: done < 4
    )
    assert [one.position for one in walk.events()] == [1, 2, 3, 4]
    assert not walk.whole
    assert walk.reached == 4
