"""Two changes of one text are joined where they are about other lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.services.design.line_merge import (
    changed_spans,
    merged_lines,
    place_behind,
    plain_lines,
    with_changed_lines,
)

WAS = "a\nb\nc\nd\n"
LINES = st.lists(st.sampled_from("abc"), max_size=6).map(lambda lines: "".join(f"{one}\n" for one in lines))


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        ("A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n"),
        ("A\nb\nc\nd\n", "a\nB\nc\nd\n", "A\nB\nc\nd\n"),
        ("x\na\nb\nc\nd\n", "a\nb\nc\nd\ny\n", "x\na\nb\nc\nd\ny\n"),
        ("a\nB\nc\nd\n", "a\nB\nc\n", "a\nB\nc\n"),
        ("a\nB\nc\nd\n", "a\nX\nc\nd\n", None),
        ("a\nB\nc\nd\n", "a\nc\nd\n", None),
        ("a\nb\nc\nd\nx\n", "a\nb\nc\nd\ny\n", None),
        ("a\nb\nc\nd\nx\n", "a\nb\nc\nD\n", None),
    ],
)
def test_other_lines_are_joined_and_the_same_are_not(mine: str, theirs: str, both: str | None) -> None:
    assert merged_lines(WAS, mine, theirs) == both
    assert merged_lines(WAS, theirs, mine) == both


@given(LINES, LINES)
def test_one_change_alone_is_itself(was: str, now: str) -> None:
    assert merged_lines(was, now, was) == merged_lines(was, was, now) == merged_lines(was, now, now) == now


@given(LINES, LINES)
def test_the_runs_of_lines_that_changed_make_one_text_the_other(was: str, now: str) -> None:
    made = was
    for begin, end, written in reversed(changed_spans(was, now)):
        made = made[:begin] + written + made[end:]
    assert made == now


def test_what_did_not_change_is_in_no_run() -> None:
    assert changed_spans("a\nb\nc\nd\n", "A\nb\nc\nD\nE\n") == [(0, 1, "A"), (6, 7, "D\nE")]


@given(LINES, LINES, LINES)
def test_both_come_to_the_same_from_either_side(was: str, mine: str, theirs: str) -> None:
    assert merged_lines(was, mine, theirs) == merged_lines(was, theirs, mine)


@pytest.mark.parametrize(
    ("was", "now", "written"),
    [
        ("a\r\nb\nc\r\nd\n", "A\nb\nc\nD\n", "A\r\nb\nc\r\nD\n"),
        ("a\r\nb\nc\r\n", "a\nx\nb\nc\ny\n", "a\r\nx|b\nc\r\ny|"),
        ("a\rb\u2029c", "b\nc\nd", "b\u2029c|d"),
        ("a\r\nb", "a\n", "a\r\n"),
        ("", "a\n", "a|"),
    ],
)
def test_only_lines_that_changed_end_otherwise(was: str, now: str, written: str) -> None:
    assert with_changed_lines(was, now, "|") == written


@given(st.text(st.sampled_from("ab\r\n\u2029")), st.text(st.sampled_from("ab\n")))
def test_a_change_says_what_it_should(was: str, now: str) -> None:
    assert plain_lines(with_changed_lines(was, now, "\r\n")) == now
    assert with_changed_lines(was, plain_lines(was), "|") == was


@pytest.mark.parametrize(
    ("was", "now", "places"),
    [
        ("a\nb", "a\nb\n", {3: 3}),
        ("a\nbc\nd\n", "x\na\nbXc\nd\n", {0: 0, 1: 3, 3: 5, 4: 7, 6: 9}),
        ("a\nbcd\ne\n", "a\ne\n", {0: 0, 2: 2, 4: 2, 6: 2, 7: 3}),
        ("abcd\n", "aXd\n", {1: 1, 2: 2, 3: 2, 4: 3}),
    ],
)
def test_a_place_stays_behind_what_it_stands_behind(was: str, now: str, places: dict[int, int]) -> None:
    assert {at: place_behind(at, was, now) for at in places} == places


LAID_OUT = 'refuse {\n    x: "strXXmore"\n    other { when: "a" }\n}\n'


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('refuse { x: "strXXmore|" }\n', LAID_OUT.replace("more", "more|")),
        ('refuse { x: "strXXmore"| }\n', LAID_OUT.replace('more"', 'more"|')),
        ('refuse { x: "strXXmore" |}\n', LAID_OUT.replace('more"', 'more"|')),
        ('refuse { x: "strXX|more" }\n', LAID_OUT.replace("XX", "XX|")),
        ('refuse { x: "s"| }\n', 'refuse { x: "s"|, other { when: "x" } }\n'),
        ('refuse { x: "s" |}\n', 'refuse { x: "s" |other { when: "x" } }\n'),
        ('refuse { x: "s" |}\n', 'refuse { other { when: "x" }\n x: "s" |}\n'),
        ("a {\n  |x: 1\n}\n", "a {\n    y: 1\n    |x: 1,\n}\n"),
        ("a { cat| }\n", "b { elephant| }\n"),
        ("a { b| c }\n", "a { b| }\n"),
        ("a { b c| }\n", "a { b |}\n"),
    ],
)
def test_a_place_stays_behind_its_word_where_the_text_is_laid_out_anew(was: str, now: str) -> None:
    at, before, after = was.index("|"), was.replace("|", ""), now.replace("|", "")
    place = place_behind(at, before, after)
    assert f"{after[:place]}|{after[place:]}" == now


@given(st.lists(st.sampled_from(["a", "{", "}", ":", "b"]), min_size=1, max_size=9), st.data())
def test_a_place_stays_behind_its_word_whatever_the_blanks_are(words: list[str], data: st.DataObject) -> None:
    blanks = st.sampled_from([" ", "\n", "\n    "])
    was, now = ("".join(word + data.draw(blanks) for word in words) for _ in range(2))
    count = data.draw(st.integers(1, len(words)))
    ends = [[one.end() for one in re.finditer(r"\S", text)] for text in (was, now)]
    assert place_behind(ends[0][count - 1], was, now) == ends[1][count - 1]


@given(st.permutations("abcd{}:"), st.lists(st.sampled_from("xyz,"), max_size=9), st.data())
def test_a_place_stays_behind_its_word_whatever_others_put_in(
    words: list[str], more: list[str], data: st.DataObject
) -> None:
    both, blanks = [*words], st.sampled_from([" ", "\n", "\n    "])
    for one in more:
        both.insert(data.draw(st.integers(0, len(both))), one)
    was, now = ("".join(word + data.draw(blanks) for word in said) for said in (words, both))
    word = data.draw(st.sampled_from(words))
    assert place_behind(was.index(word) + 1, was, now) == now.index(word) + 1
