"""What the objects of a file are, and who reads them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Protocol

from workbench.interop.cloudevents import CATEGORY, CloudEventReader, is_cloudevent
from workbench.interop.ndjson import Incoming, RecordProblem
from workbench.interop.workbench_lines import ExportedReader, is_exported


class FileFormat(StrEnum):
    """What the objects of a file are.

    ``fields`` are any JSON objects, of which a `Mapping` says what their fields mean; ``ndjson`` is what the
    workbench writes out itself; ``cloudevents`` is CloudEvents 1.0.
    """

    FIELDS = "fields"
    NDJSON = "ndjson"
    CLOUDEVENTS = "cloudevents"


class RecordReader(Protocol):
    """Turns records of one form into events."""

    def read(self, number: int, line: bytes) -> Incoming | RecordProblem:
        """Returns the event of one record, or what is wrong with it."""


def form_of(objects: Iterable[dict[str, Any]]) -> FileFormat:
    """Returns what form objects have: the one of the first that says so."""
    for value in objects:
        if is_cloudevent(value):
            return FileFormat.CLOUDEVENTS
        if is_exported(value):
            return FileFormat.NDJSON
    return FileFormat.FIELDS


def reader_of(form: FileFormat, *, stream: str = "", category: str | None = None) -> RecordReader:
    """Returns the reader of a form that says by itself what its fields mean.

    Args:
        stream: Attribute of CloudEvents that names the stream.
        category: What the names of their streams begin with.
    """
    return ExportedReader() if form is FileFormat.NDJSON else CloudEventReader(stream, category or CATEGORY)
