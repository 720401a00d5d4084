"""Opens files with what the system has for them; where it has nothing, in a window of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from workbench.gui.whole_text import WholeText

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget


def open_file(parent: QWidget, path: Path) -> None:
    """Opens a file or folder with what the system has for it; else shows its text, or where it is."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        show_file(parent, path)


def show_file(parent: QWidget, path: Path) -> None:
    """Shows the text of a file over a window; of a folder where it is, and why nothing can be shown."""
    try:
        text = f"No program here shows folders. This one is {path}" if path.is_dir() else _read(path)
    except OSError as error:
        text = f"{path} cannot be read: {error.strerror}"
    shown = WholeText(parent, text)
    shown.setWindowTitle(path.name)
    shown.open()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
