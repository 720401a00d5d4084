"""Up to where something is meant: a position is itself, a time is what was recorded before it."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.model.clock import parse_rfc3339
from workbench.model.zones import find_zone
from workbench.services.story.as_of import position_as_of

NOON = parse_rfc3339("2026-11-26T12:00:00Z")
HOUR = 3_600_000_000


class Log:
    """Three positions: at ten, at eleven and in the evening of the day before."""

    def position_before(self, time):
        return sum(at < time for at in (NOON - 16 * HOUR, NOON - 2 * HOUR, NOON - HOUR))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", None),
        ("  ", None),
        ("0", 0),
        (" 1,200 ", 1200),
        ("2026", 2026),
        ("-90m", 2),
        ("yesterday", 1),
        ("2026-11-26", 3),
        ("2026-11-26 11:00", 2),
        ("2026-11-26T10:00:00Z", 1),
        ("now", 3),
    ],
)
def test_positions_and_times_are_read(text, position):
    assert position_as_of(text, Log(), NOON, find_zone("UTC")) == position


@pytest.mark.parametrize("text", ["soon", "-3", "12:00 o'clock", "9" * 30])
def test_what_is_neither_is_refused(text):
    with pytest.raises(InvalidValue, match="is no time"):
        position_as_of(text, Log(), NOON, find_zone("UTC"))
