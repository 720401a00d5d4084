"""What a store does not know any more of a time that has passed: it left no trace, or was removed (W9)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from workbench.store.sqlite.kept import TRIES_SINCE
from workbench.store.sqlite.rows import message_at
from workbench.store.waiter import BroughtBack, Waiter

_TRIED = (
    "select s.name, s.topic from subscriptions s where s.name in (select value from json_each(?)) and s.retried >"
    " (select coalesce(sum(json_array_length(attempts) - (attempts <> '[]' and reason <> 'expired')), 0)"
    " from dead_letters where subscription = s.name)"
    " + (select coalesce(sum(json_array_length(attempts)), 0) from deliveries"
    " where subscription_id = s.id and state <> 'dead')"
    " + (select coalesce(sum(json_array_length(kept, '$.delivery.attempts')), 0) from replaced"
    " where json_extract(kept, '$.delivery.subscription') = s.name and json_extract(kept, '$.delivery.state') <> 'dead')"
    " and not exists (select 1 from meta where key = ? and cast(value as integer) <= ?) order by s.name"
)
"""Subscriptions with more retries than those that are known, where not all that ended since then are kept."""
LOOKED = 1_000
"""Positions that are looked at for a message that a subscription gets."""
_ACTS = (
    "select count(*) from actions where action in ('skip', 'do now', 'reset') and count > 0 and undone = 0"
    " and act not in (select act from replaced)"
)
_MESSAGES = (
    "select max(0, :cut - (select count(*) from events where position <= :cut)"
    " - (select count(*) from messages where position <= :cut))"
)
_LETTERS = (
    "select max(coalesce(max(id), 0), coalesce((select cast(value as integer) from meta where key = 'last_letter'), 0))"
    " - count(*) from dead_letters"
)


def lost_traces(con: sqlite3.Connection, cut: int, began: int, waiters: Mapping[str, Waiter]) -> BroughtBack:
    """Finds what is not known; before anything is brought back.

    Args:
        cut: Up to which position it matters.
        began: What time it was then, microseconds since 1970.
        waiters: Subscriptions that are asked about.
    """
    tried = con.execute(_TRIED, (json.dumps([*waiters]), TRIES_SINCE, began)).fetchall()
    (acts,), (messages,), (letters,) = (
        con.execute(query, {"cut": cut} if ":cut" in query else {}).fetchone()
        for query in (_ACTS, _MESSAGES, _LETTERS)
    )
    lost = tuple(name for name, topic in tried if _gets_any(con, waiters[name], topic, cut))
    return BroughtBack({}, lost, acts, messages, letters)


def _gets_any(con: sqlite3.Connection, waiter: Waiter, topic: str, cut: int) -> bool:
    """Whether a subscription gets something that stands up to a position."""
    for position in range(cut, max(0, cut - LOOKED), -1):
        message = message_at(con, position, topic)
        if message is not None and message.topic == topic and waiter.own(message) is not None:
            return True
    return cut > LOOKED
