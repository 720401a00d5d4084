"""Finds which subscription made an event or message that carries no name: by the id that it derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.ids import derived_id
from workbench.model.messaging import Message

if TYPE_CHECKING:
    from uuid import UUID

    from workbench.model.event import RecordedEvent
    from workbench.model.registry import Registry

DERIVED = 5
"""Version of ids that are derived."""
EFFECTS, EVENTS = 24, 8
"""Effects of one delivery, and events of one append, among which is looked."""


def maker_of(registry: Registry, made: RecordedEvent | Message, cause: RecordedEvent | Message) -> str:
    """Returns the name of the subscription whose handler made something of a message; empty if not known.

    What a handler makes has an id that is derived from the subscription, the message and its place among
    the effects (D1).
    """
    if made.id.version != DERIVED:
        return ""
    topics = {cause.topic} if isinstance(cause, Message) else registry.routing.topics_of(cause.type)
    names = [one.name for one in registry.subscriptions.values() if one.topic in topics]
    if len(names) == 1:
        return names[0]
    return next((name for name in names if made_by(name, made, cause.id)), "")


def effect_ids(name: str, cause: UUID) -> tuple[UUID, ...]:
    """Returns the ids of the first effects that a subscription's handler makes of the message with an id."""
    return tuple(derived_id(name, cause, effect) for effect in range(EFFECTS))


def made_by(name: str, made: RecordedEvent | Message, cause: UUID) -> bool:
    """Whether a subscription's handler made something of the message with an id."""
    if made.id in effect_ids(name, cause):
        return True
    parts = [(name, cause, effect) for effect in range(EFFECTS)]
    indexes = range(1, 1 if isinstance(made, Message) else EVENTS)
    return any(derived_id(*part, index) == made.id for part in parts for index in indexes)
