"""U3: types of events are called otherwise than they are stored, in every kind of store alike."""

from __future__ import annotations

from tests.store.actions import do, event, one
from workbench.errors import ANY, EventIdReused
from workbench.store.operations import Append

NEW, OLD = "thing.made", "thing.done"


def of(letter, name):
    """Returns the append of an event of a type."""
    return Append(stream="s", events=(event(letter, type=name),), expected=ANY)


def types(reader):
    """Returns the types of all events, by every way to read them."""
    log = [one.type for one in reader.read_log(0, 100)]
    assert [one.type for one in reader.read_stream("s")] == [one.type for one in reader.read_data("s")] == log
    assert [reader.event(one.id).type for one in reader.read_log(0, 100)] == log
    assert [reader.event_at(one.position).type for one in reader.read_log(0, 100)] == log
    assert [one.type for one in reader.stream_entries("s", range(1, 101))] == log
    assert [one.type for one in reader.log(1, 100)] == log
    return log


def test_U3_events_are_seen_under_the_name_that_the_model_has_and_stay_stored_under_theirs(store):
    early = store.reader()
    do(store, "s", "ab")
    assert types(early) == [OLD, OLD]
    store.name_types({NEW: OLD})
    late = store.reader()
    one(store, of("c", NEW))
    for reader in (early, late):
        assert types(reader) == [NEW] * 3
        assert reader.count_types(lambda name: name == NEW) == 3
        assert reader.count_types(lambda name: name == OLD) == 0
        found, _ = reader.read_types(lambda name: name == NEW, 0, 100)
        assert len(found) == 3
        messages, _ = reader.read_topic("all", lambda name: name == NEW, 0, 100)
        assert [one.type for one in messages] == [NEW] * 3
    store.name_types({})
    assert types(early) == types(late) == [OLD] * 3


def test_U3_an_append_is_known_again_under_both_names(store):
    do(store, "s", "a")
    store.name_types({NEW: OLD})
    for name in (NEW, OLD):
        assert one(store, of("a", name)).idempotent
    assert isinstance(one(store, of("a", "thing.other")), EventIdReused)


def test_U3_events_that_were_stored_under_the_new_name_keep_it(store):
    one(store, of("a", NEW))
    do(store, "s", "b")
    store.name_types({NEW: OLD})
    assert one(store, of("a", NEW)).idempotent
    assert types(store.reader()) == [NEW, NEW]
    store.name_types({})
    assert types(store.reader()) == [NEW, OLD]
