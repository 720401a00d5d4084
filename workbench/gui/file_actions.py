"""What a person can do with projects and files: the actions of the File menu, each beside what it does."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMenu

from workbench.gui.actions import Action, action
from workbench.gui.desk import Notice
from workbench.gui.dropped_path import take_file
from workbench.gui.icons import icon
from workbench.gui.loop import finished
from workbench.gui.recent_projects import show_recent
from workbench.interop.file_kinds import kind_of, project_of
from workbench.project.samples import samples_folder

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.gui.desk import Desk
    from workbench.gui.main_window import MainWindow
    from workbench.services.workspace import Workspace


EXPORTS = {
    "Events, secrets masked (*.ndjson)": ("ndjson", False),
    "Events, secrets as they are stored (*.ndjson)": ("ndjson", True),
    "CloudEvents, secrets masked (*.json)": ("cloudevents-array", False),
}
"""Kinds of files that events are written to: their form, and whether secrets are written as they are."""


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

    def show_beginning(self, workspace: Workspace) -> None:
        """Shows a project that has no model yet where one is made: nothing can be run or looked at."""
        model, project = workspace.registry, workspace.project
        known = (model.aggregates, model.commands, model.events, model.subscriptions, model.projections)
        if not (any(known) or project.restricted):
            self.window.show_perspective("Design")

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
        "Export e&vents …",
        key="export-events",
        keys="Ctrl+Shift+E",
        icon="export",
        tip="Write all events to a file that can be imported again",
        menu="File",
        group=1,
        why=no_project,
    )
    def export_events(self) -> None:
        """Asks for a file, and how secrets are written, and writes all events to it."""
        if self.desk is not None and self.workspace is not None:
            offered = f"{self.workspace.project.name}.ndjson"
            name, kind = QFileDialog.getSaveFileName(
                self.window, "Export events", str(self._around() / offered), ";;".join(EXPORTS)
            )
            if name:
                self.desk.run(self.write_events(Path(name), kind), f"Export events to {Path(name).name}")

    async def write_events(self, path: Path, kind: str) -> None:
        """Writes all events to a file, in a thread; a notice tells how far it is.

        Args:
            kind: Of `EXPORTS`; the first where it is none of them.
        """
        from workbench.gui.file_jobs import run_job, way_to_file
        from workbench.services.streams.event_export import EventExport, ExportForm, ExportReport

        if self.desk is None or self.workspace is None:
            return
        form, reveal = EXPORTS.get(kind, next(iter(EXPORTS.values())))
        export, desk = EventExport(self.workspace.world), self.desk

        def write(told: Callable[[int, int], None]) -> ExportReport:
            def progress(report: ExportReport) -> None:
                told(report.position, report.head)

            return export.write(path, ExportForm(form), reveal=reveal, replace=True, progress=progress)

        report = await run_job(desk, f"Exporting {path.name}", "positions", write)
        if report is None:
            desk.notice("warning", f"The export was cancelled: {path.name} was not written.")
            return
        kind = "warning" if report.broken or report.masked else "ok"
        desk.notice(kind, f"{path.name}: {report.summary()}.", way_to_file(desk, path))

    @action(
        "&Back up the store …",
        key="backup",
        keys="Ctrl+Shift+B",
        icon="archive",
        tip="Copy the whole store to a new file while it is used",
        menu="File",
        group=1,
        why=no_project,
    )
    def back_up(self) -> None:
        """Asks for a file and copies the store to it."""
        if self.desk is not None and self.workspace is not None:
            offered = f"{self.workspace.project.name}-backup.db"
            name, _ = QFileDialog.getSaveFileName(
                self.window, "Back up the store", str(self._around() / offered), "Stores (*.db)"
            )
            if name:
                self.desk.run(self.copy_store(Path(name)), f"Back up to {Path(name).name}")

    async def copy_store(self, path: Path) -> None:
        """Copies the store to a new file, in a thread; a notice tells how far it is."""
        from workbench.gui.file_jobs import run_job, way_to_file
        from workbench.services.maintenance.store_checkup import backup

        if self.desk is None or self.workspace is None:
            return
        desk, store = self.desk, self.workspace.project.store_path
        size = await run_job(desk, f"Backing up to {path.name}", "pages", partial(backup, store, path))
        if size is None:
            desk.notice("warning", f"The backup was cancelled: {path.name} was not written.")
        else:
            desk.notice("ok", f"The store was copied to {path}: {size:,} bytes.", way_to_file(desk, path))

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

    def take_dropped(self, path: Path) -> None:
        """Opens a project's folder, or begins the import of what a file holds."""
        if path.is_dir() or project_of(path) is not None:
            self.open_folder(project_of(path) or path)
        elif self.desk is not None:
            self.desk.run(self._take(self.desk, path), f"Import {path.name}")
        else:
            said = f"{path.name} was not looked at: open the project that it belongs to first."
            self.window.notices.show_notice(Notice(kind="warning", text=said))

    async def _take(self, desk: Desk, path: Path) -> None:
        kind = await asyncio.to_thread(kind_of, path)
        take_file(desk, path, kind, lambda: desk.run(self.import_path(path), "Import"))

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
