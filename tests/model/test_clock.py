"""The machine's clock where it is set forward and back (W1, W2)."""

from __future__ import annotations

import pytest

from workbench.model.clock import MICROSECONDS, ManualClock, PacedClock, SystemClock

START = 1_700_000_000
HOUR = 3600


class Machine:
    """A machine whose wall clock can be set."""

    def __init__(self, monkeypatch):
        self.wall, self.steady = START, 50.0
        monkeypatch.setattr("workbench.model.clock.time.time_ns", lambda: int(self.wall * 1e9))
        monkeypatch.setattr("workbench.model.clock.time.monotonic_ns", lambda: int(self.steady * 1e9))

    def passes(self, seconds):
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def seconds(clock):
    return clock.now() / MICROSECONDS - START


def test_W2_after_a_jump_back_time_goes_on_with_the_monotonic_clock(machine):
    clock = SystemClock()
    assert seconds(clock) == 0
    machine.wall -= HOUR
    assert seconds(clock) == 0
    machine.passes(5)
    assert seconds(clock) == 5
    machine.passes(5)
    assert seconds(clock) == 10


def test_W2_time_goes_on_until_the_wall_has_caught_up(machine):
    clock = SystemClock()
    clock.now()
    machine.wall -= 60
    machine.passes(10)
    assert seconds(clock) == 10
    machine.wall += 60  # it was wrong, and is set right again
    machine.passes(10)
    assert seconds(clock) == 20
    machine.wall += HOUR
    assert seconds(clock) == 20 + HOUR


def test_W2_a_jump_forward_that_is_taken_back_costs_no_wait(machine):
    clock = SystemClock()
    clock.now()
    machine.wall += HOUR
    due = clock.now() + 3 * MICROSECONDS
    machine.wall -= HOUR
    machine.passes(3)
    assert clock.now() >= due


def test_W1_a_clock_never_says_less_than_before(machine):
    clock = SystemClock()
    said = []
    for jump in (0, -5, 3, -HOUR, HOUR, -1):
        machine.wall += jump
        said.append(clock.now())
    assert said == sorted(said)


def test_W4_a_paced_clock_stands_until_it_begins_and_then_goes_faster():
    machine = ManualClock()
    clock = PacedClock(START * MICROSECONDS, 10.0, machine)
    machine.advance(5)
    assert clock.now() == START * MICROSECONDS
    clock.begin()
    machine.advance(0.5)
    assert clock.now() == (START + 5) * MICROSECONDS
    assert clock.monotonic() == 5.5
