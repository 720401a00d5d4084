"""Guessing which field is what, and saying it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.interop.test_ndjson import ENVELOPE, LINES, MAPPING, PICKED
from workbench.interop.field_mapping import guess, paths_of, payloads_of, zone_is_missing
from workbench.interop.foreign_times import Unit


def test_the_guess_finds_stream_type_id_and_time():
    assert guess(LINES) == MAPPING


def test_the_guess_takes_no_id_that_is_not_unique():
    same = [{**line, "id": "1"} for line in LINES]
    assert guess(same).id == ""


def test_the_guess_gives_up_where_no_field_fits():
    assert guess([{"a": 1}, {"b": 2}]) is None


def test_B3_the_guess_finds_payload_links_and_whole_stream_names():
    assert guess([ENVELOPE]) == PICKED


def test_a_field_of_plain_ids_gets_a_category_before_it():
    assert guess([{"type": "t", "stream_id": "17"}]).category == "imported"
    assert guess([{"type": "t", "aggregate_id": "order-17"}]).category == "aggregate"


@pytest.mark.parametrize(
    ("largest", "unit"),
    [
        (1_626_847_200, Unit.SECONDS),
        (63_072_000_000, Unit.MILLISECONDS),
        (1_626_847_200_123, Unit.MILLISECONDS),
        (1_626_847_200_123_456, Unit.MICROSECONDS),
        (1_626_847_200_123_456_789, Unit.NANOSECONDS),
        ("1626847200123", Unit.MILLISECONDS),
    ],
)
def test_B3_one_unit_is_guessed_for_all_times_of_a_file(largest, unit):
    lines = [{"type": "t", "key": "k", "time": time} for time in (1000, 2000, largest)]
    mapping = guess(lines)
    assert (mapping.time, mapping.unit) == ("time", unit)


def test_B3_the_zone_of_times_that_say_none_is_asked_for_not_guessed():
    lines = [{"type": "t", "key": "k", "time": "2024-05-01T12:00:00.71594"}]
    mapping = guess(lines)
    assert (mapping.time, mapping.zone) == ("time", "")
    assert zone_is_missing(mapping, lines)
    assert not zone_is_missing(replace(mapping, zone="UTC"), lines)
    assert not zone_is_missing(replace(mapping, time=""), lines)
    assert not zone_is_missing(mapping, [{"time": 1}, {"time": "2024-05-01T12:00:00Z"}])


def test_paths_to_choose_from_reach_into_objects():
    assert paths_of(LINES[:1]) == ["id", "type", "repo.id", "repo.name", "created_at", "payload.n"]
    assert payloads_of(LINES[:1]) == ["repo", "payload"]


def test_a_mapping_says_all_that_was_chosen():
    said = replace(MAPPING, unit=Unit.MILLISECONDS, zone="UTC", correlation="c").summary()
    assert "stream from repo.name behind repo-" in said
    assert "time from created_at (numbers in milliseconds, zone UTC where none is said)" in said
    assert "payload from the whole object" in said
    assert "correlation from c" in said


def test_B3_one_time_that_is_none_costs_its_line_and_not_all_times():
    lines = [
        {"type": "t", "key": "k", "time": time}
        for time in ("2024-05-01T12:00:00Z", "yesterday", "2024-05-02T12:00:00Z")
    ]
    assert guess(lines).time == "time"
    assert guess([{**line, "time": "yesterday"} for line in lines]).time == ""
