"""Strategies: every schedule with few deviations once, and chance that is the same with the same seed."""

from __future__ import annotations

import random
from itertools import product

from workbench.services.worlds.explored import deviations_of
from workbench.services.worlds.moves import Fault, MoveKind, NextMove
from workbench.services.worlds.strategies import Exhaustive, Prioritised, Randomly

MOVES = [NextMove(MoveKind.DELIVERY, name) for name in "abc"]
FAULT = NextMove(MoveKind.DELIVERY, "a", fault=Fault.CRASH)


def tried(strategy, length, among):
    found = []
    while (branch := strategy.next()) is not None:
        choices = [branch.choose(MOVES[:among], 0) for _ in range(length)]
        strategy.ended(branch)
        found.append(tuple(choices))
    return found


def test_every_schedule_with_few_deviations_is_tried_once():
    found = tried(Exhaustive(2, merging=False), 4, 3)
    every = [one for one in product(range(3), repeat=4) if deviations_of(one) <= 2]
    assert sorted(found) == sorted(every)
    assert [deviations_of(one) for one in found] == sorted(deviations_of(one) for one in found)


def test_parts_together_are_the_whole_but_for_the_usual_one():
    parts = [tried(Exhaustive(2, (part, 3), merging=False), 4, 3) for part in range(3)]
    whole = tried(Exhaustive(2, merging=False), 4, 3)
    assert sorted(one for part in parts for one in part if any(one)) == sorted(
        one for one in whole if any(one)
    )


def test_a_state_that_was_come_to_with_no_more_deviations_is_not_entered_again():
    strategy = Exhaustive(1)
    first = strategy.next()
    assert [first.choose(MOVES, state) for state in (1, 2, 3)] == [0, 0, 0]
    strategy.ended(first)
    second = strategy.next()
    assert [second.choose(MOVES, state) for state in (1, 3)] == [1, None]


def test_where_there_is_no_choice_all_orders_were_tried():
    strategy = Exhaustive(5, merging=False)
    assert tried(strategy, 4, 1) == [(0, 0, 0, 0)]
    assert (strategy.exhausted, strategy.complete) == (True, 5)


def test_chance_is_the_same_with_the_same_seed():
    for kind in (Randomly, lambda rng: Prioritised(rng, 20)):
        runs = [kind(random.Random(7)) for _ in range(2)]
        first, second = ([one.choose(MOVES, 0) for _ in range(20)] for one in runs)
        assert first == second
        assert set(first) <= {0, 1, 2}


def test_who_has_the_highest_priority_moves_until_that_changes():
    steady = Prioritised(random.Random(1), 20, changes=0)
    assert len({steady.choose([*MOVES, FAULT], 0) for _ in range(20)}) == 1
    assert 3 not in {
        Prioritised(random.Random(seed), 1, changes=0).choose([*MOVES, FAULT], 0) for seed in range(20)
    }
    assert 3 in {
        Prioritised(random.Random(seed), 1, changes=1).choose([*MOVES, FAULT], 0) for seed in range(20)
    }
