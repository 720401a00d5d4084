"""What a person can do with bundles: make one of what happened, and open one as a world of its own (W21)."""

from __future__ import annotations

import asyncio
import shutil
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from workbench.errors import WorkbenchError
from workbench.gui.actions import action
from workbench.gui.file_actions import no_project
from workbench.gui.fork_actions import ForkActions
from workbench.gui.loop import spawn
from workbench.gui.widgets import error_text
from workbench.interop.bundle_file import SUFFIX, is_bundle
from workbench.model.counts import counted
from workbench.tusk.scratch import scratch_folder

if TYPE_CHECKING:
    from uuid import UUID

    from workbench.gui.bundle_dialog import BundleChoice, BundleDialog
    from workbench.services.bundles.bundle_draft import Bundled
    from workbench.services.worlds.fork import Fork

FILES = f"Bundles (*{SUFFIX})"


class BundleActions(ForkActions):
    """Makes bundles of the project of a window, and opens those of others."""

    @abstractmethod
    def show_trouble(self, target: tuple[Path | None, str], error: Exception) -> None:
        """Shows why something cannot be opened, where no project is."""

    # -- making -------------------------------------------------------------------------------------------

    @action(
        "Make a bundle …",
        key="bundle",
        icon="archive",
        tip="Put the project and what matters of its store into one file, with fields masked as you choose",
        menu="File",
        group=1,
        why=no_project,
    )
    def make_bundle(self) -> None:
        """Asks what goes into a bundle, around the event that is chosen, or all."""
        self._ask_bundle(*self._chosen_event())

    def _ask_bundle(self, at: int, correlation: UUID | None) -> BundleDialog | None:
        from workbench.gui.bundle_dialog import BundleDialog

        if self.desk is None or self.workspace is None:
            return None
        offered = self._around() / f"{self.workspace.project.name}{SUFFIX}"
        dialog = BundleDialog(self.window, self.desk, at, correlation, offered)
        dialog.chosen.connect(lambda choice: self._write(choice, correlation))
        dialog.open()
        return dialog

    def _write(self, choice: BundleChoice, correlation: UUID | None) -> None:
        if self.desk is None:
            choice.draft.close()
        else:
            self.desk.run(self.write_bundle(choice, correlation), f"Make {choice.file.name}")

    def _chosen_event(self) -> tuple[int, UUID | None]:
        """Returns the position of the event that is chosen, and its correlation; 0 and None for none."""
        if self.desk is None or self.workspace is None:
            return 0, None
        chosen, reader = self.desk.selection, self.workspace.reader
        position = chosen.position
        if not position and chosen.stream:
            info = reader.stream(chosen.stream)
            version = chosen.version or (info.version if info else 0)
            position = reader.position_of(chosen.stream, version)
        found = reader.event_glance(position) or reader.message_glance(position) if position else None
        return (position, found.of.correlation_id) if found is not None else (0, None)

    async def write_bundle(self, choice: BundleChoice, correlation: UUID | None) -> None:
        """Writes what was chosen to a file, in a thread; a notice tells how far it is.

        Where that fails it is asked again, with all that was chosen.

        Args:
            correlation: Around which its part was chosen; None for none.
        """
        from workbench.gui.file_jobs import run_job, way_to_file

        desk, path = self.desk, choice.file
        try:
            if desk is None:
                return
            layout = self.window.layouts.texts()

            def work(told: Callable[[int, int], None]) -> Bundled:
                return choice.draft.write(
                    path,
                    lambda _what, done, of: told(done, of),
                    at=choice.at,
                    note=choice.note,
                    masks=choice.masks,
                    layout=layout,
                    replace=True,
                )

            made = await run_job(desk, f"Making {path.name}", "bytes", work)
            if made is None:
                desk.notice("warning", f"It was cancelled: {path.name} was not written.")
                return
            wrong = bool(made.mentions or made.left or made.unfolded)
            desk.notice("warning" if wrong else "ok", _told(made), way_to_file(desk, path))
        except WorkbenchError as error:
            if (dialog := self._ask_bundle(choice.at, correlation)) is not None:
                dialog.begin_again(choice, error_text(error))
        finally:
            await asyncio.to_thread(choice.draft.close)

    # -- opening ------------------------------------------------------------------------------------------

    @action(
        "Open a bundle …",
        key="open-bundle",
        icon="open",
        tip="Open what was put into a file, paused at its event, as a world of its own",
        menu="File",
    )
    def choose_bundle(self) -> None:
        """Asks for a bundle and opens it."""
        name, _ = QFileDialog.getOpenFileName(self.window, "Open a bundle", str(self._around()), FILES)
        if name:
            spawn(self.open_bundle(Path(name)), name="Open a bundle")

    def take_dropped(self, path: Path) -> None:
        """Opens a bundle; else what `FileActions` does."""
        if is_bundle(path):
            spawn(self.open_bundle(path), name="Open a bundle")
        else:
            super().take_dropped(path)

    async def open_bundle(self, path: Path, *, trust: bool = False) -> None:
        """Unpacks a bundle and shows it: here, where no project is open, else in a window of its own."""
        folder = await asyncio.to_thread(scratch_folder, "fork")
        root = folder / path.stem
        opened = False
        try:
            if await self._unpacked(path, root) is not None:
                opened = True
                if self.desk is not None:
                    await self.open_fork(root)
                else:
                    self.scratch = folder
                    await self.open((root, ""), trust=trust)
        finally:
            if not opened:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _unpacked(self, path: Path, root: Path) -> Fork | None:
        """Unpacks a bundle; where it cannot be, says why and returns None."""
        from workbench.gui.file_jobs import run_job
        from workbench.services.bundles.opened_bundle import open_bundle

        desk = self.desk
        try:
            if desk is None:
                return await asyncio.to_thread(open_bundle, path, root, lambda *_said: None)
            return await run_job(
                desk,
                f"Opening {path.name}",
                "bytes",
                lambda told: open_bundle(path, root, lambda _what, done, of: told(done, of)),
            )
        except Exception as error:  # noqa: BLE001  # whatever stands in the way, the window says it
            if desk is None:
                self.show_trouble((path, ""), error)
            else:
                desk.fail(f"Opening {path.name}", error)
            return None


def _told(made: Bundled) -> str:
    said = [f"{made.file.name}: {made.size:,} bytes, opens at {made.at:,}"]
    if made.masked:
        said.append(f"masked: {', '.join(made.masked)}")
    if made.mentions:
        said.append(f"left as they are, though they mention masked values: {', '.join(made.mentions)}")
    if made.left:
        fields = ", ".join(f"{name} ({count:,})" for name, count in made.left.items())
        said.append(
            f"left as they are, though they have short values of masked fields: {fields}; mask them, too"
        )
    if made.unfolded:
        rows = counted(len(made.unfolded), "read model")
        said.append(f"{rows} cannot fold what was masked: {', '.join(made.unfolded)}")
    return f"{'; '.join(said)}."
