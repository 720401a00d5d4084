"""What was expected beside what happened: subsets, orders, nearest matches."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.alignment import MISSING, UNPAIRED, differences, fits, in_any_order, in_order, unlikeness

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


def found(expected, happened, **more):
    return [(one.path, one.expected, one.happened) for one in differences(expected, happened, **more)]


def test_what_is_not_asked_for_may_be_as_it_likes_at_every_depth():
    assert fits({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3})
    assert fits({}, {"a": 1})
    assert found({"a": {"b": 1}}, {"a": {"b": 2, "c": 2}}) == [("a.b", 1, 2)]


def test_exactly_asks_for_everything():
    assert found({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, exact=True) == [("a.c", MISSING, 2)]
    assert fits({"b": 1, "a": 2}, {"a": 2, "b": 1}, exact=True)


def test_a_list_has_as_many_items_in_their_order():
    assert found([1, 2], [1, 3, 4]) == [("[1]", 2, 3), ("[2]", MISSING, 4)]
    assert found({"lines": [{"n": 1}, {"n": 2}]}, {"lines": [{"n": 1, "p": 5}]}) == [
        ("lines[1]", {"n": 2}, MISSING)
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (0, False, False),
        (None, False, False),
        ("1", 1, False),
        (True, True, True),
    ],
)
def test_numbers_are_equal_by_value_and_true_is_no_number(one, other, same):
    assert fits(one, other) is same


@given(PLAIN)
def test_everything_fits_itself_exactly(value):
    assert fits(value, value, exact=True)


@given(PLAIN, PLAIN)
def test_what_fits_exactly_fits(one, other):
    if fits(one, other, exact=True):
        assert fits(one, other)


@given(PLAIN, PLAIN)
def test_what_fits_exactly_both_ways_differs_in_nothing(one, other):
    assert fits(one, other, exact=True) == fits(other, one, exact=True)


def test_the_more_differs_the_farther_it_is_and_another_name_is_a_stranger():
    facts = {"event": "done", "data": {"a": 1, "b": 2, "c": 3}}
    near, far = unlikeness(facts, 1, named=True), unlikeness(facts, 3, named=True)
    assert 0 < near < far < UNPAIRED == unlikeness(facts, 1, named=False)
    assert unlikeness(facts, 0, named=True) == 0


# -- lists: an expectation is a letter, what happened a letter; A and a resemble each other


def cost_of(expected, happened):
    def cost(i, j):
        one, other = expected[i], happened[j]
        return 0.0 if one == other else 0.5 if one.lower() == other.lower() else UNPAIRED

    return cost


def ordered(expected, happened, required=""):
    must = [mark == "!" for mark in required.ljust(len(happened))[: len(happened)]]
    return in_order(len(expected), must, cost_of(expected, happened))


def is_subsequence(expected, happened):
    rest = iter(happened)
    return all(one in rest for one in expected)


LETTERS = st.text("aAbB", max_size=6)


@given(LETTERS, LETTERS)
def test_in_order_all_fits_exactly_if_it_is_a_subsequence(expected, happened):
    pairs = ordered(expected, happened)
    cost = cost_of(expected, happened)
    good = all(i is None or (j is not None and not cost(i, j)) for i, j in pairs)
    assert good is is_subsequence(expected, happened)


@given(LETTERS, LETTERS, st.text("! ", max_size=6))
def test_an_alignment_names_everything_once_and_in_order(expected, happened, required):
    pairs = ordered(expected, happened, required)
    assert [i for i, _ in pairs if i is not None] == list(range(len(expected)))
    assert [j for _, j in pairs if j is not None] == list(range(len(happened)))


def test_what_must_be_listed_takes_the_expectation_from_what_need_not():
    assert ordered("a", "aa", " !") == [(None, 0), (0, 1)]
    assert ordered("a", "aa", "! ") == [(0, 0), (None, 1)]


def test_what_resembles_is_set_side_by_side():
    assert ordered("ab", "Ab", "!!") == [(0, 0), (1, 1)]
    assert ordered("ab", "b", "!") == [(0, None), (1, 0)]
    assert (None, 0) in ordered("a", "b", "!")


@given(st.text("aAb", max_size=4), st.text("aAb", max_size=4))
def test_in_any_order_as_many_fit_as_can(expected, happened):
    pairs = in_any_order(len(expected), len(happened), cost_of(expected, happened))
    fitting = sum(1 for i, j in pairs if i is not None and j is not None and expected[i] == happened[j])
    best = max(
        sum(1 for one, other in zip(expected, order, strict=False) if one == other)
        for order in permutations(happened.ljust(len(expected)))
    )
    assert fitting == best
    assert sorted(j for _, j in pairs if j is not None) == list(range(len(happened)))
    assert [i for i, _ in pairs if i is not None] == list(range(len(expected)))


def test_expectations_move_so_that_each_has_its_own():
    fitting = {(0, 0), (0, 1), (1, 0)}
    pairs = in_any_order(2, 2, lambda i, j: 0.0 if (i, j) in fitting else UNPAIRED)
    assert sorted(pairs) == [(0, 1), (1, 0)]
