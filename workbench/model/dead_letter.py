"""What can be done with a dead letter, and what that makes of it: the table of transitions (contract §6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from workbench.model.counts import counted
from workbench.model.error_text import in_short
from workbench.model.json_values import check_name, check_words


class LetterStatus(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    REPLAYING = "replaying"
    RESOLVED = "resolved"
    FAILED_AGAIN = "failed_again"
    ARCHIVED = "archived"
    PURGED = "purged"


class LetterAct(StrEnum):
    """What happens to a dead letter: the first four an operator does, the others its replay comes to."""

    REPLAY = "replay"
    ARCHIVE = "archive"
    PURGE = "purge"
    RESTORE = "restore"
    SUCCEED = "succeed"
    FAIL = "fail"
    SKIP = "skip"


TRANSITIONS: Mapping[LetterAct, Mapping[LetterStatus, LetterStatus]] = {
    LetterAct.REPLAY: {
        LetterStatus.OPEN: LetterStatus.REPLAYING,
        LetterStatus.ARCHIVED: LetterStatus.REPLAYING,
    },
    LetterAct.ARCHIVE: {LetterStatus.OPEN: LetterStatus.ARCHIVED},
    LetterAct.PURGE: {LetterStatus.OPEN: LetterStatus.PURGED, LetterStatus.ARCHIVED: LetterStatus.PURGED},
    LetterAct.RESTORE: {LetterStatus.ARCHIVED: LetterStatus.OPEN, LetterStatus.PURGED: LetterStatus.OPEN},
    LetterAct.SUCCEED: {LetterStatus.REPLAYING: LetterStatus.RESOLVED},
    LetterAct.FAIL: {LetterStatus.REPLAYING: LetterStatus.FAILED_AGAIN},
    LetterAct.SKIP: {LetterStatus.REPLAYING: LetterStatus.OPEN},
}
"""For each act, what it makes of a letter in the statuses in which it may be done; in others it does nothing.

A restore takes the last act back: a letter that was purged after it was archived is archived again (L9).
"""
UNDOABLE = (LetterAct.ARCHIVE, LetterAct.PURGE)
"""Acts that a restore takes back (L7)."""


def allowed(act: LetterAct) -> tuple[LetterStatus, ...]:
    """Returns the statuses in which an act may be done."""
    return tuple(TRANSITIONS[act])


def outcome(act: LetterAct) -> LetterStatus:
    """Returns what an act makes of a letter, whatever it was before."""
    return next(iter(TRANSITIONS[act].values()))


NOTE = 10_000
"""Characters of a note."""
SAID = 200
"""Characters of a note that records and stories tell."""


def waits_of_key(letters: int, behind: int, still: str = "") -> str:
    """Says how many messages wait behind some letters."""
    key, them = ("its key", "it") if letters == 1 else ("their keys", "them")
    return f"{counted(behind, 'message')} of {key} {still}{'waits' if behind == 1 else 'wait'} behind {them}"


def purge_behind(letters: int, behind: int, *, skip_on: bool | None = None) -> str:
    """Says what a purge makes of the messages that wait behind its letters (L7); asks that where it is open.

    Args:
        skip_on: Whether they go on; None where that is to be asked.
    """
    if skip_on:
        key, them = ("its key", "it") if letters == 1 else ("their keys", "them")
        go = "goes" if behind == 1 else "go"
        return f"{counted(behind, 'message')} of {key} that waited behind {them} {go} on"
    if skip_on is not None:
        return waits_of_key(letters, behind, "still ")
    it = "it" if behind == 1 else "them"
    return f"{waits_of_key(letters, behind)}: keep {it} blocked, or skip what is purged and go on with {it}?"


def note_words(owner: str | None, note: str | None) -> str:
    """Says what was written about a letter: ``owner Ann; note “asked the bank”``.

    Args:
        owner, note: Empty for none; None where it was left as it was.
    """
    said = [f"owner {owner}" if owner else "no owner"] if owner is not None else []
    said += (
        [f"note “{in_short(' '.join(note.split()), SAID)}”" if note else "no note"]
        if note is not None
        else []
    )
    return "; ".join(said)


def check_note(owner: str | None, note: str | None) -> None:
    """Makes sure that what operators write about a letter can be kept and shown.

    Args:
        owner: A name; empty for none.

    Raises:
        InvalidValue: It cannot; says why.
    """
    if owner:
        check_name(owner, what="the owner")
    if note:
        check_words(note, what="the note", most=NOTE)
