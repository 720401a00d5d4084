"""X2: regular expressions take time in proportion to the text, and are bounded before they are made."""

from __future__ import annotations

import pytest

from workbench.model.expressions import patterns
from workbench.model.expressions.budget import STEPS, STEPS_LEFT, frame_of
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.kinds import ANY
from workbench.model.expressions.patterns import LARGEST, compiled, matches, size_of
from workbench.model.expressions.values import OutOfBudget, Wrong


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("abc", "^a.c$", True),
        ("xabcx", "abc", True),
        ("abc", "^b", False),
        ("a1", r"^[a-z]\d$", True),
        ("Ünï", r"^\w+$", True),
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
    ["(", "[", "(?=a)", r"(a)\1", r"\w{500}", "x{1,1000}{1,1000}", "(a|b{1,100}){1,100}", "." * 4000],
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
        (r"\w", 100, 150),
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
        any(matches(frame, "a", rf"{number}\w{{20}}x") for number in range(100))


def test_X2_many_patterns_of_one_expression_are_bounded_together():
    text = " || ".join(rf"data.matches(r'{number}\w{{20}}')" for number in range(50))
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(text, {"data": Variable(ANY, lambda env: env)})
    assert {flaw.message for flaw in caught.value.flaws} == {"the regular expressions are too large together"}
    assert size_of(r"\w{20}") < LARGEST
