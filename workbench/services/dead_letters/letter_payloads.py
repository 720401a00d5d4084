"""Tells on which payload each try of a dead letter ran: its message's, or an edited copy's (L6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.store.letter_values import copy_id

if TYPE_CHECKING:
    from workbench.store.stored_values import Attempt, DeadLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPayloads:
    """On what the tries of a dead letter ran.

    Attributes:
        changed: The letter whose edited copy it holds; 0 where it holds what its message says.
        tries: Of each try, in their order: ``as changed in #43``; empty for the message's own payload.
        success: Of the try that succeeded, where one did; empty for the message's own payload.
    """

    changed: int
    tries: tuple[str, ...]
    success: str = ""


def payloads_of(
    letter: DeadLetter, letters: Iterable[DeadLetter], attempts: Sequence[Attempt] | None = None
) -> LetterPayloads:
    """Returns on what the tries of a letter ran.

    Args:
        letters: All of its delivery: each may have been edited.
        attempts: The tries that are meant; None for all that the letter tells.
    """
    copies = {copy_id(one.message_id, one.edited): one.number for one in letters if one.edited is not None}
    changed = copies.get(letter.message_id, 0)

    def said(one: Attempt) -> str:
        if one.copy in (None, letter.message_id):
            return f"as changed in #{changed}" if changed else ""
        number = copies.get(one.copy)
        return f"as changed in #{number}" if number else f"as changed before in #{letter.number}"

    latest = letter.number if letter.edited is not None else changed
    return LetterPayloads(
        changed=changed,
        tries=tuple(map(said, letter.attempts if attempts is None else attempts)),
        success=f"as changed in #{latest}" if latest else "",
    )
