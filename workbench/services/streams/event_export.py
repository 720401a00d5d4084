"""Sends events out into files that can be brought in again without a loss."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import structs

from workbench.interop.cloudevents import source_of, write_event
from workbench.interop.output_files import replace_output
from workbench.interop.workbench_lines import write_line
from workbench.model.event import RecordedEvent

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

PAGE = 1000
KEPT_PROBLEMS = 1000


class ExportForm(StrEnum):
    """How a file says events."""

    NDJSON = "ndjson"
    CLOUDEVENTS = "cloudevents"
    CLOUDEVENTS_ARRAY = "cloudevents-array"


@dataclass(slots=True, kw_only=True)
class ExportReport:
    """How far an export is, or how it ended.

    Attributes:
        written: Events in the file.
        masked: Values that looked like secrets and were masked; what holds one cannot be brought in again.
        problems: Events that the form cannot say, a sentence each.
        position: How far the log was read, up to ``head``.
    """

    head: int
    written: int = 0
    masked: int = 0
    broken: int = 0
    position: int = 0
    finished: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.position / max(1, self.head)

    def summary(self) -> str:
        """Says it in one sentence."""
        said = f"{self.written:,} events written"
        if self.masked:
            said += f", {self.masked:,} values masked"
        return f"{said}, {self.broken:,} that cannot be said in this form" if self.broken else said


Progress = Callable[[ExportReport], None]


class EventExport:
    """Events out."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def write(
        self,
        path: Path | None,
        form: ExportForm = ExportForm.NDJSON,
        *,
        streams: Sequence[str] = (),
        positions: Collection[int] | None = None,
        reveal: bool = False,
        replace: bool = False,
        progress: Progress | None = None,
    ) -> ExportReport:
        """Writes the events that the store holds now into a file, in the order of their positions.

        Messages, read models, dead letters and whether a stream is closed are no events and stay behind.

        Args:
            path: The file; it appears when it is complete. None writes to the standard output.
            streams: Names of streams to write, whole; ``*`` matches anything; none for all.
            positions: Of the events to write; None for all.
            reveal: Write secrets as they are stored, instead of masked (contract §10).
            replace: Whether the file may exist.

        Raises:
            InvalidValue: The file exists already.
            StoreReadOnly: It cannot be written.
        """
        report = ExportReport(head=self._world.reader.head())
        events = self._chosen(streams, positions, report, progress)
        records = _records(events, form, source_of(self._world.model.name), report, reveal=reveal)
        chunks = _framed(records, array=form is ExportForm.CLOUDEVENTS_ARRAY)
        if path is None:
            _write(sys.stdout.buffer, chunks)
        else:
            replace_output(path, chunks, replace=replace)
        report.finished = True
        if progress is not None:
            progress(report)
        return report

    def _chosen(
        self,
        streams: Sequence[str],
        positions: Collection[int] | None,
        report: ExportReport,
        progress: Progress | None,
    ) -> Iterator[RecordedEvent]:
        """Yields the events up to the head as it was when the export began: the log only grows.

        They have the names under which they are stored, which no rename changes (U3).
        """
        stored = self._world.registry.stored_names()
        while True:
            page = self._world.reader.read_log(report.position, PAGE, upto=report.head)
            for event in page:
                if positions is not None and event.position not in positions:
                    continue
                if not streams or any(fnmatchcase(event.stream, pattern) for pattern in streams):
                    named = event.type in stored
                    yield structs.replace(event, type=stored[event.type]) if named else event
            report.position = page[-1].position if page else report.head
            if progress is not None:
                progress(report)
            if len(page) < PAGE:
                return


def _records(
    events: Iterator[RecordedEvent], form: ExportForm, source: str, report: ExportReport, *, reveal: bool
) -> Iterator[bytes]:
    for event in events:
        try:
            if form is ExportForm.NDJSON:
                record, masked = write_line(event, reveal=reveal)
            else:
                record, masked = write_event(event, source, reveal=reveal)
        except ValueError as error:
            report.broken += 1
            if len(report.problems) < KEPT_PROBLEMS:
                report.problems.append(f"the event at position {event.position} is left out: {error}")
            continue
        report.written += 1
        report.masked += masked
        yield record


def _framed(records: Iterator[bytes], *, array: bool) -> Iterator[bytes]:
    """Puts records into lines, or into an array with a line each."""
    if not array:
        yield from (record + b"\n" for record in records)
        return
    before = b"[\n"
    for record in records:
        yield before + record
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _write(file: BinaryIO, chunks: Iterator[bytes]) -> None:
    file.writelines(chunks)
    file.flush()
