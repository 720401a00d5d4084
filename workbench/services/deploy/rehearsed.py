"""What a rehearsal of a deploy comes to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from workbench.model.counts import counted
from workbench.services.worlds.compare import Differences, StoreDifference

KINDS = ("stream", "row", "command", "event")
"""Of what differs, in the order in which it is told."""
SAID = {
    "stream": ("differs", "differ"),
    "row": ("in read models that fold otherwise differs", "in read models that fold otherwise differ"),
    "command": ("that was accepted would be refused", "that were accepted would be refused"),
    "event": ("that is read otherwise no longer loads", "that are read otherwise no longer load"),
}
"""What is said behind ``1 of 12 streams``, and behind any other number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferAlike:
    """How many differ for one reason.

    Attributes:
        kind: As of `StoreDifference`.
        where: Aggregate, read model, or type of the command or the event.
        said: Field or column that differs, or why it fails.
        first: Position of the first one; 0 where that is not known.
    """

    kind: str
    where: str
    said: str
    count: int
    first: int = 0


@dataclass(slots=True, kw_only=True)
class Rehearsed(Differences):
    """What the new model would make otherwise of what is stored than the old one.

    Attributes:
        head: All up to this position was looked at.
        looked: How many things of each kind there are: all streams; rows of read models that are folded
            otherwise; accepted commands of what may be decided otherwise; events that are read otherwise.
        differ: How many of them differ, by kind.
        changes: What of the model is another, a phrase each.
        refused_before: Commands that the old model would refuse by now, too; they are not counted.
    """

    head: int
    looked: Counter[str] = field(default_factory=Counter)
    differ: Counter[str] = field(default_factory=Counter)
    changes: list[str] = field(default_factory=list)
    refused_before: int = 0
    _reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _first: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def count(self, kind: str, where: str, said: str, position: int = 0) -> None:
        """Counts one that differs for some reason."""
        key = (kind, where, said)
        self._reasons[key] += 1
        if position:
            self._first[key] = min(position, self._first.get(key, position))

    def differs(self, one: StoreDifference) -> None:
        """Takes in a thing that differs, of which there is one line."""
        self.differ[one.kind] += 1
        self.note(one)

    @property
    def reasons(self) -> list[DifferAlike]:
        """Why they differ, by kind, the most frequent first."""
        found = [
            DifferAlike(
                kind=kind, where=where, said=said, count=count, first=self._first.get((kind, where, said), 0)
            )
            for (kind, where, said), count in self._reasons.items()
        ]
        return sorted(found, key=lambda one: (KINDS.index(one.kind), -one.count, one.where, one.said))

    def sentences(self) -> list[str]:
        """Says how much differs: ``12 of 48,210 streams differ``."""
        return [_sentence(kind, self.differ[kind], self.looked[kind]) for kind in KINDS if self.looked[kind]]

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.differ.total()


def _sentence(kind: str, differ: int, looked: int) -> str:
    return f"{differ:,} of {counted(looked, kind)} {SAID[kind][differ != 1]}"
