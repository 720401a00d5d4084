"""Events: what happened, typed; what is asked to be stored; and what the store recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec

from workbench.errors import InvalidEvent, InvalidName, ModelError, UnknownEvent
from workbench.model.error_text import error_sentence, error_text
from workbench.model.json_values import check_name, read_json, write_json
from workbench.model.lazy_mapping import LazyMapping
from workbench.model.secrets import without_secrets
from workbench.model.type_words import as_declared

E = TypeVar("E", bound="Event")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the data of one schema version into that of the next; pure and total (U1)."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of typed events; subclasses name themselves with ``event_type`` and declare their fields.

    ``stored_as`` is the name under which events of the type are stored, where that is another one, such as an
    earlier name of it (U3). ``__definition__`` is what a class was made of, where that is no Python (J7).

    Example:
        ```python
        class UserCreated(Event, frozen=True):
            event_type = "user.created"
            username: str
        ```
    """

    event_type: ClassVar[str] = ""
    event_version: ClassVar[int] = 1
    stored_as: ClassVar[str] = ""
    __definition__: ClassVar[str] = ""


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is to be appended.

    Attributes:
        id: Chosen by the caller, so that a repeated append is found (contract §3).
        type: Stable name of the event type.
        data: Canonical JSON text.
        schema_version: Version of the type's schema, from 1.
        occurred_at: Microseconds since 1970; None means when it is recorded.
        metadata: Canonical JSON text of an object, or None.
        recorded_at: Microseconds since 1970, only for one that another store recorded and that is brought
            here; None means now.
    """

    id: UUID
    type: str
    data: str
    schema_version: int = 1
    occurred_at: int | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    metadata: str | None = None
    recorded_at: int | None = None


class Identified:
    """What has ids, which are kept as their 16 bytes, and data as JSON text."""

    __slots__ = ()
    id_bytes: bytes
    correlation_bytes: bytes
    causation_bytes: bytes | None
    data: str

    @property
    def id(self) -> UUID:
        """Its own id; of an event, the event's."""
        return UUID(bytes=self.id_bytes)

    @property
    def correlation_id(self) -> UUID:
        """What it belongs to: the id of the command or event that began it all."""
        return UUID(bytes=self.correlation_bytes)

    @property
    def causation_id(self) -> UUID | None:
        """What caused it, if that is known."""
        return None if self.causation_bytes is None else UUID(bytes=self.causation_bytes)

    def json(self) -> Any:
        """Returns the data as plain values."""
        return read_json(self.data)


class RecordedEvent(Identified, msgspec.Struct, frozen=True):
    """An event as the store holds it.

    Ids are kept as their 16 bytes: making a `UUID` takes longer than reading the rest of the event, and most
    readers look at none.

    Attributes:
        position: Place in the whole store's order; gaps mean nothing (I3).
        version: Place in its stream, from 1 without gaps (I1).
        recorded_at: Microseconds since 1970 when it was stored; never gives order.
        occurred_at: Microseconds since 1970 when it happened, for imported events their own time.
        data: JSON text as it was stored.
    """

    position: int
    stream: str
    version: int
    id_bytes: bytes
    type: str
    schema_version: int
    recorded_at: int
    occurred_at: int
    correlation_bytes: bytes
    causation_bytes: bytes | None
    data: str
    metadata: str | None


