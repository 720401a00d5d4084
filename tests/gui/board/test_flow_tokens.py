"""Tokens: merged where they are many, never more than fit, and still when nothing moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from workbench.gui.board.flow_tokens import LONGEST, MOST, SHORTEST, SPACING, FlowTokens, Track, short


def line(length: float, y: float = 0.0) -> Track:
    path = QPainterPath(QPointF(0, y))
    path.lineTo(length, y)
    return Track([path])


@pytest.fixture
def touched() -> list[QRectF]:
    return []


@pytest.fixture
def tokens(touched: list[QRectF]) -> Iterator[FlowTokens]:
    made = FlowTokens(touched.append)
    yield made
    made.clear()


def test_a_token_goes_from_end_to_end_and_vanishes(tokens: FlowTokens) -> None:
    track = line(300)
    tokens.send(track, "ok", "event", 1)
    assert tokens.running
    tokens.step(track.lasts / 2)
    assert tokens.alive[0].place.x() == pytest.approx(150)
    tokens.step(track.lasts / 2)
    assert not tokens.alive
    assert not tokens.running


def test_messages_that_follow_closely_share_a_token(tokens: FlowTokens) -> None:
    track = line(300)
    tokens.send(track, "ok", "event", 2)
    tokens.step(SPACING / 2)
    tokens.send(track, "ok", "event", 5)
    tokens.send(track, "dead", "event", 1)
    assert [(token.kind, token.count) for token in tokens.alive] == [("ok", 7), ("dead", 1)]
    tokens.step(SPACING)
    tokens.send(track, "ok", "event", 1)
    assert [token.count for token in tokens.alive] == [7, 1, 1]


def test_there_are_never_more_than_fit(tokens: FlowTokens) -> None:
    tracks = [line(300, y) for y in range(MOST + 50)]
    for track in tracks:
        tokens.send(track, "ok", "event", 1)
    assert len(tokens.alive) == MOST
    tokens.step(SPACING * 2)
    tokens.send(tracks[0], "ok", "event", 4)
    assert len(tokens.alive) == MOST
    assert tokens.alive[0].count == 5


def test_only_what_a_token_leaves_and_enters_is_painted(tokens: FlowTokens, touched: list[QRectF]) -> None:
    track = line(300)
    tokens.send(track, "ok", "event", 1)
    tokens.step(track.lasts / 2)
    assert any(place.contains(0, 0) for place in touched)
    assert any(place.contains(150, 0) for place in touched)
    assert not any(place.contains(299, 0) for place in touched)


def test_the_way_takes_as_long_as_it_can_be_seen() -> None:
    assert line(1).lasts == SHORTEST
    assert line(100_000).lasts == LONGEST
    assert SHORTEST < line(300).lasts < LONGEST


def test_a_way_of_several_lines_is_one() -> None:
    first, second = QPainterPath(QPointF(0, 0)), QPainterPath(QPointF(150, 0))
    first.lineTo(100, 0)
    second.lineTo(200, 0)
    assert Track([first, second]).at(0.5).x() == pytest.approx(100)


@pytest.mark.parametrize(
    ("count", "text"), [(7, "7"), (999, "999"), (1_200, "1.2k"), (34_000, "34k"), (2_500_000, "2.5M")]
)
def test_counts_are_short(count: int, text: str) -> None:
    assert short(count) == text
