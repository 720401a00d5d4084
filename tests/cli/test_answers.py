"""Answers: columns that stand below each other, and nothing from the data that moves a cursor."""

from __future__ import annotations

from workbench.cli.answers import columns, compact, indented, many_lines, when, width
from workbench.model.clock import LATEST
from workbench.model.zones import find_zone


def test_columns_are_aligned_and_numbers_stand_to_the_right():
    text = columns(("NAME", "COUNT", "NOTE"), [("a", 5, ""), ("long one", 12_345, "x")])
    assert text.splitlines() == [
        "NAME       COUNT  NOTE",
        "a              5",
        "long one  12,345  x",
    ]


def test_wide_and_combining_letters_take_the_places_that_a_terminal_gives_them():
    assert (width("日本"), width("e\u0301"), width("ab")) == (4, 1, 2)
    assert columns(("A", "B"), [("日", "x"), ("ab", "x")]).splitlines()[1:] == ["日  x", "ab  x"]


def test_control_and_bidi_characters_are_shown_as_escapes():
    text = columns(("A",), [("red \x1b[31m \u202e\n",)])
    assert text.splitlines() == ["A", r"red \u001b[31m \u202e\u000a"]
    assert "\x1b" not in many_lines("a\x1b[2J\n\tb")
    assert many_lines("a\n\tb", "  ") == "  a\n      b"
    assert "\x07" not in indented({"a\x07": "\x07"})


def test_a_long_value_is_cut_where_it_is_asked_for():
    assert compact({"a": [1, None, True]}) == '{"a": [1, null, true]}'
    assert compact("x" * 50, 10) == '"xxxxxxxx…'


def test_times_are_told_to_the_millisecond():
    assert when(1_714_564_800_123_456) == "2024-05-01T12:00:00.123Z"


def test_V3_a_time_is_told_with_the_offset_of_its_zone():
    berlin = find_zone("Europe/Berlin")
    assert when(1_729_989_000_000_000, berlin) == "2024-10-27T02:30:00.000+02:00"
    assert when(1_729_992_600_000_000, berlin) == "2024-10-27T02:30:00.000+01:00"
    assert when(1_729_992_600_000_000, find_zone("UTC")) == "2024-10-27T01:30:00.000Z"
    assert when(LATEST, berlin) == "9999-12-31T23:59:59.999Z"
