"""A read model folded again: up to now it is as it is stored, up to an earlier position as it was then."""

from __future__ import annotations

import pytest

from workbench.errors import ModelError, ReadTooLong, WorkbenchError
from workbench.services.story.folded_rows import folded_rows
from workbench.services.story.row_history import Walk
from workbench.store.operations.projection_operations import ApplyProjection
from workbench.store.stored_values import PassedKind


def folded(shelf, name, position=None, walk=None):
    known = shelf.registry.projections[name]
    return folded_rows(known, shelf.registry, shelf.reader, position, walk or Walk())


def tampered(shelf, **row):
    """Stores a row that no event made so."""
    live = shelf.reader.generations("items")[0]
    shelf.store.write(
        [
            ApplyProjection(
                name="items", generation=live.generation, before=live.checkpoint, checkpoint=live.checkpoint,
                rows=(row,), deleted=(), passed=(), resumed=(),
            )
        ]
    )  # fmt: skip


def test_what_is_stored_is_the_fold_of_the_log(shelf):
    shelf.buy("a", "ada")
    shelf.buy("b", "bob")
    shelf.skip(shelf.sell("b", "cyd"), "item-b", PassedKind.SKIPPED)
    shelf.fold()
    for name in ("items", "owners", "sums"):
        found = folded(shelf, name)
        assert found.now
        assert {one.standing for one in found.rows} == {"alike"}


def test_at_an_earlier_position_rows_are_as_they_were_then(shelf):
    first = shelf.buy("a", "ada")
    shelf.buy("b", "bob")
    shelf.sell("a", "cyd")
    shelf.fold()
    found = folded(shelf, "items", first)
    assert (found.now, found.position) == (False, first)
    (one, other) = found.rows
    assert (one.key, one.standing, one.folded["owner"], one.stored["owner"]) == ("a", "changed", "ada", "cyd")
    assert [name for name, _ in found.columns if one.differs(name)] == ["owner"]
    assert (other.key, other.standing) == ("b", "gone")
    assert found.counts == {"alike": 0, "changed": 1, "added": 0, "gone": 1}


def test_rows_that_are_wrong_are_found_and_stand_first(shelf):
    for item in "abc":
        shelf.buy(item, "ada")
    shelf.fold()
    tampered(shelf, id="b", owner="eve", price=1)
    tampered(shelf, id="x", owner="eve", price=1)
    found = folded(shelf, "items")
    assert [(one.key, one.standing) for one in found.rows] == [
        ("b", "changed"),
        ("x", "gone"),
        ("a", "alike"),
        ("c", "alike"),
    ]


def test_it_says_what_it_cannot_do(shelf):
    shelf.buy("a", "ada")
    shelf.fold()
    with pytest.raises(ModelError, match="handlers write the rows"):
        folded(shelf, "by_hand")
    walk = Walk()
    walk.cancel()
    with pytest.raises(ReadTooLong):
        folded(shelf, "items", walk=walk)
    shelf.sell("nothing", "bob")
    live = shelf.reader.generations("items")[0]
    moved = ApplyProjection(
        name="items", generation=live.generation, before=live.checkpoint, checkpoint=shelf.reader.head(),
        rows=(), deleted=(), passed=(), resumed=(),
    )  # fmt: skip
    shelf.store.write([moved])
    with pytest.raises(WorkbenchError, match="position 2 cannot be folded"):
        folded(shelf, "items")
