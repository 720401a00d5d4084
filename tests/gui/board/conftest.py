"""Graphs that the board's tests draw."""

from __future__ import annotations

import random

import pytest

from tests.gui.board.designing import board, designer, workspace  # noqa: F401  # fixtures
from workbench.gui.board.board_graph import BoardEdge, BoardGraph, BoardNode


def _joined(*pairs: str) -> tuple[BoardEdge, ...]:
    ends = [pair.partition(" > ") for pair in pairs]
    return tuple(BoardEdge(source, target, "leads to") for source, _, target in ends)


@pytest.fixture
def shop() -> BoardGraph:
    """A small model with a cycle: a policy issues a command again."""
    return BoardGraph(
        nodes=(
            BoardNode("command:order", "command", "order", rows=("id", "lines")),
            BoardNode("command:pay", "command", "pay", rows=("id",)),
            BoardNode("aggregate:cart", "aggregate", "cart", subtitle="What somebody wants"),
            BoardNode("event:ordered", "event", "cart.ordered", rows=("id", "lines")),
            BoardNode("event:paid", "event", "cart.paid", problems=("Nobody reads it",)),
            BoardNode("topic:carts", "topic", "carts"),
            BoardNode("subscription:mail", "subscription", "mail", subtitle="send_mail"),
            BoardNode("subscription:bill", "policy", "bill"),
            BoardNode("projection:carts", "projection", "carts"),
        ),
        edges=_joined(
            "command:order > aggregate:cart",
            "command:pay > aggregate:cart",
            "aggregate:cart > event:ordered",
            "aggregate:cart > event:paid",
            "event:ordered > topic:carts",
            "topic:carts > subscription:mail",
            "event:ordered > subscription:bill",
            "subscription:bill > command:pay",
            "event:ordered > projection:carts",
        ),
    )


@pytest.fixture(params=range(6))
def tangle(request: pytest.FixtureRequest) -> BoardGraph:
    """A model of some size with edges in all directions."""
    chance, kinds = (
        random.Random(request.param),
        ("command", "aggregate", "event", "topic", "policy", "external"),
    )
    nodes = tuple(
        BoardNode(f"n{number}", chance.choice(kinds), f"n{number}")
        for number in range(4 + 14 * request.param)
    )
    names = [node.id for node in nodes]
    pairs = {(chance.choice(names), chance.choice(names)) for _ in range(2 * len(names))}
    return BoardGraph(nodes, tuple(BoardEdge(*pair, kind="x") for pair in sorted(pairs)))
