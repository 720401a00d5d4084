"""Says how two stores differ: in a line, and of two long values where they do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.services.worlds.compare import Comparison, StoreDifference

KINDS = "row", "stream", "message", "letter"
LONG = 20
"""Characters that a column shows of a value."""
BEFORE = 8
"""Characters that are shown of what two long values have in common, before they differ."""


def kinds_told(found: Comparison) -> str:
    """Says how much differs, in a line."""
    counts = Counter({**found.counts, "row": found.rows - found.in_times})
    parts = [counted(counts[kind], kind) for kind in KINDS if counts[kind]]
    alone = sum(counts[kind] for kind in KINDS) == 1
    said = f"{', '.join(parts)} {'differs' if alone else 'differ'}" if parts else "nothing differs"
    if found.in_times:
        more = counted(found.in_times, "row")
        verb = "differs" if found.in_times == 1 else "differ"
        said = f"{said}, {more} in times only" if parts else f"{more} {verb} in times only"
    if not found.split and all(found.heads):
        return f"{said}: the two have no beginning in common: these are different projects"
    return f"{said} since position {found.split:,}"


def kind_of(one: StoreDifference) -> str:
    """Returns what kind of difference it is, as a person is told: ``times`` is a row in times alone."""
    return "times" if one.times else one.kind


def times_last(differences: list[StoreDifference]) -> list[StoreDifference]:
    """Returns the differences with those in times alone behind all others."""
    return sorted(differences, key=lambda one: one.times)


def told_apart(ours: str, theirs: str) -> tuple[str, str]:
    """Returns two values as they are shown beside each other: long ones from shortly before they differ."""
    both = enumerate(zip(ours, theirs, strict=False))
    same = next((at for at, (mine, other) in both if mine != other), min(len(ours), len(theirs)))
    if max(len(ours), len(theirs)) <= LONG or same <= BEFORE + 1:
        return ours, theirs
    return f"…{ours[same - BEFORE :]}", f"…{theirs[same - BEFORE :]}"
