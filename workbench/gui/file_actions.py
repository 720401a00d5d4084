"""What a person can do with projects and files: the actions of the File menu, each beside what it does."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMenu

from workbench.gui.actions import Action, action
from workbench.gui.icons import icon
from workbench.gui.loop import finished
from workbench.gui.recent_projects import show_recent
from workbench.project.samples import samples_folder

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.gui.desk import Desk
    from workbench.gui.main_window import MainWindow
    from workbench.services.workspace import Workspace


def no_project(owner: FileActions) -> str:
    """Returns why nothing can be done with a project, where none is open."""
    return "" if owner.workspace is not None else "No project is open"


class FileActions(ABC):
    """Makes, opens and closes projects, and brings files in."""

    window: MainWindow
    workspace: Workspace | None
    desk: Desk | None
    _settings: QSettings
    _environ: Mapping[str, str]

    @abstractmethod
    def open_sample(self, name: str) -> None:
        """Opens a copy of a sample."""

    @abstractmethod
    def open_folder(self, folder: Path) -> None:
        """Opens the project of a folder."""

    def read_only(self) -> str:
        """Returns why nothing can be changed, where that is so."""
        if self.workspace is None:
            return no_project(self)
        return "" if self.desk is None else self.desk.read_only()

    def offer_recent(self, menu: QMenu) -> None:
        """Offers in a menu of its own what was open before."""
        recent = menu.addMenu(icon("clock"), "Open re&cent")
        recent.setObjectName("recent")
        recent.aboutToShow.connect(self._show_recent)

    def _show_recent(self) -> None:
        # Looked for each time: the Python object of a menu may be gone once a project was closed.
        if (menu := self.window.findChild(QMenu, "recent")) is not None:
            show_recent(menu, self._settings, self)

    @action("&New project …", keys="Ctrl+N", icon="plus", menu="File")
    def new_project(self, inside: Path | None = None) -> None:
        """Asks for name, folder and template of a new project, and opens it."""
        from workbench.gui.new_project_dialog import NewProjectDialog

        dialog = NewProjectDialog(self.window, self._around(), inside)
        dialog.made.connect(self._design)
        dialog.open()

    def _design(self, folder: Path) -> None:
        self.window.show_perspective("Design")
        self.open_folder(folder)

    def _around(self) -> Path:
        """Returns the folder of the project that is open; copies of samples are apart from a person's own."""
        around = self.workspace.project.root.parent if self.workspace is not None else Path.home()
        return Path.home() if around == samples_folder(self._environ) else around

    @action("&Open project …", key="open", keys="Ctrl+O", icon="open", menu="File")
    def choose_project(self) -> None:
        """Asks for a project folder."""
        folder = QFileDialog.getExistingDirectory(self.window, "Open a project folder")
        if folder:
            self.open_folder(Path(folder))

    @action("Open the project &again", key="reopen", icon="refresh", menu="File", why=no_project)
    def reopen(self) -> None:
        """Opens the project again, with its store: to write where only reading was possible, for one."""
        if self.workspace is not None:
            self.open_folder(self.workspace.project.root)

    samples = tuple(
        Action(
            key=f"sample-{name}",
            text=text,
            menu="File",
            run=lambda session, name=name: session.open_sample(name),
        )
        for name, text in (
            ("users", "Open the &users sample"),
            ("orders", "Open the o&rders sample"),
            ("users-declared", "Open the users sample, declared without code"),
            ("orders-declared", "Open the orders sample, declared without code"),
        )
    )

    @action(
        "&Import events …",
        key="import",
        keys="Ctrl+I",
        icon="import",
        tip="Bring the JSON objects of a file in as events",
        menu="File",
        group=1,
        writes=True,
    )
    def import_file(self) -> None:
        """Asks for a file of events and brings it in."""
        if self.desk is not None:
            name, _ = QFileDialog.getOpenFileName(
                self.window, "Import events", "", "JSON lines (*.ndjson *.jsonl *.json);;All files (*)"
            )
            if name:
                self.desk.run(self.import_path(Path(name)), "Import")

    @action(
        "&Export the model …",
        key="export",
        icon="export",
        tip="Write the picture of the model to a file: SVG, PNG, Mermaid, or the event model as JSON",
        menu="File",
        group=1,
        why=no_project,
    )
    def export_model(self) -> None:
        """Shows the board and asks for a file and its format."""
        if self.desk is not None:
            self.desk.wanted.emit("board")
            self.desk.picture_wanted.emit()

    async def import_path(self, path: Path) -> None:
        """Shows the import dialog for a file."""
        from workbench.gui.import_dialog import ImportDialog

        if self.desk is not None and self.workspace is not None:
            self.workspace.running()
            preview = await asyncio.to_thread(self.workspace.event_import.preview, path)
            dialog = ImportDialog(self.window, self.desk, preview)
            await finished(dialog)
            dialog.deleteLater()

    @action("&Quit", key="quit", keys="Ctrl+Q", menu="File", group=2)
    def close_window(self) -> None:
        """Closes the window, which its owner does in stages."""
        self.window.close_wanted.emit()
