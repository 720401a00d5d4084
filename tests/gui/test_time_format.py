"""Times as people read them: in one zone, absolute, short and relative."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtGui import QFontMetricsF

from workbench.gui.badges import PADDING
from workbench.gui.theme import code_font
from workbench.gui.time_format import (
    ABSOLUTE_WIDTH,
    SHORT_WIDTH,
    absolute,
    in_one_form,
    relative,
    set_zone,
    short,
    shown_zone,
    zone_name,
    zone_text,
)
from workbench.gui.views.deaths_chart import DeathsChart

SECOND = 1_000_000
DAY = 86_400 * SECOND


@pytest.fixture(autouse=True)
def _utc():
    set_zone("utc")
    yield
    set_zone("local")


def us(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_a_time_is_told_to_the_millisecond():
    assert absolute(us(datetime(2024, 5, 31, 14, 0, 0, 123_999, tzinfo=UTC))) == "2024-05-31 14:00:00.123"
    assert absolute(0) == "1970-01-01 00:00:00.000"
    assert absolute(-1) == "1969-12-31 23:59:59.999"


def test_all_times_are_in_the_chosen_zone(monkeypatch):
    assert zone_name() == "UTC"
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert absolute(0) == "1970-01-01 00:00:00.000"
        set_zone("local")
        assert zone_name() == "IST"
        assert absolute(0) == "1970-01-01 05:30:00.000"
        set_zone("utc")
        assert zone_name() == "UTC"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("far", [2**63 - 1, -(2**63), 10**30, -(10**30)])
def test_what_no_calendar_holds_is_told_as_a_number(far):
    assert absolute(far) == f"{far:,} µs"
    assert short(far) == f"{far:,} µs"
    assert " d" in relative(far, 0)


def test_both_ends_of_an_axis_are_told_in_one_form(qapp):
    noon = us(datetime.now(UTC).replace(hour=12))
    assert in_one_form(noon - 60_000_000, noon) == [short(noon - 60_000_000), short(noon)]
    yesterday, today = in_one_form(noon - DAY, noon)
    assert len(yesterday) == len(today)
    assert in_one_form(2**62, noon)[1] == f"{noon:,} µs"
    chart = DeathsChart()
    chart.show_hours((1,) * 24, noon)
    assert chart.ends() == (yesterday, today)


def test_V3_the_deaths_an_hour_say_that_they_are_of_all_letters_not_of_what_is_listed(qapp):
    chart = DeathsChart()
    for width, said in ((300, "of all letters"), (21, ", all"), (5, "hour")):
        assert chart.head(width, len).endswith(said)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (4 * 86_400 + 23 * 3_600 + 5, "in 4 d 23 h"),
        (2 * 86_400, "in 2 d"),
        (3_600 + 59, "in 1 h"),
        (7_260, "in 2 h 1 min"),
        (119, "in 1 min"),
        (-7_260, "2 h ago"),
    ],
)
def test_what_is_to_come_is_told_by_the_hour_and_minute(seconds, said):
    assert relative(seconds * SECOND, 0) == said


def test_the_last_moment_of_the_calendar_is_told():
    last = us(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
    assert absolute(last) == "9999-12-31 23:59:59.999"
    assert absolute(last + 1) == f"{last + 1:,} µs"
    set_zone("local")
    assert absolute(last)


def test_todays_times_are_short_and_others_have_their_day():
    now = datetime.now(UTC)
    assert short(us(now)) == f"{now:%H:%M:%S}"
    assert short(us(datetime(1999, 12, 31, 23, 59, tzinfo=UTC))) == "1999-12-31"
    other = datetime(now.year, 1 if now.month > 6 else 12, 15, 8, 5, tzinfo=UTC)
    assert short(us(other)) == f"{other:%m-%d} 08:05"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (0, "now"),
        (SECOND - 1, "now"),
        (1 - SECOND, "now"),
        (SECOND, "1 s ago"),
        (-SECOND, "in 1 s"),
        (59 * SECOND, "59 s ago"),
        (60 * SECOND, "1 min ago"),
        (3_599 * SECOND, "59 min ago"),
        (3_600 * SECOND, "1 h ago"),
        (-DAY + 1, "in 23 h 59 min"),
        (-400 * DAY - DAY // 2, "in 400 d"),
        (DAY, "1 d ago"),
        (400 * DAY, "400 d ago"),
        (4_000 * DAY, "4,000 d ago"),
    ],
)
def test_how_long_ago_or_in_how_long(ago, words):
    now = us(datetime(2024, 5, 31, tzinfo=UTC))
    assert relative(now - ago, now) == words


def test_centuries_are_days():
    assert relative(0, 10**17) == "1,157,407 d ago"
    assert relative(10**17, 0) == "in 1,157,407 d"


def test_early_years_have_four_digits():
    set_zone("utc")
    assert absolute(-62_135_596_800_000_000) == "0001-01-01 00:00:00.000"
    set_zone("local")


def test_V3_both_half_past_two_of_an_autumn_night_are_told_apart():
    set_zone("Europe/Berlin")
    assert absolute(us(datetime(2024, 10, 27, 0, 30, tzinfo=UTC))) == "2024-10-27 02:30:00.000 +02:00"
    assert absolute(us(datetime(2024, 10, 27, 1, 30, tzinfo=UTC))) == "2024-10-27 02:30:00.000 +01:00"


def test_V3_a_short_time_has_its_offset_where_it_is_not_the_present_one():
    set_zone("Europe/Berlin")
    now = datetime.now(UTC)
    told = {short(us(datetime(now.year, month, 15, 12, tzinfo=UTC))) for month in (1, 7)}
    assert any(one.endswith((" +01", " +02")) for one in told)
    assert zone_text() in {"Europe/Berlin +01:00", "Europe/Berlin +02:00"}


def test_V3_whoever_shows_times_is_told_of_another_zone():
    told = []
    shown_zone().changed.connect(lambda: told.append(zone_name()))
    try:
        set_zone("utc")
        set_zone("+02:00")
    finally:
        shown_zone().changed.disconnect()
    assert told == ["+02:00"]


def test_V3_a_column_of_times_fits_their_longest_form(qapp):
    set_zone("Australia/Lord_Howe")  # its clocks show half an hour twice, and its offsets end in minutes
    doubled = us(datetime(2026, 4, 4, 14, 45, tzinfo=UTC))
    measure = QFontMetricsF(code_font())
    for tell, width in ((absolute, ABSOLUTE_WIDTH), (short, SHORT_WIDTH)):
        assert tell(doubled).endswith("+11:00"[: 6 if tell is absolute else 3])
        longest = tell(doubled)
        assert measure.horizontalAdvance(longest) + 2 * PADDING <= width


def test_V3_a_head_says_which_time_it_tells():
    from workbench.gui.views import log_view, row_steps, streams_view, timeline_view

    def told(columns):
        return [column.head for column in columns if column.zoned]

    assert told(timeline_view.COLUMNS) == told(row_steps.STEPS) == ["Happened · UTC"]
    assert told(log_view.COLUMNS) == told(streams_view.COLUMNS) == ["Recorded · UTC"]
