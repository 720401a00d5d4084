"""Hints: the name that may have been meant, and how a message and its hint are said together."""

from __future__ import annotations

import pytest

from workbench.model.hints import did_you_mean, in_brackets, nearest, sentences


def test_the_nearest_name_may_have_been_meant():
    assert nearest("shwo", ["events", "show"]) == "show"
    assert did_you_mean("shwo", ["events", "show"]) == "did you mean show?"


def test_without_a_name_near_by_the_other_hint_is_given():
    assert did_you_mean("zzz", ["show"]) == ""
    assert did_you_mean("zzz", ["show"], "there is: show") == "there is: show"
    assert did_you_mean("zzz", []) == ""


def test_a_looser_cutoff_finds_more():
    assert nearest("bo", ["abode"]) == ""
    assert nearest("bo", ["abode"], cutoff=0.4) == "abode"


@pytest.mark.parametrize(
    ("hint", "brackets", "said"),
    [
        ("", "there is no x", "there is no x."),
        ("write y", "there is no x (write y)", "there is no x. Write y."),
        ("did you mean y?", "there is no x (did you mean y?)", "there is no x. Did you mean y?"),
    ],
)
def test_a_message_is_said_with_its_hint(hint, brackets, said):
    assert in_brackets("there is no x", hint) == brackets
    assert sentences("there is no x", hint) == said
