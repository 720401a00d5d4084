"""What acts replaced, kept under their names in the transaction that replaces it (L10)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from workbench.model.dead_letter import LetterStatus
from workbench.store.operations import ReplayLetter
from workbench.store.operator_actions import Kept, KeptReplay, place_of
from workbench.store.sqlite.column_shapes import json_reader
from workbench.store.sqlite.rows import DELIVERIES, deliveries
from workbench.store.stored_values import Delivery

_encode = msgspec.json.Encoder().encode
read_kept = json_reader(Kept, "kept of replaced")


def keep(con: sqlite3.Connection, act: str, now: int, found: Iterable[Kept]) -> None:
    """Keeps what an act replaces; nothing where it has no name."""
    if act:
        rows = [(act, now, place_of(one), _encode(one).decode()) for one in found]
        con.executemany("insert into replaced values (null,?,?,?,?)", rows)


def deliveries_where(
    con: sqlite3.Connection, subscription: str, condition: str, values: tuple[object, ...]
) -> list[Delivery]:
    """Returns rows of a subscription, in the order of their messages."""
    found = con.execute(f"{DELIVERIES} where {condition} order by position", values).fetchall()
    return deliveries(found, subscription)


def before_replay(con: sqlite3.Connection, op: ReplayLetter) -> KeptReplay:
    """Returns how a dead letter stands that is about to be replayed."""
    subscription, generation, status, changed_at, edited = con.execute(
        "select subscription, generation, status, changed_at, edited from dead_letters where id = ?",
        (op.number,),
    ).fetchone()
    changes = con.execute(
        "select act, status, changed_at from letter_changes where letter_id = ? order by id", (op.number,)
    ).fetchall()
    dead = deliveries_where(con, subscription, "letter_id = ? and state = 'dead'", (op.number,))
    return KeptReplay(
        letter=op.number,
        status=LetterStatus(status),
        changed_at=changed_at,
        edited=edited,
        changes=tuple((act, LetterStatus(stood), at) for act, stood, at in changes),
        delivery=dead[0] if dead else None,
        generation=(dead[0].generation if dead else generation) + 1,
    )
