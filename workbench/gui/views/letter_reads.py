"""What the view of dead letters asks the store."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.gui.reads import takes_time
from workbench.gui.views.letter_actions import EDIT, REPLAY, REPLAYS, SAMPLES, STATUSES, Deed
from workbench.gui.views.to_confirm import ToConfirm
from workbench.gui.widgets import error_text
from workbench.model.dead_letter import LetterStatus
from workbench.services.dead_letters.letter_index import LettersFound

if TYPE_CHECKING:
    from workbench.gui.table_actions import ChosenRows
    from workbench.services.dead_letters import DeadLetters, JobReport
    from workbench.services.dead_letters.letter_index import LetterQuery
    from workbench.services.dead_letters.letter_patch import LetterPatch, PatchedLetter
    from workbench.services.dead_letters.letter_repair import LetterRepair
    from workbench.store.stored_values import DeadLetter, Glance, LetterGroup

SHOWN = {
    "Open": ("open",),
    "Archived": ("archived",),
    "Purged": ("purged",),
    "Replaying": ("replaying",),
    "Resolved": ("resolved",),
    "Failed again": ("failed_again",),
    "All": tuple(STATUSES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLetters:
    """What the store has of dead letters.

    Attributes:
        counts: By status.
        groups: Causes of those with the chosen status.
        replayable: Numbers of those that can be replayed; None for all.
        shown: The one that is shown.
        found: What was looked for, in groups; None where just the causes are.
        newest: The highest number of all there were before the others were read.
    """

    counts: Mapping[str, int]
    groups: Sequence[LetterGroup]
    replayable: frozenset[int] | None
    shown: Glance[DeadLetter] | None
    found: LettersFound | None = None
    newest: int = 0


def status_choices(found: FoundLetters) -> list[tuple[str, str]]:
    """Returns what the box of statuses says: how many there are; of those searched how many fit."""
    choices = []
    for name, statuses in SHOWN.items():
        total, sought = sum(found.counts.get(one, 0) for one in statuses), found.found
        searched = sought is not None and sought.query.narrowed and not sought.flaw
        mine = sought is not None and sought.query.statuses == statuses
        few = f"{len(sought.numbers):,} of " if sought is not None and searched and mine else ""
        choices.append((f"{name}  ·  {few}{total:,}", name))
    return choices


def looked_at(dead_letters: DeadLetters, query: LetterQuery) -> LettersFound:
    """Returns what a query finds, nothing where it is no CEL; all are looked at, so beside the loop (V4)."""
    takes_time()
    try:
        return dead_letters.repair.find(query)
    except InvalidValue as error:
        counts, none = dead_letters.counts(), array("q")
        total, hours = sum(counts.get(one, 0) for one in query.statuses), (0,) * 24
        said = error_text(error)
        return LettersFound(
            query=query,
            total=total,
            numbers=none,
            clusters=(),
            hours=hours,
            until=0,
            counts=counts,
            flaw=said,
        )


def previewed(repair: LetterRepair, patch: LetterPatch, number: int) -> PatchedLetter:
    """Returns what a patch makes of a letter, which may be large: beside the loop (V4)."""
    takes_time()
    return repair.preview(patch, number)


def reported(dead_letters: DeadLetters, number: int) -> JobReport:
    """Returns a job and what became of its letters, of which there can be many: beside the loop (V4)."""
    takes_time()
    return dead_letters.jobs.report(number)


def samples_of(dead_letters: DeadLetters, numbers: tuple[int, ...]) -> ToConfirm:
    """Returns what is asked about a replay of letters, in the order in which they go: how many, and a few."""
    samples = dead_letters.listed(numbers[:SAMPLES])
    archived = len(dead_letters.having(numbers, (LetterStatus.ARCHIVED,)))
    return ToConfirm(
        deed=REPLAY,
        numbers=numbers,
        samples=samples,
        archived=archived,
        held_up=dead_letters.held_up(numbers),
    )


def found_letters(
    dead_letters: DeadLetters, statuses: Sequence[str], shown: int, query: LetterQuery | None = None
) -> FoundLetters:
    """Returns counts, causes or what a query finds, of one moment; and the letter shown, 0 for none."""
    newest = dead_letters.newest()
    found = looked_at(dead_letters, query) if query is not None else None
    with dead_letters.steady():
        return FoundLetters(
            found=found,
            counts=dead_letters.counts() if found is None else found.counts,
            groups=dead_letters.groups(statuses) if found is None else (),
            replayable=_replayable(dead_letters, statuses),
            shown=dead_letters.glance(shown) if shown else None,
            newest=newest,
        )


def _replayable(dead_letters: DeadLetters, statuses: Sequence[str]) -> frozenset[int] | None:
    may = [status for status in statuses if status in REPLAY.statuses]
    if len(may) == len(statuses):
        return None
    groups = dead_letters.groups(may) if may else ()
    return frozenset(chain.from_iterable(group.numbers for group in groups))


def judged(dead_letters: DeadLetters, deed: Deed, wanted: Sequence[int]) -> tuple[Deed, list[int], int]:
    """Returns which letters something can be done with, and the payload's size of one to be edited."""
    numbers = dead_letters.having(wanted, deed.statuses)
    return deed, numbers, dead_letters.glance(numbers[0]).size if deed is EDIT and numbers else 0


def why_not(dead_letters: DeadLetters, deed: Deed, rows: ChosenRows, counts: Mapping[str, int]) -> str:
    """Returns why something cannot be done with letters that are chosen.

    Args:
        counts: How many have each status, where more than one is chosen.
    """
    if len(rows.keys) > 1:
        return _unfit(deed, counts)
    (number, status), subscription = rows.row[:2], rows.row[7]
    held = dead_letters.hindrance(subscription, number) if deed in REPLAYS else ""
    return _unfit(deed, {status: 1}) or held


def _unfit(deed: Deed, counts: Mapping[str, int]) -> str:
    count = sum(counts.get(status, 0) for status in deed.statuses)
    if deed.fits(count):
        return ""
    wanted = " or ".join(STATUSES[one][0].lower() for one in sorted(deed.statuses, reverse=True))
    return "Select a single letter for this" if count else f"None of the selected letters is {wanted}"
