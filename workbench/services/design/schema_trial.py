"""Tries changed fields of an event on every event of its type that is stored; nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.errors import InvalidEvent, NotFound, ProjectError, UnknownEvent
from workbench.model.event import EventType, RecordedEvent, event_type_of
from workbench.model.json_values import read_json, write_json
from workbench.model.secrets import masked
from workbench.project.declared.compiler import compile_declared
from workbench.project.project_file import read_document
from workbench.project.samples import PROJECT_FILE
from workbench.store.paging import LogWalk, Step
from workbench.store.ports import Reader
from workbench.tusk import Document

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

NEEDED = ("types", "aggregate", "event")
"""Kinds of sections that say how an event is read."""
_PLACE = re.compile(r" (?:at position \d+|\(position \d+\))")
"""What tells the reasons of two events apart that fail alike."""
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`(?: - at `\$\.([^`]+)`)?")
_MISSING = re.compile(r"Object missing required field `([^`]+)`(?: - at `\$\.([^`]+)`)?")
WORDS = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a decimal",
    "str": "text",
    "bool": "yes or no",
    "null": "nothing",
    "array": "a list",
    "object": "an object",
    "datetime": "a time",
}
"""What the kinds of values are called in messages of what does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Stored events that do not fit, and why; those with one reason together.

    Attributes:
        position: Of the first one.
        data: Its JSON text, with secrets masked.
    """

    said: str
    count: int
    version: int
    position: int
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaTrial:
    """What came of it.

    Attributes:
        versions: Stored events by the version of their schema.
        fit: How many can be read.
        misfits: The most frequent reason first.
        before, after: Data of the first event that an upcast changed, as it is stored and as it is read.
        whole: Every event was tried; else it was stopped.
    """

    versions: Mapping[int, int] = field(default_factory=dict)
    fit: int = 0
    misfits: tuple[Misfit, ...] = ()
    before: str = ""
    after: str = ""
    whole: bool = True

    @property
    def dropped(self) -> tuple[str, ...]:
        """Fields of that event whose values are nowhere in what is read."""
        if not self.before:
            return ()
        was, now = read_json(self.before), read_json(self.after)
        kept = [*now.values()]
        return tuple(name for name, value in was.items() if name not in now and value not in kept)

    @property
    def total(self) -> int:
        """Stored events that were tried."""
        return sum(self.versions.values())


def try_schema(reader: Reader, kind: EventType, progress: Step) -> SchemaTrial:
    """Reads every stored event of a type by a type that may be another than the model's.

    Raises:
        WorldError: The store cannot be read.
    """
    tried = _Tried(kind)
    walk = LogWalk(reader=reader, wants=kind.name.__eq__, upto=reader.head(), step=progress)
    for one in walk.events():
        tried.take(one)
    return tried.result(whole=walk.whole)


@dataclass(slots=True)
class _Tried:
    kind: EventType
    versions: Counter[int] = field(default_factory=Counter)
    fit: int = 0
    wrong: Counter[tuple[str, int]] = field(default_factory=Counter)
    first: dict[tuple[str, int], RecordedEvent] = field(default_factory=dict)
    changed: tuple[str, str] = ("", "")

    def take(self, one: RecordedEvent) -> None:
        self.versions[one.schema_version] += 1
        try:
            self.kind.read(one)
        except (InvalidEvent, UnknownEvent) as error:
            reason = (reason_of(self.kind.name, error), one.schema_version)
            self.wrong[reason] += 1
            self.first.setdefault(reason, one)
            return
        self.fit += 1
        if not self.changed[0] and one.schema_version != self.kind.version:
            self.changed = (one.data, self.kind.upcast_text(one))

    def result(self, *, whole: bool) -> SchemaTrial:
        misfits = [
            Misfit(
                said=said,
                count=count,
                version=version,
                position=self.first[said, version].position,
                data=_shown(self.first[said, version].data),
            )
            for (said, version), count in self.wrong.most_common()
        ]
        return SchemaTrial(
            versions=dict(sorted(self.versions.items())),
            fit=self.fit,
            misfits=tuple(misfits),
            before=_shown(self.changed[0]) if self.changed[0] else "",
            after=_shown(self.changed[1]) if self.changed[1] else "",
            whole=whole,
        )


def reason_of(kind: str, error: InvalidEvent | UnknownEvent) -> str:
    """Returns why an event of a type cannot be read, in words that all have in common that fail alike."""
    said = error.message.partition(f" does not fit {kind}: ")[2] or error.message
    return plain_misfit(_PLACE.sub("", said))


def plain_misfit(said: str) -> str:
    """Returns a message of what does not fit in plain words, with its place first."""
    if found := _EXPECTED.fullmatch(said):
        wanted, there = (
            " or ".join(WORDS.get(one, one) for one in part.split(" | ")) for part in found.groups()[:2]
        )
        return f"{found[3] or 'it'} must be {wanted}, and is {there}"
    if found := _MISSING.fullmatch(said):
        return f"{found[2] + '.' if found[2] else ''}{found[1]} is missing"
    return said


def _shown(text: str) -> str:
    return write_json(masked(read_json(text)))


class SchemaLab:
    """Tries a text of the project file on what is stored; its methods are called beside the loop."""

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ

    def try_text(self, document: Document, event: str, progress: Step) -> SchemaTrial:
        """Reads every stored event of a type as it would be read if this were the project file.

        What else the file says may be wrong: commands that do not give all fields yet, for example.

        Raises:
            ProjectError: The event cannot be understood; every problem with its place.
            NotFound: The file has no such event.
            WorldError: The store cannot be read.
        """
        kind = self._type(document, event)
        reader = self._world.store.reader()
        try:
            return try_schema(reader, kind, progress)
        finally:
            reader.close()

    def _type(self, document: Document, event: str) -> EventType:
        """Compiles the types, aggregates and events that a file declares, and returns one of the events."""
        path = self._world.model.root / PROJECT_FILE
        file = read_document(document, path, environ=self._environ)
        found, problems = compile_declared(document, file.declared, lenient=bool(file.settings.cqrs.modules))
        if needed := [one for one in problems if one.path[:1] and one.path[0] in NEEDED]:
            raise ProjectError(needed)
        for aggregate in found.aggregates:
            for cls in aggregate.events:
                if cls.event_type == event:
                    return event_type_of(cls, aggregate.upcasters.get(event))
        raise NotFound(f"the project file has no event {event}", hint="rename it on the board, not here")
