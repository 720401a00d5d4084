"""Times stand in order on the line; long waits are folded, whatever is short keeps its room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.services.story.story import CommandStory, StoryLine
from workbench.services.story.time_axis import axis_of, length_words


def story_of(*spans):
    lines = [
        StoryLine(key=str(at), depth=0, actor="x", actor_kind="policy", begun=span[0], ended=span[1],
                  waits=span[2] if len(span) > 2 else None)
        for at, span in enumerate(spans)
    ]  # fmt: skip
    return CommandStory(title="t", who="w", about="", lines=lines, start=spans[0][0], events=1, commands=1)


def test_a_long_wait_is_folded_and_the_rest_keeps_its_room():
    story = story_of((0, 60_000), (60_000, 2_100_000, (60_000, 2_060_000)))
    axis = axis_of(story)
    (gap,) = axis.gaps
    assert (gap.since, gap.until, gap.length) == (60_000, 2_060_000, 2_000_000)
    assert gap.right - gap.left == pytest.approx(0.12)
    assert axis.place(60_000) == pytest.approx(0.88 * 0.6)
    assert axis.place(2_100_000) == 1.0


def test_nothing_is_folded_where_that_is_not_wanted_or_not_needed():
    story = story_of((0, 60_000), (60_000, 2_100_000, (60_000, 2_060_000)))
    assert axis_of(story, fold=False).gaps == ()
    assert axis_of(story_of((0, 50_000), (90_000, 100_000))).gaps == ()


def test_tries_of_what_goes_on_are_on_the_line_wherever_they_were():
    tried = StoryLine(key="x", depth=0, actor="x", actor_kind="policy", begun=0, ended=None,
                      tries=(2_000_000, 9_000_000))  # fmt: skip
    story = CommandStory(title="t", who="w", about="", lines=[tried], start=0, events=1, commands=1)
    axis = axis_of(story)
    assert [(gap.since, gap.until) for gap in axis.gaps] == [(0, 2_000_000), (2_000_000, 9_000_000)]
    assert list(axis.times) == sorted(axis.times)
    assert axis.place(9_000_000) == 1.0


def test_a_moment_alone_has_a_line():
    axis = axis_of(story_of((5, 5)))
    assert 0 <= axis.place(5) <= 1


spans = st.tuples(st.integers(0, 10**9), st.integers(0, 10**8)).map(lambda one: (one[0], one[0] + one[1]))


@given(st.lists(spans, min_size=1, max_size=20))
def test_later_times_stand_further_right(found):
    found.sort()
    axis = axis_of(story_of(*found))
    times = sorted({at for span in found for at in span})
    places = [axis.place(at) for at in times]
    assert places == sorted(places)
    assert places[0] == 0.0
    assert all(0 <= place <= 1 for place in places)
    assert all(gap.left < gap.right for gap in axis.gaps)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "0 ms"),
        (400, "0.4 ms"),
        (48_000, "48 ms"),
        (2_000_000, "2 s"),
        (2_104_600, "2.1 s"),
        (42_500_000, "42.5 s"),
        (180_000_000, "3 min"),
        (7_200_000_000, "2 h"),
        (10 * 86_400_000_000, "10 d"),
    ],
)
def test_lengths_in_words(length, words):
    assert length_words(length) == words
