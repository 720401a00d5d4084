"""What a patch makes of many letters: how many fit, why others do not, which stay as they are (L6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Verdict = tuple[int, str, bool, tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]
"""Of a letter with a patch: its number, why it does not fit, empty where it does, whether it changes,
what a `PatchedLetter` calls emptied, unknown and absent, and whether its type has a schema."""
Counted = tuple[tuple[str, tuple[int, ...]], ...]
"""What is said of letters, the most frequent first, with their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchReport:
    """What a patch makes of many letters.

    Attributes:
        fit: Those whose copies fit the schema of their type, the oldest messages first (L5).
        misfits: Why others do not.
        unchanged: Those that fit and stay as they are.
        emptied, unknown: As of a `PatchedLetter`, of those that fit.
        unjudged: Those that fit as nothing is known of what their type holds.
        archived: Those that fit and are archived: a replay takes them out of there.
        absent: Fields that the patch changes and none of those that fit has.
    """

    fit: tuple[int, ...]
    misfits: Counted
    unchanged: tuple[int, ...]
    emptied: Counted
    unknown: Counted
    absent: tuple[str, ...] = ()
    unjudged: tuple[int, ...] = ()
    archived: tuple[int, ...] = ()

    @property
    def left_out(self) -> int:
        """How many do not fit."""
        return sum(len(numbers) for _, numbers in self.misfits)


def report_of(found: Iterable[Verdict]) -> PatchReport:
    """Counts what a patch makes of letters."""
    fit: list[int] = []
    misfits, empty, odd, lack = (defaultdict[str, list[int]](list) for _ in range(4))
    unchanged: list[int] = []
    unjudged: list[int] = []
    for number, trouble, changed, emptied, unknown, absent, judged in found:
        if trouble:
            misfits[trouble].append(number)
            continue
        fit.append(number)
        unchanged += () if changed else (number,)
        unjudged += () if judged else (number,)
        for said, of in ((emptied, empty), (unknown, odd), (absent, lack)):
            for one in said:
                of[one].append(number)
    return PatchReport(
        fit=tuple(fit),
        misfits=_ordered(misfits),
        unchanged=tuple(unchanged),
        emptied=_ordered(empty),
        unknown=_ordered(odd),
        unjudged=tuple(unjudged),
        absent=tuple(field for field, some in lack.items() if len(some) == len(fit)),
    )


def _ordered(said: Mapping[str, Sequence[int]]) -> Counted:
    return tuple((one, tuple(some)) for one, some in sorted(said.items(), key=lambda pair: -len(pair[1])))
