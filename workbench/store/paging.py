"""Reads of any length, page by page: events of a stream, events of some types, rows of a read model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.model.event import RecordedEvent
from workbench.store.ports import EventReader, ModelReader

PAGE = 1000
"""Events or rows in one read."""


def stream_events(reader: EventReader, stream: str, after: int = 0) -> Iterator[RecordedEvent]:
    """Yields the events of a stream with versions above ``after``, in order."""
    page = reader.read_stream(stream, after, PAGE)
    while page:
        yield from page
        page = reader.read_stream(stream, page[-1].version, PAGE) if len(page) == PAGE else []


Step = Callable[[int, int], object]
"""Told between two reads up to which position all was read, of how many; False ends the walk there."""


@dataclass(slots=True, kw_only=True)
class LogWalk:
    """A long way along the log in short reads, which tells how far it is; for a thread.

    Attributes:
        wants: Whether events of a type are wanted.
        after: It begins behind this position.
        upto: It ends here; what is stored meanwhile is left out.
        reached: All up to here was read; less than ``upto`` where it was ended before.
    """

    reader: EventReader
    wants: Callable[[str], bool]
    upto: int
    after: int = 0
    step: Step = lambda _done, _of: True
    reached: int = field(init=False)

    def __post_init__(self) -> None:
        self.reached = self.after

    def events(self) -> Iterator[RecordedEvent]:
        """Yields the wanted events, in order."""
        while self.reached < self.upto and self.step(self.reached, self.upto) is not False:
            page, reached = self.reader.read_types(self.wants, self.reached, PAGE)
            yield from (event for event in page if event.position <= self.upto)
            self.reached = min(reached, self.upto)

    @property
    def whole(self) -> bool:
        """Whether it came to its end."""
        return self.reached >= self.upto


def typed_events(
    reader: EventReader, wants: Callable[[str], bool], after: int, upto: int
) -> Iterator[RecordedEvent]:
    """Yields the events of the wanted types with positions above ``after`` and up to ``upto``, in order."""
    return LogWalk(reader=reader, wants=wants, after=after, upto=upto).events()


def all_rows(reader: ModelReader, projection: str, key: str) -> Iterator[dict[str, Any]]:
    """Yields the rows of a read model in the order of its key column."""
    page = reader.rows(projection, where={}, after=None, limit=PAGE)
    yield from page.rows
    while page.more:
        page = reader.rows(projection, where={}, after=page.rows[-1][key], limit=PAGE)
        yield from page.rows
