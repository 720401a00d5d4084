"""What a person can do with forks: make one, look into it in a window of its own, keep, discard, promote."""

from __future__ import annotations

import asyncio
import logging
import shutil
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from workbench.errors import NotAStore, StoreReadOnly
from workbench.gui.actions import action
from workbench.gui.desk import Notice, Selection
from workbench.gui.drafts import may_leave
from workbench.gui.file_actions import FileActions, no_project
from workbench.gui.loop import finished, spawn
from workbench.gui.recent_projects import remember
from workbench.gui.widgets import error_text
from workbench.model.counts import counted
from workbench.tusk.scratch import leave, scratch_folder, taken

if TYPE_CHECKING:
    from workbench.services.worlds.fork import Fork

_log = logging.getLogger(__name__)


class ForkActions(FileActions):
    """Forks the project of a window; a fork has a window of its own, and this too.

    Attributes:
        trunk: The window from which this one's project was forked; None for one that a person opened.
        forks: The windows of forks that were made here.
        scratch: The folder that goes with this window's fork unless it is kept; None for none.
        unasked: It closes without a question, and what is kept nowhere stays where it is.
    """

    trunk: ForkActions | None = None
    scratch: Path | None = None
    unasked = False

    def __init__(self) -> None:
        self.forks: list[ForkActions] = []
        self._dropped: list[Path] = []

    @property
    def fork(self) -> Fork | None:
        """What this window's project is a fork of; None where it is none, or none is open."""
        return self.workspace.fork if self.workspace is not None else None

    @abstractmethod
    async def open_fork(self, folder: Path, *, left: bool = False) -> None:
        """Shows a fork in a window of its own; one that was `left` by a killed process, too."""

    @abstractmethod
    async def open(self, target: tuple[Path | None, str], *, trust: bool = False) -> None:
        """Opens a project in this window."""

    @abstractmethod
    async def close_project(self) -> None:
        """Closes the project of this window."""

    @abstractmethod
    def quit(self) -> None:
        """Closes this window."""

    @abstractmethod
    async def stayed_or_ended(self) -> None:
        """Returns once the window was closed, or a person answered that it stays."""

    # -- forking ------------------------------------------------------------------------------------------

    @action(
        "&Fork here",
        key="fork",
        keys="Ctrl+Shift+W",
        icon="fork",
        tip="Open a world of its own with all that was stored up to what is selected, or up to now",
        menu="Engine",
        group=2,
        why=no_project,
    )
    def fork_here(self) -> None:
        """Forks at the event that is selected, else at the newest position."""
        if self.desk is not None:
            self.fork_at(self.desk.selection)

    def fork_at(self, selection: Selection) -> None:
        """Forks at an event or message; where none is selected at the newest position."""
        if self.desk is not None:
            self.desk.run(self._fork(selection), "Fork the project")

    async def _fork(self, selection: Selection) -> None:
        from workbench.gui.file_jobs import run_job
        from workbench.services.worlds.fork import make_fork

        if self.desk is None or self.workspace is None:
            return
        workspace, reader = self.workspace, self.workspace.reader
        position = selection.position
        if not position and selection.stream:
            info = reader.stream(selection.stream)
            version = selection.version or (info.version if info else 0)
            position = reader.position_of(selection.stream, version)
        position = position or reader.head()
        folder = await asyncio.to_thread(scratch_folder, "fork")

        def work(told: Callable[[int, int], None]) -> Fork:
            return make_fork(
                workspace.project,
                position,
                folder / workspace.project.root.name,
                workspace.environ,
                lambda _what, done, of: told(done, of),
            )

        made = None
        try:
            made = await run_job(self.desk, f"Forking at {position:,}", "pages", work)
            if made is not None:
                await self.open_fork(folder / workspace.project.root.name)
        finally:
            if made is None:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    @action(
        "&Rehearse a deploy …",
        key="deploy",
        icon="diff",
        tip="What would another model do to what is stored? Its store is only read",
        menu="Engine",
        group=2,
        why=no_project,
    )
    def rehearse_deploy(self) -> None:
        """Opens what compares the model with that of a Git revision or another folder."""
        from workbench.gui.views.deploy_dialog import DeployDialog

        if self.desk is not None:
            DeployDialog(self.window, self.desk).show()

    # -- in a fork ----------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        return "bundle" if self.fork is not None and self.fork.bundled else "fork"

    def _no_fork(self) -> str:
        return no_project(self) or ("" if self.fork is not None else "This is no fork but the project itself")

    def _no_scratch(self) -> str:
        return self._no_fork() or (
            "" if self.scratch is not None else f"This {self._kind} is kept in a folder"
        )

    def _no_trunk(self) -> str:
        bundled = self.fork is not None and self.fork.bundled
        return "What this bundle was made of is not here" if bundled else self._no_fork()

    @action(
        "Compare with what was forked",
        key="compare",
        word="Compare",
        icon="diff",
        tip="List what differs from the project that was forked, and from which event on",
        menu="Engine",
        group=2,
        why=_no_trunk,
    )
    def compare(self) -> None:
        """Shows what differs."""
        if self.desk is not None:
            self.desk.wanted.emit("compare")

    @action(
        "Keep the fork …",
        key="keep-fork",
        word="Keep …",
        icon="save",
        tip="Keep this fork in a folder, to be opened again later",
        look=lambda session: (f"Keep the {session._kind} …", "save"),  # noqa: SLF001  # its own
        menu="Engine",
        group=2,
        why=_no_scratch,
    )
    def keep_fork(self) -> None:
        """Asks for a folder and moves the fork there; it stays open."""
        if self.fork is not None and (folder := self._ask_folder()) is not None:
            spawn(self.keep_in(folder), name="Keep the fork")

    def _ask_folder(self) -> Path | None:
        fork = self.fork
        if fork is None:
            return None
        offered = Path(fork.folder).parent / f"{Path(fork.folder).name}-fork-{fork.position}"
        if fork.bundled and self.workspace is not None:
            offered = Path.home() / self.workspace.project.root.name
        name, _ = QFileDialog.getSaveFileName(
            self.window, f"Keep the {self._kind} in a new folder", str(offered)
        )
        return Path(name) if name else None

    async def keep_in(self, folder: Path, *, again: bool = True) -> None:
        """Moves the fork to a folder.

        Args:
            again: Show it there.
        """
        from workbench.services.worlds.fork import check_keep, keep_fork, trusted_digest

        if self.workspace is None:
            return
        root, digest = self.workspace.project.root, trusted_digest(self.workspace.project)
        try:
            await asyncio.to_thread(check_keep, root, folder)
        except StoreReadOnly as error:  # it stays open
            self._tell_error(error)
            return
        await self.close_project()
        try:
            await asyncio.to_thread(keep_fork, root, folder, digest, self._environ)
        except Exception as error:  # noqa: BLE001  # the fork stays where it was, and it is told
            spawn(self._open_again(root, error), name="Open the fork again")
            return
        self._drop_scratch()
        if again:
            await self.open((folder, ""))

    async def _open_again(self, root: Path, error: Exception) -> None:
        await self.open((root, ""))
        self._tell_error(error)

    def _tell_error(self, error: Exception) -> None:
        self.window.notices.show_notice(Notice(kind="error", text=error_text(error)))

    @action(
        "Discard the fork",
        key="discard-fork",
        word="Discard",
        icon="purge",
        tip="Close this window and remove the fork",
        look=lambda session: (f"Discard the {session._kind}", "purge"),  # noqa: SLF001  # its own
        menu="Engine",
        group=2,
        why=_no_scratch,
    )
    def discard(self) -> None:
        """Discards the fork; where commands were issued in it, a question with their number comes first."""
        spawn(self._discard(), name="Discard the fork")

    async def _discard(self) -> None:
        from workbench.services.worlds.promote import issued_in

        workspace, fork = self.workspace, self.fork
        if workspace is None or fork is None:
            return
        issued = await asyncio.to_thread(issued_in, workspace.reader, fork.position)
        if not issued or await self._ask_to_discard(fork, len(issued)):
            self.discard_fork()

    async def _ask_to_discard(self, fork: Fork, issued: int) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, f"Discard the {self._kind}", "", parent=self.window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        commands = f"{counted(issued, 'command')} issued in it"
        box.setText(
            f"Discard {fork.name} with {commands}?\n\nNothing of it is left, and it cannot be undone."
        )
        discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("Stay", QMessageBox.ButtonRole.RejectRole))
        await finished(box)
        clicked = box.clickedButton()
        box.deleteLater()
        return clicked is discard

    def discard_fork(self) -> None:
        """Closes the window; nothing of the fork is left."""
        self._kept = False
        self.quit()

    _kept: bool | None = None
    """Whether the fork is kept when the window closes; None for a question."""

    async def leave_forks(self) -> bool:
        """Closes the windows of forks first, each with its question; returns whether all are closed."""
        for one in [*self.forks]:
            one.quit()
            await one.stayed_or_ended()
            if one in self.forks:
                return False
        return True

    async def settle_fork(self) -> bool:
        """Asks whether the fork of this window is kept before it closes; returns whether it may close."""
        if self.scratch is None or self.fork is None or self._kept is False:
            return True
        if self.unasked:
            self._leave_scratch(self.fork)
            return True
        answer = await self._ask_to_keep(self.fork)
        if answer == "keep" and (folder := self._ask_folder()) is not None:
            await self.keep_in(folder, again=False)
            return self.scratch is None
        return answer == "discard"

    async def _ask_to_keep(self, fork: Fork) -> str:
        box = QMessageBox(QMessageBox.Icon.Question, f"Close the {self._kind}", "", parent=self.window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        armed = len(self.workspace.faults.lines()) if self.workspace is not None else 0
        faults = f" What is armed in it ends with it: {counted(armed, 'fault')}." if armed else ""
        box.setText(f"{fork.name} is kept nowhere yet.{faults}\n\nKeep it in a folder, or discard it?")
        keep = box.addButton("Keep …", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        await finished(box)
        clicked = box.clickedButton()
        answer = "keep" if clicked is keep else "discard" if clicked is discard else ""
        box.deleteLater()
        return answer

    async def may_quit(self) -> bool:
        """Asks what has to be asked before this window closes; returns whether it may."""
        if self.unasked and self.desk is not None:
            await self.desk.write_drafts()
        elif not await may_leave(self.window, self.desk):
            return False
        return await self.leave_forks() and await self.settle_fork()

    def end(self) -> None:
        """Closes everything without a question, as the process is told to end; what can be kept is kept."""
        self.ask_no_more()
        self.quit()

    def ask_no_more(self) -> None:
        """Has this window and its forks close without a question; one that stands is not answered."""
        self.unasked = True
        for one in self.forks:
            one.ask_no_more()
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QMessageBox | QFileDialog) and box.isVisible():
                box.reject()

    def _leave_scratch(self, fork: Fork) -> None:
        """Lets a fork stay where it is, as no question was asked, among the recent projects."""
        if self.workspace is None:
            return
        root = self.workspace.project.root
        if self.scratch is not None:
            leave(self.scratch)
        self.note_recent(root)
        _log.warning("%s was kept nowhere; it is in %s", fork.name, root)
        self.scratch = None

    def note_recent(self, folder: Path) -> None:
        """Offers a project among the recent ones, where a person opened the first window."""
        if self.trunk is not None:
            self.trunk.note_recent(folder)
        else:
            remember(self._settings, folder)

    def tell_left(self, folders: Sequence[Path]) -> None:
        """Says which forks the processes that were killed left, and opens one on wish."""
        from workbench.services.worlds.fork import fork_in

        for folder in folders:
            if self.workspace is not None and self.workspace.project.root.absolute() == folder:
                continue
            with suppress(NotAStore):
                if (fork := fork_in(folder)) is not None:
                    text = f"{fork.name} is kept nowhere yet: the program ended before. It is in {folder}."
                    ways = (("Open it", partial(self._open_left, folder)),)
                    self.window.notices.show_notice(Notice(kind="info", text=text, actions=ways))

    def _open_left(self, folder: Path) -> None:
        """Opens a fork that a killed process left in a window of its own, as one that was just made."""
        spawn(self.open_fork(folder, left=True), name="Open a fork")

    def _take_scratch(self) -> None:
        """Has a fork that an ended process left be kept nowhere still: it is kept, or discarded."""
        if self.scratch is None and self.fork is not None and self.workspace is not None:
            self.scratch = None if self.workspace.observer else taken(self.workspace.project.root)

    def _drop_scratch(self) -> None:
        """Removes what is left of a fork that is closed or was moved, with what its window wrote since."""
        scratch, self.scratch = self.scratch, None
        self._dropped += [scratch] if scratch is not None else []
        self._settings.sync()
        for folder in self._dropped:
            shutil.rmtree(folder, ignore_errors=True)
