"""Writes a file so that a crash leaves the old or the new one, and never over somebody else's change."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from workbench.errors import CallerError, StoreReadOnly


class ChangedOnDisk(CallerError):
    """The file is not as it was read; nothing was written."""


def save(path: Path, new: bytes, *, was: bytes | None) -> None:
    """Replaces a file's content in one step.

    Args:
        was: The content that was read, None for a file that did not exist.

    Raises:
        ChangedOnDisk: Somebody changed the file since.
        StoreReadOnly: It cannot be written.
    """
    if _content(path) != was:
        raise ChangedOnDisk(
            f"{path.name} was changed by another program since it was read",
            hint="look at what changed there, then make your change again",
        )
    part = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with part.open("wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if was is not None:
            part.chmod(path.stat().st_mode & 0o777)
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreReadOnly(
            f"{path} cannot be written: {error.strerror or error}",
            hint="look at the folder's permissions and its free space",
        ) from error


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreReadOnly(f"{path} cannot be read: {error.strerror or error}") from error


def _sync_folder(folder: Path) -> None:
    """Makes the new name durable; not every system can open a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
