"""Read models on every kind of store: generations, rows with their checkpoints, pages (J1–J3, Q1)."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from workbench.errors import InvalidName, InvalidValue, NotFound, WrongExpectedVersion
from workbench.store.operations.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
)
from workbench.store.stored_values import PassedEvent, PassedKind

COLUMNS = (("id", "text"), ("n", "integer"))


def ensure(store, *, columns=COLUMNS, rebuild=False, name="rows"):
    return one(
        store,
        EnsureProjection(name=name, columns=columns, indexed=("n",), definition_hash="h", rebuild=rebuild),
    )


def apply(store, before, after, *rows, generation=1, **more):
    put = tuple({"id": key, "n": n} for key, n in rows)
    return one(
        store,
        ApplyProjection(
            name="rows", generation=generation, before=before, checkpoint=after, rows=put, **more
        ),
    )


def page(store, **more):
    wanted = {"where": {}, "after": None, "limit": 1000} | more
    return [(row["id"], row["n"]) for row in store.reader().rows("rows", **wanted).rows]


def test_J1_rows_and_checkpoint_are_written_together_or_not_at_all(store):
    assert ensure(store) == 1
    apply(store, 0, 5, ("a", 1), ("b", 2))
    assert isinstance(apply(store, 4, 9, ("a", 7), deleted=("b",)), WrongExpectedVersion)
    assert page(store) == [("a", 1), ("b", 2)]
    apply(store, 5, 6, ("a", 3), deleted=("b", "none"))
    assert page(store) == [("a", 3)]
    (state,) = store.reader().generations("rows")
    assert (state.checkpoint, state.rows, state.columns) == (6, 1, COLUMNS)


def test_J3_a_second_generation_takes_the_place_of_the_first_at_once(store):
    ensure(store)
    apply(store, 0, 5, ("a", 1))
    assert ensure(store) == 1, "asked for again, nothing changes"
    assert ensure(store, rebuild=True) == 2
    apply(store, 0, 3, ("a", 9), ("b", 9), generation=2)
    reader = store.reader()
    assert page(store) == [("a", 1)]
    assert reader.row("rows", "b") is None
    assert reader.row("rows", "b", 2) == {"id": "b", "n": 9}
    assert [(state.generation, state.live) for state in reader.generations("rows")] == [(1, True), (2, False)]
    one(store, SwitchProjection(name="rows", generation=2))
    assert page(store) == [("a", 9), ("b", 9)]
    assert [(state.generation, state.live) for state in reader.generations("rows")] == [(2, True)]
    with pytest.raises(NotFound):
        store.reader().row("rows", "a", 1)
    assert isinstance(apply(store, 5, 6, ("a", 2)), WrongExpectedVersion)
    assert isinstance(one(store, SwitchProjection(name="rows", generation=7)), NotFound)


def test_J3_an_attempt_is_given_up_or_replaced_by_a_newer_one(kind):
    store = kind.open()
    ensure(store)
    ensure(store, rebuild=True)
    more = (*COLUMNS, ("more", "text"))
    assert ensure(store, rebuild=True, columns=more) == 3
    store.close()
    store = kind.open()
    reader = store.reader()
    assert [state.columns for state in reader.generations("rows")] == [COLUMNS, more]
    assert one(store, DropGeneration(name="rows", generation=3)) is True
    assert one(store, DropGeneration(name="rows", generation=3)) is False
    assert one(store, DropGeneration(name="rows", generation=1)) is False, "the live one stays"
    assert [state.generation for state in reader.generations("rows")] == [1]
    assert ensure(store, rebuild=True) == 4, "no number is given twice"
    store.close()


def test_J2_what_was_passed_by_is_on_record_until_its_stream_is_followed_again(store):
    ensure(store)
    events = [
        PassedEvent(position=3, stream="s", kind=PassedKind.PARKED, error="no", at=7),
        PassedEvent(position=2, stream="s", kind=PassedKind.SKIPPED, error="no", at=7),
        PassedEvent(position=5, stream="t", kind=PassedKind.PARKED, error="no", at=7),
    ]
    apply(store, 0, 5, passed=tuple(events))
    reader = store.reader()
    assert [one.position for one in reader.passed("rows", 1)] == [2, 3, 5]
    assert reader.passed("rows", 1)[1] == events[0]
    apply(store, 5, 6, resumed=("s",))
    assert [one.position for one in reader.passed("rows", 1)] == [2, 5]
    ensure(store, rebuild=True)
    one(store, SwitchProjection(name="rows", generation=2))
    assert reader.passed("rows", 1) == reader.passed("rows", 2) == []


def test_J2_a_fault_is_on_record(store):
    ensure(store)
    marked = MarkProjection(name="rows", generation=1, status="faulted", fault="E: no", fault_position=4)
    one(store, marked)
    (state,) = store.reader().generations("rows")
    assert (state.status, state.fault, state.fault_position) == ("faulted", "E: no", 4)
    unknown = MarkProjection(name="rows", generation=2, status="live")
    assert isinstance(one(store, unknown), NotFound)


def test_Q1_pages_follow_the_key_in_a_total_order(store):
    ensure(store)
    apply(store, 0, 1, *((key, n % 2) for n, key in enumerate("edcba")))
    assert page(store, limit=2) == [("a", 0), ("b", 1)]
    assert page(store, after="b", limit=2) == [("c", 0), ("d", 1)]
    assert page(store, where={"n": 1}, after="b") == [("d", 1)]
    assert store.reader().rows("rows", where={}, after="c", limit=2).more is False
    assert store.reader().rows("rows", where={}, after="b", limit=2).more is True
    for limit in (0, 1001):
        with pytest.raises(InvalidValue, match="1 to 1000"):
            page(store, limit=limit)
    with pytest.raises(InvalidValue, match="no column x"):
        page(store, where={"x": 1})
    with pytest.raises(NotFound):
        store.reader().rows("none", where={}, after=None, limit=1)


@pytest.mark.parametrize("name", ["", "Rows", "1a", "a-b", 'a"b', "x" * 64, "drop table"])
def test_names_that_cannot_be_a_table_or_column_are_refused(store, name):
    assert isinstance(ensure(store, name=name), InvalidName)
    column = "ID" if name == "Rows" else name
    assert isinstance(ensure(store, columns=(("id", "text"), (column, "text"))), InvalidName)
    assert store.reader().generations("rows") == []


def test_J10_which_generation_is_held_is_stored_until_it_is_live_or_gone(kind):
    store = kind.open()
    held = EnsureProjection(
        name="rows", columns=COLUMNS, indexed=("n",), definition_hash="h", rebuild=True, held=True
    )
    assert one(store, held) == 1
    assert [state.held for state in store.reader().generations("rows")] == [False], "the first one is live"
    assert one(store, held) == 2
    apply(store, 0, 3, ("a", 9), generation=2)
    store.close()
    store = kind.open()
    reader = store.reader()
    assert [state.held for state in reader.generations("rows")] == [False, True]
    assert ensure(store, rebuild=True) == 3, "a rebuild takes its place, and is not held"
    assert [state.held for state in reader.generations("rows")] == [False, False]
    assert one(store, held) == 4
    one(store, DropGeneration(name="rows", generation=4))
    assert one(store, held) == 5
    one(store, SwitchProjection(name="rows", generation=5))
    assert [(state.live, state.held) for state in reader.generations("rows")] == [(True, False)]
    store.close()
