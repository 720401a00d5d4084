"""A stand-in for an outside system of whose tries some fail, and what decides which (D6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.model.messaging import Handler, Message

Fails = Callable[[Message, Any], bool]
"""``(message, context)``: whether a try fails."""


@dataclass(frozen=True, slots=True)
class StandInDraw:
    """How a stand-in draws; it is the attribute ``draw`` of the handler.

    Attributes:
        share: Part of its tries that fail, above 0 and below 1.
        handles: Whether it does anything with a message; one that it passes does not fail.
        failing: Returns the stand-in with something else that decides which of its tries fail.
    """

    share: float
    handles: Callable[[Message], bool]
    failing: Callable[[Fails], Handler]
