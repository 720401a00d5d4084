"""What acts replaced, kept under their names in the transaction that replaces it (L10)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import Trigger
from workbench.store.operations import ReplayLetter
from workbench.store.operator_actions import Kept, KeptDelivery, KeptPast, KeptReplay, place_of
from workbench.store.sqlite.column_shapes import json_reader
from workbench.store.sqlite.rows import DELIVERIES, HEAD, WITHDRAWN_COMMAND, deliveries, states
from workbench.store.stored_values import Delivery

_encode = msgspec.json.Encoder().encode
read_kept = json_reader(Kept, "kept of replaced")
TRIES_SINCE = "tries_since"
"""In `meta`: deliveries that ended since then without a dead letter are kept where they were tried before."""
_NOTE = (
    "select 1 from letter_notes n where n.letter_id = r.number"
    " and n.owner = json_extract(r.kept, '$.after[0]') and n.note = json_extract(r.kept, '$.after[1]')"
)
_REPLAY = (
    "select 1 from deliveries d join dead_letters l on l.id = d.letter_id where d.letter_id = r.number"
    f" and d.generation = json_extract(r.kept, '$.generation') and l.status = '{LetterStatus.REPLAYING}'"
    f" and d.state in ({states(Trigger.SKIP)})"
)
_CURSOR = (
    "select 1 from subscriptions s where s.name = json_extract(r.kept, '$.subscription') and case"
    " when json_extract(r.kept, '$.after') > json_extract(r.kept, '$.before')"
    " then s.cursor = json_extract(r.kept, '$.after')"
    " else s.cursor >= json_extract(r.kept, '$.after') and s.cursor < json_extract(r.kept, '$.before') end"
)
_MESSAGE = (
    "exists (select 1 from events e where e.position = r.number) or exists (select 1 from messages m"
    f" join topics p on p.id = m.topic_id where m.position = r.number and not ({WITHDRAWN_COMMAND}))"
    " or l.id is not null and not exists (select 1 from messages m where m.position = r.number)"
)
_DELIVERY = (
    "select 1 from subscriptions s left join dead_letters l on l.id = json_extract(r.kept, '$.delivery.dead_letter')"
    " where s.name = json_extract(r.kept, '$.delivery.subscription') and s.cursor >= r.number and not exists"
    " (select 1 from deliveries d where d.subscription_id = s.id and d.position = r.number)"
    f" and (json_extract(r.kept, '$.delivery.dead_letter') is null or l.status = '{LetterStatus.OPEN}')"
    f" and ({_MESSAGE}) and (select first.number from replaced first where first.act = r.act order by first.id limit 1)"
)
STANDS = (
    f"case json_extract(r.kept, '$.type') when 'note' then exists ({_NOTE}) when 'replay' then exists ({_REPLAY})"
    f" when 'cursor' then exists ({_CURSOR}) else exists ({_DELIVERY}) end"
)
"""Whether what an act left stands as it left it, of a row ``r`` of `replaced`: it can be put back (L10).

Deliveries that a reset took away wait until its cursor, which stands first among what it kept, is put back.
"""


def keep(con: sqlite3.Connection, act: str, now: int, found: Iterable[Kept]) -> None:
    """Keeps what an act replaces, with how far the log was by then; nothing where it has no name."""
    if act:
        _keep(con, act, now, found)


def _keep(con: sqlite3.Connection, act: str, now: int, found: Iterable[Kept]) -> None:
    (head,) = con.execute(HEAD).fetchone()
    rows = [(act, now, place_of(one), _encode(one).decode(), head) for one in found]
    con.executemany("insert into replaced values (null,?,?,?,json_set(?, '$.head', ?))", rows)


def keep_tries(con: sqlite3.Connection, ended: Sequence[Delivery], now: int) -> None:
    """Keeps deliveries that ended without a dead letter and were tried before, under no act: forks know them (W9)."""
    if ended:
        _keep(con, "", now, (KeptDelivery(delivery=one) for one in ended))
        con.execute("insert or ignore into meta values (?, ?)", (TRIES_SINCE, str(now)))


def note(con: sqlite3.Connection, what: str, number: int, now: int, **more: str | int) -> None:
    """Notes under no act how far the log was when something came to pass that has no place in it (W9).

    Args:
        what: ``try`` of a delivery, ``died`` or ``marked`` of a letter.
        number: Position of the message, or the letter.
    """
    (head,) = con.execute(HEAD).fetchone()
    kept = msgspec.json.encode({"type": what, **more, "head": head}).decode()
    con.execute("insert into replaced values (null,'',?,?,?)", (now, number, kept))


def keep_past(
    con: sqlite3.Connection, letter: int, acts: Iterable[str], now: int, *, undone: bool = False
) -> None:
    """Keeps that acts were done to a letter, of which nothing can be put back."""
    for act in acts:
        keep(con, act, now, (KeptPast(letter=letter, undone=undone),))


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
