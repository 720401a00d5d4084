"""Foreign objects: which of their fields are stream, type, id and time; object by object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import ANY, InvalidValue
from workbench.interop.records import read_records
from workbench.model.clock import MICROSECONDS, checked_time, parse_rfc3339, rfc3339
from workbench.model.events import NewEvent
from workbench.model.ids import derived_id
from workbench.model.values import (
    MAX_BYTES,
    ForeignJsonError,
    at_path,
    check_name,
    parse_foreign_json,
    write_json,
)
from workbench.tusk import open_file

SAMPLE = 200
"""Lines that a guess looks at."""
FITTING = 0.9
"""Share of them in which a guessed field must stand."""

_STREAM = (
    "stream",
    "stream_id",
    "streamId",
    "stream_name",
    "aggregate_id",
    "aggregateId",
    "entity_id",
    "subject",
    "repo.name",
    "repository.full_name",
    "source",
    "repo.id",
    "key",
)
_TYPE = ("type", "event_type", "eventType", "event", "meta.type", "kind", "name", "action")
_ID = ("id", "event_id", "eventId", "meta.id", "uuid", "message_id")
_TIME = (
    "time",
    "timestamp",
    "occurred_at",
    "created_at",
    "createdAt",
    "recorded_at",
    "date",
    "meta.time",
    "at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Which fields of an object say what; dotted paths such as ``repo.name``.

    Attributes:
        stream: Field whose value names the stream, behind the category.
        id: Field that makes an event unique within the file's source; empty: its content does.
        time: Field with RFC 3339 text, or seconds or milliseconds since 1970; empty: the time of import.
        category: What the names of streams begin with.
    """

    stream: str
    type: str
    id: str = ""
    time: str = ""
    category: str = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One line as an event that can be stored.

    Attributes:
        expected: Version that its stream must have, where the file says which version the event is.
    """

    line: int
    stream: str
    event: NewEvent
    expected: int = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that cannot be stored, and why."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def parse_line(number: int, line: bytes) -> dict[str, Any] | Problem:
    """Reads one line as a JSON object, or says what is wrong with it."""
    if len(line) > MAX_BYTES:
        return Problem(line=number, message=f"longer than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        value = parse_foreign_json(line.decode())
    except UnicodeDecodeError as error:
        return Problem(line=number, message=f"not UTF-8 at byte {error.start + 1}")
    except (ForeignJsonError, InvalidValue) as error:
        return Problem(line=number, message=str(error))
    if not isinstance(value, dict):
        return Problem(line=number, message=f"a JSON object is needed, not {type(value).__name__}")
    return value


class LineReader:
    """Turns the lines of one file into events; remembers how often a content without id occurred."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._seen: Counter[str] = Counter()

    def read(self, number: int, line: bytes) -> Incoming | Problem:
        """Returns the event of one line, or what is wrong with it."""
        value = parse_line(number, line)
        if isinstance(value, Problem):
            return value
        try:
            return self._incoming(number, value)
        except (InvalidValue, ValueError) as error:
            return Problem(line=number, message=str(error))

    def _incoming(self, number: int, value: dict[str, Any]) -> Incoming:
        mapping = self._mapping
        stream = f"{mapping.category}-{_text(value, mapping.stream, 'stream')}"
        check_name(stream, what="the stream's name")
        kind = check_name(_text(value, mapping.type, "type"), what="the event type")
        data = write_json(value)
        return Incoming(
            line=number,
            stream=stream,
            event=NewEvent(
                id=derived_id("import", stream, *self._identity(value, data)),
                type=kind,
                data=data,
                occurred_at=_time(value, mapping.time) if mapping.time else None,
            ),
        )

    def _identity(self, value: dict[str, Any], data: str) -> tuple[object, ...]:
        if self._mapping.id:
            return (_text(value, self._mapping.id, "id"),)
        # The same content twice in one file is two events; the same file twice is not.
        self._seen[data] += 1
        return data, self._seen[data]


