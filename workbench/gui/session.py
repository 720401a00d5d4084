"""What the window does with a project: opens it, offers its actions, and closes it in stages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from workbench.engine.tasks import to_the_end
from workbench.errors import StoreNotAllowed
from workbench.gui.desk import Desk, Selection, selection_of
from workbench.gui.drafts import may_leave
from workbench.gui.garbage import GarbageCollector
from workbench.gui.live_project import LiveProject
from workbench.gui.loop import spawn
from workbench.gui.main_window import MainWindow
from workbench.gui.pausing import tell_left
from workbench.gui.project_health import tell_trouble
from workbench.gui.reads import Question
from workbench.gui.recent_projects import remember
from workbench.gui.status_line import StatusLine
from workbench.gui.theme import theme
from workbench.gui.unsaved_design import offer_unsaved_design
from workbench.gui.view_catalog import BUNDLE, PERSPECTIVES, WORLD
from workbench.gui.views.job_watch import job_watch
from workbench.gui.views.scenario_text import drafted_files
from workbench.gui.window_actions import WindowActions
from workbench.gui.world_bar import WorldBar
from workbench.gui.zone_menu import ZoneChooser
from workbench.interop.bundle_file import is_bundle
from workbench.model.json_values import visible
from workbench.project.samples import PROJECT_FILE

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.monitor.monitor_values import Status
    from workbench.services.workspace import Workspace


CHOSEN = "chosen"
"""Where the window keeps what was selected."""
FILES_TOO = "The project's files can be edited here as well; what changes the store is off."


class Session(WindowActions):
    """One window and the project that it shows, if any."""

    def __init__(
        self,
        window: MainWindow,
        environ: Mapping[str, str],
        settings: QSettings,
        *,
        trunk: Session | None = None,
        scratch: Path | None = None,
    ) -> None:
        super().__init__(window, ZoneChooser(window, environ), settings)
        self.trunk, self.scratch = trunk, scratch
        self.live: LiveProject | None = None
        self._environ = environ
        self._trouble = "", ""
        self._observer = ""
        self._end, self._closing, self._stays = asyncio.Event(), False, asyncio.Event()
        self._status = StatusLine(
            self.toggle_engine,
            self.repair,
            partial(self.bring, "scenarios"),
            self.zones.offer,
            self._show_mistakes_made,
            self.show_notices,
            partial(self.bring, "faults"),
        )
        window.use(self._status)
        window.notices.counted.connect(self._status.show_notices)
        self._tool_bar()
        self._world = WorldBar(window, self.acts)
        window.close_wanted.connect(self.quit)
        window.dropped.connect(self.take_dropped)
        window.perspective_changed.connect(lambda _name: self._arranged())
        self.acts.refresh()
        self.zones.begin()

    # -- opening and closing --------------------------------------------------------------------------------

    @override
    async def open(
        self,
        target: tuple[Path | None, str],
        *,
        trust: bool = False,
        only: str = "",
        store: str = "",
        fresh: bool = False,
    ) -> None:
        """Opens a folder or a sample; what is wrong with it is said in the window, which stays usable.

        One after the other: of two at a time, the second would find the store in use and could only read.
        """
        if target[0] is not None and is_bundle(target[0]):
            await self.open_bundle(target[0], trust=trust)
            return
        async with self._opening:
            shown = self.workspace.project.root if self.workspace is not None else None
            leaves = self.fork is not None and target[0] != shown
            if not await may_leave(self.window, self.desk) or (leaves and not await self.settle_fork()):
                return
            await self._open(target, trust=trust, only=only, store=store, fresh=fresh)
            if leaves:
                self._drop_scratch()
            elif self.scratch is not None and self.trunk is None and self.fork is not None:
                self._arrange_world()

    async def _open(
        self, target: tuple[Path | None, str], *, trust: bool, only: str, store: str, fresh: bool
    ) -> None:
        await self.close_project()
        try:
            workspace = await self._started(target, trust=trust, only=only, store=store, fresh=fresh)
        except Exception as error:  # noqa: BLE001  # whatever stands in the way, the window says it
            self.show_trouble(target, error)
            return
        self.workspace, self._trouble, self._observer = workspace, ("", ""), workspace.observer
        self.desk = desk = Desk(workspace, self.window, self._of_trunk)
        self._asking = Question(self.window, desk, self._show_status, "Showing the status")
        self.window.use_project(str(workspace.project.root))
        if workspace.fork is not None:
            self.window.layouts.take_texts(workspace.fork.layout)
        with theme().undressed():
            self.window.fill(self.desk)
        self._world.show_world(workspace.fork)
        self._take_scratch()
        self.show_beginning(workspace)
        self._arranged()
        self.desk.changed.connect(self._changed)
        self.desk.fork_wanted.connect(self.fork_at)
        for went in (self.desk.selected, self.desk.wanted):
            went.connect(lambda _place: self._travelled())
        workspace.scenarios.listen(lambda: self._status.show_scenarios(workspace.scenarios.tally()))
        self.desk.drafted.connect(self._show_drafts)
        self._show_drafts()
        self.live = LiveProject(self.desk, self._taken_over, self.reopen)
        self.live.looked.connect(self._status.show_older)
        job_watch(self.desk)
        self._settings.setValue("last-project", str(workspace.project.root.absolute()))
        remember(self._settings, workspace.project.root)
        self._taken_over()
        self._changed(None)
        self._say_limits(desk)
        offer_unsaved_design(desk)
        desk.begin_with(self._begins_with(workspace))

    def _begins_with(self, workspace: Workspace) -> Selection:
        """Returns what was chosen last; in a bundle that was never opened its event."""
        kept, fork = self.window.layouts.find(CHOSEN, anywhere=False), workspace.fork
        if kept is None and fork is not None and fork.at:
            found = workspace.reader.event_glance(fork.at)
            stream, version = (found.of.stream, found.of.version) if found is not None else ("", 0)
            return Selection(position=fork.at, stream=stream, version=version)
        return selection_of(kept)

    def _show_drafts(self) -> None:
        if self.desk is not None:
            self._status.show_drafts(len(drafted_files(self.desk)))

    def _of_trunk(self) -> Desk | None:
        return self.trunk.desk if self.trunk is not None else None

    @override
    def show_trouble(self, target: tuple[Path | None, str], error: Exception) -> None:
        """Shows what is wrong with a project that cannot be opened, and what can be done about it.

        A retry says nothing of trust: what is there by then may be other code (T2).
        """
        from workbench.gui.mistakes_page import MistakesPage
        from workbench.services.design.text_check import check_project_text

        def again(store: str = "") -> None:
            spawn(self.open(target, store=store), name="Try again to open the project")

        ways: dict[str, Callable[[], object]] = {}
        if isinstance(error, StoreNotAllowed):  # with a store that lies elsewhere, as the person saw it (T3)
            ways["Use that store"] = partial(again, str(error.path))
        folder = target[0]
        if folder is not None and folder.is_dir() and not (folder / PROJECT_FILE).exists():
            ways["Make a project here …"] = partial(self.new_project, folder)
        ways["Open another project …"] = self.choose_project
        ways["Open the users sample"] = partial(self.open_sample, "users")
        check = partial(check_project_text, environ=self._environ, running=None)
        before = self.window.centralWidget()
        before = before if isinstance(before, MistakesPage) else None
        page = MistakesPage(target[0], error, again, ways, check=check, before=before)
        self.window.show_page(page)
        self._status.show_status(None)
        self.acts.refresh()

    def _show_mistakes_made(self) -> None:
        if self.live is not None:
            self.live.show_mistakes()

    def _arranged(self) -> None:
        """Lets what depends on the arrangement of the window follow it."""
        for view in self.window.views.values():
            view.arranged(self.window.perspective, self._settings)
        self.acts.refresh()

    def _taken_over(self) -> None:
        """Shows what the window itself says of the project, which was reloaded."""
        if self.workspace is not None:
            named = self.fork.name if self.fork is not None else self.workspace.project.name
            self.window.setWindowTitle(f"{visible(named)} — Event Workbench")
            self.acts.refresh()

    async def _started(
        self, target: tuple[Path | None, str], *, trust: bool, only: str, store: str, fresh: bool
    ) -> Workspace:
        from workbench.services.project.open_project import open_target

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
            await workspace.start_as_left()
        except BaseException:
            await workspace.close()
            raise
        return workspace

    def _say_limits(self, desk: Desk) -> None:
        workspace, project = desk.workspace, desk.workspace.project
        if workspace.observer:
            also = FILES_TOO if os.access(project.root / PROJECT_FILE, os.W_OK) else ""
            desk.notice("info", f"Read-only: {workspace.observer}. {also}".rstrip())
        tell_left(desk)
        if project.restricted:
            modules = ", ".join(project.modules)
            text = f"This project contains Python ({modules}). None of it runs until you trust it."
            desk.notice("warning", text, ("Trust and reload", self.trust), asks=True)

    def trust(self) -> None:
        """Trusts the project's modules, as the person saw them, and opens it again."""
        if self.workspace is not None:
            project = self.workspace.project
            work = self.open((project.root, ""), trust=True, only=project.digest)
            spawn(work, name="Trust the project")

    @override
    def open_sample(self, name: str) -> None:
        spawn(self.open((None, name)), name=f"Open the {name} sample")

    @override
    def open_folder(self, folder: Path) -> None:
        spawn(self.open((folder, "")), name="Open a project")

    @override
    async def close_project(self) -> None:
        """Ends the views, then the engine and the store, even if the caller is cancelled."""
        await to_the_end(self._close_project())

    async def _close_project(self) -> None:
        desk, workspace, live = self.desk, self.workspace, self.live
        self.desk = self.workspace = self.live = None
        if live is not None:
            live.close()
        self._status.show_status(None, opening=not self._closing)
        if desk is not None:
            self.window.hold_still()
            self.window.save_perspective()
            self.window.layouts.keep(CHOSEN, desk.chosen().text(), anywhere=False)
            await desk.close()
        self.window.empty()
        self._world.show_world(None)
        self.window.notices.forget()
        self._status.show_older(None)
        if desk is not None:
            desk.deleteLater()
        if workspace is not None:
            await workspace.close()
            GarbageCollector.let_go()  # most of what was set aside was of this project

    @override
    def quit(self) -> None:
        """Closes everything in stages; a second call does nothing."""
        if not self._closing:
            self._closing = True
            self._stays.clear()
            spawn(self._quit(), name="Close the window")

    async def _quit(self) -> None:
        while not await self.may_quit():
            if not self.unasked:  # else a question stood that needs no answer any more
                self._closing = False
                self._stays.set()
                return
        self.window.remember()
        self.window.setEnabled(False)
        try:
            await self.close_project()
        finally:
            self.window.may_close()
            self.window.close()
            self._drop_scratch()
            self._end.set()
            if isinstance(self.trunk, Session) and self in self.trunk.forks:
                self.trunk.forks.remove(self)
                self.window.deleteLater()

    async def stayed_or_ended(self) -> None:
        """Returns once the window was closed, or a person answered that it stays."""
        waits = [asyncio.ensure_future(one.wait()) for one in (self._end, self._stays)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    @override
    async def open_fork(self, folder: Path, *, left: bool = False) -> None:
        settings = QSettings(str(folder.parent / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(settings)
        window.come_back()
        window.resize(self.window.size())
        window.show()
        scratch = None if left else folder.parent
        other = Session(window, self._environ, settings, trunk=self, scratch=scratch)
        self.forks.append(other)
        await other.open((folder, ""))
        other._arrange_world()

    def _arrange_world(self) -> None:
        self.window.show_perspective("Test")
        self.window.arrange(WORLD if self.fork is None or not self.fork.bundled else BUNDLE)

    async def ended(self) -> int:
        """Returns the exit code once the window was closed."""
        await self._end.wait()
        return 0

    def repair(self) -> None:
        """Arranges the window around the dead letters."""
        self.window.show_perspective("Repair")
        self.bring("letters")

    # -- what the window shows ------------------------------------------------------------------------

    def _tool_bar(self) -> None:
        bar = self.window.tools
        for key in ("back", "forward"):
            bar.addAction(self.acts[key])
        bar.addSeparator()
        for name in PERSPECTIVES:
            bar.addAction(self.acts[f"perspective-{name.lower()}"])
        bar.addSeparator()
        for key in ("engine", "step", "story", "import"):
            bar.addAction(self.acts[key])
            button = bar.widgetForAction(self.acts[key])
            if isinstance(button, QToolButton) and key in {"engine", "step", "story"}:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(room)
        bar.addWidget(self.acts.button("palette"))

    def _travelled(self) -> None:
        for key in ("back", "forward"):
            self.acts[key].refresh()

    def _changed(self, _changes: Changes | None) -> None:
        if self.workspace is None:
            return
        self._asking.ask(self.workspace.monitor.status)

    def _show_status(self, status: Status) -> None:
        if self.workspace is None:
            return
        self._status.show_status(status)
        if self.desk is not None:
            self.desk.told.emit(status)
        for key in ("engine", "step"):
            self.acts[key].refresh()
        if self.desk is not None and status.observer != self._observer:
            self._observer = status.observer
            text = f"Read-only, but {status.observer}: open the project again to write."
            self.desk.notice("warning", text, ("Open again", self.reopen), asks=True)
        if self.desk is not None and (status.trouble, status.gone) != self._trouble:
            was_gone = bool(self._trouble[1])
            self._trouble = status.trouble, status.gone  # once: what was closed or is over is not said again
            tell_trouble(self.desk, status, self.reopen, was_gone=was_gone)
