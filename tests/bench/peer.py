"""The `eventsourcing` library's SQLite store, where it is installed: a peer of the same trade."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

PRESENT = importlib.util.find_spec("eventsourcing") is not None
NAMES = UUID(int=0)


class Peer:
    """Its recorder, called as an application calls it: one transaction for each insert."""

    def __init__(self, path: Path) -> None:
        from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

        self.recorder: Any = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
        self.recorder.create_table()

    def append(self, stream: str, version: int, events: list[dict[str, Any]]) -> int:
        """Appends events behind a version; returns the next one."""
        from eventsourcing.persistence import StoredEvent

        owner = uuid5(NAMES, stream)
        self.recorder.insert_events(
            [
                StoredEvent(owner, version + offset, "counted", json.dumps(data).encode())
                for offset, data in enumerate(events, 1)
            ]
        )
        return version + len(events)

    def read(self) -> int:
        """Reads all events in order, decoded; returns how many there were."""
        start, count = 1, 0
        while page := self.recorder.select_notifications(start, 1_000):
            count += sum(1 for one in page if json.loads(one.state))
            start = page[-1].id + 1
        return count


@cache
def _counter_class() -> Any:
    """Returns a class of aggregates that count."""
    from eventsourcing.domain import Aggregate, event

    class Counter(Aggregate):
        @event("Opened")
        def __init__(self, by: int) -> None:
            self.total = by

        @event("Counted")
        def add(self, by: int, note: str, who: str, amount: float) -> None:
            self.total += by

    return Counter


def _application(path: Path) -> tuple[Any, Any]:
    """Returns an application of the library, and a class of aggregates for it."""
    from eventsourcing.application import Application

    environ = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path), "RUN": str(uuid4())}
    return Application(env=environ), _counter_class()


def _add(counter: Any, number: int) -> None:
    counter.add(by=1, note="lorem ipsum dolor sit amet", who=f"customer-{number:08}", amount=12.5)


def folder(path: Path, length: int) -> Callable[[], object]:
    """Returns a function that loads an aggregate of so many events: read, typed and folded."""
    app, counter_class = _application(path)
    counter = counter_class(by=0)
    for number in range(length - 1):
        _add(counter, number)
    app.save(counter)
    return lambda: app.repository.get(counter.id)


def commander(path: Path, aggregates: int) -> Callable[[int], object]:
    """Returns a function that handles a command: loads one of so many aggregates, decides, saves."""
    app, counter_class = _application(path)
    counters = [counter_class(by=0) for _ in range(aggregates)]
    for counter in counters:
        app.save(counter)

    def command(number: int) -> None:
        loaded = app.repository.get(counters[number].id)
        _add(loaded, number)
        app.save(loaded)

    return command