def _text(value: dict[str, Any], path: str, what: str) -> str:
    found, item = at_path(value, path)
    if not found or item is None or item == "":
        raise ValueError(f"no {what}: the field {path} is missing")
    if isinstance(item, dict | list | bool):
        raise ValueError(f"the {what} field {path} holds {type(item).__name__}, not text or a number")  # noqa: TRY004
    return str(item)


def _time(value: dict[str, Any], path: str) -> int:
    found, item = at_path(value, path)
    if not found or item is None:
        raise ValueError(f"no time: the field {path} is missing")
    if isinstance(item, str):
        try:
            return parse_rfc3339(item)
        except ValueError as error:
            raise ValueError(f"the time field {path} holds {item[:40]!r}: {error}") from None
    if isinstance(item, int | float) and not isinstance(item, bool) and 0 < item < 1e16:
        # Seconds until the year 5138, milliseconds beyond.
        seconds = item / 1000 if item > 1e11 else item
        try:
            return checked_time(round(seconds * MICROSECONDS))
        except ValueError as error:
            raise ValueError(f"the time field {path} holds {item!r}: {error}") from None
    raise ValueError(f"the time field {path} holds {item!r}, which is no time")


def guess(objects: Sequence[dict[str, Any]]) -> Mapping | None:
    """Guesses the mapping from some objects; None where no field could be the type or the stream."""
    kind = _first(objects, _TYPE, str)
    stream = _first(objects, _STREAM, str | int)
    if not kind or not stream:
        return None
    identity = _first(objects, _ID, str | int, distinct=True)
    return Mapping(
        stream=stream, type=kind, id=identity, time=_first_time(objects), category=category_of(stream)
    )


def paths_of(objects: Iterable[dict[str, Any]], depth: int = 3) -> list[str]:
    """Returns the dotted paths of all fields that hold text or numbers, for choosing."""
    found: dict[str, None] = {}
    for item in objects:
        for path in _paths(item, depth):
            found.setdefault(path)
    return list(found)


def sample(path: Path, lines: int = SAMPLE) -> list[tuple[int, dict[str, Any] | Problem]]:
    """Reads the first lines of a file, for the guess and the preview.

    Raises:
        OSError: The file cannot be read.
    """
    found = []
    with open_file(path) as file:
        for number, line in read_records(file):
            found.append((number, parse_line(number, line)))
            if len(found) >= lines:
                break
    return found


def event_line(incoming: Incoming) -> str:
    """Says an incoming event in one line, for a preview on a terminal."""
    when = rfc3339(incoming.event.occurred_at) if incoming.event.occurred_at else "now"
    return f"{incoming.line:>6}  {when}  {incoming.stream}  {incoming.event.type}"


def _paths(value: dict[str, Any], depth: int) -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, dict) and depth > 1:
            yield from (f"{key}.{rest}" for rest in _paths(item, depth - 1))
        elif isinstance(item, str | int | float) and not isinstance(item, bool):
            yield key


def _first(
    objects: Sequence[dict[str, Any]], candidates: Sequence[str], kind: Any, *, distinct: bool = False
) -> str:
    for path in candidates:
        values = [item for found, item in (at_path(one, path) for one in objects) if found]
        right = [item for item in values if isinstance(item, kind) and not isinstance(item, bool)]
        if _enough(right, objects) and (not distinct or len(set(map(str, right))) == len(right)):
            return path
    return ""


def _first_time(objects: Sequence[dict[str, Any]]) -> str:
    for path in _TIME:
        if _enough([one for one in objects if _is_time(one, path)], objects):
            return path
    return ""


def _is_time(one: dict[str, Any], path: str) -> bool:
    try:
        return _time(one, path) is not None
    except ValueError:
        return False


def _enough(right: Sequence[object], objects: Sequence[object]) -> bool:
    """Whether a field fits: a few broken lines must not spoil the guess."""
    return bool(right) and len(right) >= FITTING * len(objects)


def category_of(stream: str) -> str:
    """Returns the begin of stream names for a field: ``repo`` for ``repo.name``."""
    first = stream.split(".", maxsplit=1)[0]
    return (
        first.removesuffix("_id").removesuffix("Id")
        if first not in {"stream", "key", "subject"}
        else "imported"
    )
