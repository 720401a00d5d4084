"""What is said of a schedule that did not end in time."""

from __future__ import annotations

import pytest

from workbench.services.worlds.move_watch import MoveWatch
from workbench.services.worlds.moves import MoveKind, NextMove


class Watch:
    def __init__(self):
        self.seconds = 100.0

    def monotonic(self):
        return self.seconds


def move(name):
    return NextMove(MoveKind.DELIVERY, name, "box.made", 1)


def watched(*times):
    clock = Watch()
    watch = MoveWatch(clock)
    watch.begin()
    turns = []
    for number, seconds in enumerate(times):
        turns.append(watch.turn(move(f"m{number}")))
        clock.seconds += seconds
    return watch, turns


def test_the_move_that_took_most_of_the_time_is_named():
    watch, _ = watched(0.2, 3.0, 0.2)
    said = watch.why_not_ended(7, 30.0)
    assert said == (
        "a schedule did not end in time, as “m1 gets box.made” alone took 3.0 s: does a handler wait?"
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "the time was over within the first schedule: 5 moves in 1.5 s"),
        (2, ""),
        (0, "a schedule did not end in 30 s: 5 moves in 1.5 s"),
    ],
)
def test_many_moves_that_took_long_together_blame_no_handler(number, said):
    watch, _ = watched(0.3, 0.3, 0.3, 0.3, 0.3)
    assert watch.why_not_ended(number, 30.0) == said


def test_others_get_a_turn_after_some_moves_and_behind_a_long_one():
    _, turns = watched(*[0.0] * 20)
    assert [at for at, one in enumerate(turns, 1) if one] == [16]
    _, turns = watched(0.0, 0.2, 0.0)
    assert turns == [False, False, True]
