"""Local times that exist once, twice or never."""

from __future__ import annotations

import pytest

from workbench.interop.foreign_times import Unit, is_zoneless, read_time, zone_of
from workbench.model.clock import rfc3339

BERLIN = zone_of("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "utc"),
    [("2024-10-27T03:30:00", "2024-10-27T02:30:00"), ("2024-03-31T03:30:00", "2024-03-31T01:30:00")],
)
def test_B3_a_local_time_is_read_in_its_zone(text, utc):
    assert rfc3339(read_time(text, zone=BERLIN)).startswith(utc)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2024-10-27T02:30:00", "happens twice"),
        ("2024-03-31T02:30:00", "does not exist"),
        ("2024-05-01T12:00:00", "says no zone"),
        (True, "no time"),
        ([], "no time"),
        ("noon", "this is no time; write it as 2024-05-01T12:00:00Z"),
        ("2024-05-01T12:00:00+25:00", "this is no time; write it as 2024-05-01T12:00:00Z"),
    ],
)
def test_B3_a_time_that_can_mean_two_or_none_is_refused(text, said):
    zone = None if "zone" in said else BERLIN
    with pytest.raises(ValueError, match=said):
        read_time(text, zone=zone)


@pytest.mark.parametrize(
    ("value", "unit", "microseconds"),
    [
        (1732147200.1, Unit.SECONDS, 1732147200_100000),
        (1732147200.000003, Unit.SECONDS, 1732147200_000003),
        (1732147200123.3, Unit.MILLISECONDS, 1732147200_123300),
        ("1732147200.1", Unit.SECONDS, 1732147200_100000),
        (-0.1, Unit.SECONDS, -100000),
        (-1.5, Unit.MICROSECONDS, -2),
        ("-1.5", Unit.MICROSECONDS, -2),
        (-1, Unit.NANOSECONDS, -1),
        (1.5, Unit.MICROSECONDS, 1),
    ],
)
def test_B3_a_number_loses_no_microsecond_and_what_is_finer_is_cut_off_towards_the_past(
    value, unit, microseconds
):
    assert read_time(value, unit) == microseconds


def test_a_date_of_eight_digits_is_no_number():
    assert is_zoneless("20240501")
    assert not is_zoneless("1626847200")
    assert not is_zoneless("soon")
