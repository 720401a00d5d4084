"""Schedules are made small: fewest deviations, soonest, and the same each time."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from workbench.services.worlds.explored import complexity
from workbench.services.worlds.shrink import shrunk


@dataclass
class Played:
    choices: tuple[int, ...]
    broken: dict[str, str] = field(default_factory=dict)


def breaks(needed):
    """Returns what plays schedules of which those are broken that have a choice at a place."""

    async def play(choices):
        kept = list(choices)
        while kept and not kept[-1]:
            kept.pop()
        bad = all(len(choices) > at and choices[at] >= least for at, least in needed.items())
        return Played(tuple(kept), {"it": f"broken by {choices}"} if bad else {})

    return play


@pytest.mark.parametrize(
    ("needed", "found", "smallest"),
    [
        ({1: 1}, (0, 2, 1, 0, 3), (0, 1)),
        ({0: 1, 3: 2}, (1, 1, 1, 2, 1), (1, 0, 0, 2)),
        ({}, (2, 0, 1), ()),
    ],
)
async def test_only_what_is_needed_stays(needed, found, smallest):
    choices, words, runs = await shrunk(breaks(needed), "it", found)
    assert choices == smallest
    assert words.startswith("broken by")
    assert runs > 0
    assert await shrunk(breaks(needed), "it", found) == (choices, words, runs)


def test_fewer_deviations_come_before_a_shorter_schedule():
    assert sorted([(1, 1), (0, 0, 0, 1), (0, 2), (0, 1), ()], key=complexity) == [
        (),
        (0, 1),
        (0, 2),
        (0, 0, 0, 1),
        (1, 1),
    ]
