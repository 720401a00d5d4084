"""What a command appended, told by stream: a command may change several at once (K8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.store.ports import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a command appended to one stream.

    Attributes:
        events: How many.
        version: The stream's version after the last of them.
    """

    stream: str
    events: int
    version: int


def appended(reader: Reader, first: int, last: int) -> tuple[Appended, ...]:
    """Returns what stands at the positions of one command, by stream in the order of the log (I3).

    Args:
        first: Position of its first event; 0 where it appended none.
        last: Position of its last event.
    """
    entries = reader.log(first, last - first + 1) if first else []
    found: dict[str, Appended] = {}
    for entry in entries:
        if entry.event and entry.position <= last:
            before = found.get(entry.stream)
            events = before.events + 1 if before else 1
            found[entry.stream] = Appended(stream=entry.stream, events=events, version=entry.version)
    return tuple(found.values())


def appended_words(parts: Iterable[Appended]) -> str:
    """Says how many events each stream got: ``2 events appended to deal-d1, now at version 4; 1 event …``."""
    return "; ".join(
        f"{counted(one.events, 'event')} appended to {one.stream}, now at version {one.version:,}"
        for one in parts
    )
