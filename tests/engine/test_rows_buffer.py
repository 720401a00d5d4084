"""The rows of a batch: what an event that failed did to them is taken back, all else is kept (J1, J2)."""

from __future__ import annotations

import pytest

from workbench.engine.rows_buffer import RowsBuffer
from workbench.model.projection import Column, ColumnKind, Projection

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
