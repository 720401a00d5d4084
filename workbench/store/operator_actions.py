"""What operators did, as the store keeps it, and what is kept so that it can be undone (L9, L10)."""

from __future__ import annotations

from collections.abc import Iterable

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


class KeptPast(msgspec.Struct, frozen=True, kw_only=True, tag="past"):
    """An act on a dead letter of which nothing can be put back any more; its story tells it (L4).

    Attributes:
        note: Owner and note, where it wrote them.
        undone: Whether it was taken back.
    """

    letter: int
    note: tuple[str, str] | None = None
    undone: bool = False


Kept = KeptDelivery | KeptCursor | KeptNote | KeptReplay | KeptPast


class LetterDeed(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator did to one dead letter.

    Attributes:
        note: Owner and note, where it wrote them.
        undo: What took it back; None where it holds.
    """

    of: OperatorAction
    note: tuple[str, str] | None = None
    undo: OperatorAction | None = None


def past_of(kept: KeptNote | KeptReplay, *, undone: bool) -> KeptPast:
    """Returns what is left of what an act kept of a letter, once it was put back, or cannot be any more."""
    note = kept.after if isinstance(kept, KeptNote) else None
    return KeptPast(letter=kept.letter, note=note, undone=undone)


def deeds_of(
    found: Iterable[tuple[int, str, Kept | None]], acts: Iterable[OperatorAction]
) -> dict[int, tuple[LetterDeed, ...]]:
    """Returns by letter what was done to it, the first act first.

    Args:
        found: Letters and the names of acts on them, with what is kept of these.
        acts: The records of these acts and of their undos.
    """
    known = {one.number: one for one in acts}
    named = {one.act: one for one in known.values() if one.act}
    deeds: dict[int, dict[int, LetterDeed]] = {}
    for letter, name, kept in found:
        if (of := named.get(name)) is not None:
            past = past_of(kept, undone=False) if isinstance(kept, KeptNote) else kept
            note = past.note if isinstance(past, KeptPast) else None
            undo = known.get(of.undone) if isinstance(past, KeptPast) and past.undone else None
            before = deeds.setdefault(letter, {}).get(of.number, LetterDeed(of=of))
            deeds[letter][of.number] = LetterDeed(of=of, note=note or before.note, undo=undo or before.undo)
    return {letter: tuple(one for _, one in sorted(by.items())) for letter, by in deeds.items()}


def place_of(kept: Kept) -> int:
    """Returns the position or the number of the dead letter that something was kept of; 0 for a cursor."""
    match kept:
        case KeptDelivery():
            return kept.delivery.position
        case KeptCursor():
            return 0
    return kept.letter
