"""Two changes of one text are joined where they are about other lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.services.design.line_merge import merged_lines

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


@given(LINES, LINES, LINES)
def test_both_come_to_the_same_from_either_side(was: str, mine: str, theirs: str) -> None:
    assert merged_lines(was, mine, theirs) == merged_lines(was, theirs, mine)
