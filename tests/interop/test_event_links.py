"""What an id of another program means."""

from __future__ import annotations

from workbench.interop import event_links
from workbench.interop.event_links import Links, correlation_of, own_id

UUID_TEXT = "11111111-1111-4111-8111-111111111111"


def test_B3_a_uuid_is_the_same_event_in_every_scope():
    assert own_id(UUID_TEXT, "a") == own_id(UUID_TEXT, "b")
    assert own_id("1", "a") != own_id("1", "b")
    assert str(own_id(UUID_TEXT.upper(), "a")) == UUID_TEXT


def test_B3_a_correlation_is_one_whatever_the_source():
    assert correlation_of("txn") == correlation_of("txn") != correlation_of("other")
    assert str(correlation_of(UUID_TEXT)) == UUID_TEXT


def test_what_was_not_seen_may_be_stored_already_nearby():
    nearest = own_id("1", "here")
    assert Links().cause("1", nearest) == nearest


def test_the_oldest_ids_are_forgotten(monkeypatch):
    monkeypatch.setattr(event_links, "REMEMBERED", 2)
    known = Links()
    for said in ("1", "2", "3"):
        known.remember(said, own_id(said, "there"))
    assert known.cause("3", own_id("3", "here")) == own_id("3", "there")
    assert known.cause("1", own_id("1", "here")) == own_id("1", "here")
