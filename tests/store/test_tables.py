"""Tables that handlers write, on every kind of store: their rows come along with changed columns (J6)."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.store.actions import append, one
from workbench.errors import InvalidValue, ModelError, WorkbenchBug
from workbench.store.conversion import converted
from workbench.store.operations import EnsureTopic, NewMessage, ProjectRows
from workbench.store.operations.projection_operations import DropGeneration, EnsureProjection

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


@pytest.mark.parametrize("value", [2**63, "\ud800"])
def test_C6_what_no_row_can_hold_fails_its_operation_alone(table, value):
    good, bad, other = table.write(
        [append("s", "a"), ProjectRows(name="seen", rows=({"id": "c", "n": value},)), append("t", "b")]
    )
    assert isinstance(bad, InvalidValue)
    assert "the store cannot hold a value of this" in bad.message
    assert (good.last_version, other.last_version) == (1, 1)
    assert [row["id"] for row in rows(table)] == ["a", "b"]
    assert [event.stream for event in table.reader().read_log(0, 10)] == ["s", "t"]


def test_C6_what_nobody_foresaw_fails_its_operation_alone(table):
    good, bad, other = table.write(
        [append("s", "a"), ProjectRows(name="seen", rows=({"name": "c"},)), append("t", "b")]
    )
    assert isinstance(bad, WorkbenchBug)
    assert (good.last_version, other.last_version) == (1, 1)


def test_C6_what_no_statement_takes_fails_alone_also_where_rows_are_written_together(file_store):
    one(file_store, EnsureTopic(name="work"))
    sent = [
        NewMessage(
            id=UUID(int=n),
            topic="work",
            type="t",
            key="",
            data="{}",
            correlation_id=UUID(int=n),
            deliver_at=at,
        )
        for n, at in ((1, 5), (2, 2**70), (3, 5))
    ]
    first, bad, third, other = file_store.write([*sent, append("s", "a")])
    assert isinstance(bad, InvalidValue)
    assert not any(isinstance(answer, Exception) for answer in (first, third, other))
    messages, _ = file_store.reader().read_topic("work", lambda _type: False, 0, 10)
    assert [message.id for message in messages] == [UUID(int=1), UUID(int=3)]


@pytest.mark.parametrize("key", [2**63, "\ud800"])
def test_a_key_that_no_row_can_have_has_no_row(table, key):
    assert table.reader().row("seen", key) is None
    assert table.reader().rows("seen", where={"id": key}, after=None, limit=10).rows == []


@pytest.mark.parametrize(
    ("value", "old", "new"), [(str(2**63), "text", "integer"), ("1e400", "json", "number")]
)
def test_J6_what_the_other_kind_cannot_hold_is_not_converted(value, old, new):
    with pytest.raises(ValueError, match=r"64 bits|out of range"):
        converted(value, old, new)


def test_H4_a_line_has_the_beginning_of_a_long_text_or_all_of_it(store):
    ensure(store, (("id", "text"), ("note", "text")))
    put(store, {"id": "a", "note": "é" * 1500})
    reader = store.reader()
    order = reader.projection_order("seen")
    ((_, begun, number),) = reader.projection_lines("seen", order.generation, order.numbers)
    assert begun == "é" * 1000 + "… 500 more characters"
    whole = reader.projection_lines("seen", order.generation, [number], whole=True)
    assert whole == [("a", "é" * 1500, number)]
