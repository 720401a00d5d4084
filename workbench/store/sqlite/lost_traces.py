"""What a store does not know any more of a time that has passed: it left no trace, or was removed (W9)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from workbench.store.waiter import BroughtBack

_TRIED = (
    "select s.name from subscriptions s where s.name in (select value from json_each(?)) and s.retried >"
    " (select coalesce(sum(json_array_length(attempts) - (attempts <> '[]' and reason <> 'expired')), 0)"
    " from dead_letters where subscription = s.name)"
    " + (select coalesce(sum(json_array_length(attempts)), 0) from deliveries"
    " where subscription_id = s.id and state <> 'dead')"
    " + (select coalesce(sum(json_array_length(kept, '$.delivery.attempts')), 0) from replaced"
    " where json_extract(kept, '$.delivery.subscription') = s.name and json_extract(kept, '$.delivery.state') <> 'dead')"
    " order by s.name"
)
"""Subscriptions with more retries than those that ended in a letter, were skipped, or wait."""
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


def lost_traces(con: sqlite3.Connection, cut: int, names: Collection[str]) -> BroughtBack:
    """Finds what is not known; before anything is brought back.

    Args:
        cut: Up to which position it matters.
        names: Subscriptions that are asked about.
    """
    tried = con.execute(_TRIED, (json.dumps([*names]),)).fetchall()
    (acts,), (messages,), (letters,) = (
        con.execute(query, {"cut": cut} if ":cut" in query else {}).fetchone()
        for query in (_ACTS, _MESSAGES, _LETTERS)
    )
    return BroughtBack({}, tuple(name for (name,) in tried), acts, messages, letters)
