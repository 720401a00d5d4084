"""Searches what is in memory: the port `SearchReader`, as plainly as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from workbench.model.event import RecordedEvent
from workbench.model.messaging import Message
from workbench.model.secrets import is_secret
from workbench.store.memory.table_lists import MemoryTableLists
from workbench.store.search_port import (
    LOOKED_AT,
    NO_TIME,
    NUMBERS,
    FoundRecord,
    RecordKind,
    RecordSource,
    Scan,
    Scanned,
    column_of,
    fits,
    letter_in,
    place_of_stream,
    uuid_in,
)
from workbench.store.stored_values import CommandRecord, DeadLetter, ProjectionState
from workbench.store.words_found import holds_all


class MemorySearchLists(MemoryTableLists):
    """The part of a reader that searches."""

    def _records(self, source: RecordSource) -> dict[int, Any]:
        """Returns what a source holds by its keys."""
        match source.kind:
            case RecordKind.EVENT if source.stream:
                of_it = (one for one in self._tables.events.values() if one.stream == source.stream)
                return {one.version: one for one in of_it}
            case RecordKind.EVENT:
                return dict(self._tables.events.items())
            case RecordKind.MESSAGE:
                return dict(self._tables.messages.items())
            case RecordKind.LETTER:
                notes = self._tables.notes
                return {at: (one, *(notes.get(at) or ("", ""))) for at, one in self._tables.letters.items()}
            case RecordKind.COMMAND:
                return {one.number: one for one in self._tables.commands.values()}
        state = self._state_of(source)
        if state is None:
            return {}
        places = [at for at in self._tables.rows if at[:2] == (state.name, state.generation)]
        return {self._tables.row_numbers.number(at): (state, self._tables.rows[at]) for at in places}

    def _state_of(self, source: RecordSource) -> ProjectionState | None:
        live = self._live(source.projection)
        return live if live is not None and live.generation == source.generation else None

    def search_sources(self, stream: str = "") -> list[RecordSource]:
        """Returns what can be searched now; of a stream that is named its events alone, by their versions."""
        if stream:
            return [self._counted(RecordSource(kind=RecordKind.EVENT, stream=stream))]
        named = [RecordSource(kind=kind) for kind in RecordKind if kind is not RecordKind.ROW]
        for name in sorted({name for name, _ in self._tables.projections}):
            live = self._live(name)
            if live is not None:
                named.append(RecordSource(kind=RecordKind.ROW, projection=name, generation=live.generation))
        return [self._counted(one) for one in named]

    def _counted(self, source: RecordSource) -> RecordSource:
        found = self._records(source)
        return RecordSource(
            kind=source.kind,
            projection=source.projection,
            generation=source.generation,
            stream=source.stream,
            top=max(found, default=0),
            count=len(found),
        )

    def search(self, scan: Scan) -> Scanned:
        """Looks at a stretch of a source, from its highest key downwards."""
        found = self._records(scan.source)
        keys = sorted((key for key in found if key <= scan.upto), reverse=True)[: scan.limit]
        fitting = [key for key in keys if _fits(scan, found[key])]
        if scan.columns:
            rows = [(key, *_asked(scan, found[key])) for key in fitting]
        else:
            rows = [(key, *_told(found[key])) for key in fitting]
        return Scanned(len(keys), keys[-1] - 1 if len(keys) == scan.limit else None, rows)

    def described(self, source: RecordSource, keys: Sequence[int]) -> list[tuple[int, int, str, str]]:
        """Returns key, time, type and place of records, the highest key first; of events the category."""
        found = self._records(source)
        return [(key, *_told(found[key])) for key in sorted(set(keys) & set(found), reverse=True)]

    def records(self, source: RecordSource, keys: Sequence[int]) -> dict[int, FoundRecord]:
        """Returns records by their keys; what is stored no more is left out."""
        found = self._records(source)
        return {key: _record(source.kind, key, found[key]) for key in set(keys) & set(found)}


def _named(record: Any) -> tuple[str, str]:
    """Returns type and place of a record."""
    match record:
        case RecordedEvent() | CommandRecord():
            return record.type, record.stream
        case Message():
            return record.type, record.topic
        case (DeadLetter() as letter, _, _):
            return letter.type, letter.subscription
    return record[0].name, record[0].name


def _time(record: Any) -> int:
    match record:
        case RecordedEvent():
            return record.occurred_at
        case Message():
            return record.published_at
        case (DeadLetter() as letter, _, _):
            return letter.died_at
        case CommandRecord():
            return record.issued_at
    return NO_TIME


def _told(record: Any) -> tuple[int, str, str]:
    """Returns time, type and place of a record; of streams the category."""
    type_name, place = _named(record)
    in_streams = isinstance(record, RecordedEvent | CommandRecord)
    return _time(record), type_name, place_of_stream(place) if in_streams else place


def _fits(scan: Scan, record: Any) -> bool:
    type_name, place = _named(record)
    return (
        scan.in_time(_time(record))
        and fits(scan.types, type_name)
        and fits(scan.places, place)
        and all(_holds(word, record) for word in scan.words)
    )


def _holds(word: str, record: Any) -> bool:
    texts, written = _texts(record)
    if holds_all((word,), texts, written):
        return True
    match record:
        case (DeadLetter() as letter, _, _) if letter_in(word) == letter.number:
            return True
    identity = uuid_in(word)
    return identity is not None and identity in _ids(record)


def _texts(record: Any) -> tuple[Sequence[str], Sequence[str]]:
    """Returns in what words are looked for, and in what that is JSON."""
    match record:
        case RecordedEvent():
            return (record.type, record.stream), (record.data, record.metadata or "")
        case Message():
            return (record.type, record.key, record.topic), (record.data, record.metadata or "")
        case (DeadLetter() as letter, owner, note):
            texts = (
                *(letter.type, letter.key, letter.topic, letter.subscription),
                *(letter.error_type, letter.error, letter.reason.value, letter.place),
                *(owner, note),
            )
            return texts, (letter.data, letter.edited or "", letter.metadata or "")
        case CommandRecord():
            return (record.type, record.stream, record.outcome, record.message, record.origin), (record.data,)
    kinds = dict(record[0].columns)
    seen = {name: _text_of(value) for name, value in _row_values(*record).items() if not is_secret(name)}
    said = [text for name, text in seen.items() if kinds[name] != "json"]
    return [record[0].name, *said], [text for name, text in seen.items() if kinds[name] == "json"]


def _text_of(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
    return str(value)


def _ids(record: Any) -> set[bytes | None]:
    match record:
        case RecordedEvent() | Message():
            return {record.id_bytes, record.correlation_bytes, record.causation_bytes}
        case (DeadLetter() as letter, _, _):
            return {letter.message_id.bytes, letter.correlation_id.bytes}
        case CommandRecord():
            causes = {record.causation_id.bytes} if record.causation_id is not None else set[bytes]()
            return {record.command_id.bytes, record.correlation_id.bytes, *causes}
    return set()


def _record(kind: RecordKind, key: int, record: Any) -> FoundRecord:
    type_name, place = _named(record)
    asked = _values(record)
    data = asked.get("data", "")
    metadata, edited = asked.get("meta"), asked.get("edited")
    return FoundRecord(
        kind=kind,
        number=key,
        time=_time(record),
        type=type_name,
        place=place,
        position=asked.get("position", 0),
        version=asked.get("version", 0),
        key=asked.get("key", ""),
        data=data[:LOOKED_AT] if isinstance(data, str) else data,
        metadata=metadata[:LOOKED_AT] if metadata else metadata,
        error=asked.get("error", "")[:LOOKED_AT],
        status=asked.get("status", ""),
        edited=edited[:LOOKED_AT] if edited else edited,
    )


def _asked(scan: Scan, record: Any) -> tuple[Any, ...]:
    given = {"kind": scan.source.kind.value, "meta": None, "edited": None, **dict.fromkeys(NUMBERS, 0)}
    found = {**given, "time": _time(record), "type": _named(record)[0], **_values(record)}
    return tuple(found.get(column_of(name), "") for name in scan.columns)


def _values(record: Any) -> dict[str, Any]:
    """Returns what an expression may ask of a record, besides its kind, time and type."""
    match record:
        case RecordedEvent():
            return {
                "data": record.data,
                "meta": record.metadata,
                "stream": record.stream,
                "version": record.version,
                "position": record.position,
            }
        case Message():
            return {
                "data": record.data,
                "meta": record.metadata,
                "topic": record.topic,
                "key": record.key,
                "position": record.position,
            }
        case (DeadLetter() as letter, owner, note):
            return {
                "data": letter.data,
                "meta": letter.metadata,
                "topic": letter.topic,
                "subscription": letter.subscription,
                "key": letter.key,
                "error": letter.error or letter.error_type,
                "status": letter.status.value,
                "position": letter.position,
                "error_type": letter.error_type,
                "reason": letter.reason.value,
                "place": letter.place,
                "owner": owner,
                "note": note,
                "tries": len(letter.attempts),
                "edited": letter.edited,
            }
        case CommandRecord():
            return {
                "data": record.data,
                "stream": record.stream,
                "error": record.message,
                "status": record.outcome,
                "version": record.version,
                "position": record.first_position,
            }
    state, row = record
    return {"data": _row_values(state, row), "key": str(row[state.columns[0][0]])}


def _row_values(state: ProjectionState, row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of a row as their kinds say: yes and no are kept as 1 and 0."""
    kinds = dict(state.columns)
    return {
        name: bool(value) if kinds[name] == "boolean" and value is not None else value
        for name, value in row.items()
    }
