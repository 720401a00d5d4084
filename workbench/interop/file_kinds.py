"""Recognises by its beginning what a file holds, whatever it is called: all that the workbench writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue
from workbench.interop.cloudevents import is_cloudevent
from workbench.interop.json_records import read_records
from workbench.interop.letter_lines import FORMAT
from workbench.interop.workbench_lines import is_exported
from workbench.project.samples import PROJECT_FILE
from workbench.tusk import open_file

_STORE = b"SQLite format 3\x00"
_LETTER = f'{{"format":"{FORMAT}"'.encode()
"""How a line of a letter begins, which may be too long to be read as a whole here."""
_UP = 3
"""Folders around a file of a project in which that may lie."""


class FileKind(Enum):
    """What a file or folder holds; the values are the words for it."""

    PROJECT = "a project"
    STORE = "a store"
    LETTERS = "dead letters"
    MODEL = "an event model"
    EVENTS = "events"
    OBJECTS = "JSON objects"
    UNKNOWN = "something else"


NOTHING = "no project, no file of events or dead letters, and no event model"
"""What is said of a file of no known kind."""


def kind_of(path: Path) -> FileKind:
    """Returns what a file or folder holds; it is read, so call it in a thread.

    Raises:
        InvalidValue: It cannot be read.
    """
    if project_of(path) is not None or path.is_dir():
        return FileKind.PROJECT
    try:
        with open_file(path) as file:
            if file.read(len(_STORE)) == _STORE:
                return FileKind.STORE
            file.seek(0)
            _, line = next(read_records(file), (0, b""))
    except OSError as error:
        raise InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="") from error
    if line.startswith(_LETTER):
        return FileKind.LETTERS
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return FileKind.OBJECTS if line.startswith(b"{") else FileKind.UNKNOWN
    return kind_of_object(value) if isinstance(value, dict) else FileKind.UNKNOWN


def kind_of_object(value: Mapping[str, Any]) -> FileKind:
    """Returns what the first object of a file says that the file holds."""
    if value.get("format") == FORMAT:
        return FileKind.LETTERS
    if isinstance(value.get("slices"), list):
        return FileKind.MODEL
    return FileKind.EVENTS if is_exported(value) or is_cloudevent(value) else FileKind.OBJECTS


def project_of(path: Path) -> Path | None:
    """Returns the folder of the project whose file this is, such as a scenario; None for none."""
    if path.suffix != ".tsk":
        return None
    return next((one for one in path.parents[:_UP] if (one / PROJECT_FILE).is_file()), None)
