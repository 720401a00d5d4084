"""J10: rows that were rebuilt beside the live ones are compared with these, row by row and cell by cell."""

from __future__ import annotations

from random import Random

import pytest

from workbench.errors import ModelError, NotFound, ReadTooLong
from workbench.model.clock import ManualClock
from workbench.services.story import rebuilt_rows as module
from workbench.services.story.rebuilt_rows import rebuilt_rows
from workbench.services.story.row_history import Walk
from workbench.store.memory.store import MemoryStore
from workbench.store.operations.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    SwitchProjection,
)
from workbench.store.sqlite.store import SqliteStore

COLUMNS = (("id", "text"), ("owner", "text"), ("price", "integer"))


@pytest.fixture(params=["memory", "sqlite"])
def two(request, tmp_path, shelf):
    """Two generations of the items, in either store."""
    clock = ManualClock()
    store = MemoryStore(clock) if request.param == "memory" else SqliteStore(tmp_path / "events.db", clock)
    yield Two(store, shelf.registry.projections["items"])
    store.close()


class Two:
    def __init__(self, store, projection):
        self.store, self.projection = store, projection
        self.reader = store.reader()
        self.begin(1)

    def begin(self, generation, *, columns=COLUMNS, checkpoint=0, rows=()):
        """Makes a generation, the second one held beside the first, with rows."""
        ensure = EnsureProjection(
            name="items", columns=columns, indexed=(), definition_hash=f"h{generation}",
            rebuild=generation > 1, held=generation > 1,
        )  # fmt: skip
        assert self.store.write([ensure]) == [generation]
        if checkpoint or rows:
            self.put(generation, checkpoint, rows)

    def put(self, generation, checkpoint, rows=()):
        before = next(
            one.checkpoint for one in self.reader.generations("items") if one.generation == generation
        )
        applied = ApplyProjection(
            name="items", generation=generation, before=before, checkpoint=checkpoint, rows=tuple(rows)
        )
        self.store.write([applied])

    def compared(self, walk=None):
        return rebuilt_rows(self.projection, self.reader, walk or Walk())


def row(key, owner="ada", price=1):
    return {"id": key, "owner": owner, "price": price}


def test_J10_rows_are_added_gone_changed_or_alike_and_cells_say_which_differ(two):
    two.put(1, 5, [row("a"), row("b"), row("c")])
    two.begin(2, checkpoint=5, rows=[row("a"), row("b", price=2), row("d")])
    found = two.compared()
    assert [(one.key, one.standing) for one in found.rows] == [
        ("b", "changed"),
        ("c", "gone"),
        ("d", "added"),
        ("a", "alike"),
    ]
    changed = found.rows[0]
    assert [name for name, _ in found.columns if changed.differs(name)] == ["price"]
    assert (changed.stored["price"], changed.folded["price"]) == (1, 2)
    assert found.counts == {"alike": 1, "changed": 1, "added": 1, "gone": 1}
    assert (found.level, found.live, found.rebuilt, found.generation) == (True, 5, 5, 2)


def test_J10_a_column_that_only_one_has_is_empty_in_the_other(two):
    two.put(1, 5, [row("a"), row("b")])
    more = (("id", "text"), ("price", "integer"), ("note", "text"))
    two.begin(2, columns=more, checkpoint=5, rows=[{"id": "a", "price": 1, "note": "x"}])
    found = two.compared()
    assert [name for name, _ in found.columns] == ["id", "owner", "price", "note"]
    assert found.rows[0].folded == {"id": "a", "owner": None, "price": 1, "note": "x"}
    assert [name for name, _ in found.columns if found.rows[0].differs(name)] == ["owner", "note"]


