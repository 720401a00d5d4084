"""What a rehearsal of a deploy comes to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from typing_extensions import override

from workbench.model.aggregate import category_of
from workbench.model.counts import counted
from workbench.services.deploy.changed_sections import ChangedSection
from workbench.services.worlds.compare import Differences, StoreDifference

KINDS = ("stream", "row", "command", "event")
"""Of what differs, in the order in which it is told."""
SAID = {
    "stream": ("stream", "streams", ("differs", "differ")),
    "row": ("row of a changed read model", "rows of changed read models", ("differs", "differ")),
    "command": ("accepted command", "accepted commands", ("would be refused", "would be refused")),
    "event": ("event of a changed type", "events of changed types", ("no longer loads", "no longer load")),
}
"""How one is called, how many are, and what is said of ``1 of them``, and of any other number."""
Key = tuple[str, str, str]
"""Kind, where, and what is said of all that differ alike."""
_SINGULAR = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d(?:[\d.,:TZ+-]*\d)?")
"""What tells the refusals of two commands apart that one rule refuses: ids, numbers, times."""


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

    @property
    def key(self) -> Key:
        """What `reason_of` gives for each of them."""
        return self.kind, self.where, self.said


@dataclass(slots=True, kw_only=True)
class Rehearsed(Differences):
    """What the new model would make otherwise of what is stored than the old one.

    Attributes:
        head: All up to this position was looked at.
        looked: How many things of each kind there are: all streams; rows of read models that are folded
            otherwise; accepted commands of what may be decided otherwise; events that are read otherwise.
        differ: How many of them differ, by kind.
        changes: What of the model is another, a phrase each.
        sections: Of the project file, those that differ.
        refused_before: Commands that the old model would refuse by now, too; they are not counted.
    """

    head: int
    looked: Counter[str] = field(default_factory=Counter)
    differ: Counter[str] = field(default_factory=Counter)
    changes: list[str] = field(default_factory=list)
    sections: list[ChangedSection] = field(default_factory=list)
    refused_before: int = 0
    _reasons: Counter[Key] = field(default_factory=Counter)
    _first: dict[Key, int] = field(default_factory=dict)

    @override
    def note(self, one: StoreDifference) -> None:
        Differences.note(self, one)
        key = reason_of(one)
        self._reasons[key] += 1
        if one.since:
            self._first[key] = min(one.since, self._first.get(key, one.since))

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


def reason_of(one: StoreDifference) -> Key:
    """Returns what a difference has in common with those that differ alike."""
    match one.kind:
        case "stream":
            return one.kind, category_of(one.where), field_of(one.key) or one.theirs
        case "row":
            return one.kind, one.where, one.column or one.theirs
        case _:
            return one.kind, one.key, _SINGULAR.sub("…", one.theirs)


def field_of(path: str) -> str:
    """Returns the name of the field of a state in which a place lies; empty for the whole state."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _sentence(kind: str, differ: int, looked: int) -> str:
    one, many, said = SAID[kind]
    return f"{differ:,} of {counted(looked, one, many)} {said[differ != 1]}"
