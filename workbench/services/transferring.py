"""Brings events in from files: with a guess, a preview, progress, and a way to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from workbench.errors import InvalidValue, WorkbenchError, WorldError
from workbench.interop.cloudevents import CATEGORY, CloudEventReader, is_cloudevent
from workbench.interop.exported import ExportedReader, is_exported
from workbench.interop.ndjson import (
    Incoming,
    LineReader,
    Mapping,
    Problem,
    category_of,
    guess,
    paths_of,
    sample,
)
from workbench.interop.records import read_records
from workbench.store.operations import Append, RecordAction
from workbench.store.values import AppendResult, OperatorAction
from workbench.tusk import open_file

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

GROUP = 512
KEPT_PROBLEMS = 1000
SLICE = 0.004


class Form(StrEnum):
    """What the objects of a file are.

    ``fields`` is anybody's objects, of which a `Mapping` says what their fields mean; ``ndjson`` is what the
    workbench writes out itself; ``cloudevents`` is CloudEvents 1.0.
    """

    FIELDS = "fields"
    NDJSON = "ndjson"
    CLOUDEVENTS = "cloudevents"


class RecordReader(Protocol):
    """Turns records of one form into events."""

    def read(self, number: int, line: bytes) -> Incoming | Problem:
        """Returns the event of one record, or what is wrong with it."""
        ...


def form_of(objects: list[dict[str, Any]]) -> Form:
    """Returns what form objects have: the one of the first that says so."""
    for value in objects:
        if is_cloudevent(value):
            return Form.CLOUDEVENTS
        if is_exported(value):
            return Form.NDJSON
    return Form.FIELDS


def reader_of(form: Form, *, stream: str = "", category: str | None = None) -> RecordReader:
    """Returns the reader of a form that says by itself what its fields mean.

    Args:
        stream: Attribute of CloudEvents that names the stream.
        category: What the names of their streams begin with.
    """
    return ExportedReader() if form is Form.NDJSON else CloudEventReader(stream, category or CATEGORY)


def chosen_mapping(guessed: Mapping | None, chosen: dict[str, str | None]) -> Mapping | None:
    """Returns a guess with what a person chose in its place; None where nothing names the stream or the type.

    Args:
        chosen: Fields by their names in `Mapping`; None where nothing was chosen.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    parts = {
        "stream": guessed.stream if guessed else "",
        "type": guessed.type if guessed else "",
        "id": guessed.id if guessed else "",
        "time": guessed.time if guessed else "",
    } | given
    if not parts["stream"] or not parts["type"]:
        return None
    return Mapping(**{"category": category_of(parts["stream"]), **parts})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What a file would become.

    Attributes:
        form: What its objects are.
        mapping: The guess, or None where no field fits.
        paths: Fields to choose from.
        incoming: The first events as they would be stored.
        problems: What is wrong in the first lines.
        size: Of the file, in bytes.
    """

    path: Path
    form: Form
    mapping: Mapping | None
    paths: tuple[str, ...]
    incoming: tuple[Incoming, ...]
    problems: tuple[Problem, ...]
    size: int


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """How far an import is, or how it ended.

    Attributes:
        stored: Events that were added.
        known: Events that were in the store already.
        broken: Lines that could not be stored; the first thousand are in ``problems``.
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
    problems: list[Problem] = field(default_factory=list)

    def summary(self) -> str:
        """Says it in one sentence."""
        said = (
            f"{self.stored:,} events added, {self.known:,} already there, {self.broken:,} lines with problems"
        )
        return f"{said}; stopped before the end" if self.cancelled else said


Progress = Callable[[ImportReport], None]


class Transferring:
    """Events in from files."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def preview(
        self, path: Path, mapping: Mapping | None = None, reader: RecordReader | None = None
    ) -> ImportPreview:
        """Reads the first lines of a file and says what they would become.

        Args:
            mapping: A chosen mapping; None guesses.
            reader: Of a form that needs no mapping.

        Raises:
            InvalidValue: The file cannot be read, or holds no JSON objects.
        """
        try:
            lines = sample(path)
            size = path.stat().st_size
        except OSError as error:
            raise InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="") from error
        objects = [value for _, value in lines if isinstance(value, dict)]
        problems = [value for _, value in lines if isinstance(value, Problem)]
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
            paths=tuple(paths_of(objects)),
            incoming=tuple(incoming),
            problems=tuple(problems),
            size=size,
        )

    async def bring_in(
        self,
        path: Path,
        reading: Mapping | RecordReader,
        *,
        progress: Progress | None = None,
        cancel: asyncio.Event | None = None,
    ) -> ImportReport:
        """Stores the events of a file in the file's order; importing it again adds nothing.

        Args:
            reading: What the fields mean, or the reader of a form that needs no telling.
            progress: Told how far it is, some times a second.
            cancel: Set it to stop; what was stored stays.

        Raises:
            InvalidValue: The file cannot be read.
            WorldError: The store cannot be written; what was stored before stays.
        """
        file, size = _open(path)
        report = ImportReport(path=path, size=size)
        reader = LineReader(reading) if isinstance(reading, Mapping) else reading
        clock = self._workspace.clock
        with file:
            group: list[Incoming] = []
            slice_end = clock.monotonic() + SLICE
            for number, line in read_records(file):
                item = reader.read(number, line)
                report.done_bytes += len(line) + 1
                if isinstance(item, Incoming):
                    group.append(item)
                else:
                    _note(report, item)
                if len(group) >= GROUP:
                    await self._store(group, report)
                    group = []
                    if progress is not None:
                        progress(report)
                if clock.monotonic() > slice_end:
                    await asyncio.sleep(0)
                    slice_end = clock.monotonic() + SLICE
                if cancel is not None and cancel.is_set():
                    report.cancelled = True
                    break
            await self._store(group, report)
        report.finished = True
        await self._record(report)
        if progress is not None:
            progress(report)
        return report

    async def _store(self, group: list[Incoming], report: ImportReport) -> None:
        async with self._workspace.turnstile.passing():
            gate = self._workspace.running().gate
            writes = (
                gate.write(Append(stream=item.stream, events=(item.event,), expected=item.expected))
                for item in group
            )
            answers = await asyncio.gather(*writes, return_exceptions=True)
        for item, answer in zip(group, answers, strict=True):
            if isinstance(answer, AppendResult):
                report.known += answer.idempotent
                report.stored += not answer.idempotent
            elif isinstance(answer, WorkbenchError) and not isinstance(answer, WorldError):
                _note(report, Problem(line=item.line, message=answer.message))
            else:
                raise answer

    async def _record(self, report: ImportReport) -> None:
        action = OperatorAction(
            at=self._workspace.clock.now(), action="import", subject=report.path.name, detail=report.summary()
        )
        async with self._workspace.turnstile.passing():
            await self._workspace.running().gate.write(RecordAction(action=action))


def _open(path: Path) -> tuple[BinaryIO, int]:
    try:
        return open_file(path), path.stat().st_size
    except OSError as error:
        raise InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="") from error


def _note(report: ImportReport, problem: Problem) -> None:
    report.broken += 1
    if len(report.problems) < KEPT_PROBLEMS:
        report.problems.append(problem)