class StoredData(msgspec.Struct, frozen=True):
    """What folding needs of a recorded event; much quicker to read than all of it."""

    position: int
    version: int
    type: str
    schema_version: int
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """What the model knows of one event type, wherever it was declared.

    Attributes:
        schema: JSON Schema of the data.
        decode: Turns JSON text of the current version into the value that evolve and handlers get.
        upcasters: By the version that each starts from; together they reach ``version`` (U1).
        stored_as: The name under which its events are stored; empty for its own (U3).
        made_of: Digest of all that reads a stored event; what was folded from another is stale (J7).
    """

    name: str
    version: int
    schema: Mapping[str, Any]
    decode: Callable[[str], Any]
    doc: str = ""
    upcasters: Mapping[int, Upcaster] = field(default_factory=dict)
    stored_as: str = ""
    made_of: str = ""

    def read(self, record: RecordedEvent | StoredData) -> Any:
        """Returns the typed event, upcast to the current version.

        Raises:
            UnknownEvent: Its version is newer than the model's (U2).
            InvalidEvent: The data does not fit the type.
        """
        text = record.data
        if record.schema_version != self.version:
            text = self.upcast_text(record)
        try:
            return self.decode(text)
        except (msgspec.MsgspecError, ValueError) as error:
            said = without_secrets(error_text(error), text)
            raise InvalidEvent(
                f"the event at position {record.position} does not fit {self.name}: {said}", path=""
            ) from error

    def upcast_text(self, record: RecordedEvent | StoredData) -> str:
        """Returns data of an older version as JSON text of the current one; raises as `read`."""
        if record.schema_version > self.version:
            raise UnknownEvent(
                f"{self.name} version {record.schema_version} at position {record.position} is newer than "
                f"the model, which knows up to {self.version}",
                hint="open the project with the model that wrote it",
            )
        value = read_json(record.data)
        for version in range(record.schema_version, self.version):
            try:
                value = self.upcasters[version](value)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                told = without_secrets(error_sentence(error), record.data, value)
                said = f"failed at position {record.position}: {told}"
                raise InvalidEvent(
                    f"the upcaster of {self.name} from version {version} {said}",
                    path="",
                    hint="upcasters must take everything that was ever stored",
                ) from error
        return write_json(value)


def event_type_of(cls: type[Event], upcasters: Mapping[int, Upcaster] | None = None) -> EventType:
    """Builds the event type that a Python class declares.

    Raises:
        ModelError: It has no ``event_type``, or its upcasters leave a gap or go beyond its version (U1).
    """
    if not cls.event_type:
        raise ModelError(f'event class {cls.__name__} needs event_type = "something.happened"')
    steps = dict(upcasters or {})
    missing = [version for version in range(1, cls.event_version) if version not in steps]
    if missing:
        raise ModelError(
            f"{cls.event_type} is at version {cls.event_version} but has no upcaster from {missing}"
        )
    if beyond := [version for version in steps if not 1 <= version < cls.event_version]:
        raise ModelError(
            f"{cls.event_type} is at version {cls.event_version} but has an upcaster from {sorted(beyond)}"
        )
    decoder = msgspec.json.Decoder(cls)
    return EventType(
        name=cls.event_type,
        version=cls.event_version,
        schema=LazyMapping(lambda: as_declared(msgspec.json.schema(cls))),
        decode=decoder.decode,
        doc=(cls.__doc__ or "").strip(),
        upcasters=steps,
        stored_as=cls.stored_as if cls.stored_as != cls.event_type else "",
    )


def misstored(stored: Mapping[str, str]) -> dict[str, str]:
    """Says of types why their events cannot be stored under the names that they say; empty if all can (U3).

    Args:
        stored: The stored name of every type by its name; its own name, or none, where it has no other.
    """
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name, below in stored.items():
        if not below or below == name:
            continue
        if below in stored:
            found[name] = f"{below} is another event"
        elif (other := owners.setdefault(below, name)) != name:
            found[name] = f"{other} is stored as {below}, too"
        else:
            try:
                check_name(below, what="stored_as")
            except InvalidName as error:
                found[name] = error.message
    return found


def event_data(event: Event) -> str:
    """Writes a typed event's data as canonical JSON text.

    Raises:
        InvalidValue: A value that JSON cannot hold; says its path.
    """
    return write_json(msgspec.to_builtins(event))


def written(event: Event, decode: Callable[[str], Any]) -> tuple[str, Any]:
    """Writes a typed event's data as JSON text; returns it, and the event as it is read from that.

    Args:
        decode: Of the event's type.

    Raises:
        InvalidValue: A value that JSON cannot hold; says its path.
        InvalidEvent: Its fields are not of the kinds that its type says, so that it could not be read.
    """
    data = event_data(event)
    try:
        return data, decode(data)
    except (msgspec.MsgspecError, ValueError) as error:
        said = without_secrets(error_text(error), data)
        raise InvalidEvent(f"{event.event_type} does not fit its own type: {said}", path="") from error
