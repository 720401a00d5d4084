"""Where each kind of record stands, in which of its texts words are looked for, what expressions ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.model.secrets import is_secret
from workbench.store.search_port import LOOKED_AT, NO_TIME, RecordKind, RecordSource
from workbench.store.sqlite import rows
from workbench.store.sqlite.exact_numbers import shown
from workbench.store.sqlite.projection_tables import table_name

_ERROR = "case when error = '' then error_type else error end"


class Searched(NamedTuple):
    """How records of one kind are read.

    Attributes:
        table: Where they are; ``joins`` is what their names need.
        texts: In which words are looked for; ``written`` are those that are JSON.
        ids: Which a word may be that is an id.
        values: What an expression may ask of them, see `COLUMNS`; what is left out they do not have.
        record: The columns of a `FoundRecord` from its key on, payload and metadata cut.
        only: A condition that all of them meet, begun by ``and``; empty for none.
    """

    table: str
    joins: str
    key: str
    time: str
    type: str
    place: str
    texts: Sequence[str]
    written: Sequence[str]
    ids: Sequence[str]
    values: Mapping[str, str]
    record: str
    only: str = ""


def _head(column: str) -> str:
    return f"substr({column}, 1, {LOOKED_AT})"


_CATEGORY = "case when s.category in ('', s.name) then s.name else s.category || '-*' end"
TABLES: Mapping[RecordKind, Searched] = {
    RecordKind.EVENT: Searched(
        table="events e",
        joins=" left join streams s on s.id = e.stream_id left join types t on t.id = e.type_id",
        key="e.position",
        time="e.occurred_at",
        type="t.name",
        place=_CATEGORY,
        texts=(),
        written=("e.data", "e.meta"),
        ids=("e.event_id", "e.correlation_id", "e.causation_id"),
        values={
            "data": "e.data", "meta": "e.meta", "type": "t.name", "stream": "s.name", "time": "e.occurred_at",
            "version": "e.version", "position": "e.position",
        },
        record=f"e.occurred_at, t.name, s.name, e.position, e.version, '', {_head('e.data')}, {_head('e.meta')}, '', ''",
    ),
    RecordKind.MESSAGE: Searched(
        table="messages m",
        joins=" left join topics p on p.id = m.topic_id",
        key="m.position",
        time="m.published_at",
        type="m.type",
        place="p.name",
        texts=("m.type", "m.key", "p.name"),
        written=("m.data", "m.meta"),
        ids=("m.message_id", "m.correlation_id", "m.causation_id"),
        values={
            "data": "m.data", "meta": "m.meta", "type": "m.type", "topic": "p.name", "key": "m.key",
            "time": "m.published_at", "position": "m.position",
        },
        record=f"m.published_at, m.type, p.name, m.position, 0, m.key, {_head('m.data')}, {_head('m.meta')}, '', ''",
    ),
    RecordKind.LETTER: Searched(
        table="dead_letters l",
        joins=" left join letter_notes n on n.letter_id = l.id",
        key="l.id",
        time="l.died_at",
        type="l.type",
        place="l.subscription",
        texts=(
            "l.type", "l.key", "l.topic", "l.subscription", "l.error_type", "l.error", "l.reason", "l.place",
            "n.owner", "n.note",
        ),
        written=("l.data", "l.edited", "l.meta"),
        ids=("l.message_id", "l.correlation_id"),
        values={
            "data": "l.data", "meta": "l.meta", "type": "l.type", "topic": "l.topic",
            "subscription": "l.subscription", "key": "l.key", "error": _ERROR, "status": "l.status",
            "time": "l.died_at", "position": "l.position", "error_type": "l.error_type", "reason": "l.reason",
            "place": "l.place", "owner": "coalesce(n.owner, '')", "note": "coalesce(n.note, '')",
            "tries": "json_array_length(l.attempts)", "edited": "l.edited",
        },
        record=f"l.died_at, l.type, l.subscription, l.position, 0, l.key, {_head('l.data')},"
        f" {_head('l.meta')}, {rows.beginning(_ERROR, LOOKED_AT)}, l.status, {_head('l.edited')}",
    ),
    RecordKind.COMMAND: Searched(
        table="commands c",
        joins="",
        key="c.id",
        time="c.issued_at",
        type="c.type",
        place="case when instr(c.stream, '-') > 1 then substr(c.stream, 1, instr(c.stream, '-') - 1) || '-*'"
        " else c.stream end",
        texts=("c.type", "c.stream", "c.outcome", "c.message", "c.origin"),
        written=("c.data",),
        ids=("c.command_id", "c.correlation_id", "c.causation_id"),
        values={
            "data": "c.data", "type": "c.type", "stream": "c.stream", "error": "c.message", "status": "c.outcome",
            "time": "c.issued_at", "version": "c.version", "position": "c.first_position",
        },
        record=f"c.issued_at, c.type, c.stream, c.first_position, c.version, '', {_head('c.data')}, null,"
        f" {rows.beginning('c.message', LOOKED_AT)}, c.outcome",
    ),
}  # fmt: skip
NAMES = {RecordKind.COMMAND: "c.stream", RecordKind.EVENT: "s.name"}
"""The whole names of places that are counted by their categories."""


@lru_cache(maxsize=64)
def _searched_rows(projection: str, generation: int, columns: rows.Columns) -> Searched:
    seen = [(name, kind) for name, kind in columns if not is_secret(name)]
    texts = [_text_of(name, kind) for name, kind in seen if kind != "json"]
    written = [f'"{name}"' for name, kind in seen if kind == "json"]
    said = f"'{projection}'"
    return Searched(
        table_name(projection, generation), "", "rowid", str(NO_TIME), said, said, texts, written, (), {}, ""
    )


def rows_of(source: RecordSource, columns: rows.Columns) -> Searched:
    """Returns how the rows of a read model are read, secrets left out."""
    return _searched_rows(source.projection, source.generation, columns)


def of_stream(number: int) -> Searched:
    """Returns how the events of one stream are read; their versions are the keys."""
    return TABLES[RecordKind.EVENT]._replace(key="e.version", only=f" and e.stream_id = {number}")


def _text_of(column: str, kind: str) -> str:
    if kind == "boolean":
        return f"case \"{column}\" when 1 then 'true' when 0 then 'false' end"
    return f"cast({shown(column, kind)} as text)"
