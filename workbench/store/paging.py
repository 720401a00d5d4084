"""Reads of any length, page by page: events of a stream, events of some types, rows of a read model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def typed_events(
    reader: EventReader, wants: Callable[[str], bool], after: int, upto: int
) -> Iterator[RecordedEvent]:
    """Yields the events of the wanted types with positions above ``after`` and up to ``upto``, in order."""
    while after < upto:
        page, after = reader.read_types(wants, after, PAGE)
        yield from (event for event in page if event.position <= upto)


def all_rows(reader: ModelReader, projection: str, key: str) -> Iterator[dict[str, Any]]:
    """Yields the rows of a read model in the order of its key column."""
    page = reader.rows(projection, where={}, after=None, limit=PAGE)
    yield from page.rows
    while page.more:
        page = reader.rows(projection, where={}, after=page.rows[-1][key], limit=PAGE)
        yield from page.rows
