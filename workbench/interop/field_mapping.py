"""Which fields of foreign objects are stream, type, id, time and payload: guessed from some, then chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.interop.foreign_times import Unit, is_zoneless, read_time, unit_of
from workbench.model.json_values import at_path

FITTING = 0.9
"""Share of the objects in which a guessed field must stand."""
HALF = 0.5

_STREAM = (
    "stream",
    "stream_id",
    "streamId",
    "stream_name",
    "streamName",
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
_WHOLE_NAMES = frozenset(_STREAM[:5])
"""Fields that hold the name of a stream, not only the id of what it is about."""
_TYPE = ("type", "event_type", "eventType", "event.type", "event", "meta.type", "kind", "name", "action")
_ID = ("id", "event_id", "eventId", "event.id", "meta.id", "uuid", "message_id")
_TIME = (
    "time",
    "timestamp",
    "occurred_at",
    "created_at",
    "createdAt",
    "recorded_at",
    "created",
    "date",
    "meta.time",
    "at",
)
_CORRELATION = (
    "correlation_id", "correlationId", "metadata.correlation_id", "metadata.correlationId",
    "metadata.$correlationId", "meta.correlation_id", "meta.correlationId",
)  # fmt: skip
_CAUSATION = tuple(path.replace("correlation", "causation") for path in _CORRELATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Which fields of an object say what; dotted paths such as ``repo.name``.

    Attributes:
        stream: Field whose value names the stream, behind the category.
        id: Field that makes an event unique within the file's source; empty: its place in the file does.
        time: Field with a time; empty: the time of import.
        data: Field with the payload, all else goes to the metadata; empty: the whole object is the payload.
        correlation: Field with the id that events of one matter share; empty: none is kept.
        causation: Field with the id of the event that caused this one; empty: none is kept.
        unit: Of times that are numbers, since 1970.
        zone: Of times that say none, such as ``UTC`` or ``Europe/Berlin``; empty: such times are refused.
        category: What the names of streams begin with; empty: they are named as the field says.
    """

    stream: str
    type: str
    id: str = ""
    time: str = ""
    data: str = ""
    correlation: str = ""
    causation: str = ""
    unit: Unit = Unit.SECONDS
    zone: str = ""
    category: str = "imported"

    def summary(self) -> str:
        """Says it in one sentence."""
        time = f"{self.time} (numbers in {self.unit.name.lower()}" if self.time else "the import"
        if self.time:
            time += f", zone {self.zone} where none is said)" if self.zone else ")"
        parts = [
            f"stream from {self.stream}" + (f" behind {self.category}-" if self.category else ""),
            f"type from {self.type}",
            f"id from {self.id or 'the place in the file'}",
            f"time from {time}",
            f"payload from {self.data or 'the whole object'}",
            *(f"{name} from {path}" for name, path in self._links() if path),
        ]
        return ", ".join(parts)

    def _links(self) -> tuple[tuple[str, str], ...]:
        return (("correlation", self.correlation), ("causation", self.causation))


def guess(objects: Sequence[dict[str, Any]]) -> Mapping | None:
    """Guesses the mapping from some objects; None where no field could be the type or the stream.

    The zone of times that say none is never guessed (B3).
    """
    kind = _first(objects, _TYPE, str)
    stream = _first(objects, _STREAM, str | int)
    if not kind or not stream:
        return None
    time = _first_time(objects)
    data = "data" if _enough([one for one in objects if isinstance(one.get("data"), dict)], objects) else ""
    return Mapping(
        stream=stream,
        type=kind,
        id=_first(objects, _ID, str | int, distinct=True),
        time=time,
        data=data,
        correlation=_first(objects, _CORRELATION, str, known=0.0),
        causation=_first(objects, _CAUSATION, str, known=0.0),
        unit=unit_of(values_at(objects, time)) if time else Unit.SECONDS,
        category=category_of(stream, objects),
    )


def category_of(stream: str, objects: Sequence[dict[str, Any]] = ()) -> str:
    """Returns what stream names begin with for a field: ``repo`` for ``repo.name``.

    Nothing where the field holds whole names such as ``order-17``.
    """
    if stream in _WHOLE_NAMES and objects:
        names = [value for value in values_at(objects, stream) if isinstance(value, str)]
        if _enough([name for name in names if name.partition("-")[0] and "-" in name], objects):
            return ""
    first = stream.split(".", maxsplit=1)[0]
    if first in {"key", "subject"} | _WHOLE_NAMES:
        return "imported"
    return first.removesuffix("_id").removesuffix("Id")


def zone_is_missing(mapping: Mapping, objects: Sequence[dict[str, Any]]) -> bool:
    """Whether times say no zone, and none was chosen for them."""
    return bool(mapping.time) and not mapping.zone and any(map(is_zoneless, values_at(objects, mapping.time)))


def values_at(objects: Iterable[dict[str, Any]], path: str) -> list[Any]:
    """Returns what stands at a path, from each object that has it."""
    return [value for found, value in (at_path(one, path) for one in objects) if found]


def paths_of(objects: Iterable[dict[str, Any]], depth: int = 3) -> list[str]:
    """Returns the dotted paths of all fields that hold text or numbers, for choosing."""
    return list(dict.fromkeys(path for one in objects for path, value in _paths(one, depth) if _plain(value)))


def payloads_of(objects: Iterable[dict[str, Any]], depth: int = 2) -> list[str]:
    """Returns the dotted paths of all fields that hold objects: each could be the payload."""
    return list(
        dict.fromkeys(
            path for one in objects for path, value in _paths(one, depth) if isinstance(value, dict)
        )
    )


def _paths(value: dict[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        yield key, item
        if isinstance(item, dict) and depth > 1:
            yield from ((f"{key}.{rest}", below) for rest, below in _paths(item, depth - 1))


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _first(
    objects: Sequence[dict[str, Any]],
    candidates: Sequence[str],
    kind: Any,
    *,
    distinct: bool = False,
    known: float = FITTING,
) -> str:
    for path in candidates:
        values = values_at(objects, path)
        right = [item for item in values if isinstance(item, kind) and not isinstance(item, bool)]
        if _enough(right, objects, known) and (not distinct or len(set(map(str, right))) == len(right)):
            return path
    return ""


def _first_time(objects: Sequence[dict[str, Any]]) -> str:
    """Returns the field that holds times; half of them are enough, lines with others are refused (B3)."""
    for path in _TIME:
        values = values_at(objects, path)
        times = [value for value in values if _is_time(value)]
        if _enough(values, objects, HALF) and _enough(times, values, HALF):
            return path
    return ""


def _is_time(value: Any) -> bool:
    try:
        return is_zoneless(value) or read_time(value, Unit.NANOSECONDS) is not None
    except ValueError:
        return False


def _enough(right: Sequence[object], objects: Sequence[object], share: float = FITTING) -> bool:
    """Whether a field fits: a few broken lines must not spoil the guess."""
    return bool(right) and len(right) >= share * len(objects)
