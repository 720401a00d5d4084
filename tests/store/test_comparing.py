"""What rows are asked for with is compared alike by every kind of store, or refused by all of them (Q1)."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.store.actions import one
from workbench.errors import InvalidValue
from workbench.model.clock import ManualClock
from workbench.model.projection import ColumnKind, misfit
from workbench.model.row_conditions import NEVER, OPERATORS, AllOf, AnyOf, Compare, Condition
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import ProjectRows
from workbench.store.operations.projection_operations import ApplyProjection, EnsureProjection
from workbench.store.ports import Reader, Store
from workbench.store.row_pages import asked_page
from workbench.store.sqlite.page_query import page_query
from workbench.store.sqlite.store import SqliteStore

BIG = 2**53
VALUES: tuple[Any, ...] = (
    None, "", "a", "A", "Z", "é", "e\u0301", "😀", "\uffff", " a", "A\tB", "1", "1.0", "true", "{}", "null",
    0, 1, -1, 2, 9, 10, BIG, BIG + 1, BIG + 2, 2**62, 2**63 - 1, -(2**63), 2**63, 2**70, 10**400,
    0.0, -0.0, 1.0, 0.1, 9.5, float(BIG), 1e300, -1e300, 1e-300, float(2**63), float("inf"), float("nan"),
    True, False, "\ud800", [], [1], {}, b"a", (1,), 1 + 0j,
)  # fmt: skip


ORDERS = ("", "-", "key", "-key", "value", "-value")


def random_condition(rng: random.Random, held: list[Any], depth: int = 0) -> Condition:
    """Returns a condition, mostly one that the columns can be asked for."""
    if depth < 3 and rng.random() < 0.5:
        parts = tuple(random_condition(rng, held, depth + 1) for _ in range(rng.randrange(4)))
        return rng.choice((AllOf, AnyOf))(parts)
    value = rng.choice(held if rng.random() < 0.97 else VALUES)
    return Compare(rng.choice(("key", "value")), rng.choice(OPERATORS), value)


def make(store: Store, kind: ColumnKind, *, folded: bool = True) -> None:
    columns = (("key", kind.value), ("value", kind.value))
    one(store, EnsureProjection(name="rows", columns=columns, indexed=(), definition_hash="d", folded=folded))


def put(store: Store, rows: list[tuple[Any, Any]], deleted: tuple[Any, ...] = ()) -> None:
    told = tuple({"key": key, "value": value} for key, value in rows)
    live = store.reader().generations("rows")[0]
    answer = one(
        store,
        ApplyProjection(
            name="rows", generation=1, before=live.checkpoint, checkpoint=live.checkpoint + 1, rows=told,
            deleted=deleted,
        ),
    )  # fmt: skip
    assert answer is None


def fitting(kind: ColumnKind) -> list[Any]:
    return [value for value in VALUES if not misfit(kind, value)]


def answered(ask: Callable[[], Any]) -> str:
    """Returns an answer that two stores can be compared by, or how it was refused."""
    try:
        return repr(ask())
    except InvalidValue as error:
        return f"refused: {error}"


def page(reader: Reader, *, where: Any = None, after: Any = None, limit: Any = 1000, order: str = "") -> Any:
    return reader.rows("rows", where=where or {}, after=after, limit=limit, order=order)


def keys(store: Store, **asked: Any) -> list[Any]:
    return [row["key"] for row in page(store.reader(), **asked).rows]


@pytest.mark.parametrize("kind", ColumnKind)
@pytest.mark.parametrize("seed", range(4))
def test_Q1_both_stores_answer_everything_alike(tmp_path, kind, seed):
    rng = random.Random(f"{kind} {seed}")
    clock = ManualClock()
    stores: list[Store] = [MemoryStore(clock), SqliteStore(tmp_path / "events.db", clock)]
    held = fitting(kind)
    rows = [(rng.choice(held[1:]), rng.choice(held)) for _ in range(30)]
    gone = tuple(rng.choice(held[1:]) for _ in range(3))
    for store in stores:
        make(store, kind)
        put(store, rows)
        put(store, [], gone)
    asked: list[Callable[[Reader], Any]] = [lambda reader: reader.generations("rows")]
    for value in VALUES:
        behind = rng.choice(held)
        asked += [
            lambda reader, value=value: reader.row("rows", value),
            lambda reader, value=value: page(reader, where={"value": value}),
            lambda reader, value=value: page(reader, where={"key": value}),
            lambda reader, value=value: page(reader, after=value),
            lambda reader, value=value: page(reader, limit=value),
            lambda reader, value=value: page(reader, where={"none": value}),
            lambda reader, value=value, after=behind: page(
                reader, where={"value": value}, after=after, limit=2
            ),
        ]
    for _ in range(200):
        more = {
            "where": random_condition(rng, held),
            "order": rng.choice(ORDERS),
            "limit": rng.choice((1, 3, 99)),
        }
        behind = rng.choice([None, *held])
        asked.append(lambda reader, more=more, behind=behind: page(reader, after=behind, **more))
    memory, file = (store.reader() for store in stores)
    for ask in asked:
        assert answered(lambda ask=ask: ask(memory)) == answered(lambda ask=ask: ask(file))
    for store in stores:
        store.close()


def test_Q1_an_empty_column_equals_none(store):
    make(store, ColumnKind.TEXT)
    put(store, [("a", None), ("b", "x"), ("c", None)])
    assert keys(store, where={"value": None}) == ["a", "c"]
    assert keys(store, where={"value": None}, after="a") == ["c"]
    assert keys(store, where={"key": None}) == []


@pytest.mark.parametrize("value", [1, 1.0, True, [], {}, b"a"])
def test_Q1_a_value_of_another_type_is_the_callers_mistake(store, value):
    make(store, ColumnKind.TEXT)
    for ask in (
        lambda: store.reader().row("rows", value),
        lambda: keys(store, where={"value": value}),
        lambda: keys(store, after=value),
    ):
        with pytest.raises(InvalidValue, match=r"column (key|value) of rows takes str, not"):
            ask()


def test_Q1_a_number_is_found_by_what_was_put(store):
    make(store, ColumnKind.NUMBER)
    put(store, [(BIG + 1, 1), (3, 2)])
    assert store.reader().row("rows", BIG + 1) == {"key": float(BIG), "value": 1.0}
    assert keys(store, where={"key": BIG + 1}) == [float(BIG)]
    assert keys(store, after=3) == [float(BIG)]
    put(store, [], (BIG + 1,))
    assert keys(store) == [3.0]
    assert store.reader().generations("rows")[0].rows == 1


def test_Q1_a_handlers_table_counts_a_number_once(store):
    make(store, ColumnKind.NUMBER, folded=False)
    for key in (BIG + 1, float(BIG), BIG):
        one(store, ProjectRows(name="rows", rows=({"key": key, "value": None},)))
    assert (keys(store), store.reader().generations("rows")[0].rows) == ([float(BIG)], 1)
    one(store, ProjectRows(name="rows", deleted=(BIG + 1, float(BIG))))
    assert (keys(store), store.reader().generations("rows")[0].rows) == ([], 0)


@pytest.mark.parametrize("after", [2**63, float("nan"), "\ud800"])
def test_Q1_a_page_is_not_asked_for_after_what_is_no_key(store, after):
    make(store, ColumnKind.NUMBER)
    with pytest.raises(InvalidValue, match="no key of rows"):
        keys(store, after=after)


@pytest.mark.parametrize("order", ORDERS)
def test_Q2_pages_in_any_order_have_each_row_once(store, order):
    make(store, ColumnKind.INTEGER)
    put(store, [(at, at % 4 or None) for at in range(-8, 9)])
    whole = keys(store, order=order)
    empty_first = sorted(range(-8, 9), key=lambda at: (at % 4 != 0, at % 4, at) if "value" in order else at)
    assert whole == (empty_first[::-1] if order.startswith("-") else empty_first)
    where = Compare("key", "!=", 3)
    found: list[Any] = []
    while more := keys(store, order=order, where=where, after=found[-1] if found else None, limit=2):
        found += more
    assert found == [key for key in whole if key != 3]


def test_Q2_conditions_compare_and_join(store):
    make(store, ColumnKind.TEXT)
    put(store, [("a", "1"), ("b", "2"), ("c", "3"), ("d", None)])
    either = AnyOf((Compare("value", "==", "1"), Compare("value", "==", None)))
    assert keys(store, where=either) == ["a", "d"]
    assert keys(store, where=AllOf((either, Compare("key", ">", "a")))) == ["d"]
    assert keys(store, where=Compare("value", ">=", "2")) == ["b", "c"], "an empty column is in no order"
    assert keys(store, where=Compare("value", "!=", "2")) == ["a", "c", "d"], "an empty column differs"
    assert (keys(store, where=AllOf(())), keys(store, where=NEVER)) == (["a", "b", "c", "d"], [])


def test_Q2_a_page_does_not_go_on_behind_a_row_that_is_gone(store):
    make(store, ColumnKind.TEXT)
    put(store, [("a", "1"), ("b", "2")])
    put(store, [], ("a",))
    assert keys(store, after="a") == ["b"], "in the order of the key its place is known"
    with pytest.raises(InvalidValue, match="no row 'a' any more"):
        keys(store, after="a", order="value")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("to", [None, -1, 9, "gone"])
def test_Q2_a_page_goes_on_behind_a_row_that_moved_or_went_since(store, order, to):
    make(store, ColumnKind.INTEGER)
    put(store, [(at, at % 4 or None) for at in range(-8, 9)])
    whole, found, last = keys(store, order=order), [], None
    while rows := page(store.reader(), order=order, after=last, limit=1).rows:
        last = rows[0]
        found.append(last["key"])
        put(store, *([[], (last["key"],)] if to == "gone" else [[(last["key"], to)]]))
        assert len(found) <= 2 * len(whole)
    assert found[:1] == whole[:1]
    assert set(found) == set(whole), "none is left out"


@pytest.mark.parametrize(
    "after", [{"key": 1}, {"value": 1}, {"key": "a", "value": 1}, {"key": 1, "value": []}]
)
def test_Q2_what_is_no_row_is_refused(store, after):
    make(store, ColumnKind.INTEGER)
    put(store, [(1, 1)])
    with pytest.raises(InvalidValue):
        keys(store, after=after, order="value")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"order": "size"}, "has no column size"),
        ({"where": Compare("size", "==", 1)}, "has no column size"),
        ({"where": Compare("value", "<", None)}, "cannot be < None: None is in no order"),
        ({"where": Compare("value", ">=", "\ud800")}, "a lone surrogate is no character"),
        ({"where": AnyOf((Compare("value", "==", "a"),) * 501)}, "at most 500 comparisons"),
    ],
)
def test_Q2_what_cannot_be_asked_for_is_refused(store, asked, said):
    make(store, ColumnKind.TEXT)
    with pytest.raises(InvalidValue, match=said):
        keys(store, **asked)


def test_Q2_the_largest_condition_can_be_asked_for(store):
    make(store, ColumnKind.INTEGER)
    put(store, [(at, at) for at in range(10)])
    largest = AnyOf(tuple(Compare("value", "==", at) for at in range(500)))
    assert keys(store, where=largest, order="-value", after=3) == [2, 1, 0]


def test_Q2_a_column_is_compared_by_known_operators_alone():
    with pytest.raises(InvalidValue, match="one of == != < <= > >=, not '='"):
        Compare("value", "=", 1)


@pytest.mark.parametrize(
    ("where", "order", "after"),
    [
        ({"value": "x"}, "", None),
        ({"value": "x", "other": "y"}, "", "k"),
        (Compare("value", ">=", "x"), "-value", None),
        ({"other": "y"}, "-value", "k"),
        ({}, "value", "k"),
        ({}, "-value", "empty"),
    ],
)
def test_J8_an_index_leads_to_the_first_row_of_a_page(tmp_path, where, order, after):
    columns = (("key", "text"), ("value", "text"), ("other", "text"))
    path = tmp_path / "events.db"
    store = SqliteStore(path, ManualClock())
    one(store, EnsureProjection(name="rows", columns=columns, indexed=("value",), definition_hash="d"))
    store.close()
    last = {"k": {"value": "x"}, "empty": {"value": None}}
    asked = asked_page("rows", columns, where, order, after, 10, last.get)
    query, values = page_query("p_rows_1", asked, "key", 11)
    with closing(sqlite3.connect(path)) as con:
        steps = [row[3] for row in con.execute(f"explain query plan {query}", values)]
    read = [step for step in steps if "p_rows_1" in step]
    assert read
    assert all(step.startswith("SEARCH p_rows_1 USING INDEX p_rows_1_value") for step in read)
