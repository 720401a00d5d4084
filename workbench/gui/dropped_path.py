"""What may be dropped on the window: a project, or a file of events."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

EVENTS = {".ndjson", ".jsonl", ".json"}
"""Endings of files that are imported."""


def dropped_path(data: QMimeData) -> Path | None:
    """Returns the one folder or file that is dropped: a project, its file, or a file of events; else None."""
    urls = data.urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    if path is None or not (path.is_dir() or path.suffix in {*EVENTS, ".tsk"}):
        return None
    return path.parent if path.suffix == ".tsk" and path.is_file() else path
