"""Durations, written and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.project.durations import read_duration, write_duration


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
        (1.413_72, "1413.72ms"),
    ],
)
def test_a_duration_takes_the_largest_unit_that_gives_a_whole_number(seconds, text):
    assert write_duration(seconds) == text


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back_to_the_microsecond(microseconds):
    seconds = microseconds / 1_000_000
    assert read_duration(write_duration(seconds)) == pytest.approx(seconds, abs=1e-6)
