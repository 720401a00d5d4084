"""Marks of events of which stored ones do not fit their fields, and the trial that finds those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from workbench.errors import InvalidEvent, UnknownEvent
from workbench.model.counts import counted
from workbench.model.event import EventType, RecordedEvent, StoredData
from workbench.model.registry import Registry
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.store.paging import typed_events
from workbench.store.ports import Reader

UNFIT = MarkKind(
    code="A-STORED",
    severity=Severity.ERROR,
    title="an event of which stored ones do not fit its fields",
    why="They cannot be read: commands of their streams fail, and nothing that reads them goes on",
    way="open its schema, and give it the next version with an upcast",
)
MOST = 50_000
"""Stored events that are tried after a change, the oldest first; ``workbench check`` tries all."""


def unfit_events(model: MarkedModel) -> Iterator[DesignMark]:
    """Makes marks of events of which some that are stored could not be read."""
    for name, count in model.unfit.items():
        said = "does not fit its" if count == 1 else "do not fit their"
        fix = MarkFix(label="Open the schema", effect="and try it on what is stored", opens=name)
        fixes = (fix,) if model.declares("event", name) else ()
        yield model.mark(
            UNFIT, ("event", name), f"{counted(count, 'stored event')} {said} fields", fixes=fixes
        )


def is_unfit(kind: EventType, event: RecordedEvent | StoredData) -> bool:
    """Whether a stored event of a type cannot be read by it."""
    try:
        kind.read(event)
    except (InvalidEvent, UnknownEvent):
        return True
    return False


class StoredTrial:
    """Tries events that are stored, of each type again when something that reads them changed."""

    def __init__(self) -> None:
        self._tried: dict[str, tuple[str, int]] = {}
        """Of each type the digest of what reads it, and how many did not fit."""

    def unfit(self, reader: Reader, registry: Registry) -> Mapping[str, int]:
        """Returns how many stored events do not fit, by type; types of which all do are left out.

        Raises:
            WorldError: The store cannot be read.
        """
        changed = {
            name: one
            for name, one in registry.events.items()
            if self._tried.get(name, ("", 0))[0] != one.made_of or not one.made_of
        }
        events = typed_events(reader, changed.__contains__, 0, reader.head() if changed else 0)
        found = Counter(one.type for one in islice(events, MOST) if is_unfit(changed[one.type], one))
        self._tried |= {name: (one.made_of, found[name]) for name, one in changed.items()}
        return {name: self._tried[name][1] for name in registry.events if self._tried[name][1]}
