"""Two stores with a beginning in common: what differs, and from which event on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.services.conftest import finished, running
from tests.services.worlds.conftest import place
from tests.services.worlds.test_fork import forked
from workbench.model.projection import ColumnKind, as_kept
from workbench.services.worlds.compare import (
    NOT_THERE,
    Differences,
    compare,
    compare_rows,
    split_of,
)
from workbench.services.worlds.comparison_words import kinds_told


def compared(trunk, world):
    told = []
    found = compare(trunk.reader, world.reader, trunk.registry.projections.values(), told.append)
    assert any("rows" in one for one in told)
    return found


async def test_two_that_are_the_same_do_not_differ(orders, tmp_path):
    head = orders.reader.head()
    async with running(forked(orders, head, tmp_path / "fork")) as world:
        await finished(world)
        found = compared(orders, world)
        assert (found.split, found.differences, found.untold) == (head, [], {})
        assert kinds_told(found) == f"nothing differs since position {head}"


@dataclass(frozen=True)
class Log:
    """Ids by position: of events small letters, of messages large ones; a gap is what retention took."""

    ids: str

    def head(self):
        return len(self.ids)

    def log_at(self, positions):
        found = ((at, self.ids[at - 1 : at].strip(".")) for at in positions)
        return [SimpleNamespace(position=at, id=one, event=one.islower()) for at, one in found if one]


@pytest.mark.parametrize(
    ("ours", "theirs", "split"),
    [
        ("ab.x..z", "ab.y..w", 2),
        ("abMx....", "abMy....", 3),
        ("a.cx", "aMcy", 3),
        ("abMNx", "abM.y", 3),
        ("x", "y", 0),
        ("abcd", "ab", 2),
    ],
)
def test_where_nothing_stands_in_both_they_are_not_the_same_by_that(ours, theirs, split):
    assert split_of(Log(ours), Log(theirs)) == split_of(Log(theirs), Log(ours)) == split


async def test_what_each_did_alone_is_told_with_the_event_since_which(orders, tmp_path):
    head = orders.reader.head()
    async with running(forked(orders, head, tmp_path / "fork")) as world:
        await place(world, 100)
        await finished(world)
        await place(orders, 200)
        await place(orders, 201)
        await finished(orders)
        found = compared(orders, world)
        assert found.split == split_of(orders.reader, world.reader) == head
        streams = {one.where: one for one in found.differences if one.kind == "stream"}
        new = [one for one in streams.values() if one.ours == NOT_THERE and one.where.startswith("order-")]
        assert len(new) == 1
        assert world.reader.event_at(new[0].since).stream == new[0].where
        assert new[0].here
        gone = [one for one in streams.values() if one.theirs == NOT_THERE and one.where.startswith("order-")]
        assert len(gone) == 2
        assert all(orders.reader.event_at(one.since).stream == one.where and not one.here for one in gone)
        rows = [one for one in found.differences if one.kind == "row" and one.where == "orders"]
        assert {one.since for one in rows} == {one.since for one in (*new, *gone)}
        assert any(one.kind == "message" for one in found.differences)


async def test_what_happens_alike_in_both_is_no_difference(orders, tmp_path):
    async with running(forked(orders, orders.reader.head(), tmp_path / "fork")) as world:
        for one in (orders, world):
            await place(one, 300)
            await finished(one)
        assert [one for one in compared(orders, world).differences if one.kind == "stream"] == []


async def test_letters_that_only_one_has_are_told(broken, tmp_path):
    async with running(forked(broken, broken.reader.head(), tmp_path / "fork")) as world:
        numbers = list(world.reader.letter_numbers(("open",)))
        await world.dead_letters.purge(numbers[:1])
        letters = [one for one in compared(broken, world).differences if one.kind == "letter"]
        assert len(letters) == 1
        assert "purged" in letters[0].theirs
        assert "purged" not in letters[0].ours


VALUES = {
    ColumnKind.TEXT: ("Lamp", "Lamp"),
    ColumnKind.INTEGER: (7, "7"),
    ColumnKind.NUMBER: (7.5, "7.5"),
    ColumnKind.DECIMAL: (Decimal("1E+3"), "1000"),
    ColumnKind.MONEY: (Decimal(7), "7.00"),
    ColumnKind.BOOLEAN: (True, "true"),
    ColumnKind.TIME: (0, "1970-01-01T00:00:00.000000Z"),
    ColumnKind.JSON: ('{"a":1}', '{"a":1}'),
}


@pytest.mark.parametrize("kind", ColumnKind)
def test_the_value_of_a_column_of_each_kind_is_said(kind):
    value, said = VALUES[kind]
    found = Differences()
    columns = (("id", "text"), ("it", kind.value))
    ours, theirs = ({"id": "a", "it": one} for one in (None, as_kept(kind, value)))
    assert compare_rows("rows", columns, iter([ours]), iter([theirs]), found, {}) == (1, 1)
    assert [(one.ours, one.theirs) for one in found.differences] == [("empty", said)]


def test_a_time_beyond_the_calendar_is_said_as_its_number():
    found = Differences()
    rows = [iter([{"id": "a", "it": one}]) for one in (0, 2**62)]
    compare_rows("rows", (("id", "text"), ("it", "time")), *rows, found, {})
    assert found.differences[0].theirs == str(2**62)


def test_rows_that_differ_in_times_alone_are_told_apart():
    found = Differences()
    columns = (("id", "text"), ("name", "text"), ("at", "time"), ("until", "time"))
    ours = [{"id": one, "name": "Ada", "at": 1, "until": 2} for one in "abc"]
    theirs = [
        {"id": "a", "name": "Ada", "at": 9, "until": 8},
        {"id": "b", "name": "Bob", "at": 9, "until": 2},
        {"id": "c", "name": "Ada", "at": 1, "until": 2},
    ]
    assert compare_rows("rows", columns, iter(ours), iter(theirs), found, {}) == (3, 2)
    assert [(one.key, one.column, one.times) for one in found.differences] == [
        ("a", "at", True),
        ("a", "until", True),
        ("b", "name", False),
        ("b", "at", False),
    ]
    assert (found.rows, found.in_times) == (2, 1)
