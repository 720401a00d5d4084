"""Goes through all events of a store that need not be open, with no more of them than a check needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from workbench.model.event import StoredData
from workbench.store.sqlite.connection import open_reader, translated
from workbench.store.sqlite.schema import check_identity

PAGE = 500


def scan(path: Path, named: Callable[[str], str]) -> Iterator[tuple[str, StoredData]]:
    """Yields the stream and the data of every event, in the order of the log.

    Args:
        named: Returns what a type is called whose events are stored under a name (U3).

    Raises:
        WorldError: The file is no store that this program knows, or cannot be read.
    """
    check_identity(path)
    query = (
        "select s.name, e.position, e.version, t.name, e.schema_version, e.data from events e"
        " join types t on t.id = e.type_id join streams s on s.id = e.stream_id"
        " where e.position > ? order by e.position limit ?"
    )
    with closing(open_reader(path, immutable=not os.access(path.parent, os.W_OK))) as con:
        position = 0
        while True:
            with translated(path):
                page = con.execute(query, (position, PAGE)).fetchall()
            for stream, position, version, stored, *fields in page:
                yield stream, StoredData(position, version, named(stored), *fields)
            if len(page) < PAGE:
                return
            position = page[-1][1]
