"""Brings events in from files: with a guess, a preview, progress, and a way to stop."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from workbench.errors import InvalidValue, WorkbenchError, WorldError
from workbench.interop.field_mapping import (
    Mapping,
    category_of,
    guess,
    paths_of,
    payloads_of,
    values_at,
    zone_is_missing,
)
from workbench.interop.file_formats import FileFormat, RecordReader, form_of, reader_of
from workbench.interop.file_kinds import FileKind, kind_of
from workbench.interop.foreign_times import Unit, unit_of
from workbench.interop.json_records import read_records
from workbench.interop.ndjson import Incoming, LineReader, RecordProblem, sample
from workbench.model.ids import derived_id
from workbench.model.marks import HISTORY, with_mark
from workbench.model.operator_acts import OperatorAct
from workbench.services.streams.event_receivers import Receiver, receivers_of
from workbench.store.operations import Append
from workbench.store.stored_values import AppendResult
from workbench.tusk import open_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

GROUP = 512
KEPT_PROBLEMS = 1000
SLICE = 0.004
NO_EVENTS = {
    FileKind.LETTERS: "they come in by the import of dead letters",
    FileKind.MODEL: "it comes in on the flow board",
    FileKind.STORE: "export its events first, where its project is",
}
"""Kinds of files that other imports take, and what to do with them."""

__all__ = [
    "EventImport",
    "FileFormat",
    "ImportPreview",
    "ImportReport",
    "RecordReader",
    "chosen_mapping",
    "reader_of",
]


def chosen_mapping(
    guessed: Mapping | None, chosen: dict[str, str | None], objects: Sequence[dict[str, Any]]
) -> Mapping | None:
    """Returns a guess with what a person chose in its place; None where nothing names the stream or the type.

    The unit of times and the category are guessed again for a chosen field, unless they were chosen, too.

    Args:
        chosen: Parts by their names in `Mapping`; None where nothing was chosen.
        objects: Of the file's first lines.
    """
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    mapping = replace(guessed or Mapping(stream="", type=""), **given)
    if not mapping.stream or not mapping.type:
        return None
    if "unit" in given:
        mapping = replace(mapping, unit=Unit(given["unit"]))
    elif mapping.time:
        mapping = replace(mapping, unit=unit_of(values_at(objects, mapping.time)))
    if "category" not in given:
        mapping = replace(mapping, category=category_of(mapping.stream, objects))
    return mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What a file would become.

    Attributes:
        form: What its objects are.
        mapping: The guess, or None where no field fits.
        objects: Of the first lines.
        receivers: Who gets the first events.
        incoming: The first events as they would be stored.
        problems: What is wrong in the first lines.
        size: Of the file, in bytes.
    """

    path: Path
    form: FileFormat
    mapping: Mapping | None
    objects: tuple[dict[str, Any], ...]
    receivers: tuple[Receiver, ...]
    incoming: tuple[Incoming, ...]
    problems: tuple[RecordProblem, ...]
    size: int

    @property
    def paths(self) -> list[str]:
        """Fields to choose from."""
        return paths_of(self.objects)

    @property
    def payloads(self) -> list[str]:
        """Fields that could be the payload."""
        return payloads_of(self.objects)

    @property
    def zone_is_missing(self) -> bool:
        """Whether its times say no zone, so that one must be chosen before anything can come in."""
        mapping = self.mapping if self.form is FileFormat.FIELDS else None
        return mapping is not None and zone_is_missing(mapping, self.objects)


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """How far an import is, or how it ended.

    Attributes:
        stored: Events that were added.
        known: Events that were in the store already.
        broken: Lines that could not be stored; the first of them are in ``problems``.
        types: How many events of each type were read.
        looked: Nothing is stored: it says what would be.
        done_bytes: How much of the file was read.
        cancelled: It was stopped; what was stored stays, and importing again adds the rest.
    """

    path: Path
    size: int
    stored: int = 0
    known: int = 0
    broken: int = 0
    done_bytes: int = 0
    cancelled: bool = False
    finished: bool = False
    looked: bool = False
    types: Counter[str] = field(default_factory=Counter)
    problems: list[RecordProblem] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.done_bytes / max(1, self.size)

    def summary(self) -> str:
        """Says it in one sentence."""
        added = "would be added" if self.looked else "added"
        events = "event" if self.stored == 1 else "events"
        lines = "line" if self.broken == 1 else "lines"
        said = f"{self.stored:,} {events} {added}, {self.known:,} already there,"
        said += f" {self.broken:,} {lines} with problems"
        return f"{said}; stopped before the end" if self.cancelled else said


