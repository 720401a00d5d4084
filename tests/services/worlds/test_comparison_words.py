"""How two stores differ is said in a line, and of long values where they do."""

from __future__ import annotations

from collections import Counter

import pytest

from workbench.services.worlds.compare import Comparison
from workbench.services.worlds.comparison_words import kinds_told, told_apart


def test_stores_with_no_beginning_in_common_say_so():
    said = kinds_told(Comparison(split=0, heads=(5, 7), counts=Counter(stream=2)))
    assert said.startswith("2 streams differ: the two have no beginning in common")
    assert kinds_told(Comparison(split=0, heads=(5, 0))) == "nothing differs since position 0"
    assert kinds_told(Comparison(split=3, heads=(5, 7))) == "nothing differs since position 3"


@pytest.mark.parametrize(
    ("rows", "in_times", "said"),
    [
        (3, 0, "3 rows, 1 stream differ since"),
        (3, 2, "1 row, 1 stream differ, 2 rows in times only since"),
        (2, 2, "1 stream differs, 2 rows in times only since"),
    ],
)
def test_rows_are_counted_apart_that_differ_in_times_only(rows, in_times, said):
    found = Comparison(split=3, heads=(5, 7), counts=Counter(row=9, stream=1), rows=rows, in_times=in_times)
    assert kinds_told(found).startswith(said)


def test_where_nothing_but_times_differ_it_says_so():
    found = Comparison(split=3, heads=(5, 7), counts=Counter(row=4), rows=2, in_times=2)
    assert kinds_told(found) == "2 rows differ in times only since position 3"
    found = Comparison(split=3, heads=(5, 7), counts=Counter(row=1), rows=1, in_times=1)
    assert kinds_told(found) == "1 row differs in times only since position 3"


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ("one", "two", ("one", "two")),
        ("2026-11-30T20:27:10.100Z", "2026-11-30T20:27:10.200Z", ("…0:27:10.100Z", "…0:27:10.200Z")),
        ("a" * 30, "a" * 30 + "b", ("…aaaaaaaa", "…aaaaaaaab")),
        ("x" + "a" * 30, "y" + "a" * 30, ("x" + "a" * 30, "y" + "a" * 30)),
    ],
)
def test_long_values_are_shown_from_shortly_before_they_differ(ours, theirs, said):
    assert told_apart(ours, theirs) == said
