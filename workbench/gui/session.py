"""What the window does with a project: opens it, offers its actions, and closes it in stages."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton

from workbench.engine.tasks import to_the_end
from workbench.gui.desk import Desk
from workbench.gui.drafts import may_leave
from workbench.gui.live_project import LiveProject
from workbench.gui.loop import finished, spawn
from workbench.gui.main_window import MainWindow
from workbench.gui.palette import Palette, Target, command_targets, nothing_found, stream_targets
from workbench.gui.project_health import tell_trouble
from workbench.gui.status_line import StatusLine
from workbench.gui.theme import theme
from workbench.gui.view_catalog import PERSPECTIVES, VIEWS
from workbench.gui.window_actions import acts_of
from workbench.gui.zone_menu import ZoneChooser

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.model.changes import Changes
    from workbench.services.workspace import Workspace


SETTLED = 0.5
"""Seconds after which a project that was opened stands on the screen."""


def _freeze() -> None:
    gc.collect()
    gc.freeze()


class Session:
    """One window and the project that it shows, if any."""

    def __init__(self, window: MainWindow, environ: Mapping[str, str], settings: QSettings) -> None:
        self.window = window
        self._settings = settings
        self.workspace: Workspace | None = None
        self.desk: Desk | None = None
        self.live: LiveProject | None = None
        self._environ = environ
        self._trouble = "", ""
        self._end = asyncio.Event()
        self._closing = False
        self.zones = ZoneChooser(window, environ)
        self._status = StatusLine(
            self.toggle_engine, self.repair, partial(self.bring, "scenarios"), self.zones.offer
        )
        window.use(acts_of(self), self._status)
        self._tool_bar()
        window.close_wanted.connect(self.quit)
        window.perspective_changed.connect(self._perspective_shown)
        self._perspective_shown(window.perspective)
        self._enable()
        self.zones.begin()

    # -- opening and closing --------------------------------------------------------------------------------

    async def open(
        self,
        target: tuple[Path | None, str],
        *,
        trust: bool = False,
        only: str = "",
        store: str = "",
        fresh: bool = False,
    ) -> None:
        """Opens a folder or a sample; what is wrong with it is said in the window, which stays usable."""
        if not await may_leave(self.window, self.desk):
            return
        await self.close_project()
        try:
            workspace = await self._started(target, trust=trust, only=only, store=store, fresh=fresh)
        except Exception as error:  # noqa: BLE001  # whatever stands in the way, the window says it
            self._show_mistakes(target, error)
            return
        self.workspace, self._trouble = workspace, ("", "")
        self.desk = Desk(workspace, self.window)
        self.window.fill(self.desk)
        self.desk.changed.connect(self._changed)
        self.desk.travelled.connect(self._travelled)
        workspace.scenarios.listen(lambda: self._status.show_scenarios(workspace.scenarios.tally()))
        self.live = LiveProject(self.desk, self._taken_over, self.reopen)
        self._settings.setValue("last-project", str(workspace.project.root))
        self._taken_over()
        self._changed(None)
        self._say_limits(workspace)
        # What was made until now stays: once it is painted, the collector need not walk over it any more.
        asyncio.get_running_loop().call_later(SETTLED, _freeze)

    def _show_mistakes(self, target: tuple[Path | None, str], error: Exception) -> None:
        """Shows what is wrong with a project that cannot be opened, and what can be done about it."""
        from workbench.gui.mistakes_page import mistakes_page

        self.window.show_page(mistakes_page(self, target, error))
        self._status.show_status(None)
        self._enable()

    def _taken_over(self) -> None:
        """Shows what the window itself says of the project, which is another than before."""
        if self.workspace is not None:
            self.window.setWindowTitle(f"{self.workspace.project.name} — Event Workbench")
            self._enable()

    def reopen(self) -> None:
        """Opens the project again, with its store."""
        if self.workspace is not None:
            spawn(self.open((self.workspace.project.root, "")), name="Open the project again")

    async def _started(
        self, target: tuple[Path | None, str], *, trust: bool, only: str, store: str, fresh: bool
    ) -> Workspace:
        from workbench.services.open_project import open_target

        workspace = await asyncio.to_thread(
            open_target,
            *target,
            environ=dict(self._environ),
            trust=trust,
            only=only,
            store=store,
            fresh=fresh,
        )
        try:
            await workspace.start()
        except BaseException:
            await workspace.close()
            raise
        return workspace

    def _say_limits(self, workspace: Workspace) -> None:
        desk, project = self.desk, workspace.project
        if desk is None:
            return
        if workspace.observer:
            desk.notice("info", f"Read-only: {workspace.observer}.")
        if project.restricted:
            modules = ", ".join(project.modules)
            text = f"This project contains Python ({modules}). None of it runs until you trust it."
            desk.notice("warning", text, ("Trust and reload", self.trust))

    def trust(self) -> None:
        """Trusts the project's modules, as the person saw them, and opens it again."""
        if self.workspace is not None:
            project = self.workspace.project
            work = self.open((project.root, ""), trust=True, only=project.digest)
            spawn(work, name="Trust the project")

    async def close_project(self) -> None:
        """Ends the views, then the engine and the store, even if the caller is cancelled."""
        await to_the_end(self._close_project())

    async def _close_project(self) -> None:
        desk, workspace, live = self.desk, self.workspace, self.live
        self.desk = self.workspace = self.live = None
        if live is not None:
            live.close()
        if desk is not None:
            await desk.close()
        self.window.empty()
        if desk is not None:
            desk.deleteLater()
        if workspace is not None:
            await workspace.close()

    def quit(self) -> None:
        """Closes everything in stages; a second call does nothing."""
        if not self._closing:
            self._closing = True
            spawn(self._quit(), name="Close the window")

    async def _quit(self) -> None:
        if not await may_leave(self.window, self.desk):
            self._closing = False
            return
        self.window.remember()
        self.window.setEnabled(False)
        try:
            await self.close_project()
        finally:
            self.window.may_close()
            self.window.close()
            self._end.set()

    async def ended(self) -> int:
        """Returns the exit code once the window was closed."""
        await self._end.wait()
        return 0

    # -- what actions do ------------------------------------------------------------------------------

    def choose_project(self) -> None:
        """Asks for a project folder."""
        folder = QFileDialog.getExistingDirectory(self.window, "Open a project folder")
        if folder:
            spawn(self.open((Path(folder), "")), name="Open a project")

    def open_sample(self, name: str) -> None:
        """Opens a copy of a sample."""
        spawn(self.open((None, name)), name=f"Open the {name} sample")

    def import_file(self) -> None:
        """Asks for a file of events and brings it in."""
        if self.desk is not None:
            name, _ = QFileDialog.getOpenFileName(
                self.window, "Import events", "", "JSON lines (*.ndjson *.jsonl *.json);;All files (*)"
            )
            if name:
                self.desk.run(self.import_path(Path(name)), "Import")

    async def import_path(self, path: Path) -> None:
        """Shows the import dialog for a file."""
        from workbench.gui.import_dialog import ImportDialog

        if self.desk is not None and self.workspace is not None:
            self.workspace.running()
            dialog = ImportDialog(self.window, self.desk, self.workspace.event_import.preview(path))
            await finished(dialog)
            dialog.deleteLater()

    def play_story(self) -> None:
        """Issues the commands of the project's story, one after the other, visibly."""
        if self.desk is not None and self.workspace is not None:
            self.desk.run(self.workspace.story.play(), "Play the story")

    def publish(self) -> None:
        """Opens the form that publishes a message."""
        from workbench.gui.views.publish_dialog import open_publish

        if self.desk is not None:
            open_publish(self.window.views["commands"], self.desk)

    def bring(self, key: str) -> None:
        """Shows a view."""
        self.window.bring(key)

    def repair(self) -> None:
        """Arranges the window around the dead letters."""
        self.window.show_perspective("Repair")
        self.bring("letters")

    def toggle_engine(self) -> None:
        """Pauses or resumes the engine."""
        if self.desk is not None and self.workspace is not None:
            workspace = self.workspace
            work = workspace.resume() if workspace.monitor.paused else workspace.pause()
            self.desk.run(work, "Pause or resume the engine")

    def step(self) -> None:
        """Does one delivery."""
        if self.desk is not None:
            self.desk.run(self._step(), "Step")

    async def _step(self) -> None:
        if self.desk is not None and self.workspace is not None:
            moved = await self.workspace.step()
            self.desk.notice("info", f"One step: {moved} moved." if moved else "Nothing to deliver.")

    def refresh(self) -> None:
        """Has every view ask again."""
        for view in self.window.views.values():
            if view.isVisible():
                view.refresh()

    def set_theme(self, mode: str) -> None:
        """Chooses light, dark, or what the system says, and remembers it."""
        if mode in ("light", "dark", "system"):
            theme().set_mode(mode)  # type: ignore[arg-type]  # narrowed by the line above
            self._settings.setValue("theme", mode)

    def find(self) -> None:
        """Gives the keyboard to the filter of the view that has it now."""
        widget = QApplication.focusWidget()
        while widget is not None:
            for view in self.window.views.values():
                if view is widget:
                    view.focus_filter()
                    return
            widget = widget.parentWidget()

    def back(self) -> None:
        """Returns to what was selected before."""
        if self.desk is not None:
            self.desk.back()

    def forward(self) -> None:
        """Goes again where `back` came from."""
        if self.desk is not None:
            self.desk.forward()

    def palette(self) -> None:
        """Opens the palette."""
        shown = self.window.actions_by_key.values()
        targets = [
            Target(
                text=action.text().replace("&", ""), kind="action", icon="chevron-right", go=action.trigger
            )
            for action in shown
            if action.isEnabled() and action.objectName() != "palette"
        ]
        desk = self.desk
        targets += command_targets(desk) if desk is not None else []
        find = partial(stream_targets, desk) if desk is not None else nothing_found
        palette = Palette(self.window, targets, find)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.show()

    # -- what the window shows ------------------------------------------------------------------------

    def _tool_bar(self) -> None:
        bar, actions = self.window.tools, self.window.actions_by_key
        for key in ("back", "forward"):
            bar.addAction(actions[key])
        bar.addSeparator()
        for name in PERSPECTIVES:
            action = actions[f"perspective-{name.lower()}"]
            action.setCheckable(True)
            bar.addAction(action)
        bar.addSeparator()
        for key in ("engine", "step", "story", "import", "palette"):
            bar.addAction(actions[key])
            button = bar.widgetForAction(actions[key])
            if isinstance(button, QToolButton) and key in {"engine", "step", "story"}:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _perspective_shown(self, name: str) -> None:
        for other in PERSPECTIVES:
            self._action(f"perspective-{other.lower()}").setChecked(other == name)

    def _action(self, key: str) -> QAction:
        return self.window.actions_by_key[key]

    def _enable(self) -> None:
        opened = self.workspace is not None
        writes = self.workspace is not None and self.workspace.engine is not None
        for act in acts_of(self):
            action = self._action(act.key)
            action.setEnabled((writes or not act.writes) and (opened or act.menu in {"File", "Help", "View"}))
        for key in ("back", "forward"):
            self._action(key).setEnabled(False)
        story = self.workspace is not None and self.workspace.project.story is not None
        self._action("story").setEnabled(writes and story)
        for entry in VIEWS:
            self._action(f"view-{entry.key}").setEnabled(opened)

    def _travelled(self, back: bool, forward: bool) -> None:  # a signal's arguments
        self._action("back").setEnabled(back)
        self._action("forward").setEnabled(forward)

    def _changed(self, _changes: Changes | None) -> None:
        if self.workspace is None:
            return
        status = self.workspace.monitor.status()
        self._status.show_status(status)
        paused = status.engine == "paused"
        from workbench.gui.icons import icon

        self._action("engine").setIcon(icon("play" if paused else "pause"))
        self._action("engine").setText("Resume" if paused else "Pause")
        self._action("step").setEnabled(paused)
        if self.desk is not None and (status.trouble, status.gone) != self._trouble:
            was_gone = bool(self._trouble[1])
            self._trouble = status.trouble, status.gone  # once: what was closed or is over is not said again
            tell_trouble(self.desk, status, self.reopen, was_gone=was_gone)
