"""Folders that go with the process that made them, or at the next start where that one was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.tusk.save import remove_unfinished, unfinished

_OWNER = "owner"
_TARGET = ".target"
MEMORY = "/dev/shm"  # noqa: S108  # a folder that some machines have in memory


def scratch_folder(name: str, place: str | None = None) -> Path:
    """Makes a folder among the temporary ones, which a person may come to see under a name.

    It is this process that removes it; `remove_left` does so where this one was killed.

    Args:
        place: Where it stands: among the temporary ones, or in `MEMORY`.

    Raises:
        OSError: It cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"workbench-{name}-", dir=place))
    unfinished(folder / _OWNER).touch()
    return folder


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """Gives such a folder for a block."""
    folder = scratch_folder(name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leave(folder: Path) -> None:
    """Lets a folder stay when this process is no more."""
    for mark in _marks(folder):
        mark.unlink(missing_ok=True)


def taken(inside: Path) -> Path | None:
    """Takes over the folder in which something stands that was left; None where it stands elsewhere."""
    folder = inside.resolve().parent
    among = folder.parent == Path(tempfile.gettempdir()).resolve() and folder.name.startswith("workbench-")
    if not among or _marks(folder):
        return None
    unfinished(folder / _OWNER).touch()
    return folder


def note_target(folder: Path, target: Path) -> None:
    """Notes where what stands in a scratch folder is being moved; `remove_left` finds what is left there."""
    if _marks(folder):
        (folder / _TARGET).write_text(str(target.absolute()), encoding="utf-8")


def remove_left(mark: str) -> list[Path]:
    """Removes the folders of processes that were killed, with what they were writing where they moved one.

    On POSIX alone, where it is known which processes run.

    Args:
        mark: A file by which a folder inside is known as one in which a person may have worked.

    Returns:
        Those: they stay, and go with no process any more.
    """
    stayed: list[Path] = []
    places = (Path(tempfile.gettempdir()), Path(MEMORY)) if os.name == "posix" else ()
    for folder in (one for place in places for one in place.glob("workbench-*")):
        if not folder.is_symlink() and _marks(folder):
            remove_unfinished(folder, "*")
            if not _marks(folder):
                _remove_moving(folder)
                worked_in = [one.parent for one in folder.glob(f"*/{mark}")]
                stayed += worked_in
                if not worked_in:
                    shutil.rmtree(folder, ignore_errors=True)
    return stayed


def _remove_moving(folder: Path) -> None:
    """Removes what a move that was killed left beside its target; all that is a person's own stays."""
    note = folder / _TARGET
    with contextlib.suppress(OSError, ValueError):
        remove_unfinished(Path(note.read_text(encoding="utf-8")).parent, "*")
        note.unlink()


def _marks(folder: Path) -> list[Path]:
    return [*folder.glob(f".{_OWNER}.*")]
