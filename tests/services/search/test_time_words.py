"""Times as a person says them."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.model.clock import parse_rfc3339, rfc3339
from workbench.model.zones import find_zone
from workbench.services.search.time_words import read_time

NOW = parse_rfc3339("2026-03-29T10:30:00Z")
BERLIN = find_zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("-2h", "2026-03-29T08:30", "2026-03-29T08:30"),
        ("now", "2026-03-29T10:30", "2026-03-29T10:30"),
        ("today", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Yesterday", "2026-03-27T23:00", "2026-03-28T23:00"),
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-03-29 12:00", "2026-03-29T10:00", "2026-03-29T10:00"),
        ("2026-03-29 02:30", "2026-03-29T01:30", "2026-03-29T01:30"),
        ("2026-03-29T12:00:00Z", "2026-03-29T12:00", "2026-03-29T12:00"),
    ],
)
def test_what_is_said_is_a_time_in_the_zone(said, begins, ends):
    for expected, at_end in ((begins, False), (ends, True)):
        found = read_time(said, NOW, BERLIN, ends=at_end)
        assert found is not None
        assert rfc3339(found)[:16] == expected


@pytest.mark.parametrize(
    "said", ["soon", "-2 horses", "-", "2026", "2026-13-01", "9999-12-31 23:00 x", "-99999999w"]
)
def test_what_is_no_time_is_refused(said):
    with pytest.raises(InvalidValue, match="is no time"):
        read_time(said, NOW, BERLIN)


def test_nothing_is_no_time():
    assert read_time(" ", NOW, BERLIN) is None
