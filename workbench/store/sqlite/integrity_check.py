"""Looks whether a store keeps its invariants (contract §1), changing nothing: for doctors, tortures and backups."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.store.lock import why_shared
from workbench.store.sqlite.column_check import kind_queries
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.offline_reader import Look
from workbench.store.sqlite.rows import HEAD
from workbench.store.sqlite.schema import check_identity
from workbench.store.sqlite.tables import SCHEMA_VERSION

SHOWN = 10
"""Examples of one kind of finding; more are counted."""

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that must not be.

    Attributes:
        rule: Id of the rule that is broken, such as ``I1``; ``file`` where SQLite finds the file damaged,
            ``kind`` where a column holds what it must not.
        text: What is wrong, with examples.
    """

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What a look at a store found.

    Attributes:
        schema: Version of its tables.
        sizes: Bytes of the file and its log, and how many there are of each thing.
    """

    path: Path
    schema: int
    sizes: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def current(self) -> bool:
        """Whether its tables are those of this program; older ones are converted when it is opened."""
        return self.schema == SCHEMA_VERSION


_HEADS = """
    select s.name || ' says version ' || s.version || ' and position ' || s.last_position || ', its events say '
        || coalesce(e.high, 0) || ' and ' || coalesce(e.last, 0)
    from streams s left join (
        select stream_id, max(version) high, max(position) last from events group by stream_id
    ) e on e.stream_id = s.id
    where s.version <> coalesce(e.high, 0) or s.last_position <> coalesce(e.last, 0)
"""
_GAPS = """
    select s.name || ' has ' || count(*) || ' events, versions ' || min(e.version) || ' to ' || max(e.version)
    from events e join streams s on s.id = e.stream_id
    group by e.stream_id having count(*) <> max(e.version) or min(e.version) <> 1
"""
_ORPHANS = """
    select 'position ' || e.position || ' belongs to no stream' from events e
    where not exists (select 1 from streams s where s.id = e.stream_id)
    union all
    select 'position ' || e.position || ' has no event type' from events e
    where not exists (select 1 from types t where t.id = e.type_id)
"""
_TWICE = """
    select 'position ' || position || ' is taken by an event and a message'
    from events join messages using (position)
"""
_AHEAD = f"""
    select s.name || ' stands at ' || s.cursor || ', beyond the last position ' || h.head
    from subscriptions s, ({HEAD}) h where s.cursor > h.head
    union all
    select 'projection ' || p.name || ' stands at ' || p.checkpoint || ', beyond the last position ' || h.head
    from projections p, ({HEAD}) h where p.checkpoint > h.head
"""
_EARLY = """
    select s.name || ' has a delivery of position ' || d.position || ', but stands at ' || s.cursor
    from deliveries d join subscriptions s on s.id = d.subscription_id
    where d.position > max(s.cursor, s.claimed_to) and d.state <> 'dead' and d.generation = 0
"""
_STRAY = """
    select 'the delivery of position ' || d.position || ' is dead without a dead letter'
    from deliveries d left join dead_letters l on l.id = d.letter_id
    where d.state = 'dead' and l.id is null
"""
_EXPIRED = """
    select 'the delivery of position ' || d.position || ' was tried after its message had expired'
    from deliveries d, json_each(d.attempts) a
    where d.expires_at is not null and d.generation = 0 and json_extract(a.value, '$.at') > d.expires_at
        and json_extract(a.value, '$.error_type') <> 'Expired'
"""
_LEASES = """
    select 'the delivery of position ' || position || ' is leased without a token' from deliveries
    where state = 'leased' and (lease_token is null or lease_until is null)
"""
RULES: tuple[tuple[str, str, str], ...] = (
    ("I1", "streams whose head is not their last event", _HEADS),
    ("I1", "streams whose versions have gaps", _GAPS),
    ("I4", "events that stand alone", _ORPHANS),
    ("I3", "positions that are used twice", _TWICE),
    ("I9", "readers that are ahead of the log", _AHEAD),
    ("I5", "deliveries beyond the cursor", _EARLY),
    ("I10", "dead deliveries without their letters", _STRAY),
    ("I6", "leases without a holder", _LEASES),
    ("I11", "deliveries that began too late", _EXPIRED),
)
"""Rule, what is counted, and a query that gives a sentence for each breach. Uniqueness is the schema's."""

COUNTED = ("streams", "events", "messages", "commands", "subscriptions", "deliveries", "dead_letters")


def check(path: Path, progress: Progress | None = None) -> Checkup:
    """Examines the file, its tables, and every rule that can be seen in them.

    Args:
        path: The database file; other programs may work on it meanwhile.
        progress: Told what is looked at next.

    Raises:
        NotAStore: It is something else.
        SchemaTooNew: A newer program wrote it.
        StoreCorrupt: It is damaged so that nothing can be read.
        StoreReadOnly: It cannot be read.
    """
    schema = check_identity(path)
    tell = progress or (lambda _said: None)
    with Look(path) as seen, contextlib.closing(seen.open()) as con, translated(path):
        con.execute("begin")  # one state of the store for all questions
        tell("the file")
        findings = [*_paths(path, seen), *_damage(con), *breaches(con, tell, kinds=schema == SCHEMA_VERSION)]
        return Checkup(path=path, schema=schema, sizes=_sizes(con, path), findings=tuple(findings))


def breaches(
    con: sqlite3.Connection, progress: Progress | None = None, *, kinds: bool = True
) -> list[Finding]:
    """Returns what breaks a rule, as a connection sees the store; changes inside its transaction included.

    Args:
        kinds: Whether columns are compared with the present tables; older ones have others.
    """
    found = []
    columns = [("kind", what, query) for what, query in kind_queries()] if kinds else []
    for rule, what, query in (*RULES, *columns):
        if progress is not None:
            progress(what)
        found += _breaches(con, rule, what, query)
    return found


def _paths(path: Path, seen: Look) -> list[Finding]:
    """Returns what is wrong with how the file is reached, and what of it cannot be seen."""
    said = (("C9", why_shared(path)), ("F6", seen.unseen))
    return [Finding(rule=rule, text=text) for rule, text in said if text]


def _damage(con: sqlite3.Connection) -> list[Finding]:
    try:
        said = [str(row[0]) for row in con.execute(f"pragma integrity_check({SHOWN})")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    return [Finding(rule="file", text=one) for one in said if one != "ok"]


def _breaches(con: sqlite3.Connection, rule: str, what: str, query: str) -> list[Finding]:
    try:
        examples = [str(row[0]) for row in con.execute(f"{query} limit {SHOWN + 1}")]
    except sqlite3.DatabaseError as error:
        return [Finding(rule="file", text=f"cannot look for {what}: {error}")]
    count = len(examples) if len(examples) <= SHOWN else f"more than {SHOWN}"
    return [Finding(rule=rule, text=f"{count} {what}: {'; '.join(examples[:SHOWN])}")] if examples else []


def _sizes(con: sqlite3.Connection, path: Path) -> dict[str, int]:
    real = path.resolve()
    log = real.with_name(f"{real.name}-wal")
    (page,), (free,) = (
        con.execute("pragma page_size").fetchone(),
        con.execute("pragma freelist_count").fetchone(),
    )
    sizes = {"file_bytes": path.stat().st_size, "free_bytes": page * free}
    sizes["log_bytes"] = log.stat().st_size if log.exists() else 0
    for table in COUNTED:
        try:
            (sizes[table],) = con.execute(f"select count(*) from {table}").fetchone()
        except sqlite3.DatabaseError:  # what cannot be read is not counted; a finding tells of it
            continue
    return sizes
