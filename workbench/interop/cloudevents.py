"""CloudEvents 1.0 in their JSON format: events out without a loss, our own and other people's in.

An event of ours keeps what CloudEvents have no attribute for in extension attributes: ``stream``,
``streamversion``, ``schemaversion``, ``recordedtime``, ``correlationid``, ``causationid``, ``metadata``,
and ``workbench``, the version of this arrangement. An event of another program keeps its attributes in our
metadata, and gets them back when it is written out; where one of them has a name that we use, ours has
``wb`` before it.
Rules: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and formats/json-format.md.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import msgspec

from workbench.errors import InvalidValue
from workbench.interop import workbench_lines
from workbench.interop.event_links import Links, correlation_of, own_id
from workbench.interop.ndjson import Incoming, RecordProblem, parse_line
from workbench.interop.workbench_lines import FORMAT, MARK, identity, moment, payload, whole
from workbench.model.clock import parse_rfc3339, rfc3339
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.json_values import check_name, parse_foreign_json, read_text, write_json
from workbench.model.secrets import masked

REQUIRED = ("specversion", "id", "source", "type")
OPTIONAL = ("subject", "time", "datacontenttype", "dataschema")
FOREIGN = "cloudevent"
"""Key of our metadata that keeps the attributes of an event that others made."""
BINARY = "data_base64"
CATEGORY = "cloudevents"
_NAME = re.compile(r"[a-z0-9]+")
_UNSAID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_encode = msgspec.json.Encoder().encode


def source_of(project: str) -> str:
    """Returns the ``source`` of a project's events, a URI reference."""
    return f"/event-workbench/{quote(project, safe='')}"


# -- out ------------------------------------------------------------------------------------------------


def write_event(event: RecordedEvent, source: str, *, reveal: bool = False) -> tuple[bytes, int]:
    """Returns an event as a CloudEvent in JSON, and how many values were masked in it.

    Raises:
        ValueError: It has a name that no CloudEvent can have.
    """
    data = payload(event.data, reveal=reveal)
    foreign = _foreign(event.metadata)
    said = (foreign if reveal else masked(foreign)) if foreign else _own_attributes(event, source)
    binary = said.pop(BINARY, False) and _is_binary(event.data)
    ours = _extensions(event, data, reveal=reveal)
    if foreign:
        ours |= {"eventid": str(event.id), "occurredtime": rfc3339(event.occurred_at)}
    said |= {(f"wb{name}" if name in said else name): value for name, value in ours.items()}
    for name, value in said.items():
        if isinstance(value, str) and (found := _UNSAID.search(value)):
            raise ValueError(f"{name} holds U+{ord(found[0]):04X}, which no CloudEvent can say")
    if not foreign or event.data != "null":
        said[BINARY if binary else "data"] = data.value
    return _encode(said), ours.get("masked", 0)


def _own_attributes(event: RecordedEvent, source: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": source,
        "type": event.type,
        "subject": event.stream,
        "time": rfc3339(event.occurred_at),
        "datacontenttype": "application/json",
    }


def _extensions(event: RecordedEvent, data: workbench_lines.Payload, *, reveal: bool) -> dict[str, Any]:
    """Returns what CloudEvents have no attribute for."""
    said: dict[str, Any] = {
        MARK: FORMAT,
        "stream": event.stream,
        "streamversion": event.version,
        "schemaversion": event.schema_version,
        "recordedtime": rfc3339(event.recorded_at),
        "correlationid": str(event.correlation_id),
    }
    if event.causation_id is not None:
        said["causationid"] = str(event.causation_id)
    hidden = len(data.masked)
    if event.metadata is not None:
        metadata = payload(event.metadata, reveal=reveal)
        hidden += len(metadata.masked)
        if metadata.exact:
            said["metadata"] = _sayable(_encode(metadata.value).decode())
        else:
            said["metadatatext"] = _base64(event.metadata)
    if not data.exact:
        said["datatext"] = _base64(event.data)
    return said | {"masked": hidden} if hidden else said


def _is_binary(data: str) -> bool:
    try:
        _bytes_of(read_text(data), BINARY)
    except ValueError:
        return False
    return True


def _sayable(text: str) -> str:
    """Writes characters that no attribute may hold as JSON escapes; they mean the same."""
    return _UNSAID.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _foreign(metadata: str | None) -> dict[str, Any] | None:
    """Returns the attributes of an event that others made, as they were."""
    if metadata is None:
        return None
    try:
        value = read_text(metadata)
    except ValueError:
        return None
    kept = value.get(FOREIGN) if isinstance(value, dict) else None
    if not isinstance(kept, dict) or any(not isinstance(kept.get(name), str) for name in REQUIRED):
        return None
    return kept


# -- in -------------------------------------------------------------------------------------------------


def is_cloudevent(value: Mapping[str, Any]) -> bool:
    """Whether an object says that it is a CloudEvent."""
    return "specversion" in value


