"""Reads files of bounded size, and writes them whole: a crash leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from workbench.errors import CallerError, StoreReadOnly
from workbench.tusk.parser import MAX_BYTES, whole_text
from workbench.tusk.problems import TskError

LARGEST = MAX_BYTES
"""Bytes that are read of a file at most, and one more that tells that there are more."""

_UNFINISHED = ".workbench.new"
"""Ends the name of a file that is being written, and of no file of a person."""


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
    """Replaces the text of a file in one step; a link stays, and what it leads to is replaced (V5).

    Args:
        was: The content that was read, None for a file that did not exist.

    Raises:
        ChangedOnDisk: The file was changed since.
        StoreReadOnly: It cannot be written, or has hard links, which a file that is replaced would lose;
            or it is too large or no UTF-8, and so read in part only.
        TskError: The new text is larger than what is read of a file.
    """
    if len(new) > LARGEST:
        whole_text(new, path.name)
    path = Path(os.path.realpath(path))
    _unchanged(path, was)
    if was is not None:
        _replaceable(path)
    try:
        replace_file(path, [new], late=lambda: _unchanged(path, was))
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be written: {why_unwritten(error)}",
            hint="look at the folder's permissions and its free space",
        ) from error


def why_unwritten(error: OSError) -> str:
    """Returns in words why a file could not be written."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return "the disk is full" if full else error.strerror or str(error)


def _replaceable(path: Path) -> None:
    if not os.access(path, os.W_OK):
        raise StoreReadOnly(
            f"{path} is read-only", hint="allow writing to the file itself, then try it again"
        )
    if (links := path.stat().st_nlink) > 1:
        raise StoreReadOnly(
            f"{path} has {links} names (hard links), and would be another file than under the others",
            hint="make it a file of its own: copy it, and put the copy in its place",
        )


def replace_file(
    path: Path,
    chunks: Iterable[bytes],
    *,
    mode: int = 0o666,
    late: Callable[[], None] = lambda: None,
) -> None:
    """Writes a file in one step: who is killed at it leaves the old one or the new one, whole.

    It is written under the name ``.NAME.PROCESS.workbench.new`` beside it, which then becomes its own; a
    file that is there keeps its permissions. What a process that is killed leaves is removed with the next
    one, and by `remove_unfinished`.

    Args:
        mode: Permissions of a file that is new, less those that the person's umask takes.
        late: Is called before the old file is gone; what it raises leaves that.

    Raises:
        OSError: It cannot be written.
    """
    remove_unfinished(path.parent, glob.escape(path.name))
    part = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        kept = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        part.unlink(missing_ok=True)  # a crash left it; what stands there now is never followed
        made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), kept or mode)
        with os.fdopen(made, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        if kept is not None:
            part.chmod(kept)
        late()
        part.replace(path)
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def unfinished(path: Path) -> Path:
    """Returns a name of its own beside a path, for what is to become that; `remove_unfinished` knows it."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.{os.getpid()}{_UNFINISHED}")


def remove_unfinished(folder: Path, names: str) -> None:
    """Removes the files and folders that processes which are no more were writing when they were killed.

    Args:
        names: Pattern of the names of the files that they were to become.
    """
    for part in folder.glob(f".{names}.*{_UNFINISHED}"):
        process = part.name.removesuffix(_UNFINISHED).split(".")[-1]
        if process.isdecimal() and not _runs(int(process)):
            with contextlib.suppress(OSError):
                shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink()


def _runs(process: int) -> bool:
    """Whether there is such a process; elsewhere than on POSIX a file that is open cannot be removed."""
    if os.name != "posix":
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def remove(path: Path, *, was: bytes) -> None:
    """Removes a file; raises as `save`.

    Args:
        was: The content that was read.
    """
    _unchanged(path, was)
    try:
        path.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be removed: {error.strerror or error}", hint="look at the folder's permissions"
        ) from error


def _unchanged(path: Path, was: bytes | None) -> None:
    content = _content(path)
    try:
        whole_text(content or b"", path.name)
    except TskError as error:
        raise StoreReadOnly(f"{path} stays as it is, for it is read in part only: {error}") from error
    if content != was:
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


def sync_folder(folder: Path) -> None:
    """Makes the new name durable; not every system can open a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
