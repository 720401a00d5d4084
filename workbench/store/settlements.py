"""What became of deliveries, as values: rows that are new, and how leased ones ended (contract §5)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Message
from workbench.store.stored_values import Attempt, DeadLetter


class NewDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A row for a message that is not a plain success.

    Attributes:
        key: What orders it; None for the message's own, empty where nothing is ordered.
        lease_until: Of one that is handed out as it comes into being, under the token of its `Settle`.
        generation: Of an edited copy that is delivered again, which its message is here (L6); 0 for the
            message itself.
    """

    message: Message
    state: DeliveryState
    key: str | None = None
    due_at: int | None = None
    failed: int = 0
    crashed: int = 0
    attempts: tuple[Attempt, ...] = ()
    letter: DeadLetter | None = None
    lease_until: int | None = None
    generation: int = 0


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one leased row: None as state means that it has ended, and the row goes.

    Attributes:
        position: Of its message; a subscription has one delivery of each (I5).
        failed: Added to the row's failed attempts.
        dropped: It ended without success, and leaves no dead letter.
    """

    position: int
    key: str
    state: DeliveryState | None
    due_at: int | None = None
    failed: int = 0
    attempts: tuple[Attempt, ...] = ()
    letter: DeadLetter | None = None
    dropped: bool = False


def blocked_keys(rows: Iterable[NewDelivery]) -> set[str]:
    """Returns the keys of new rows that wait for another one with their key."""
    blocked = (row for row in rows if row.state is DeliveryState.BLOCKED)
    return {row.message.key if row.key is None else row.key for row in blocked}
