"""The `eventsourcing` library's SQLite store, where it is installed: a peer of the same trade."""

from __future__ import annotations

import importlib.util
import json
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

    def fold(self, stream: str) -> int:
        """Folds a stream's numbers, decoded."""
        owner = uuid5(NAMES, stream)
        return sum(json.loads(one.state)["by"] for one in self.recorder.select_events(owner))

    def read(self) -> int:
        """Reads all events in order, decoded; returns how many there were."""
        start, count = 1, 0
        while page := self.recorder.select_notifications(start, 1_000):
            count += sum(1 for one in page if json.loads(one.state))
            start = page[-1].id + 1
        return count


def application(path: Path) -> Any:
    """Returns a function that begins an aggregate and saves it: its way to handle a command."""
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate, event

    class Counter(Aggregate):
        @event("Opened")
        def __init__(self, by: int) -> None:
            self.total = by

    app: Any = Application(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path), "RUN": str(uuid4())}
    )
    return lambda: app.save(Counter(by=1))
