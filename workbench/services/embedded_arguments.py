"""Checks what a program hands to an embedded project, before anything is done with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from workbench.errors import ANY, NO_STREAM, STREAM_EXISTS, InvalidValue, NotFound
from workbench.model.command import Command, Query
from workbench.model.messaging import Priority
from workbench.model.projection import unstorable
from workbench.project.project_file import project_root
from workbench.store.rules import MAX_VERSION

LONGEST = 100 * 366 * 24 * 3600
"""Seconds that something is put off, lives or is waited for at most: a hundred years."""
MOST = 2**63 - 1
"""The highest position or number that a store can hold."""


def text(field: str, value: object) -> str:
    """Returns a text that a store can hold.

    Raises:
        InvalidValue: It is none.
    """
    if not isinstance(value, str):
        raise _wrong(field, "a text", value)
    if said := unstorable(value):
        raise InvalidValue(said, path=field)
    return value


def whole(field: str, value: object, *, least: int = 0, most: int = MOST) -> int:
    """Returns a whole number within bounds.

    Raises:
        InvalidValue: It is none.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(field, "a whole number", value)
    if not least <= value <= most:
        raise InvalidValue(f"takes {least:,} to {most:,}", path=field)
    return value


def seconds(field: str, value: object) -> float:
    """Returns a number of seconds that is not negative, nor longer than a hundred years.

    Raises:
        InvalidValue: It is none.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(field, "seconds as a number", value)
    if not math.isfinite(value) or not 0 <= value <= LONGEST:
        raise InvalidValue(f"takes 0 to {LONGEST:,} seconds", path=field)
    return float(value)


def identity(field: str, value: object) -> UUID | None:
    """Returns an id, or None.

    Raises:
        InvalidValue: It is neither.
    """
    if value is not None and not isinstance(value, UUID):
        raise _wrong(field, "a UUID", value)
    return value


def priority(value: object) -> Priority | None:
    """Returns a priority, or None.

    Raises:
        InvalidValue: It is neither.
    """
    if value is not None and not isinstance(value, Priority):
        raise _wrong("priority", "a Priority, such as Priority.HIGH", value)
    return value


def version(value: object) -> int | None:
    """Returns the version that a caller expects; None for any.

    Raises:
        InvalidValue: It is no version.
    """
    if value is None or (value == ANY and not isinstance(value, bool | float)):
        return None
    if value == STREAM_EXISTS and isinstance(value, int):
        return STREAM_EXISTS
    return whole("expected", value, least=NO_STREAM, most=MAX_VERSION)


def request(
    field: str, said: object, values: object, kind: type[Command | Query]
) -> tuple[str, Mapping[str, Any]]:
    """Returns a command or query by name and values: the project imports classes of its own.

    Raises:
        InvalidValue: It is neither an object of that kind nor a name with values.
    """
    if isinstance(said, kind):
        if values is not None:
            raise InvalidValue(f"a {field} that is an object has its values in it", path="values")
        name = said.command_type if isinstance(said, Command) else said.query_type
        return name, said.model_dump(mode="json", round_trip=True)
    if not isinstance(said, str):
        raise _wrong(field, f"a {kind.__name__} or the name of one", said)
    if values is not None and not isinstance(values, Mapping):
        raise _wrong("values", "values by the names of fields", values)
    found = dict(values or {})
    for name in found:
        text("values", name)
    return said, found


def folder(path: object) -> Path:
    """Returns the folder of a project, given that or its file.

    Raises:
        InvalidValue: It is no path.
        NotFound: There is no such folder.
    """
    if not isinstance(path, str | Path):
        raise _wrong("path", "a path", path)
    missing = NotFound(f"there is no folder {path}", hint="name a folder with a project.tsk")
    try:
        root = project_root(Path(path))
        there = root.is_dir()
    except (OSError, ValueError) as error:
        raise missing from error
    if not there:
        raise missing
    return root


def _wrong(field: str, wanted: str, value: object) -> InvalidValue:
    kind = "None" if value is None else type(value).__name__
    found = f"the class {value.__name__}" if isinstance(value, type) else kind
    return InvalidValue(f"takes {wanted}, not {found}", path=field)
