"""What Enter, brackets, comments and Tab add to what is typed."""

from __future__ import annotations

import pytest

from workbench.gui.text.typing_help import closing, commented, moved, new_line, pair_at, steps_over


@pytest.mark.parametrize(
    ("before", "behind", "wanted"),
    [
        ("fields {", "", ("\n    ", 0)),
        ("    a {", "}", ("\n        \n    ", 5)),
        ("    a: 1", "", ("\n    ", 0)),
        ("a: [", "]", ("\n    \n", 1)),
        ("a: 1", "}", ("\n", 0)),
    ],
)
def test_a_new_line_is_indented(before, behind, wanted):
    assert new_line(before, behind) == wanted


@pytest.mark.parametrize(
    ("before", "behind", "typed", "wanted"),
    [
        ("a ", "", "{", "}"),
        ("a: ", "", '"', '"'),
        ('a: "b', "", '"', ""),
        ('a: "', '"', "'", ""),
        ('a: "x == ', ' "', "'", "'"),
        ("it", "", "'", ""),
        ("a: ", "b", "[", ""),
        ("a", "", "x", ""),
        ('["b", ', '"c"]', '"', '"'),
        ('a: "x == ', "'b'\"", "'", "'"),
        ('a: ""', '"', '"', ""),
    ],
)
def test_a_mark_is_closed_where_that_helps(before, behind, typed, wanted):
    assert closing(before, behind, typed) == wanted


@pytest.mark.parametrize(
    ("before", "behind", "typed", "wanted"),
    [
        ("a { ", "} ", "}", True),
        ("a", "x", "}", False),
        ("a", "x", "x", False),
        ('a: "b', '"', '"', True),
        ("a: \"x == 'b", "'\"", "'", True),
        ('["b", ', '"c"]', '"', False),
        ('["b \\"", ', '"c"]', '"', False),
    ],
)
def test_a_closing_mark_that_is_there_is_stepped_over_and_one_that_opens_is_not(
    before, behind, typed, wanted
):
    assert steps_over(before, behind, typed) is wanted


def test_lines_become_comments_and_lines_again():
    lines = ["a {", "    b: 1", "", "}"]
    assert commented(lines) == ["# a {", "#     b: 1", "", "# }"]
    assert commented(commented(lines)) == lines
    assert commented(["    a", "        b"]) == ["    # a", "    #     b"]


def test_lines_move_in_and_back():
    assert moved(["a", "", "  b"], back=False) == ["    a", "", "      b"]
    assert moved(["      a", "b", "  c"], back=True) == ["  a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "at", "pair"),
    [
        ("a { b [1] }", 2, (2, 10)),
        ("a { b [1] }", 3, (2, 10)),
        ("a { b [1] }", 11, (10, 2)),
        ("a { b [1] }", 8, (8, 6)),
        ("{ { }", 0, None),
        ("abc", 1, None),
        ("", 0, None),
    ],
)
def test_a_bracket_has_its_counterpart(text, at, pair):
    assert pair_at(text, at) == pair


def test_a_counterpart_that_is_far_away_is_not_looked_for():
    assert pair_at(f"{{{' ' * 50}}}", 0, most=50) is None