Progress = Callable[[ImportReport], None]


class EventImport:
    """Events in from files."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def preview(
        self, path: Path, mapping: Mapping | None = None, reader: RecordReader | None = None
    ) -> ImportPreview:
        """Reads the first lines of a file and says what they would become.

        Args:
            mapping: A chosen mapping; None guesses.
            reader: Of a form that needs no mapping.

        Raises:
            InvalidValue: The file cannot be read, or holds no JSON objects, or those that are no events.
        """
        if (kind := kind_of(path)) in NO_EVENTS:
            raise InvalidValue(f"{path.name} holds {kind.value}, not events", path="", hint=NO_EVENTS[kind])
        try:
            lines = sample(path)
            size = path.stat().st_size
        except OSError as error:
            raise InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="") from error
        objects = [value for _, value in lines if isinstance(value, dict)]
        problems = [value for _, value in lines if isinstance(value, RecordProblem)]
        if not objects and problems:
            raise InvalidValue(
                f"{path.name} holds no line with a JSON object; {problems[0]}",
                path="",
                hint="JSON objects are needed: one a line (NDJSON), or all of them in one array",
            )
        mapping = mapping or guess(objects)
        incoming: list[Incoming] = []
        if reader is None and mapping is not None:
            reader = LineReader(mapping)
        if reader is not None:
            with open_file(path) as file:
                for (number, line), _ in zip(read_records(file), lines, strict=False):
                    item = reader.read(number, line)
                    if isinstance(item, Incoming):
                        incoming.append(item)
                    elif item not in problems:
                        problems.append(item)
        return ImportPreview(
            path=path,
            form=form_of(objects),
            mapping=mapping,
            objects=tuple(objects),
            receivers=self.receivers(Counter(item.event.type for item in incoming)),
            incoming=tuple(incoming),
            problems=tuple(problems),
            size=size,
        )

    def receivers(self, types: Counter[str]) -> tuple[Receiver, ...]:
        """Returns who gets events of these types, or stored under these names, with how many (B3, U3)."""
        registry, named = self._world.registry, Counter[str]()
        for name, count in types.items():
            named[registry.named(name)] += count
        return receivers_of(registry, named)

    async def look_through(
        self,
        path: Path,
        reading: Mapping | RecordReader,
        *,
        keep: int | None = KEPT_PROBLEMS,
        progress: Progress | None = None,
        cancel: asyncio.Event | None = None,
    ) -> ImportReport:
        """Reads a whole file as `bring_in` does, and stores nothing.

        Args:
            keep: How many problems are kept with their lines; None for all.

        Raises:
            InvalidValue: The file cannot be read.
        """
        report = _report(path, looked=True)
        await self._read(path, reading, report, self._look, keep=keep, progress=progress, cancel=cancel)
        return report

    async def bring_in(
        self,
        path: Path,
        reading: Mapping | RecordReader,
        *,
        history: bool = False,
        keep: int | None = KEPT_PROBLEMS,
        progress: Progress | None = None,
        cancel: asyncio.Event | None = None,
    ) -> ImportReport:
        """Stores the events of a file in the file's order; importing it again adds nothing.

        Args:
            reading: What the fields mean, or the reader of a form that needs no telling.
            history: Only read models get the events: no subscription, policy or process, now or later.
            keep: How many problems are kept with their lines; None for all.
            progress: Told how far it is, some times a second.
            cancel: Set it to stop; what was stored stays.

        Raises:
            InvalidValue: The file cannot be read.
            WorldError: The store cannot be written; what was stored before stays.
        """
        report = _report(path)

        async def store(group: list[Incoming], report: ImportReport) -> None:
            await self._store([_as_history(item) for item in group] if history else group, report, keep)

        try:
            await self._read(path, reading, report, store, keep=keep, progress=progress, cancel=cancel)
        finally:
            report.cancelled |= not report.finished
            if report.stored:
                await self._record(report)
        return report

    async def _read(
        self,
        path: Path,
        reading: Mapping | RecordReader,
        report: ImportReport,
        use: Callable[[list[Incoming], ImportReport], Awaitable[None]],
        *,
        keep: int | None,
        progress: Progress | None,
        cancel: asyncio.Event | None,
    ) -> None:
        """Reads a file in groups and has each used, in slices that do not block the loop."""
        clock = self._world.clock
        with _open(path) as file:
            reader = _line_reader(reading, path) if isinstance(reading, Mapping) else reading
            group: list[Incoming] = []
            slice_end = clock.monotonic() + SLICE
            for number, line in read_records(file):
                item = reader.read(number, line)
                report.done_bytes += len(line) + 1
                if isinstance(item, Incoming):
                    group.append(item)
                    report.types[item.event.type] += 1
                else:
                    _note(report, item, keep)
                if len(group) >= GROUP:
                    await use(group, report)
                    group = []
                    if progress is not None:
                        progress(report)
                if clock.monotonic() > slice_end:
                    await asyncio.sleep(0)
                    slice_end = clock.monotonic() + SLICE
                if cancel is not None and cancel.is_set():
                    report.cancelled = True
                    break
            await use(group, report)
        report.finished = True
        if progress is not None:
            progress(report)

    async def _look(self, group: list[Incoming], report: ImportReport) -> None:
        known = sum(1 for item in group if self._world.reader.event(item.event.id) is not None)
        report.known += known
        report.stored += len(group) - known
        await asyncio.sleep(0)

    async def _store(self, group: list[Incoming], report: ImportReport, keep: int | None) -> None:
        async with self._world.at_work() as engine:
            writes = (
                engine.write(Append(stream=item.stream, events=(item.event,), expected=item.expected))
                for item in group
            )
            answers = await asyncio.gather(*writes, return_exceptions=True)
        for item, answer in zip(group, answers, strict=True):
            if isinstance(answer, AppendResult):
                report.known += answer.idempotent
                report.stored += not answer.idempotent
            elif isinstance(answer, WorkbenchError) and not isinstance(answer, WorldError):
                _note(report, RecordProblem(line=item.line, message=answer.message), keep)
            else:
                raise answer

    async def _record(self, report: ImportReport) -> None:
        record = partial(self._world.record, OperatorAct.IMPORT, report.path.name, report.summary())
        await self._world.act(record(count=report.stored))


def _report(path: Path, *, looked: bool = False) -> ImportReport:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    return ImportReport(path=path, size=size, looked=looked)


def _open(path: Path) -> BinaryIO:
    try:
        return open_file(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> InvalidValue:
    return InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="")


def _line_reader(mapping: Mapping, path: Path) -> LineReader:
    """Returns a reader that tells the events of this file from those of others with the same content.

    A file that has grown is still the same, one of another content under its name is not.
    """
    with _open(path) as file:
        _, first = next(read_records(file), (0, b""))
    return LineReader(mapping, str(derived_id(path.resolve(), first.hex())))


def _as_history(item: Incoming) -> Incoming:
    event = msgspec.structs.replace(item.event, metadata=with_mark(item.event.metadata, HISTORY))
    return replace(item, event=event)


def _note(report: ImportReport, problem: RecordProblem, keep: int | None) -> None:
    report.broken += 1
    if keep is None or len(report.problems) < keep:
        report.problems.append(problem)
