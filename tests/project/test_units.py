"""Durations are read as people write them, and written as they would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.project.units import read_duration, write_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "500ms"),
        (0, "0s"),
        (60, "1m"),
        (90, "90s"),
        (3600, "1h"),
        (86_400, "1d"),
        (604_800, "7d"),
        (1.5, "1500ms"),
    ],
)
def test_a_duration_has_the_largest_unit_without_a_fraction(seconds, text):
    assert write_duration(seconds) == text
    assert read_duration(text) == seconds


@given(st.integers(0, 10**9))
def test_what_is_written_is_read_back(milliseconds):
    assert read_duration(write_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)
