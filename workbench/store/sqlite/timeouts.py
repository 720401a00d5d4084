"""Takes back commands that instances of processes issued for later (K7)."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from workbench.model.issued_by import withdrawn_on
from workbench.model.marks import WITHDRAWN, with_mark
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.operations import WithdrawTimeouts
from workbench.store.sqlite.run_table import Run


def withdraw(con: sqlite3.Connection, op: WithdrawTimeouts, now: int) -> int:
    """Marks what was not handed out yet, and lets its delivery go."""
    marks = ",".join("?" * len(op.types))
    waiting = con.execute(
        f"select t.position, m.message_id, m.data, m.meta from timeouts t join messages m using (position)"
        f" where t.instance = ? and t.type in ({marks})",
        (op.instance, *op.types),
    ).fetchall()
    found = [at for at, message, data, meta in waiting if op.takes(UUID(bytes=message), data, meta)]
    con.executemany("delete from timeouts where position = ?", [(position,) for position in found])
    return sum(_withdrawn(con, position, op.about, now) for position in found)


def _withdrawn(con: sqlite3.Connection, position: int, about: int, now: int) -> bool:
    row = con.execute(
        "select m.meta, m.deliver_at <= ?, s.cursor, s.claimed_to, d.id, d.acquired + (d.letter_id is not null)"
        " from messages m join subscriptions s on s.name = ? left join deliveries d"
        " on d.subscription_id = s.id and d.position = m.position where m.position = ?",
        (now, COMMANDS_TOPIC, position),
    ).fetchone()
    if row is None:
        return False
    meta, due, cursor, claimed_to, delivery, taken = row
    if taken if delivery is not None else position <= cursor or (due and position <= claimed_to):
        return False
    con.execute("delete from deliveries where id = ?", (delivery,))
    marked = with_mark(meta, WITHDRAWN, **withdrawn_on(about))
    con.execute("update messages set meta = ? where position = ?", (marked, position))
    return True


RUN: Run = {WithdrawTimeouts: lambda w, o: withdraw(w.con, o, w.now)}