class CloudEventReader:
    """Turns CloudEvents into events.

    Args:
        stream: Attribute whose value names the stream; by default the subject, else the source.
        category: What the names of streams begin with.
    """

    def __init__(self, stream: str = "", category: str = CATEGORY) -> None:
        self._stream = stream
        self._category = category
        self._links = Links()

    def read(self, number: int, line: bytes) -> Incoming | RecordProblem:
        """Returns the event of one CloudEvent, or which rule it breaks."""
        value = parse_line(number, line)
        if isinstance(value, RecordProblem):
            return value
        try:
            attributes = checked_attributes(value)
            if _ours(attributes, MARK) == FORMAT and _ours(attributes, "streamversion") is not None:
                return _own(number, attributes, value)
            return self._others(number, attributes, value)
        except (InvalidValue, ValueError) as error:
            return RecordProblem(line=number, message=str(error))

    def _others(self, number: int, attributes: dict[str, Any], value: Mapping[str, Any]) -> Incoming:
        source = attributes["source"]
        named = attributes.get(self._stream) if self._stream else attributes.get("subject", source)
        if named is None:
            raise ValueError(f"no stream: the attribute {self._stream} is missing")
        stream = check_name(f"{self._category}-{named}", what="the stream's name")
        identity = own_id(attributes["id"], CATEGORY, source)
        kept = {**attributes, BINARY: True} if BINARY in value else attributes
        event = NewEvent(
            id=identity,
            type=check_name(attributes["type"], what="the event type"),
            data=write_json(value.get(BINARY, value.get("data"))),
            occurred_at=parse_rfc3339(attributes["time"]) if "time" in attributes else None,
            correlation_id=correlation_of(said) if (said := _name(attributes, "correlationid")) else None,
            causation_id=self._cause(said, source) if (said := _name(attributes, "causationid")) else None,
            metadata=write_json({FOREIGN: kept}),
        )
        self._links.remember(attributes["id"], identity)
        return Incoming(line=number, stream=stream, event=event)

    def _cause(self, said: str, source: str) -> UUID | None:
        """Returns the event that a cause names: an id of any source, of the same one first."""
        return self._links.cause(said, own_id(said, CATEGORY, source))


def _name(attributes: Mapping[str, Any], name: str) -> str:
    said = attributes.get(name)
    return said if isinstance(said, str) else ""


def _own(number: int, attributes: dict[str, Any], value: Mapping[str, Any]) -> Incoming:
    """Returns an event as the store had it that wrote it out."""
    found = {name: _ours(attributes, name) for name in _OUR_NAMES}
    workbench_lines.refuse_masked(found["masked"])
    metadata = found["metadata"]
    event = NewEvent(
        id=identity(found if found["eventid"] else attributes, "eventid" if found["eventid"] else "id"),
        type=check_name(attributes["type"], what="the event type"),
        data=_exact(found["datatext"]) or write_json(value.get(BINARY, value.get("data"))),
        schema_version=whole(found, "schemaversion"),
        occurred_at=moment(found if found["occurredtime"] else attributes, _time_name(found)),
        recorded_at=moment(found, "recordedtime"),
        correlation_id=identity(found, "correlationid"),
        causation_id=identity(found, "causationid") if found["causationid"] else None,
        metadata=_exact(found["metadatatext"]) or (_canonical(metadata) if metadata else None),
    )
    stream = check_name(workbench_lines.text(found, "stream"), what="the stream's name")
    return Incoming(line=number, stream=stream, event=event, expected=whole(found, "streamversion") - 1)


_OUR_NAMES = (
    "stream", "streamversion", "schemaversion", "recordedtime", "correlationid", "causationid", "metadata",
    "metadatatext", "datatext", "masked", "eventid", "occurredtime",
)  # fmt: skip


def _ours(attributes: Mapping[str, Any], name: str) -> Any:
    return attributes.get(f"wb{name}", attributes.get(name))


def _time_name(found: Mapping[str, Any]) -> str:
    return "occurredtime" if found["occurredtime"] else "time"


def _exact(text: object) -> str | None:
    if text is None:
        return None
    return workbench_lines.exact_text(_bytes_of(text, "text").decode())


def _canonical(text: object) -> str:
    return write_json(parse_foreign_json(str(text)))


def _bytes_of(value: object, name: str) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{name} should be text in base64")  # noqa: TRY004  # a rule of the format
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{name} is not base64") from None


# -- rules ----------------------------------------------------------------------------------------------


def checked_attributes(value: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the attributes of a CloudEvent, without those that are null, which means that they are not set.

    Raises:
        ValueError: It breaks a rule of the specification; says which.
    """
    attributes = {name: item for name, item in value.items() if item is not None and name not in _DATA}
    version = attributes.get("specversion")
    if version != "1.0":
        said = "is missing" if version is None else f"is {version!r}; this program reads 1.0"
        raise ValueError(f"no CloudEvent 1.0: specversion {said}")
    for name in (*REQUIRED, *OPTIONAL):
        if name in attributes or name in REQUIRED:
            workbench_lines.text(attributes, name)
    if re.search(r"\s", attributes["source"]):
        raise ValueError("source should be a URI reference, which has no blanks")
    if "time" in attributes:
        moment(attributes, "time")
    for name, item in attributes.items():
        _check_attribute(name, item)
    if BINARY in value:
        _check_binary(value)
    return attributes


_DATA = ("data", BINARY)


def _check_attribute(name: str, item: object) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"attribute {name!r} should have only small letters and digits in its name")
    if isinstance(item, str):
        if found := _UNSAID.search(item):
            raise ValueError(f"{name} holds U+{ord(found[0]):04X}, which no attribute may hold")
    elif type(item) is int:
        if not -(2**31) <= item < 2**31:
            raise ValueError(f"{name} is an integer beyond 32 bits; write it as text")
    elif not isinstance(item, bool):
        raise ValueError(f"{name} should be text, a whole number, true or false")


def _check_binary(value: Mapping[str, Any]) -> None:
    if value.get("data") is not None:
        raise ValueError("data and data_base64 exclude each other")
    _bytes_of(cast("object", value[BINARY]), BINARY)
