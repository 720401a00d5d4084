"""What is asked once faults have struck: are rows right, what happened twice, what did not end (W13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.model.counts import counted
from workbench.model.dead_letter import LetterStatus
from workbench.model.registry import Registry
from workbench.services.worlds.free_checks import (
    CheckFinding,
    happened_twice,
    not_ended,
    open_work,
    unlike_rebuilt,
)
from workbench.store.ports import Reader
from workbench.store.stored_values import ProjectionStatus

REBUILT = "Read models equal a clean rebuild"
ONCE = "Nothing happened twice"
ENDED = "Everything came to its end"
LETTERS = 200
"""Dead letters that are listed, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question, and what speaks against it.

    Attributes:
        said: How much was looked at.
        open: It cannot be answered yet.
    """

    name: str
    findings: Sequence[CheckFinding]
    said: str = ""
    open: bool = False


def fault_report(reader: Reader, registry: Registry, since: int, held: Sequence[str] = ()) -> list[Check]:
    """Returns the answers.

    Args:
        since: Only what was stored behind this position can have happened twice, or died.
        held: What armed faults hold still, in words: while they do, what is left to do is no finding.
    """
    folded = [name for name, one in registry.projections.items() if not one.by_handlers]
    ended = [*_stopped(reader, folded), *_dead(reader, since)]
    if not held:
        ended += [*open_work(reader, registry), *not_ended(reader, registry)]
    return [
        Check(
            name=REBUILT,
            findings=unlike_rebuilt(reader, registry),
            said="; ".join([counted(len(folded), "read model"), *_part_way(reader, folded)]),
        ),
        Check(
            name=ONCE,
            findings=happened_twice(reader, registry, since),
            said=f"behind position {since:,}",
        ),
        Check(name=ENDED, findings=ended, said="; ".join(held), open=bool(held) and not ended),
    ]


def _part_way(reader: Reader, projections: Sequence[str]) -> Iterator[str]:
    """Says up to where rows can be right of read models that stopped."""
    for name in projections:
        for one in reader.generations(name):
            if one.live and one.status is ProjectionStatus.FAULTED:
                yield f"{name} up to position {one.checkpoint:,}, where it stopped"


def _stopped(reader: Reader, projections: Sequence[str]) -> Iterator[CheckFinding]:
    for name in projections:
        for one in reader.generations(name):
            if one.live and one.status is ProjectionStatus.FAULTED:
                said = f"{name} stopped at position {one.fault_position:,}: {one.fault}"
                yield CheckFinding(said, projection=name, position=one.fault_position)


def _dead(reader: Reader, since: int) -> Iterator[CheckFinding]:
    for one in reader.letters(statuses=(LetterStatus.OPEN.value,), limit=LETTERS):
        if one.position > since:
            said = f"{one.type} at position {one.position:,} died in {one.subscription}: {one.error_type}"
            yield CheckFinding(said, subscription=one.subscription, position=one.position)
