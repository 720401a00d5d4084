"""Goes through what is to go on in a store that need not be open: instances of processes, waiting commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.model.delivery_states import DeliveryState
from workbench.model.marks import WITHDRAWN, has_mark
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.sqlite.connection import open_reader, translated

_OPEN = (DeliveryState.BLOCKED, DeliveryState.DELAYED, DeliveryState.READY, DeliveryState.LEASED)


def instances(path: Path) -> Iterator[tuple[str, str]]:
    """Yields process and state of each instance.

    Raises:
        WorldError: The file cannot be read.
    """
    return _rows(path, "select process, state from processes order by process, key")


def waiting_commands(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """Yields type, data and metadata of each command that was issued and is not handled yet; raises as above."""
    query = (
        "select m.type, coalesce(d.data, m.data), m.meta from subscriptions s"
        " join deliveries d on d.subscription_id = s.id and d.state in (?,?,?,?)"
        " join messages m on m.position = d.position where s.name = ?"
        " union all select m.type, m.data, m.meta from subscriptions s"
        " join topics t on t.name = s.topic join messages m on m.topic_id = t.id and m.position > s.cursor"
        " where s.name = ? and not exists (select 1 from deliveries d where d.subscription_id = s.id and d.position = m.position)"
    )
    found = _rows(path, query, *_OPEN, COMMANDS_TOPIC, COMMANDS_TOPIC)
    return (row for row in found if not has_mark(row[2], WITHDRAWN))


def _rows(path: Path, query: str, *given: str) -> Iterator[Any]:
    with (
        closing(open_reader(path, immutable=not os.access(path.parent, os.W_OK))) as con,
        translated(path),
    ):
        yield from con.execute(query, given)
