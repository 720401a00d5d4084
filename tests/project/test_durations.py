"""Durations, written and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.project.durations import read_duration, read_later, write_duration, write_later


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.5, "500ms"),
        (2.0, "2s"),
        (90.0, "90s"),
        (1800.0, "30m"),
        (7200.0, "2h"),
        (86_400.0, "1d"),
        (1_209_600.0, "2w"),
        (1.5, "1.5s"),
        (1.413_72, "1.41372s"),
        (79.059_458, "1m 19.059458s"),
        (99 * 60.0, "99m"),
        (100 * 60.0, "1h 40m"),
        (35_456 * 60.0, "24d 14h 56m"),
        (100 * 86_400.0, "100d"),
    ],
)
def test_a_duration_takes_the_largest_unit_that_gives_a_small_whole_number_or_several_units(seconds, text):
    assert write_duration(seconds) == text


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back_to_the_microsecond(microseconds):
    seconds = microseconds / 1_000_000
    assert read_duration(write_duration(seconds)) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("text", ["1h30m", "1h 30m", " 1 h 30 m ", "90m"])
def test_a_duration_is_read_in_several_units(text):
    assert read_duration(text) == 5400.0


@pytest.mark.parametrize("text", ["", "1h30", "h", "1h-30m", "1x"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="should be a duration"):
        read_duration(text)


@pytest.mark.parametrize(
    "text", ["2 weeks", "1 week", "10 days", "1 year", "2 years", "18 months", "1h", "0 days"]
)
def test_how_much_later_is_said_as_a_person_says_it(text):
    assert write_later(read_later(text)) == text
