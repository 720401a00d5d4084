"""Zones: found by key, with the two nights of the year on which clocks are moved."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime

import pytest

from workbench.errors import InvalidValue
from workbench.model.clock import EARLIEST, LATEST, parse_rfc3339
from workbench.model.zones import SYSTEM, UNIVERSAL, find_zone, zone_keys

BERLIN = find_zone("Europe/Berlin")
WINTER, SUMMER = (parse_rfc3339(f"2024-{month}-01T12:00:00Z") for month in ("01", "07"))
FIRST, SECOND = (parse_rfc3339(f"2024-10-27T0{hour}:30:00Z") for hour in (0, 1))


def wall(month, day, hour, minute):
    """What clocks on a wall show, which says nothing of a zone."""
    return datetime(2024, month, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)


def test_V3_the_time_that_clocks_show_twice_has_its_offset_both_times():
    assert {BERLIN.local(us).replace(tzinfo=None) for us in (FIRST, SECOND)} == {wall(10, 27, 2, 30)}
    for now in (WINTER, SUMMER):
        assert [BERLIN.mark(BERLIN.local(us), now) for us in (FIRST, SECOND)] == ["+02:00", "+01:00"]


def test_V3_an_offset_is_said_where_it_is_not_the_present_one():
    assert BERLIN.mark(BERLIN.local(SUMMER), WINTER) == "+02:00"
    assert BERLIN.mark(BERLIN.local(SUMMER), SUMMER) == ""
    assert BERLIN.mark(BERLIN.local(WINTER), WINTER) == ""
    assert UNIVERSAL.mark(UNIVERSAL.local(SUMMER), WINTER) == ""


def test_V3_a_time_that_is_there_once_is_read():
    assert BERLIN.read(wall(7, 1, 14, 0)) == datetime(2024, 7, 1, 12, tzinfo=UTC)


def test_V3_a_time_that_clocks_leave_out_is_refused():
    with pytest.raises(ValueError, match="leaves out: clocks are put forward over 02:30"):
        BERLIN.read(wall(3, 31, 2, 30))


def test_V3_a_time_that_clocks_show_twice_wants_its_offset():
    with pytest.raises(ValueError, match=r"write 02:30 with \+02:00 or \+01:00 behind it"):
        BERLIN.read(wall(10, 27, 2, 30))


def test_a_zone_is_told_with_the_offset_that_holds():
    assert BERLIN.told(WINTER) == "Europe/Berlin +01:00"
    assert (BERLIN.name(WINTER), BERLIN.name(SUMMER)) == ("CET", "CEST")
    assert UNIVERSAL.told(WINTER) == "UTC"
    assert find_zone("-0330").told(WINTER) == "-03:30"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "system"),
        ("local", "system"),
        ("utc", "UTC"),
        ("Z", "UTC"),
        ("+00:00", "UTC"),
        ("+0530", "+05:30"),
    ],
)
def test_a_zone_is_found_by_what_people_write(text, key):
    assert find_zone(text).key == key
    assert find_zone(find_zone(text).key) == find_zone(text)


@pytest.mark.parametrize(
    "text", ["Mars/Olympus", "../../etc/passwd", "+25:00", "+02:75", "Europe", "\0", "a" * 300]
)
def test_what_is_no_zone_is_refused_with_a_hint(text):
    with pytest.raises(InvalidValue, match="no time zone that is known here") as refused:
        find_zone(text)
    assert refused.value.hint


def test_a_misspelt_zone_is_recognized():
    with pytest.raises(InvalidValue) as refused:
        find_zone("Europe/Berlim")
    assert refused.value.hint == "did you mean Europe/Berlin?"


def test_a_machine_without_zones_has_its_own_utc_and_offsets(monkeypatch):
    def nothing(key):
        raise zoneinfo.ZoneInfoNotFoundError(key)

    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    monkeypatch.setattr(zoneinfo, "ZoneInfo", nothing)
    assert zone_keys()[:3] == ["system", "UTC", "-12:00"]
    assert all(find_zone(key).told(WINTER) for key in zone_keys())
    with pytest.raises(InvalidValue) as refused:
        find_zone("Europe/Berlin")
    assert "no list of zones" in refused.value.hint


@pytest.mark.parametrize("us", [EARLIEST, LATEST])
def test_the_ends_of_the_calendar_are_told(us):
    for zone in (UNIVERSAL, SYSTEM):
        assert zone.mark(zone.local(us), us) == ""
