"""How far something lies behind: the positions from the first message that it wants to the head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.model.messaging import COMMANDS_TOPIC

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.model.projection import Projection
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader
    from workbench.store.stored_values import SubscriptionState


def wanted_by(registry: Registry, name: str) -> Callable[[str], bool]:
    """Returns which types of events a subscription, policy or process gets; all where the model has none."""
    if (declared := registry.subscriptions.get(name)) is not None:
        return partial(registry.gets, declared)
    if (reactor := registry.reactors.get(name)) is not None:
        return reactor.events.__contains__
    return lambda _kind: name != COMMANDS_TOPIC


def subscription_lag(
    registry: Registry, reader: Reader, state: SubscriptionState, cursor: int
) -> tuple[int, int | None]:
    """Returns how far a subscription lies behind, and when its next message was published.

    A stored cursor and that of a running engine answer the same: what lies between them is not wanted.

    Args:
        cursor: Up to where it has looked.

    Returns:
        Positions, 0 where nothing is left for it; microseconds since 1970, None where nothing is.
    """
    head = reader.head()
    if cursor >= head:
        return 0, None
    found, looked = reader.read_topic(state.topic, wanted_by(registry, state.name), cursor, 1)
    return _behind(found, looked, head), found[0].published_at if found else None


def projection_lag(projection: Projection, reader: Reader, checkpoint: int) -> int:
    """Returns how many positions a read model lies behind; 0 where handlers write its rows (J6)."""
    head = reader.head()
    if projection.by_handlers or checkpoint >= head:
        return 0
    found, looked = reader.read_types(projection.handlers().__contains__, checkpoint, 1)
    return _behind(found, looked, head)


def _behind(found: Sequence[Message] | Sequence[RecordedEvent], looked: int, head: int) -> int:
    """Returns the distance to the head, of what was not looked at, too."""
    return max(0, head - (found[0].position - 1 if found else looked))
