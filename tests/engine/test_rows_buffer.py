"""The rows of a batch: found as they stand; what an event that failed did is taken back (J1, J2, J8)."""

from __future__ import annotations

import random

import pytest

from tests.store.actions import one
from workbench.engine import rows_buffer
from workbench.engine.projection_runner import ensured
from workbench.engine.rows_buffer import RowsBuffer
from workbench.errors import ModelError
from workbench.model.clock import ManualClock
from workbench.model.projection import Column, ColumnKind, Projection
from workbench.store.memory.store import MemoryStore
from workbench.store.operations.projection_operations import ApplyProjection
from workbench.store.sqlite.store import SqliteStore

TABLE = Projection(name="t", columns=(Column(name="id"), Column(name="n", kind=ColumnKind.INTEGER)))


class Stored:
    """The rows of the store: one, ``old``."""

    def row(self, projection, key, generation=None):
        return {"id": "old", "n": 1} if key == "old" else None


@pytest.fixture
def rows():
    return RowsBuffer(TABLE, Stored(), 1)


def test_J2_undo_brings_every_row_back_to_what_it_was_before_the_event(rows):
    rows.put(id="kept", n=5)
    rows.delete("gone")
    rows.keep()
    for number in (6, 7):
        rows.update("kept", n=number)
        rows.put(id="gone", n=number)
        rows.put(id="new", n=number)
        rows.update("old", n=number)
    rows.delete("old")
    rows.undo()
    assert [rows.get(key) for key in ("kept", "gone", "new", "old")] == [
        {"id": "kept", "n": 5}, None, None, {"id": "old", "n": 1},
    ]  # fmt: skip
    assert (rows.rows(), rows.deleted()) == (({"id": "kept", "n": 5},), ("gone",))


def test_J2_what_was_kept_is_not_undone(rows):
    rows.put(id="a", n=1)
    rows.keep()
    rows.undo()
    assert rows.rows() == ({"id": "a", "n": 1},)


def test_J2_an_only_event_that_failed_leaves_nothing_to_write(rows):
    rows.update("old", n=2)
    assert rows.changed
    rows.undo()
    assert not rows.changed


def test_J1_a_number_is_one_key_however_it_is_written():
    table = Projection(name="t", columns=(Column(name="id", kind=ColumnKind.NUMBER),))
    rows = RowsBuffer(table, Stored(), 1)
    rows.put(id=2**53 + 1)
    rows.delete(float(2**53))
    assert (rows.get(2**53), rows.rows(), rows.deleted()) == (None, (), (float(2**53),))


# -- rows that are found by what their columns equal ---------------------------------------------------------

FOUND = Projection(
    name="found",
    columns=(
        Column(name="id", kind=ColumnKind.INTEGER),
        Column(name="a", kind=ColumnKind.NUMBER, index=True),
        Column(name="b"),
    ),
)


class Counting:
    """A reader that notes how often it is asked."""

    def __init__(self, reader):
        self.reader, self.asked = reader, 0

    def row(self, *args):
        self.asked += 1
        return self.reader.row(*args)

    def rows(self, *args, **more):
        self.asked += 1
        return self.reader.rows(*args, **more)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    clock = ManualClock()
    made = MemoryStore(clock) if request.param == "memory" else SqliteStore(tmp_path / "events.db", clock)
    one(made, ensured(FOUND))
    yield made
    made.close()


def stored(store, at, buffer):
    """Writes what a batch changed; returns the next batch."""
    done = one(
        store,
        ApplyProjection(
            name="found",
            generation=1,
            before=at,
            checkpoint=at + 1,
            rows=buffer.rows(),
            deleted=buffer.deleted(),
        ),
    )
    assert done is None
    return RowsBuffer(FOUND, store.reader(), 1)


@pytest.mark.parametrize("seed", range(5))
def test_J8_rows_are_found_as_they_stand_whatever_the_batch_has_changed(store, seed):
    rng = random.Random(seed)
    rows, known = RowsBuffer(FOUND, store.reader(), 1), {}
    for step in range(600):
        key, a, b = rng.randrange(30), rng.choice([None, 1, 2.0, 3]), rng.choice(["x", "y", None])
        before = dict(known)
        if rng.random() < 0.7:
            rows.put(id=key, a=a, b=b)
            known[key] = {"id": key, "a": a, "b": b}
        else:
            rows.delete(key)
            known.pop(key, None)
        if rng.random() < 0.2:
            rows.undo()
            known = before
        else:
            rows.keep()
        wanted = rng.choice([{"a": a}, {"a": a, "b": b}, {"id": key, "b": b}])
        fit = [row for row in known.values() if all(row[name] == value for name, value in wanted.items())]
        assert rows.find(**wanted) == sorted(fit, key=lambda row: row["id"])
        if step % 100 == 50:
            rows = stored(store, step // 100, rows)


def test_J8_what_was_found_is_changed_without_a_further_question(store):
    rows = RowsBuffer(FOUND, store.reader(), 1)
    for key in range(5):
        rows.put(id=key, a=1, b=str(key))
    stored(store, 0, rows)
    reader = Counting(store.reader())
    rows = RowsBuffer(FOUND, reader, 1)
    for row in rows.find(a=1):
        rows.update(row["id"], b="new")
    assert reader.asked == 1
    assert {row["b"] for row in rows.find(a=1.0)} == {"new"}


def test_J8_a_row_that_was_found_is_read_again_by_the_next_event(store):
    rows = RowsBuffer(FOUND, store.reader(), 1)
    rows.put(id=1, a=1, b="x")
    rows = stored(store, 0, rows)
    (row,) = rows.find(a=1)
    row["b"] = "mine"
    rows.keep()
    assert rows.get(1) == {"id": 1, "a": 1.0, "b": "x"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"b": "x"}, "rows of found are found by a column with an index, not by b"),
        ({}, "with an index, not by nothing"),
        ({"c": 1}, "found has no column c"),
        ({"a": "x"}, "column a of found takes float or int, not str"),
    ],
)
def test_J8_rows_are_never_found_by_going_through_all_of_them(store, wanted, said):
    with pytest.raises(ModelError, match=said):
        RowsBuffer(FOUND, store.reader(), 1).find(**wanted)


def test_J8_there_is_a_limit_to_what_is_found(store, monkeypatch):
    monkeypatch.setattr(rows_buffer, "MOST_FOUND", 3)
    monkeypatch.setattr(rows_buffer, "PAGE", 2)
    rows = RowsBuffer(FOUND, store.reader(), 1)
    for key in range(2):
        rows.put(id=key, a=1, b=None)
    rows = stored(store, 0, rows)
    rows.put(id=2, a=1, b=None)
    assert len(rows.find(a=1)) == 3
    rows.put(id=3, a=1, b=None)
    with pytest.raises(ModelError, match="more than 3 rows of found fit"):
        rows.find(a=1)
