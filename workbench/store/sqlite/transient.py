"""Removes what topics that keep their messages in memory only have left in the file."""

from __future__ import annotations

import sqlite3

from workbench.model.dead_letter import LetterAct
from workbench.store.letter_values import with_tries
from workbench.store.operations import ForgetMessages
from workbench.store.sqlite.heads import Heads
from workbench.store.sqlite.letters import letter_ended, promote, set_tries
from workbench.store.sqlite.rows import attempts
from workbench.store.sqlite.run_table import Run


def forget_messages(con: sqlite3.Connection, heads: Heads, op: ForgetMessages, now: int) -> int:
    """Removes the published messages of a topic and what waits of them; returns how many messages."""
    topic = heads.topics.get(op.topic)
    gone = con.execute(
        "delete from deliveries where state <> 'dead' and position in"
        " (select position from messages where topic_id = ?) and subscription_id in"
        " (select id from subscriptions where topic = ?) returning subscription_id, key, letter_id, attempts",
        (topic, op.topic),
    ).fetchall()
    names = dict(con.execute("select id, name from subscriptions where topic = ?", (op.topic,)))
    for _, _, letter, tries in gone:
        if letter is not None:
            letter_ended(con, letter, LetterAct.SKIP, now)
            set_tries(con, letter, attempts(tries), with_tries)
    for number, key in {(number, key) for number, key, *_ in gone}:
        promote(con, number, key, past_dead=names[number] in op.released)
    removed = con.execute(
        "delete from messages where topic_id = ? and position not in (select position from deliveries)",
        (topic,),
    ).rowcount
    con.execute(
        "insert or replace into meta values ('head', ?)", (str(heads.position),)
    )  # never given again (I3)
    return removed


RUN: Run = {
    ForgetMessages: lambda w, o: forget_messages(w.con, w.heads, o, w.now),
}
