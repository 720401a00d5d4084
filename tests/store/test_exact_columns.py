"""J9: decimals in read models are exact: kept, compared, sorted and searched as the numbers that they are."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from tests.store.actions import one
from workbench.errors import InvalidValue
from workbench.model.projection import as_kept
from workbench.model.row_conditions import Compare
from workbench.store.operations import ProjectRows
from workbench.store.operations.projection_operations import EnsureProjection

COLUMNS = (("id", "text"), ("paid", "money"), ("rate", "decimal"))


def ensure(store, columns=COLUMNS):
    return one(
        store,
        EnsureProjection(name="sums", columns=columns, indexed=("paid",), definition_hash="d", folded=False),
    )


def put(store, **rows):
    given = tuple({"id": key, "paid": paid, "rate": paid} for key, paid in rows.items())
    return one(store, ProjectRows(name="sums", rows=given))


def keys(store, where=None, order=""):
    found = store.reader().rows("sums", where=where or {}, after=None, limit=1000, order=order).rows
    return "".join(row["id"] for row in found)


@pytest.fixture
def sums(store):
    ensure(store)
    put(
        store,
        a=Decimal("0.30"),
        b=Decimal("-7.5"),
        c=Decimal(100),
        d=None,
        e=9,
        f=Decimal("0.300000000000001"),
    )
    return store


def test_J9_a_decimal_is_read_as_it_was_put_in_one_form(sums):
    row = sums.reader().row("sums", "c")
    assert (str(row["paid"]), str(row["rate"])) == ("100.00", "100")
    assert [str(sums.reader().row("sums", key)["paid"]) for key in "abef"] == [
        "0.30",
        "-7.50",
        "9.00",
        "0.300000000000001",
    ]
    assert sums.reader().row("sums", "d")["paid"] is None


def test_J9_decimals_are_compared_exactly_and_sorted_as_numbers(sums):
    assert keys(sums, Compare("paid", "<=", Decimal("0.3"))) == "ab"
    assert keys(sums, Compare("paid", ">", Decimal("0.30"))) == "cef"
    assert keys(sums, {"paid": Decimal("0.3000")}) == "a"
    assert keys(sums, {"paid": 100}) == "c"
    assert keys(sums, order="paid") == "dbafec"
    assert keys(sums, order="-paid") == "cefabd"
    with pytest.raises(InvalidValue, match="takes Decimal or int, not float"):
        keys(sums, {"paid": 0.3})
    with pytest.raises(InvalidValue, match="it is no number"):
        keys(sums, Compare("paid", "<", Decimal("NaN")))


def test_J9_pages_go_on_behind_a_decimal(sums):
    reader, found, after = sums.reader(), "", None
    while page := reader.rows("sums", where={}, after=after, limit=2, order="paid").rows:
        found, after = found + "".join(row["id"] for row in page), page[-1]["id"]
    assert found == "dbafec"


def test_J9_tables_show_search_and_sort_what_people_read(sums):
    reader = sums.reader()
    assert [row["id"] for row in reader.projection_rows("sums", order="-paid", limit=3)] == ["c", "e", "f"]
    found = reader.projection_order("sums", text="-7.50")
    assert reader.projection_order("sums", text='-7.5 B "-7.50" -7.50') == found, "each word in any column"
    assert not reader.projection_order("sums", text='"b -7.50"').numbers
    assert not reader.projection_rows("sums", text="b c")
    (line,) = reader.projection_lines("sums", found.generation, found.numbers)
    assert line[:3] == ("b", "-7.50", "-7.5")
    assert reader.projection_glance("sums", "b") == {"id": "b", "paid": "-7.50", "rate": "-7.5"}


def test_J9_any_decimals_sort_as_numbers(store):
    ensure(store)
    rng = random.Random(1)
    given = {
        f"{number}": as_kept(
            "money", Decimal(rng.randint(-(10**size), 10**size)).scaleb(rng.randint(-40, 40))
        )
        for number in range(300)
        for size in [rng.randint(0, 30)]
    }
    put(store, **given)
    found = store.reader().rows("sums", where={}, after=None, limit=1000, order="paid").rows
    assert [row["paid"] for row in found] == sorted(given.values())


def test_J6_a_number_becomes_a_decimal_and_text_exactly(store):
    ensure(store, (("id", "text"), ("paid", "number"), ("rate", "text")))
    one(store, ProjectRows(name="sums", rows=({"id": "a", "paid": 0.25, "rate": "1.5"},)))
    ensure(store)
    assert store.reader().row("sums", "a") == {"id": "a", "paid": Decimal("0.25"), "rate": Decimal("1.5")}
    ensure(store, (("id", "text"), ("paid", "text"), ("rate", "number")))
    assert store.reader().row("sums", "a") == {"id": "a", "paid": "0.25", "rate": 1.5}
