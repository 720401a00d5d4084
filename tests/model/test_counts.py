"""How many of something there are, how far it is and how fast, in words."""

from __future__ import annotations

import pytest

from workbench.model.counts import counted, duration, how_far, pace


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (1204, ("dead letter",), "1,204 dead letters"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_a_count_has_its_noun(count, words, said):
    assert counted(count, *words) == said


def test_it_says_how_far_how_fast_and_what_is_left():
    assert how_far(0, 300, "events", 0) == "0 of 300 events"
    assert how_far(100, 300, "events", 500_000) == "100 of 300 events · 200/s · about 1 s left"
    assert how_far(1_000, 1_000_000, "pages", 1_000_000) == (
        "1,000 of 1,000,000 pages · 1,000/s · about 17 min left"
    )


def test_nothing_is_said_of_a_pace_that_is_not_known():
    assert pace(0, 5, 1_000) == pace(5, 5, 0) == ""
    assert pace(10, 0, 1_000_000) == "10/s · about 0 s left"


def test_a_span_of_time_is_said_in_its_largest_unit():
    assert [duration(each) for each in (4, 600, 86_400)] == ["4 s", "10 min", "24 h"]
