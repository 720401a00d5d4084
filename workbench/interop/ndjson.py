"""Foreign objects, one record each: events as their fields say, or what is wrong with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from workbench.errors import ANY, InvalidValue
from workbench.interop.event_links import Links, correlation_of, own_id
from workbench.interop.field_mapping import Mapping
from workbench.interop.foreign_times import read_time, zone_of
from workbench.interop.json_records import read_records
from workbench.model.clock import rfc3339
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import (
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
REST = "imported"
"""Key of the metadata that keeps what an object says beside its payload."""


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
class RecordProblem:
    """A line that cannot be stored, and why."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def parse_line(number: int, line: bytes) -> dict[str, Any] | RecordProblem:
    """Reads one record as a JSON object, or says what is wrong with it, and which lines go with it."""
    try:
        value = parse_foreign_json(_text_of(line))
    except (ForeignJsonError, InvalidValue) as error:
        return RecordProblem(line=number, message=f"{error}{_reach(number, line)}")
    if not isinstance(value, dict):
        said = f"a JSON object is needed, not {type(value).__name__}"
        return RecordProblem(line=number, message=f"{said}{_reach(number, line)}")
    return value


def _text_of(line: bytes) -> str:
    if len(line) > MAX_BYTES:
        raise ForeignJsonError(f"longer than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise ForeignJsonError(f"not UTF-8 at byte {error.start + 1}") from None


def _reach(number: int, line: bytes) -> str:
    further = line.count(b"\n")
    return f"; what begins here reaches to line {number + further}" if further else ""


class LineReader:
    """Turns the records of one file into events.

    Args:
        file: What tells the file's events from those of another with the same content, where they have no id:
            its place and its first record. The same file twice adds nothing, also one that has grown (B3).

    Raises:
        InvalidValue: There is no such zone.
    """

    def __init__(self, mapping: Mapping, file: str = "") -> None:
        self._mapping = mapping
        self._file = file
        self._seen: Counter[str] = Counter()
        self._links = Links()
        try:
            self._zone = zone_of(mapping.zone) if mapping.zone else None
        except ValueError as error:
            raise InvalidValue(str(error), path="") from None

    def read(self, number: int, line: bytes) -> Incoming | RecordProblem:
        """Returns the event of one record, or what is wrong with it."""
        value = parse_line(number, line)
        if isinstance(value, RecordProblem):
            return value
        try:
            return self._incoming(number, value)
        except (InvalidValue, ValueError) as error:
            return RecordProblem(line=number, message=str(error))

    def _incoming(self, number: int, value: dict[str, Any]) -> Incoming:
        mapping = self._mapping
        named = _text(value, mapping.stream, "stream")
        stream = check_name(
            f"{mapping.category}-{named}" if mapping.category else named, what="the stream's name"
        )
        kind = check_name(_text(value, mapping.type, "type"), what="the event type")
        data, rest = _parted(value, mapping.data)
        identity = self._identity(value, stream)
        event = NewEvent(
            id=identity,
            type=kind,
            data=write_json(data),
            occurred_at=self._time(value) if mapping.time else None,
            correlation_id=self._correlation(value),
            causation_id=self._causation(value, stream),
            metadata=write_json({REST: rest}) if rest else None,
        )
        if mapping.id:
            self._links.remember(_text(value, mapping.id, "id"), identity)
        return Incoming(line=number, stream=stream, event=event)

    def _identity(self, value: dict[str, Any], stream: str) -> UUID:
        if self._mapping.id:
            return own_id(_text(value, self._mapping.id, "id"), "import", stream)
        # The same content twice in one file is two events; the same file twice is not.
        content = write_json(value)
        self._seen[content] += 1
        return derived_id("import", self._file, stream, content, self._seen[content])

    def _correlation(self, value: dict[str, Any]) -> UUID | None:
        said = _optional(value, self._mapping.correlation)
        return correlation_of(said) if said else None

    def _causation(self, value: dict[str, Any], stream: str) -> UUID | None:
        said = _optional(value, self._mapping.causation)
        return self._links.cause(said, own_id(said, "import", stream)) if said else None

    def _time(self, value: dict[str, Any]) -> int:
        path = self._mapping.time
        found, item = at_path(value, path)
        if not found or item is None:
            raise ValueError(f"no time: the field {path} is missing")
        try:
            return read_time(item, self._mapping.unit, self._zone)
        except ValueError as error:
            raise ValueError(f"the time field {path} holds {str(item)[:40]!r}: {error}") from None


def _parted(value: dict[str, Any], path: str) -> tuple[Any, dict[str, Any]]:
    """Returns the payload at a path, and the object without it."""
    if not path:
        return value, {}
    found, data = at_path(value, path)
    if not found:
        raise ValueError(f"no payload: the field {path} is missing")
    return data, _without(value, path)


def _without(value: dict[str, Any], path: str) -> dict[str, Any]:
    if path in value:
        return {key: item for key, item in value.items() if key != path}
    for key, item in value.items():
        if path.startswith(f"{key}.") and isinstance(item, dict):
            return {**value, key: _without(item, path.removeprefix(f"{key}."))}
    return value


def _text(value: dict[str, Any], path: str, what: str) -> str:
    found, item = at_path(value, path)
    if not found or item is None or item == "":
        raise ValueError(f"no {what}: the field {path} is missing")
    if isinstance(item, dict | list | bool):
        raise ValueError(f"the {what} field {path} holds {type(item).__name__}, not text or a number")  # noqa: TRY004
    return str(item)


def _optional(value: dict[str, Any], path: str) -> str:
    """Returns the id at a path; nothing where there is none."""
    found, item = at_path(value, path) if path else (False, None)
    return str(item) if found and isinstance(item, str | int) and not isinstance(item, bool) else ""


def sample(path: Path, lines: int = SAMPLE) -> list[tuple[int, dict[str, Any] | RecordProblem]]:
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
