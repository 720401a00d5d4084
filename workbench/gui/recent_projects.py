"""Remembers which projects were open, and offers them in a menu."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu

from workbench.errors import NotAStore
from workbench.gui.palette import Target
from workbench.model.json_values import visible

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

KEPT = 9
"""Projects that are remembered."""
_KEY = "recent-projects"


def recent_projects(settings: QSettings) -> list[Path]:
    """Returns the folders of projects that were open, the latest first, as far as they are there."""
    try:
        kept = json.loads(str(settings.value(_KEY, "[]")))
    except ValueError:  # it was written by hand
        return []
    return [Path(one) for one in kept if isinstance(one, str) and Path(one).is_dir()]


def remember(settings: QSettings, folder: Path) -> None:
    """Notes that a project is open now, by its whole path: the next start may be made from elsewhere."""
    folder = folder.absolute()
    kept = [folder, *(one for one in recent_projects(settings) if one != folder)]
    settings.setValue(_KEY, json.dumps([str(one) for one in kept[:KEPT]]))


class Opener(Protocol):
    """What opens projects, and has one open or none."""

    workspace: Workspace | None

    def open_folder(self, folder: Path) -> None:
        """Opens the project of a folder."""


def show_recent(menu: QMenu, settings: QSettings, opener: Opener) -> None:
    """Fills a menu with the projects that were open before the one that is."""
    here = opener.workspace.project.root.absolute() if opener.workspace is not None else None
    menu.clear()
    for folder in recent_projects(settings):
        if folder != here:
            menu.addAction(_told(folder).replace("&", "&&"), partial(opener.open_folder, folder))
    if menu.isEmpty():
        menu.addAction("No other project was open").setEnabled(False)


def recent_targets(settings: QSettings, opener: Opener) -> list[Target]:
    """Returns those projects for the palette, forks by their names."""
    here = opener.workspace.project.root.absolute() if opener.workspace is not None else None
    return [
        Target(
            text=f"Open {_told(folder)}",
            kind="recent project",
            icon="open",
            go=partial(opener.open_folder, folder),
        )
        for folder in recent_projects(settings)
        if folder != here
    ]


def _told(folder: Path) -> str:
    """Returns a folder in words, of a fork with its name: the folder alone may say nothing of it."""
    from workbench.services.worlds.fork import fork_in

    try:
        fork = fork_in(folder)
    except NotAStore:
        fork = None
    return visible(f"{fork.name}: {folder}" if fork is not None else str(folder))
