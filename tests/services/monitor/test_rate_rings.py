"""Rings of seconds: what they tell of a stretch of time, what they forget, and how they are kept."""

from __future__ import annotations

import math

import pytest

from workbench.services.monitor.rate_rings import (
    GRAINS,
    MOST,
    REACH,
    Measure,
    RateRings,
    Sample,
    decoded,
    encoded,
)

NOW = 1_714_500_600


def rings(*spans: tuple[int, int], **each: Sample) -> RateRings:
    """Watched from a second up to another one, each of which brought the same."""
    made = RateRings()
    for first, end in spans:
        for at in range(first, end):
            made.add(at, each)
    return made


def test_V6_seconds_come_back_as_they_were_and_where_none_watched_is_a_gap():
    made = rings((NOW - 60, NOW - 40), (NOW - 20, NOW), mail=Sample(delivered=3, lag=7))
    told = made.window(Measure.RATE, NOW - 60, NOW, 500)
    assert (told.step, told.times[0], told.times[-1]) == (1, NOW - 59, NOW)
    assert told.values["mail"][:20] == [3.0] * 20
    assert all(math.isnan(one) for one in told.values["mail"][20:40])
    assert told.figures["mail"].average == 3, "a gap is no time without deliveries"
    assert (told.figures["mail"].highest, told.figures["mail"].total) == (3, 120)


def test_V6_what_was_in_a_slot_before_a_gap_is_not_told_of_the_gap():
    made = rings((NOW - 900, NOW - 300), (NOW + 400, NOW + 600), mail=Sample(5, 1, 1, 5))
    for measure in (one for one in Measure if not one.of_read_models):
        told = made.window(measure, NOW - 300, NOW + 600, 360)
        assert not any(value > 5 for value in told.values["mail"]), measure
    assert made.window(Measure.RATE, NOW - 300, NOW + 600, 360).figures["mail"].total == 1_000
    assert [at for at, _, _ in made.deaths(NOW - 300, NOW + 600)] == [NOW + 401]


def test_each_measure_is_joined_as_it_must_be():
    made = RateRings()
    for at in range(NOW - 600, NOW):
        busy = at == NOW - 300
        made.add(at, {"mail": Sample(60 if busy else 0, 2 * busy, busy, 9 if busy else 1)})
    said = {one: made.window(one, NOW - 600, NOW, 60) for one in Measure if not one.of_read_models}
    points = {one: max(told.values["mail"]) for one, told in said.items()}
    assert {told.step for told in said.values()} == {10}
    assert points == {Measure.RATE: 6, Measure.LAG: 9, Measure.DEATHS: 1, Measure.RETRIES: 2}
    assert said[Measure.RATE].figures["mail"].highest == 60, "of one second"
    assert said[Measure.DEATHS].figures["mail"].average == pytest.approx(0.1), "a minute"
    assert said[Measure.LAG].figures["mail"].total == 1, "the newest"


@pytest.mark.parametrize(("span", "step"), [(60, 1), (900, 2), (3_600, 10), (21_600, 60), (86_400, 180)])
def test_a_day_needs_no_more_points_than_an_hour(span: int, step: int):
    made = RateRings()
    for at in range(NOW - 2 * REACH, NOW, 30):
        made.add(at, {"mail": Sample(1)})
    told = made.window(Measure.RATE, NOW - span, NOW, 480)
    assert told.step == step
    assert len(told.times) == len(told.values["mail"]) <= 481
    assert all(one.slots == slots for one, (_, slots) in zip(made.rings, GRAINS, strict=True))


def test_deaths_that_follow_each_other_are_one():
    made = RateRings()
    for at in range(NOW - 100, NOW):
        made.add(at, {"mail": Sample(died=at in (NOW - 90, NOW - 88, NOW - 50)), "audit": Sample()})
    assert made.deaths(NOW - 100, NOW) == [(NOW - 89, "mail", 2), (NOW - 49, "mail", 1)]
    assert made.deaths(NOW - 60, NOW) == [(NOW - 49, "mail", 1)]
    for at in range(NOW, NOW + 1_000):  # the seconds are forgotten, but not the stretches of ten
        made.add(at, {"mail": Sample(died=at == NOW + 900)})
    assert made.deaths(NOW - 100, NOW + 1_000) == [
        (NOW - 80, "mail", 2),
        (NOW - 40, "mail", 1),
        (NOW + 901, "mail", 1),
    ], "the ends of their stretches: no death is told before what led to it"


def test_no_more_subscriptions_are_kept_than_there_is_room_for():
    made = RateRings()
    made.add(NOW, {f"one-{at}": Sample() for at in range(MOST + 5)})
    assert len(made.names) == MOST
    made.keep(["one-3"])
    assert made.names == ["one-3"]


def test_what_is_kept_comes_back_and_what_is_not_ours_does_not():
    made = rings((NOW - 60, NOW), mail=Sample(delivered=3))
    data = encoded(made.packed(head=10))
    again = decoded(data, 10)
    assert again is not None
    assert again.window(Measure.RATE, NOW - 60, NOW, 99) == made.window(Measure.RATE, NOW - 60, NOW, 99)
    assert decoded(data, 9) is None, "that of a store that was replaced"
    assert decoded(data[:50], 10) is None
    assert decoded(b"nothing of ours", 10) is None
