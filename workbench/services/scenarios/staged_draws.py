"""Which tries of stand-ins fail in a scenario: by what a message says, not by its id (D6, W8)."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from workbench.model.messaging import Handler, Message
from workbench.model.stand_in_draw import StandInDraw


class StagedDraw:
    """What decides which tries of a stand-in fail there; it is the attribute ``draw`` of the handler.

    Attributes:
        otherwise: Whether the next try ends the other way.
    """

    def __init__(self, drawn: StandInDraw) -> None:
        self._drawn = drawn
        self.otherwise = False

    def usual(self, message: Message, subscription: str, attempt: int) -> bool | None:
        """Whether a try fails by itself; None where the stand-in passes the message."""
        if not self._drawn.handles(message):
            return None
        said = (subscription, message.type, message.key, message.stream, message.version, message.data)
        share = Random("\n".join(map(str, (*said, attempt)))).random()  # noqa: S311  # no secret
        return share < self._drawn.share

    def fails(self, message: Message, context: Any) -> bool:
        """Whether a try fails."""
        return bool(self.usual(message, context.issuer.origin, context.attempt)) != self.otherwise


def drawn_on_stage(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Returns handlers of which those that draw do so by what their messages say."""
    return {name: _on_stage(handler) for name, handler in handlers.items()}


def _on_stage(handler: Handler) -> Handler:
    drawn = getattr(handler, "draw", None)
    if not isinstance(drawn, StandInDraw):
        return handler
    staged = StagedDraw(drawn)
    made = drawn.failing(staged.fails)
    made.draw = staged  # type: ignore[attr-defined]
    return made
