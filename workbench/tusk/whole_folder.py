"""Writes folders whole: who is killed at it leaves none of it under its name, or all of it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.tusk.save import remove_unfinished, sync_folder, unfinished


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Gives the path of what is to become a folder, for a block that makes it; then it becomes that, synced.

    It lies beside it, as with `replace_file`. Where the block raises, nothing is left.

    Args:
        folder: It does not exist, or is empty.

    Raises:
        OSError: It cannot be written, or stands there by then.
    """
    remove_unfinished(folder.parent, "*")
    part = unfinished(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield part
        _sync(part)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def move_folder(source: Path, folder: Path) -> None:
    """Moves a folder, also onto another file system; the source goes once all of it is there.

    Raises:
        OSError: It cannot be moved; all of it is where it was, and nothing there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(folder)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with whole_folder(folder) as part:
            _copy(source, part)
        gone = unfinished(source)  # so that who is killed at removing it leaves no half of it
        source.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
    sync_folder(folder.parent)


def _copy(source: Path, target: Path) -> None:
    """Copies a folder and ends with the first file that cannot be; links stay what they are."""
    target.mkdir()
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_symlink():
            copy.symlink_to(path.readlink())
        elif path.is_dir():
            copy.mkdir()
        else:
            shutil.copy2(path, copy)
    shutil.copystat(source, target)


def _sync(folder: Path) -> None:
    """Makes what is in a folder durable; a disk may say only now that it is full."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        if path.is_dir():
            sync_folder(path)
            continue
        with contextlib.suppress(PermissionError):  # it may be read-only, or elsewhere need writing for it
            descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
