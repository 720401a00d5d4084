"""The workbench's own lines: all that is stored of an event, in one JSON object a line; out, and in again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from workbench.errors import InvalidValue
from workbench.interop.ndjson import Incoming, RecordProblem, parse_line
from workbench.model.clock import parse_rfc3339, rfc3339
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.json_values import check_name, parse_foreign_json, read_text, write_json
from workbench.model.secrets import mask

FORMAT = 1
MARK = "workbench"
"""First key of each line; its value is the version of the format."""
KEYS = (
    MARK, "stream", "version", "position", "id", "type", "schema_version", "occurred_at", "recorded_at",
    "correlation_id", "causation_id", "metadata", "metadata_text", "data", "data_text", "masked",
)  # fmt: skip
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A stored JSON text, ready to be written into another one.

    Attributes:
        value: What it says, with secrets masked; None where it says nothing that can be read.
        exact: Whether the value is all there is to say: written in canonical form it is the stored text, or
            it differs by no more than its masks.
        masked: JSON paths at which the value differs from what is stored.
    """

    value: Any
    exact: bool
    masked: tuple[str, ...] = ()


def payload(text: str, *, reveal: bool) -> Payload:
    """Reads a stored JSON text for writing it out; nothing is masked where ``reveal`` is given."""
    try:
        value = read_text(text)
    except ValueError:
        return Payload(value=None, exact=False)
    shown, paths = (value, []) if reveal else mask(value)
    if paths:
        return Payload(value=shown, exact=True, masked=tuple(paths))
    try:
        exact = write_json(value) == text
    except InvalidValue:
        exact = False
    return Payload(value=msgspec.Raw(text.encode()) if exact else value, exact=exact)


def head_values(event: RecordedEvent) -> dict[str, Any]:
    """Returns what an event is called and where it stands, under the keys of its line: all but its texts."""
    return {
        "stream": event.stream,
        "version": event.version,
        "position": event.position,
        "id": str(event.id),
        "type": event.type,
        "schema_version": event.schema_version,
        "occurred_at": rfc3339(event.occurred_at),
        "recorded_at": rfc3339(event.recorded_at),
        "correlation_id": str(event.correlation_id),
        "causation_id": str(event.causation_id) if event.causation_id else None,
    }


def event_values(event: RecordedEvent, *, reveal: bool = False) -> dict[str, Any]:
    """Returns an event under the keys of its line; texts that are not canonical stand there as texts."""
    values = head_values(event)
    hidden = _put(values, "metadata", event.metadata, reveal=reveal)
    hidden += _put(values, "data", event.data, reveal=reveal)
    return values | {"masked": hidden} if hidden else values


def write_line(event: RecordedEvent, *, reveal: bool = False) -> tuple[bytes, int]:
    """Returns an event's line without its end, and how many values were masked in it."""
    values = event_values(event, reveal=reveal)
    return _encode({MARK: FORMAT, **values}), len(values.get("masked", ()))


def _put(values: dict[str, Any], name: str, text: str | None, *, reveal: bool) -> list[str]:
    if text is None:
        values[name] = None
        return []
    said = payload(text, reveal=reveal)
    if said.exact:
        values[name] = said.value
    else:
        values[f"{name}_text"] = text
    return [f"{name}{path[1:]}" for path in said.masked]


class ExportedReader:
    """Turns such lines into events again, each at the version that it had."""

    def read(self, number: int, line: bytes) -> Incoming | RecordProblem:
        """Returns the event of one line, or what is wrong with it."""
        value = parse_line(number, line)
        if isinstance(value, RecordProblem):
            return value
        try:
            return _incoming(number, value)
        except (InvalidValue, ValueError) as error:
            return RecordProblem(line=number, message=str(error))


def is_exported(value: Mapping[str, Any]) -> bool:
    """Whether an object is such a line."""
    return MARK in value and "stream" in value and "specversion" not in value


def _incoming(number: int, value: dict[str, Any]) -> Incoming:
    if value.get(MARK) != FORMAT:
        raise ValueError(f"{MARK} is {value.get(MARK)!r}; this program reads format {FORMAT}")
    if unknown := [key for key in value if key not in KEYS]:
        raise ValueError(f"unknown key {unknown[0]}")
    refuse_masked(value.get("masked"))
    version = whole(value, "version")
    causation = value.get("causation_id")
    event = NewEvent(
        id=identity(value, "id"),
        type=check_name(text(value, "type"), what="the event type"),
        data=_stored(value, "data") or "null",
        schema_version=whole(value, "schema_version"),
        occurred_at=moment(value, "occurred_at"),
        recorded_at=moment(value, "recorded_at"),
        correlation_id=identity(value, "correlation_id"),
        causation_id=identity(value, "causation_id") if causation is not None else None,
        metadata=_stored(value, "metadata"),
    )
    stream = check_name(text(value, "stream"), what="the stream's name")
    return Incoming(line=number, stream=stream, event=event, expected=version - 1)


def refuse_masked(paths: object) -> None:
    """Refuses what was masked when it was exported.

    Raises:
        ValueError: It was; says where, and what to do.
    """
    if paths:
        shown = ", ".join(map(str, paths)) if isinstance(paths, list) else f"{paths} values"
        raise ValueError(
            f"{shown} masked when it was exported; export with --reveal what is to come in again"
        )


def _stored(value: Mapping[str, Any], name: str) -> str | None:
    """Returns the text to store: the canonical one of a value, or the one that was kept as text."""
    if f"{name}_text" in value:
        return exact_text(text(value, f"{name}_text"))
    if name not in value and name == "data":
        raise ValueError("data is missing")
    if name == "metadata":
        return None if value.get(name) is None else write_json(value[name])
    return write_json(value[name])


def exact_text(said: str) -> str:
    """Returns a JSON text as it is, once it is known to keep contract §8.

    Raises:
        ValueError, InvalidValue: It does not.
    """
    parse_foreign_json(said)
    return said


def text(value: Mapping[str, Any], name: str) -> str:
    """Returns the text behind a key.

    Raises:
        ValueError: There is none.
    """
    found = value.get(name)
    if not isinstance(found, str) or not found:
        raise ValueError(f"{name} is missing" if found is None else f"{name} should be text")
    return found


def whole(value: Mapping[str, Any], name: str) -> int:
    """Returns the whole number from 1 behind a key.

    Raises:
        ValueError: There is none.
    """
    found = value.get(name)
    if type(found) is not int or found < 1:
        raise ValueError(f"{name} is missing" if found is None else f"{name} should be 1 or more")
    return found


def identity(value: Mapping[str, Any], name: str) -> UUID:
    """Returns the UUID behind a key.

    Raises:
        ValueError: There is none.
    """
    found = text(value, name)
    try:
        return UUID(found)
    except ValueError:
        raise ValueError(f"{name} {found[:60]!r} is no UUID") from None


def moment(value: Mapping[str, Any], name: str) -> int:
    """Returns the time behind a key, in microseconds since 1970.

    Raises:
        ValueError: There is none.
    """
    found = text(value, name)
    try:
        return parse_rfc3339(found)
    except ValueError as error:
        raise ValueError(f"{name} {found[:60]!r}: {error}") from None