def test_J10_every_row_of_many_is_compared_once_whatever_page_it_stands_on(two):
    random, expected = Random(15), dict.fromkeys(("alike", "changed", "added", "gone"), 0)
    live, rebuilt = [], []
    for number in range(5_000):
        key, kind = f"i{number:05}", random.choices([*expected], weights=(90, 3, 3, 4 + 50 * (number > 4000)))
        expected[kind[0]] += 1
        if kind[0] != "added":
            live.append(row(key))
        if kind[0] != "gone":
            rebuilt.append(row(key, price=2 if kind[0] == "changed" else 1))
    random.shuffle(live)
    two.put(1, 9, live)
    two.begin(2, checkpoint=9, rows=rebuilt)
    found = two.compared()
    assert found.counts == expected
    keys = [one.key for one in found.rows]
    assert len(set(keys)) == len(keys) == 5_000
    differ = sum(expected[kind] for kind in expected if kind != "alike")
    assert {one.standing for one in found.rows[:differ]} == {"changed", "added", "gone"}
    assert keys[:differ] == sorted(keys[:differ])


def test_J10_it_waits_until_both_are_the_fold_of_the_same_events_else_it_says_so(shelf, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.0)
    shelf.buy("a", "ada")
    shelf.fold()
    known = shelf.registry.projections["items"]
    ensure = EnsureProjection(
        name="items", columns=COLUMNS, indexed=(), definition_hash="h", rebuild=True, held=True
    )
    shelf.store.write([ensure])
    found = rebuilt_rows(known, shelf.reader, Walk())
    assert (found.level, found.rebuilt, found.live) == (False, 0, shelf.reader.head())

    class Moving(Walk):
        """While it rests, the engine goes on."""

        def rest(self, share, seconds=0.0):
            super().rest(share, seconds)
            if next(one for one in shelf.reader.generations("items") if not one.live).checkpoint == 0:
                applied = ApplyProjection(
                    name="items", generation=2, before=0, checkpoint=shelf.reader.head(),
                    rows=(row("a", price=1),),
                )  # fmt: skip
                shelf.store.write([applied])

    found = rebuilt_rows(known, shelf.reader, Moving())
    assert found.level
    assert found.counts["alike"] == 1


def test_J10_positions_between_which_nothing_is_folded_are_the_same_place(two):
    two.put(1, 9, [row("a")])
    two.begin(2, checkpoint=5, rows=[row("a")])
    assert two.compared().level


def test_J10_it_ends_where_the_rows_are_switched_discarded_cancelled_or_of_another_key(two):
    with pytest.raises(NotFound, match="no rows of items are rebuilt"):
        two.compared()
    many = [row(f"i{number:05}") for number in range(1_500)]
    two.put(1, 5, many)
    two.begin(2, checkpoint=5, rows=many)
    for ends in (DropGeneration(name="items", generation=2), SwitchProjection(name="items", generation=3)):

        class Ending(Walk):
            def rest(self, share, seconds=0.0, ends=ends):
                two.store.write([ends])
                super().rest(share, seconds)

        with pytest.raises(NotFound, match="no rows of items are rebuilt"):
            two.compared(Ending())
        if ends.generation == 2:
            two.begin(3, checkpoint=5, rows=many)
    two.begin(4, columns=(("other", "text"),), checkpoint=5)
    with pytest.raises(ModelError, match="have the key other, the live ones id"):
        two.compared()
    two.store.write([DropGeneration(name="items", generation=4)])
    two.begin(5, checkpoint=5, rows=many)
    walk = Walk()
    walk.cancel()
    with pytest.raises(ReadTooLong):
        two.compared(walk)


def test_J10_it_ends_where_another_rebuild_takes_the_place_of_the_one_that_is_compared(two):
    many = [row(f"i{number:05}") for number in range(1_500)]
    two.put(1, 5, many)
    two.begin(2, checkpoint=5, rows=many)

    class Beginning(Walk):
        def rest(self, share, seconds=0.0):
            two.begin(3, checkpoint=5, rows=many)
            super().rest(share, seconds)

    with pytest.raises(NotFound, match="no rows of items are rebuilt"):
        two.compared(Beginning())
