"""Graphs that the board's tests draw."""

from __future__ import annotations

import random

import pytest

from workbench.gui.board.board_graph import Edge, Graph, Node


def _joined(*pairs: str) -> tuple[Edge, ...]:
    ends = [pair.partition(" > ") for pair in pairs]
    return tuple(Edge(source, target, "leads to") for source, _, target in ends)


@pytest.fixture
def shop() -> Graph:
    """A small model with a cycle: a policy issues a command again."""
    return Graph(
        nodes=(
            Node("command:order", "command", "order", rows=("id", "lines")),
            Node("command:pay", "command", "pay", rows=("id",)),
            Node("aggregate:cart", "aggregate", "cart", subtitle="What somebody wants"),
            Node("event:ordered", "event", "cart.ordered", rows=("id", "lines")),
            Node("event:paid", "event", "cart.paid", problems=("Nobody reads it",)),
            Node("topic:carts", "topic", "carts"),
            Node("subscription:mail", "subscription", "mail", subtitle="send_mail"),
            Node("subscription:bill", "policy", "bill"),
            Node("projection:carts", "projection", "carts"),
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
def tangle(request: pytest.FixtureRequest) -> Graph:
    """A model of some size with edges in all directions."""
    chance, kinds = (
        random.Random(request.param),
        ("command", "aggregate", "event", "topic", "policy", "external"),
    )
    nodes = tuple(
        Node(f"n{number}", chance.choice(kinds), f"n{number}") for number in range(4 + 14 * request.param)
    )
    names = [node.id for node in nodes]
    pairs = {(chance.choice(names), chance.choice(names)) for _ in range(2 * len(names))}
    return Graph(nodes, tuple(Edge(*pair, kind="x") for pair in sorted(pairs)))
