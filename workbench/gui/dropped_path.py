"""What may be dropped on the window: one file or folder; what it holds decides what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData

from workbench.gui.desk import Desk
from workbench.interop.file_kinds import NOTHING, FileKind

VIEWS = {FileKind.LETTERS: "letters", FileKind.MODEL: "board"}
"""Views that bring in what is no file of events."""
STORE = "is a store. It opens with its project: its folder is what can be opened"


def dropped_path(data: QMimeData) -> Path | None:
    """Returns the one file or folder of this machine that is dropped; else None."""
    urls = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def take_file(desk: Desk, path: Path, kind: FileKind, events: Callable[[], object]) -> None:
    """Begins the import of a dropped file in the view for it, or says why there is none.

    Args:
        events: Begins that of events.
    """
    if kind in VIEWS:
        desk.wanted.emit(VIEWS[kind])
        desk.file_dropped.emit(kind, path)
    elif kind is FileKind.STORE:
        desk.notice("warning", f"{path.name} {STORE}.")
    elif kind is FileKind.UNKNOWN:
        desk.notice("warning", f"{path.name} is {NOTHING}. Nothing was brought in.")
    elif why := desk.read_only():
        desk.notice("warning", f"{path.name} was not imported: {why}.")
    else:
        events()
