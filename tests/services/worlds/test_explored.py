"""How ends are told apart in words."""

from __future__ import annotations

import pytest

from workbench.services.worlds.explored import End, EndTally, Exploration

USUAL = End((("order-1", ("placed", "paid")), ("pay-1", ("asked", "tried"))))


def end(*letters, **streams):
    return End(tuple((name.replace("_", "-"), types) for name, types in sorted(streams.items())), letters)


def told(*others, usual=USUAL):
    outcomes = {usual: EndTally(())} | {one: EndTally((number,)) for number, one in enumerate(others, 1)}
    for outcome in outcomes.values():
        outcome.count = 1
    ends = Exploration(scenario="x", schedules=len(outcomes), outcomes=outcomes).told_ends()
    return [words for words, *_ in ends]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (end(order_1=("placed",), pay_1=("asked", "tried")), "no paid"),
        (end(order_1=("placed", "paid", "sent"), pay_1=("asked", "tried")), "sent"),
        (end(order_1=("placed", "paid"), pay_1=("asked", "tried", "tried")), "1 more tried"),
        (end(order_1=("placed", "paid"), pay_1=("tried", "asked")), "tried before asked on pay-1"),
        (end("mail", order_1=("placed", "paid"), pay_1=("asked", "tried")), "dead letter of mail"),
        (end(order_1=("placed", "paid"), pay_2=("asked", "tried")), "asked on pay-2, tried on pay-2,"),
        (end(order_1=("placed", "paid"), pay_1=("asked", "tried", "sent", "sent")), "2 × sent"),
    ],
)
def test_an_end_says_what_tells_it_from_the_usual_one(other, said):
    usual, words = told(other)
    assert usual.startswith("as usual: ")
    assert words.startswith(said)


def test_what_the_usual_end_has_more_often_is_said():
    usual = end("mail", order_1=("placed", "placed"))
    assert told(end(order_1=("placed",)), usual=usual)[1] == "1 fewer placed, no dead letter of mail"


def test_what_the_fewest_ends_have_is_said_first():
    first, second = end(a_1=("x", "y", "z")), end(a_1=("x", "y", "w"))
    assert told(first, second, usual=end(a_1=("x",)))[1:] == ["z, y", "w, y"]


def test_ends_whose_difference_is_the_same_are_told_whole():
    usual = end(a_1=("x", "y", "z", "w"))
    first, second = end(a_1=("y", "x", "z", "w")), end(a_1=("y", "x", "w", "z"))
    assert told(first, second, usual=usual)[1:] == ["a-1: y, x, z, w", "a-1: y, x, w, z"]


def test_one_end_is_compared_with_nothing():
    assert told() == ["placed, paid, asked, tried"]
