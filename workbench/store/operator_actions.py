"""What operators did, as the store keeps it, and what is kept so that it can be undone (L9, L10)."""

from __future__ import annotations

import msgspec

from workbench.model.dead_letter import LetterStatus
from workbench.store.stored_values import Delivery


class OperatorAction(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person did to the running system.

    Attributes:
        at: Microseconds since 1970.
        action: An `OperatorAct`.
        subject: What it was done to, such as ``projection users`` or ``3 dead letters``.
        who: The person's name on this machine; empty where it is not known, or no person did it.
        count: On how many things it took effect.
        act: A name under which what it replaced is kept; records of one name are one record.
        undone: Number of the record of its undo; 0 for none.
    """

    number: int = 0
    at: int
    action: str
    subject: str
    detail: str = ""
    who: str = ""
    count: int = 0
    act: str = ""
    undone: int = 0


class KeptDelivery(msgspec.Struct, frozen=True, kw_only=True, tag="delivery"):
    """A waiting delivery that was skipped, or that a reset took away.

    Attributes:
        counts: Whether the undo counts it.
    """

    delivery: Delivery
    counts: bool = True


class KeptCursor(msgspec.Struct, frozen=True, kw_only=True, tag="cursor"):
    """Where a subscription stood before a reset, and where the reset put it."""

    subscription: str
    before: int
    after: int


class KeptNote(msgspec.Struct, frozen=True, kw_only=True, tag="note"):
    """Owner and note of a dead letter, before they were written and as they were written."""

    letter: int
    before: tuple[str, str]
    after: tuple[str, str]


class KeptReplay(msgspec.Struct, frozen=True, kw_only=True, tag="replay"):
    """A dead letter before its replay.

    Attributes:
        changes: What earlier acts changed of it: their names, status and time before each.
        delivery: Its dead delivery; None where that was removed when its key was skipped on.
        generation: Of the delivery that the replay made.
    """

    letter: int
    status: LetterStatus
    changed_at: int
    edited: str | None
    changes: tuple[tuple[str, LetterStatus, int], ...]
    delivery: Delivery | None
    generation: int


Kept = KeptDelivery | KeptCursor | KeptNote | KeptReplay


def place_of(kept: Kept) -> int:
    """Returns the position or the number of the dead letter that something was kept of; 0 for a cursor."""
    match kept:
        case KeptDelivery():
            return kept.delivery.position
        case KeptCursor():
            return 0
    return kept.letter
