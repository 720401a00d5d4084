"""Which events made a row: found by its streams, by what they say, or in the whole log."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workbench.errors import NotFound, ReadTooLong
from workbench.services.story.row_history import Walk, row_history
from workbench.store.stored_values import PassedKind


def history(shelf, projection, key, walk=None):
    known = shelf.registry.projections[projection]
    return row_history(known, shelf.registry, shelf.reader, key, walk)


def told(found):
    return [(step.event.type, step.changed) for step in found.steps]


def test_a_row_is_made_by_the_events_of_the_stream_with_its_key(shelf):
    shelf.buy("a", "ada", 3)
    shelf.buy("b", "bob")
    shelf.sell("a", "bob")
    shelf.fold()
    found = history(shelf, "items", "a")
    assert (found.looked, found.trouble) == ("streams", "")
    assert told(found) == [("item.bought", ("id", "owner", "price")), ("item.sold", ("owner",))]
    assert found.steps[-1].before == {"id": "a", "owner": "ada", "price": 3}
    assert found.steps[-1].after == {"id": "a", "owner": "bob", "price": 3}


def test_the_events_that_set_a_cell_the_newest_first(shelf):
    places = [shelf.buy("a", "ada", 3), shelf.sell("a", "bob"), shelf.sell("a", "cyd")]
    shelf.fold()
    found = history(shelf, "items", "a")
    assert [step.event.position for step in found.sets("owner")] == places[::-1]
    assert [step.event.position for step in found.sets("price")] == places[:1]


def test_what_no_event_gives_strays_from_the_log(shelf):
    shelf.buy("a", "ada", 3)
    shelf.fold()
    assert not history(shelf, "items", "a").strays
    known = shelf.registry.projections["items"]
    stored = shelf.reader.row("items", "a") | {"owner": "eve"}
    reader = SimpleNamespace(
        **{name: getattr(shelf.reader, name) for name in dir(shelf.reader) if name[:1] != "_"}
        | {"row": lambda *_: stored}
    )
    found = row_history(known, shelf.registry, reader, "a")
    assert found.strays == {"owner": "ada"}
    assert found.trouble == "the log does not lead to this row as it is stored"


def test_a_row_as_it_was_at_a_position(shelf):
    places = [shelf.buy("a", "ada", 3), shelf.sell("a", "bob"), shelf.burn("a")]
    shelf.fold()
    found = history(shelf, "items", "a")
    owners = [(row or {}).get("owner") for row in (found.at(place) for place in (0, *places))]
    assert owners == [None, "ada", "bob", None]


def test_a_removed_row_still_has_its_history(shelf):
    shelf.buy("a", "ada")
    shelf.burn("a")
    shelf.fold()
    found = history(shelf, "items", "a")
    assert [step.after is None for step in found.steps] == [False, True]
    assert found.steps[-1].changed == ("id", "owner", "price")


def test_an_older_event_is_read_as_the_model_reads_it_now(shelf):
    shelf.add("item-a", "item.bought", '{"who":"ada"}', 1)
    shelf.fold()
    (step,) = history(shelf, "items", "a").steps
    assert step.after == {"id": "a", "owner": "ada", "price": 7}


def test_a_row_of_several_streams_is_found_by_what_its_events_say(shelf):
    shelf.buy("a", "ada")
    shelf.buy("b", "bob")
    shelf.sell("b", "ada")
    shelf.fold()
    found = history(shelf, "owners", "ada")
    assert (found.looked, found.trouble) == ("texts", "")
    assert [step.after["items"] for step in found.steps] == [1, 2]


def test_a_row_whose_key_stands_in_no_event_is_found_in_the_whole_log(shelf):
    for item in "abc":
        shelf.buy(item, "ada")
    shelf.burn("b")
    shelf.burn("c")
    shelf.fold()
    walk = Walk()
    found = history(shelf, "sums", "everything", walk)
    assert (found.looked, found.trouble, walk.share) == ("log", "", 1.0)
    assert [step.after["burnt"] for step in found.steps] == [0, 1, 2]


def test_what_was_left_out_is_no_part_of_it(shelf):
    shelf.buy("a", "ada")
    shelf.skip(shelf.sell("a", "bob"), "item-a", PassedKind.SKIPPED)
    shelf.skip(shelf.sell("a", "cyd"), "item-a", PassedKind.PARKED)
    shelf.sell("a", "dan")
    shelf.fold()
    found = history(shelf, "items", "a")
    assert [step.after["owner"] for step in found.steps] == ["ada"]


def test_events_behind_the_checkpoint_are_not_told(shelf):
    shelf.buy("a", "ada")
    shelf.fold()
    shelf.sell("a", "bob")
    found = history(shelf, "items", "a")
    assert [step.after["owner"] for step in found.steps] == ["ada"]


def test_rows_of_another_definition_are_told_as_the_present_one_makes_them(shelf):
    shelf.buy("a", "ada")
    shelf.fold(definition_hash="an earlier one")
    found = history(shelf, "items", "a")
    assert told(found) == [("item.bought", ("id", "owner", "price"))]
    assert found.trouble.startswith("these rows were made by an earlier definition")


def test_rows_that_handlers_write_have_no_events(shelf):
    shelf.fold()
    found = history(shelf, "by_hand", "a")
    assert not found.steps
    assert found.trouble == "handlers write these rows: no event is folded into them"


def test_a_row_that_never_was_has_no_history(shelf):
    shelf.buy("a", "ada")
    shelf.fold()
    assert not history(shelf, "items", "zzz").steps


def test_before_anything_was_folded_there_is_no_row(shelf):
    with pytest.raises(NotFound, match="items has no rows yet"):
        history(shelf, "items", "a")


def test_a_long_look_can_be_cancelled(shelf):
    shelf.buy("a", "ada")
    shelf.fold()
    walk = Walk()
    walk.cancel()
    with pytest.raises(ReadTooLong, match="cancelled"):
        history(shelf, "sums", "everything", walk)
