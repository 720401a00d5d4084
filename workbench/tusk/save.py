"""Reads files of bounded size, and writes them whole: a crash leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from workbench.errors import CallerError, StoreReadOnly

LARGEST = 1_000_000
"""Bytes that are read of a file at most, and one more that tells that there are more."""


class ChangedOnDisk(CallerError):
    """The file is not as it was read; nothing was written."""


def read_file(path: Path, largest: int = LARGEST) -> bytes:
    """Returns the content of a file, of a larger one its begin.

    Raises:
        OSError: It cannot be read, or is no file: a pipe or device would be waited for.
    """
    with open_file(path) as file:
        return file.read(largest + 1)


def open_file(path: Path) -> BinaryIO:
    """Opens a file for reading, and nothing that would have to be waited for.

    Raises:
        OSError: It cannot be read, or is no file: a folder, a pipe or a device.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise OSError(code, os.strerror(code) if code == errno.EISDIR else "it is no file", str(path))
    return os.fdopen(descriptor, "rb")


def mark_of(path: Path, largest: int = LARGEST) -> str:
    """Returns a digest of a file's content, by which a change is noticed; empty where it cannot be read."""
    try:
        return digest_of(read_file(path, largest))
    except OSError:
        return ""


def digest_of(data: bytes) -> str:
    """Returns the digest of a file's content."""
    return hashlib.sha256(data).hexdigest()


def save(path: Path, new: bytes, *, was: bytes | None) -> None:
    """Replaces a file's content in one step; a link stays, and what it leads to is replaced.

    Args:
        was: The content that was read, None for a file that did not exist.

    Raises:
        ChangedOnDisk: The file was changed since.
        StoreReadOnly: It cannot be written.
    """
    path = Path(os.path.realpath(path))
    _unchanged(path, was)
    if was is not None and not os.access(path, os.W_OK):
        raise StoreReadOnly(
            f"{path} is read-only", hint="allow writing to the file itself, then try it again"
        )
    part = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        part.unlink(missing_ok=True)  # a crash left it; what stands there now is never followed
        with part.open("xb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if was is not None:
            part.chmod(path.stat().st_mode & 0o777)
        _unchanged(path, was)  # as late as can be
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be written: {error.strerror or error}",
            hint="look at the folder's permissions and its free space",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def remove(path: Path, *, was: bytes) -> None:
    """Removes a file; raises as `save`.

    Args:
        was: The content that was read.
    """
    _unchanged(path, was)
    try:
        path.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be removed: {error.strerror or error}", hint="look at the folder's permissions"
        ) from error


def _unchanged(path: Path, was: bytes | None) -> None:
    if _content(path) != was:
        raise ChangedOnDisk(
            f"{path.name} was changed by another program since it was read",
            hint="look at what changed there, then make your change again",
        )


def _content(path: Path) -> bytes | None:
    try:
        return read_file(path)
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
