"""Files that people name for what they want written: never a store, nor what makes a project."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from workbench.errors import InvalidValue, StoreReadOnly
from workbench.tusk import replace_file, why_unwritten

_OF_A_STORE = ("-wal", "-shm", "-rates", "-traffic", ".lock")
_OF_A_PROJECT = (".tsk", ".py")


def check_output(path: Path) -> None:
    """Refuses to write over a store, what lies beside one, or a project's own files.

    Raises:
        InvalidValue: It is one of these.
    """
    real = path.resolve()
    if not real.is_file():
        return  # it is new, or a device or pipe that was meant
    beside = (real.with_name(real.name + end) for end in _OF_A_STORE)
    owner = ""
    if real.name.endswith(_OF_A_STORE) or any(other.exists() for other in beside):
        owner = "store"
    elif real.name.endswith(_OF_A_PROJECT):
        owner = "project"
    if owner:
        said = f"{path} belongs to a {owner}; it was left as it is"
        raise InvalidValue(said, path="", hint="choose another name")


def replace_output(path: Path, chunks: Iterable[bytes], *, replace: bool) -> None:
    """Writes a file in one step: whole, or not at all.

    A link stays, and what it leads to is written; a device or a pipe is written into.

    Args:
        replace: Whether it may take the place of a file that is there.

    Raises:
        InvalidValue: It may not be written over.
        StoreReadOnly: It cannot be written.
    """
    try:
        real = Path(os.path.realpath(path))
        if real.exists() and not real.is_file() and not real.is_dir():
            with real.open("wb") as file:
                file.writelines(chunks)
            return

        def free() -> None:
            if not replace and real.exists():
                hint = "choose another name, or say --replace"
                raise InvalidValue(f"{path} exists already", path="", hint=hint)

        free()
        check_output(real)
        replace_file(real, chunks, late=free)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be written: {why_unwritten(error)}",
            hint="look at the folder's permissions and its free space",
        ) from error


def write_output(path: Path, data: bytes) -> None:
    """Writes a file, over an older one.

    Raises:
        InvalidValue: It may not be written over.
        StoreReadOnly: It cannot be written.
    """
    check_output(path)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreReadOnly(f"{path} cannot be written: {error.strerror or error}") from error
