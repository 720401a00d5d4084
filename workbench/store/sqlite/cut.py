"""Cuts the copy of a store back to a position: nothing of what came later is in it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.conversion import BY_HANDLERS
from workbench.store.sqlite.clock_steps import LAST_WRITE
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.lost_traces import lost_traces
from workbench.store.sqlite.projection_tables import drop_rows
from workbench.store.sqlite.waited import Waited
from workbench.store.sqlite.waiting_rows import DIED_LATER, EFFECTS, LATER
from workbench.store.waiter import BroughtBack, Reached, Waiter

_EMPTIED = (
    "deliveries", "dead_letters", "letter_changes", "letter_notes", "jobs", "processes", "timeouts", "actions",
    "replaced",
)  # fmt: skip
CACHE = 200_000
"""KiB that are kept in memory: events that go stand all over the indexes."""
_NEVER = 2**62
_SINCE = (
    "select min(at) from (select min(recorded_at) as at from events where position > :cut"
    " union all select min(published_at) from messages where position > :cut)"
)
_UNCLAIMED = "claimed_to = 0, claim_token = null, claim_owner = null, claim_until = null"
_UNCOUNTED = "delivered = 0, failed = 0, filtered = 0, retried = 0, died = 0, expired = 0, skipped = 0"
_BEGUN = f"update subscriptions set cursor = :cut, {_UNCLAIMED}, paused = 0, {_UNCOUNTED}"
_KEPT = "(select value from json_each(:kept))"
_FORKED = (
    (
        f"update subscriptions set cursor = iif(name in {_KEPT}, min(cursor, :cut), :cut), {_UNCLAIMED},"
        f" {_UNCOUNTED}"
    ),
    f"delete from dead_letters where position > :cut or {DIED_LATER}",
    "delete from letter_changes where letter_id not in (select id from dead_letters)",
    "delete from letter_notes where letter_id not in (select id from dead_letters)",
    (
        "delete from deliveries where position > :cut or (state = 'dead' and letter_id is not null"
        " and letter_id not in (select id from dead_letters)) or (state <> 'dead' and subscription_id not in"
        f" (select id from subscriptions where name in {_KEPT}))"
    ),
    "delete from timeouts where position > :cut",
    "delete from actions where at >= :since",
    "delete from jobs",
    f"delete from replaced where act <> '' or {LATER}",
    (
        "update dead_letters set status = 'resolved' where status = 'replaying'"
        " and id not in (select letter_id from deliveries where letter_id is not null)"
    ),
    "delete from meta where key = 'owner'",
)
"""What a fork keeps that a run of traffic begins without: letters that were dead by then, and what waits."""
_HANDLED_LATER = (
    "(case when c.last_position > :cut then 1 when c.first_position > 0 or c.last_position between 1 and :cut - 1 then 0"
    " when c.last_position = :cut and :cut > 0 then c.issued_at > :began"
    " when c.id < (select max(id) from commands where first_position > 0 and last_position <= :cut) then 0"
    " when c.id > (select min(id) from commands where first_position > :cut) then 1"
    " else c.issued_at >= :since end)"
)
"""How far the log was says whether that was later; behind the position itself, the time does.

