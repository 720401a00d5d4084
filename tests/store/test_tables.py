"""Tables that handlers write, on every kind of store: their rows come along with changed columns (J6)."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from workbench.errors import ModelError
from workbench.store.conversion import converted
from workbench.store.operations import ProjectRows
from workbench.store.projection_operations import DropGeneration, EnsureProjection

COLUMNS = (("id", "text"), ("n", "integer"))


def ensure(store, columns=COLUMNS, *, indexed=(), folded=False, digest="d"):
    said = EnsureProjection(
        name="seen", columns=columns, indexed=indexed, definition_hash=digest, folded=folded
    )
    return one(store, said)


def put(store, *rows):
    return one(store, ProjectRows(name="seen", rows=rows))


def rows(store):
    return list(store.reader().rows("seen", where={}, after=None, limit=1000).rows)


def state(store):
    (live,) = store.reader().generations("seen")
    return live


@pytest.fixture
def table(store):
    ensure(store)
    put(store, {"id": "b", "n": 2}, {"id": "a", "n": 1})
    return store


def test_J6_another_definition_changes_no_row(table):
    before = state(table)
    ensure(table, digest="other")
    assert rows(table) == [{"id": "a", "n": 1}, {"id": "b", "n": 2}]
    assert state(table).generation == before.generation


def test_J6_a_new_column_is_empty_in_the_rows_that_were_there(table):
    ensure(table, (*COLUMNS, ("note", "text")), indexed=("note",))
    put(table, {"id": "c", "n": 3, "note": "new"})
    assert rows(table) == [
        {"id": "a", "n": 1, "note": None},
        {"id": "b", "n": 2, "note": None},
        {"id": "c", "n": 3, "note": "new"},
    ]
    assert (state(table).rows, state(table).columns[-1]) == (3, ("note", "text"))


def test_J6_a_column_that_is_gone_keeps_its_values_beside_the_rows(table):
    ensure(table, (("id", "text"), ("note", "text")))
    put(table, {"id": "a", "note": "x"}, {"id": "c", "note": "y"})
    assert state(table).columns == (("id", "text"), ("note", "text"), ("n", "integer"))
    ensure(table, COLUMNS)
    assert [(row["id"], row["n"]) for row in rows(table)] == [("a", 1), ("b", 2), ("c", None)]
    assert [row["note"] for row in rows(table)] == ["x", None, "y"]


def test_J6_a_column_of_another_kind_is_converted_exactly(table):
    ensure(table, (("id", "text"), ("n", "text")))
    assert rows(table) == [{"id": "a", "n": "1"}, {"id": "b", "n": "2"}]
    ensure(table, COLUMNS)
    assert rows(table) == [{"id": "a", "n": 1}, {"id": "b", "n": 2}]


def test_J6_a_value_that_does_not_fit_the_other_kind_refuses_the_change_and_leaves_all_as_it_is(table):
    ensure(table, (("id", "text"), ("n", "text")))
    put(table, {"id": "c", "n": "three"})
    before = rows(table)
    refused = ensure(table, COLUMNS)
    assert isinstance(refused, ModelError)
    assert "column n of seen is integer now" in refused.message
    assert "'c' holds 'three'" in refused.message
    assert rows(table) == before
    assert state(table).columns == (("id", "text"), ("n", "text"))


def test_J6_the_key_stays_the_key(table):
    refused = ensure(table, (("n", "integer"), ("id", "text")))
    assert isinstance(refused, ModelError)
    assert "under the key id" in refused.message
    assert len(rows(table)) == 2


def test_J6_rows_that_handlers_wrote_never_become_a_fold(table):
    refused = ensure(table, folded=True)
    assert isinstance(refused, ModelError)
    assert "handlers wrote its 2 rows" in refused.message
    assert len(rows(table)) == 2


def test_J6_an_empty_table_may_become_a_fold(table):
    one(table, ProjectRows(name="seen", deleted=("a", "b")))
    ensure(table, folded=True, digest="fold")
    assert (state(table).definition_hash, state(table).checkpoint, state(table).rows) == ("fold", 0, 0)


def test_J6_a_rebuild_that_was_begun_before_is_given_up(store):
    ensure(store, folded=True)
    begun = EnsureProjection(name="seen", columns=COLUMNS, indexed=(), definition_hash="d", rebuild=True)
    number = one(store, begun)
    put(store, {"id": "a", "n": 1})
    ensure(store)
    assert rows(store) == [{"id": "a", "n": 1}]
    assert not one(store, DropGeneration(name="seen", generation=number))


@pytest.mark.parametrize(
    ("old", "value", "new", "kept"),
    [
        ("integer", 7, "number", 7.0),
        ("number", 7.0, "integer", 7),
        ("integer", 2**53 + 1, "number", None),
        ("number", 7.5, "integer", None),
        ("number", 7.5, "text", "7.5"),
        ("text", "7", "integer", 7),
        ("text", "007", "integer", None),
        ("text", "", "integer", None),
        ("text", "true", "boolean", 1),
        ("text", "yes", "boolean", None),
        ("boolean", 1, "text", "true"),
        ("boolean", 0, "integer", 0),
        ("integer", 2, "boolean", None),
        ("time", 1_700_000_000_000_000, "integer", 1_700_000_000_000_000),
        ("text", 'say "x"', "json", '"say \\"x\\""'),
        ("json", '"said"', "text", "said"),
        ("json", '{"a":1}', "text", None),
        ("json", "12", "integer", 12),
        ("json", "[1]", "integer", None),
        ("integer", 5, "json", "5"),
    ],
)
def test_J6_a_value_is_converted_exactly_or_not_at_all(old, value, new, kept):
    if kept is None:
        with pytest.raises((ValueError, TypeError, KeyError)):
            converted(value, old, new)
    else:
        found = converted(value, old, new)
        assert (found, type(found)) == (kept, type(kept))
