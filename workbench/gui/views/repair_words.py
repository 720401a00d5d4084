"""What the repair of many dead letters says: outcomes, fields that become empty, why letters do not fit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from workbench.gui.forms.json_schema import resolve
from workbench.gui.long_text import shortened
from workbench.gui.time_format import short
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.dead_letters.letter_patch import PatchedLetter
    from workbench.services.dead_letters.letter_rehearsal import Rehearsal
    from workbench.services.dead_letters.patch_report import Counted, PatchReport

REASONS = 3
"""Reasons why letters are left out, and outcomes of a rehearsal times two, that are shown."""

NAMED = 5
"""Subscriptions that are named at most."""


def outcomes(found: Rehearsal) -> str:
    """Says what would become of letters."""
    lines = [f"{len(one.numbers):>7,}  {'✓' if one.resolved else '⚠'} {one.words}" for one in found.outcomes]
    rest = len(lines) - 2 * REASONS
    more = [f"and {counted(rest, 'other outcome')}"] if rest > 0 else []
    head = f"Rehearsed {found.count:,} in a copy, {found.seconds:.1f} s; nothing was stored"
    return "\n".join([head, *lines[: 2 * REASONS], *more])


def forewarned(found: Rehearsal | None) -> str:
    """Says which letters a rehearsal did not see resolved, when it was, and why; empty for none."""
    failed = [(one.words, one.numbers) for one in found.outcomes if not one.resolved] if found else []
    if found is None or not failed:
        return ""
    count = sum(len(numbers) for _, numbers in failed)
    why = shortened(counts_told(tuple(failed)))
    were = "was" if count == 1 else "were"
    return f"Rehearsed {short(found.at)}: {count:,} of {found.count:,} {were} not resolved ({why})."


def really(subscriptions: Sequence[str]) -> str:
    """Says of which subscriptions a rehearsal really runs the handlers, and what that means."""
    names, rest = subscriptions[:NAMED], len(subscriptions) - NAMED
    said = ", ".join(names) + (f" and {counted(rest, 'other')}" if rest > 0 else "")
    return (
        f"Handlers really run in the copy, such as those of {said}. Nothing is stored, but their outside "
        "effects happen, unless they check context.dry_run."
    )


def fields_of(value: object, before: str = "", depth: int = 2) -> list[str]:
    """Returns the paths of the fields of a payload, those of objects in it, too."""
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, part in value.items():
        found.append(f"{before}{name}")
        found += fields_of(part, f"{before}{name}.", depth - 1) if depth > 1 else []
    return found


def judged(report: PatchReport) -> str:
    """Says how many letters fit, and of how many nothing is known that they could fit."""
    free = len(report.unjudged)
    fit = f"{len(report.fit) - free:,} fit the schema"
    none = f"{counted(free, 'letter')} without a schema"
    said = f"{fit}, {none}" if 0 < free < len(report.fit) else none if free else fit
    return f"{said}, {len(report.archived):,} of them archived" if report.archived else said


def counts_told(said: Counted) -> str:
    """Says the most frequent of what is said of letters, each with their number; empty for nothing."""
    return "; ".join(f"{one}: {len(some):,}" for one, some in said[:REASONS])


def letters_told(report: PatchReport) -> Counted:
    """Returns of which letters a report says something, and what; each with their numbers."""
    stay = frozenset(report.unchanged)
    said = (
        ("that change and fit", tuple(one for one in report.fit if one not in stay)),
        ("that stay as they are", report.unchanged),
        *([("that fit and are archived", report.archived)] if report.archived else []),
        *((f"left out: {why}", numbers) for why, numbers in report.misfits),
        *((f"in which {field} becomes empty", numbers) for field, numbers in report.emptied),
        *((f"in which {field}", numbers) for field, numbers in report.unknown),
    )
    return tuple((one, numbers) for one, numbers in said if numbers)


def left_alone(report: PatchReport, numbers: Collection[int]) -> str:
    """Says how many of some letters a patch leaves as they are; empty for none, and for all."""
    stay = len(frozenset(numbers).intersection(report.unchanged))
    return f"The patch leaves {stay:,} of them as they are." if 0 < stay < len(numbers) else ""


def emptied(report: PatchReport, numbers: Collection[int]) -> str:
    """Says which fields become empty or null in how many of some letters; empty for none."""
    chosen = frozenset(numbers)
    counts = [(field, len(chosen.intersection(some))) for field, some in report.emptied]
    told = [f"{field} becomes empty or null in {counted(many, 'letter')}" for field, many in counts if many]
    return f"{'; '.join(told)}." if told else ""


def holds_text(registry: Registry, letter: PatchedLetter, field: str) -> bool:
    """Whether a field holds text: in the schema of the type, or in a letter."""
    kind = registry.events.get(registry.named(letter.type))
    schema = resolve(kind.schema, kind.schema) if kind is not None else {}
    known = (schema.get("properties") or {}).get(field)
    if isinstance(known, dict) and "type" in known:
        return bool(known["type"] == "string")
    before = letter.before
    return isinstance(before, dict) and isinstance(before.get(field), str)