Of a command without events that was recorded before the log's place was, those do that were handled around it.
"""
_WITHDRAWN = "instr(m.meta, '\"withdrawn\":true') > 0"
_OPEN_COMMANDS = (
    (
        "create temp table open_commands as select m.position, m.meta, m.type, m.deliver_at from messages m"
        " left join commands c on c.command_id = m.message_id"
        " left join deliveries d on d.position = m.position"
        " and d.subscription_id = (select id from subscriptions where name = :commands)"
        " where m.topic_id = (select id from topics where name = :commands) and m.position <= :cut"
        f" and ({_HANDLED_LATER} or (d.id is not null and d.state <> 'dead')"
        f" or ({_WITHDRAWN} and json_extract(m.meta, '$.withdrawn_on') > :cut))"
    ),
    "create unique index temp.open_position on open_commands (position)",
)
"""Commands that were issued by then and not handled: their outcome, withdrawal or death came later, or is to come."""
_ISSUED_LATER = (
    "select m.message_id, m.causation_id, coalesce(e.position, c.position) from messages m"
    " left join events e on e.event_id = m.causation_id and e.position <= :cut"
    " left join messages c on c.message_id = m.causation_id and c.position <= :cut"
    " where m.position > :cut and coalesce(e.position, c.position) is not null"
)
"""What followed later from what was there then."""
_ISSUED_BEFORE = _ISSUED_LATER.replace("m.position > :cut", "m.position <= :cut") + (
    " and coalesce(e.position, c.position) > :first"
)
_PASSED = (
    "select s.name, max(d.position) from deliveries d join subscriptions s on s.id = d.subscription_id"
    " where d.state = 'dead' or d.attempts <> '[]' group by s.name"
)
"""Messages that were tried by then: their subscriptions had come to them."""
_AHEAD = (
    "delete from deliveries where state <> 'dead' and attempts = '[]' and letter_id is null and position > :reached"
    " and subscription_id = (select id from subscriptions where name = :name)"
)
"""What a subscription has not come to is read by it, in its order."""
_WAIT_AGAIN = (
    (
        "update messages set meta = json_remove(meta, '$.withdrawn', '$.withdrawn_on')"
        " where position in (select position from open_commands) and instr(meta, '\"withdrawn\":true') > 0"
    ),
    (
        "insert or ignore into deliveries (subscription_id, position, message_id, key, state, rank, generation,"
        " acquired, failed, crashed, due_at, priority, enqueued_at, expires_at, attempts)"
        " select s.id, m.position, m.message_id, '', iif(m.deliver_at > :began, 'delayed', 'ready'),"
        " iif(m.deliver_at > :began, m.deliver_at, m.published_at - m.priority * 1000000), 0, 0, 0, 0,"
        " iif(m.deliver_at > :began, m.deliver_at, null), m.priority, m.published_at, m.expires_at, '[]'"
        " from open_commands o join messages m using (position)"
        " join subscriptions s on s.name = :commands where m.position <= s.cursor"
    ),
    (
        "insert or ignore into timeouts (position, instance, type)"
        " select position, json_extract(meta, '$.instance'), type from open_commands"
        " where deliver_at is not null and json_extract(meta, '$.instance') <> ''"
    ),
)
_OPEN_AGAIN = "insert or ignore into open_commands select position, meta, type, deliver_at from messages where position = ?"
_STREAMS = (
    (
        "update streams set version = (select coalesce(max(version), 0) from events where stream_id = streams.id)"
        " where last_position > :cut"
    ),
    "delete from streams where version = 0",
    "update streams set closed = 0 where updated_at >= :since",
    (
        "update streams set (last_position, updated_at) = (select position, recorded_at from events"
        " where stream_id = streams.id and events.version = streams.version) where last_position > :cut"
    ),
    (
        "delete from snapshots where not exists"
        " (select 1 from streams where id = stream_id and streams.version >= snapshots.version)"
    ),
)


def cut_back(path: Path, position: int) -> None:
    """Takes away all that was stored behind a position; whatever stands up to there counts as delivered.

    Subscriptions begin behind the position, none of them paused, and count from 0. Rows of read models that are
    ahead of it go, to be folded again; those that handlers write stay as they are (J6). What processes remember,
    dead letters and what operators did is gone.

    Args:
        path: The file of a store that is not open; a crash or an error meanwhile leaves it damaged.

    Raises:
        WorldError: It cannot be written.
    """
    with _cutting(path, position) as (con, named):
        con.execute(_BEGUN, named)
        for table in _EMPTIED:
            con.execute(f"delete from {table}")


def fork_back(path: Path, position: int, began: int, waiters: Mapping[str, Waiter]) -> BroughtBack | None:
    """Takes away what was stored behind a position, or happened later than it, and nothing else (W9).

    Where there is such, what processes remember goes, too, what operators did since is taken back, and what
    waited then waits again: commands that were handled, withdrawn or died later, and whatever died, was
    skipped, or had its consequences later, or was held back until later. Pauses stay as they are; deliveries count
    from 0.

    Args:
        path: As for `cut_back`.
        began: What time it is there, microseconds since 1970.
        waiters: Subscriptions for which what waits is kept; for others it counts as delivered.

    Returns:
        How far these had come, and what is not known of it; None where nothing was taken away.

    Raises:
        WorldError: It cannot be written.
    """
    more: dict[str, int | str] = {
        "kept": json.dumps([*waiters]),
        "commands": COMMANDS_TOPIC,
    }
    with _cutting(path, position, began) as (con, named):
        named.update(more)
        cut = named["since"] != _NEVER
        waited = Waited(con, position, began, int(named["since"]), waiters)
        lost = lost_traces(con, position, began, waiters)
        if cut:
            waited.bring_back()
            for statement in _OPEN_COMMANDS:
                con.execute(statement, named)
        ahead = _ahead(con, named, waited, waiters) if cut else {}
        for statement in _FORKED:
            con.execute(statement, named)
        for name, reached in ahead.items():
            con.execute("update subscriptions set cursor = min(cursor, ?) where name = ?", (reached, name))
            con.execute(_AHEAD, {"name": name, "reached": reached})
        if not cut:
            return None
        con.execute("delete from processes")
        if COMMANDS_TOPIC in waiters:
            for statement in _WAIT_AGAIN:
                con.execute(statement, named)
        waited.put_in_order()
        return lost._replace(reached=_reached(con, waiters))


def _reached(con: sqlite3.Connection, names: Collection[str]) -> dict[str, Reached]:
    found = con.execute(
        "select s.name, s.cursor, d.position from subscriptions s left join deliveries d on d.subscription_id = s.id"
    ).fetchall()
    cursors = {name: cursor for name, cursor, _ in found if name in names}
    return {
        name: Reached(cursor, frozenset(at for one, _, at in found if one == name and at is not None))
        for name, cursor in cursors.items()
    }


def _ahead(
    con: sqlite3.Connection, named: Mapping[str, int | str], waited: Waited, names: Collection[str]
) -> dict[str, int]:
    """Finds what was not handled then by what followed from it later; before anything is taken away.

    Returns:
        Up to where subscriptions had come that had not come to all of it.
    """
    late = dict[str, set[int]]()
    for name, position in _issued(con, _ISSUED_LATER, named, names):
        late.setdefault(name, set()).add(position)
    for position in late.pop(COMMANDS_TOPIC, ()):  # the answer to a refusal
        con.execute(_OPEN_AGAIN, (position,))
    if not late:
        return {}
    passed: dict[str, int] = dict(con.execute(_PASSED).fetchall())
    first = {**named, "first": min(min(one) for one in late.values())}
    for name, position in _issued(con, _ISSUED_BEFORE, first, late):
        passed[name] = max(position, passed.get(name, 0))
    ahead: dict[str, int] = {}
    for name, positions in late.items():
        for position in sorted(positions):
            if position > passed.get(name, 0) and not waited.is_put_off(name, position):
                ahead[name] = position - 1
                break
            waited.wait(name, position)  # it was tried again
    waited.block()
    return ahead


def _issued(
    con: sqlite3.Connection, query: str, named: Mapping[str, int | str], names: Collection[str]
) -> Iterator[tuple[str, int]]:
    """Yields the subscriptions of which messages are effects, and the positions of what these followed."""
    tried = sorted(names)
    for effect, cause, position in con.execute(query, named).fetchall():
        if name := _whose(UUID(bytes=effect), UUID(bytes=cause), tried):
            yield name, position


def _whose(effect: UUID, cause: UUID, subscriptions: Sequence[str]) -> str:
    """Returns the subscription of whose delivery something is an effect: its id says so (D1); empty for none."""
    tried = ((name, number) for number in range(EFFECTS) for name in subscriptions)
    return next((name for name, number in tried if derived_id(name, cause, number) == effect), "")


@contextlib.contextmanager
def _cutting(
    path: Path, position: int, began: int | None = None
) -> Iterator[tuple[sqlite3.Connection, dict[str, int | str]]]:
    """Cuts log, streams and read models in one transaction, in which more can be done before.

    Args:
        began: What is later than that is taken away; None for what is later than the position.
    """
    with translated(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as con:
        for quick in (
            "journal_mode = off",
            "synchronous = off",
            "locking_mode = exclusive",
            f"cache_size = -{CACHE}",
        ):
            con.execute(f"pragma {quick}")
        con.execute("begin immediate")
        (since,) = con.execute(_SINCE, {"cut": position}).fetchone()
        if since is not None and began is not None:
            since = began if since <= began else began + 1
        named = {"cut": position, "since": _NEVER if since is None else since}
        named["began"] = _NEVER if since is None else since - 1 if began is None else began
        yield con, named
        con.execute("delete from events where position > :cut", named)
        con.execute("delete from messages where position > :cut", named)
        con.execute(f"delete from commands as c where {_HANDLED_LATER}", named)
        for statement in _STREAMS:
            con.execute(statement, named)
        con.execute("delete from meta where key in (?, 'head')", (LAST_WRITE,))
        _cut_projections(con, position)
        con.execute("commit")


def _cut_projections(con: sqlite3.Connection, position: int) -> None:
    folded = con.execute(
        "select name, generation, live, checkpoint from projections where definition_hash <> ?",
        (BY_HANDLERS,),
    ).fetchall()
    for name, generation, live, checkpoint in folded:
        if not live or checkpoint > position:
            drop_rows(con, name, generation)
    con.execute(
        "update projections set status = 'live', fault = '', fault_position = 0 where fault_position > ?",
        (position,),
    )
