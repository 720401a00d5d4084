"""X2: regular expressions take time in proportion to the text, and are bounded before they are made."""

from __future__ import annotations

import pytest

from workbench.model.expressions import patterns
from workbench.model.expressions.budget import STEPS, STEPS_LEFT, frame_of
from workbench.model.expressions.cel_values import OutOfBudget, Wrong
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.patterns import LARGEST, compiled, matches, size_of
from workbench.model.expressions.value_kinds import ANY


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("abc", "^a.c$", True),
        ("xabcx", "abc", True),
        ("abc", "^b", False),
        ("a1", r"^[a-z]\d$", True),
        ("Ünï", r"^\w+$", False),
        ("Ünï", r"^\pL+$", True),
        ("ABC", "(?i)abc", True),
        ("a" * 5000 + "!", "^(a+)+$", False),
        ("a" * 5000, "(x+x+)+y", False),
        ("", "^$", True),
    ],
)
def test_what_is_found(text, pattern, found):
    assert matches(frame_of(None, 0), text, pattern) is found


@pytest.mark.parametrize(
    "pattern",
    ["(", "[", "(?=a)", r"(a)\1", r"\pL{500}", "x{1,1000}{1,1000}", "(a|b{1,100}){1,100}", "." * 4000],
)
def test_what_is_no_pattern_or_too_large_is_refused(pattern):
    with pytest.raises(Wrong, match="regular expression"):
        compiled(pattern)


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("abc", 3, 3),
        ("a{10}", 10, 10),
        ("(ab){5}", 10, 20),
        ("(a{10}){10}", 100, 200),
        (r"\pL", 100, 150),
        ("[a-z]+", 5, 15),
        (r"\w+{80}", 9_600, 10_000),
        (r"\w*{80}", 9_600, 10_000),
        (r"\w??{80}", 9_600, 10_000),
        (r"(?:\w+){80}", 9_600, 10_000),
        (r"\w{ 80 }", 9_600, 10_000),
        (r"\w{0000080}", 9_600, 10_000),
        (r"[a[\w]]{80}", 9_600, 10_000),
        (r"[[:alpha:]\w]{80}", 9_600, 10_000),
        (r"[^]\w]{80}", 9_600, 10_000),
        (r"[\]\w]{80}", 9_600, 10_000),
        (r"[[a]b]\w{80}", 9_600, 10_000),
        (r"[:a:]\w{80}", 9_600, 10_000),
        (r"[a", 1, 20),
    ],
)
def test_the_size_of_a_pattern(pattern, least, most):
    assert least <= size_of(pattern) <= most


def test_X2_few_patterns_are_kept_even_if_they_are_small():
    for number in range(2_000):
        compiled(f"small{number}")
    assert len(patterns._KNOWN) < 1_000


def test_X2_a_large_text_and_a_large_pattern_cost_steps():
    small, large = frame_of(None, 0), frame_of(None, 0)
    matches(small, "a" * 1000, "b")
    matches(large, "a" * 1000, "b[ab]{100}")
    assert STEPS - small[STEPS_LEFT] < STEPS - large[STEPS_LEFT]
    with pytest.raises(OutOfBudget):
        matches(frame_of(None, 0), "a" * 1_000_000, "b[ab]{100}")


def test_X2_many_patterns_made_at_run_time_are_paid_for():
    frame = frame_of(None, 0)
    with pytest.raises(OutOfBudget):
        any(matches(frame, "a", rf"{number}\pL{{20}}x") for number in range(100))


def test_X2_many_patterns_of_one_expression_are_bounded_together():
    text = " || ".join(rf"data.matches(r'{number}\pL{{20}}')" for number in range(50))
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(text, {"data": Variable(ANY, lambda env: env)})
    assert {flaw.message for flaw in caught.value.flaws} == {"the regular expressions are too large together"}
    assert size_of(r"\pL{20}") < LARGEST


@pytest.mark.parametrize(
    ("pattern", "found", "missed"),
    [
        (r"^\d$", "1", "١"),
        (r"^[^\D]$", "1", "١"),
        (r"^\D$", "١", "1"),
        (r"^\w$", "_", "é"),
        (r"^[\w-]$", "-", "é"),
        (r"^\W$", "é", "a"),
        (r"^\s$", "\f", "\u00a0"),
        (r"^[^\s]$", "\v", "\n"),
        (r"\bx\b", "éx", "ax"),
        (r"x\B", "xa", "xé"),
        (r"(?i)^s$", "ſ", "z"),
        (r"^\Qa.b\E+$", "a.bb", "axb"),
        (r"^\Q[\\", "[\\\\", "["),
        (r"^[a&&b]$", "&", "c"),
        (r"^[a-z--b]$", "-", "&"),
        (r"^[a~~b]$", "~", "-"),
        (r"^[[a]b]$", "[b]", "a"),
        (r"^[]a]$", "]", "b"),
        (r"^[\d-z]$", "-", "y"),
        (r"^[[:word:]é]$", "é", "ü"),
        (r"^[[:^alpha:]]$", "1", "a"),
        (r"^\<a", "<a", "a"),
        (r"^a{,2}$", "a{,2}", "aa"),
        (r"^a{01}$", "a{01}", "a"),
        (r"^\101\x42\x{e9}$", "ABé", "AB"),
        (r"^\p{^Greek}\P{Lu}$", "aa", "αa"),
        (r"^\pN\p{Greek}$", "1α", "1a"),
        (r"^(?P<n>a)(?<n>b)$", "ab", "a"),
        (r"^.$", "\r", "\n"),
        (r"^a b#$", "a b#", "ab"),
    ],
)
def test_X1_patterns_mean_what_they_mean_to_RE2(pattern, found, missed):
    assert matches(frame_of(None, 0), found, pattern)
    assert not matches(frame_of(None, 0), missed, pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "a++", "a**", "a*??", "a{2}{3}", "a{1001}", "a{2,1}", "*a", "(?x)a b", "(?u)a", "(?R)a", "(?>a)",
        r"a\E", r"\u00e9", r"\u{e9}", "(?<=a)b", r"\Z", r"\1", r"\8", r"\p{Emoji}", r"\p{greek}",
        "[b-a]", r"[a-\d]", "[[:foo:]]", r"[\b]", r"[\Qa]", "[a", r"[a\]", "\\", r"\x{110000}", "(a", "a)",
        r"\p{sc=Greek}",
    ],
)  # fmt: skip
def test_X1_patterns_that_RE2_refuses_are_refused(pattern):
    with pytest.raises(Wrong, match="regular expression"):
        compiled(pattern)


def test_X2_a_pattern_that_is_too_long_is_not_even_looked_at():
    with pytest.raises(Wrong, match="too large"):
        matches(frame_of(None, 0), "a", "(" * 200_000)


def test_X2_small_patterns_made_at_run_time_are_paid_for_and_kept():
    frame = frame_of(None, 0)
    with pytest.raises(OutOfBudget):
        any(matches(frame, "a", f"{number}x") for number in range(1000))
    frame = frame_of(None, 0)
    assert not any(matches(frame, "a", "kept") for number in range(1000))
