"""The other way in which a delivery can end whose stand-in draws whether it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.services.worlds.moves import MoveKind

if TYPE_CHECKING:
    from workbench.services.scenarios.staged_draws import StagedDraw
    from workbench.services.worlds.moves import NextMove
    from workbench.services.worlds.stepped_world import SteppedWorld


def otherwise_drawn(world: SteppedWorld, ready: Sequence[NextMove]) -> Iterator[NextMove]:
    """Yields deliveries that are possible with the end that their stand-ins do not draw."""
    for move in ready:
        if move.kind is MoveKind.DELIVERY and (fails := drawn(world, move)) is not None:
            yield replace(move, fails=not fails)


def drawn(world: SteppedWorld, move: NextMove) -> bool | None:
    """Whether a delivery fails by itself, as its stand-in draws; None where none draws."""
    draw = _draw(world, move)
    if draw is None:
        return None
    message = world.reader.message(move.at, world.engine.subscriptions[move.name].subscription.topic)
    rows = world.tables.deliveries.values()
    failed = sum(one.failed for one in rows if (one.subscription, one.position) == (move.name, move.at))
    return None if message is None else draw.usual(message, move.name, failed + 1)


@contextmanager
def ending(world: SteppedWorld, move: NextMove) -> Iterator[None]:
    """Has a delivery that is made in the block end as its move says."""
    draw = None if move.fails is None else _draw(world, move)
    if draw is None:
        yield
        return
    draw.otherwise = True
    try:
        yield
    finally:
        draw.otherwise = False


def _draw(world: SteppedWorld, move: NextMove) -> StagedDraw | None:
    registry = world.world.registry
    subscription = registry.subscriptions.get(move.name)
    handler = registry.handlers.get(subscription.handler) if subscription is not None else None
    return getattr(handler, "draw", None)
