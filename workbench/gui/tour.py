"""The tour: drives a sample through the main road in the real window, and saves a picture of every view."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QSettings, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from workbench.gui.application import prepare, run_on_loop, warm_up
from workbench.gui.desk import Selection
from workbench.gui.main_window import MainWindow
from workbench.gui.session import Session
from workbench.gui.theme import theme
from workbench.gui.view_catalog import PERSPECTIVES, VIEWS
from workbench.gui.widgets import Badge

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

LARGE, SMALL = (1440, 900), (1024, 700)
PAINT_SECONDS = 0.35
"""Time for views to refresh and paint before a picture is taken."""


def tour(folder: Path, sample: str, environ: Mapping[str, str]) -> int:
    """Runs the tour; returns the exit code.

    Args:
        folder: Where the pictures go; made if needed.
        sample: Name of the sample to drive.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.stderr.write(f"workbench: pictures cannot be saved in {folder}: {error.strerror or error}\n")
        return 1
    qInstallMessageHandler(_say_what_matters)
    with tempfile.TemporaryDirectory(prefix="workbench-tour-") as scratch:
        app = prepare([sys.argv[0]], "light")
        settings = QSettings(str(Path(scratch) / "tour.ini"), QSettings.Format.IniFormat)
        guide = Guide(folder, sample, Path(scratch), environ, settings)
        return run_on_loop(app, guide.run)


def _say_what_matters(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Passes on Qt's messages, without those about the screen that an offscreen run lacks."""
    if not text.startswith("This plugin does not support"):
        sys.stderr.write(f"{text}\n")


class Guide:
    """Walks through a sample as a person would, and says what happened."""

    def __init__(
        self, folder: Path, sample: str, scratch: Path, environ: Mapping[str, str], settings: QSettings
    ) -> None:
        self._folder = folder
        self._sample = sample
        self._window = MainWindow(settings)
        self._window.come_back()
        self._session = Session(self._window, {**environ, "WORKBENCH_DATA": str(scratch)}, settings)
        self._pictures = 0

    @property
    def _workspace(self) -> Workspace:
        workspace = self._session.workspace
        if workspace is None:
            raise RuntimeError("the sample could not be opened")
        return workspace

    async def run(self) -> int:
        """Opens the sample, drives it, takes the pictures, closes everything."""
        self._window.resize(*LARGE)
        self._window.show()
        self._window.activateWindow()
        await asyncio.to_thread(warm_up)
        await self._session.open((None, self._sample))
        self._say(f"opened the {self._sample} sample; the store is empty")
        await self._picture("00-empty", "Run")
        try:
            await (self._drive_users() if self._sample == "users" else self._drive_orders())
            await self._run_scenarios()
            for mode in ("light", "dark"):
                theme().set_mode("dark" if mode == "dark" else "light")
                await self._all_views(mode, LARGE)
            theme().set_mode("light")
            await self._all_views("small", SMALL)
        finally:
            self._session.quit()
            await self._session.ended()
        self._say(f"{self._pictures} pictures are in {self._folder}")
        return 0

    # -- the main road ------------------------------------------------------------------------------------

    async def _drive_users(self) -> None:
        await self._send_by_form()
        self._window.show_perspective("Observe")
        report = await self._workspace.story.play(pace=0.05)
        said = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
        self._say(f"played the story: {said}")
        await self._picture("01-flowing", "Observe")
        await self._settle()
        letters = self._workspace.dead_letters.page()
        self._say(f"{len(letters)} welcome mails died: a mail server is down, and one address cannot exist")
        await self._repair()

    async def _send_by_form(self) -> None:
        """Fills the form and sends it with the keyboard, as a person does."""
        desk = self._session.desk
        if desk is None:
            return
        desk.command_wanted.emit("create_user")
        desk.wanted.emit("commands")
        await self._painted()
        for field, text in (
            ("user_id", "bertha"),
            ("username", "Bertha Benz"),
            ("email", "bertha@example.org"),
        ):
            widget = self._editor(field)
            widget.setFocus()
            QTest.keyClicks(widget, text)
        await self._painted()
        QTest.keyClick(widget, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await self._settle()
        if self._workspace.streams.get("user-bertha") is None:
            raise RuntimeError("the form did not send the command")
        self._say("sent create_user by its form")
        await self._picture("02-command-sent", "Run")
        result = await self._workspace.commands.issue(
            "update_user", {"user_id": "bertha", "username": "Bertha"}, expected=9
        )
        self._say(f"a command that expected version 9: {result.outcome.value}, {result.message}")

    def _editor(self, field: str) -> QWidget:
        for line in self._window.views["commands"].findChildren(QLineEdit):
            owner = line.parentWidget()
            if line.objectName() == field or (owner is not None and owner.objectName() == field):
                return line
        raise RuntimeError(f"the form has no field {field}")

    async def _repair(self) -> None:
        workspace, dead_letters = self._workspace, self._workspace.dead_letters
        await self._picture("03-dead-letters", "Repair")
        await workspace.commands.issue("resolve_outage", {"domain": "slowmail.example"})
        down = [letter.number for letter in dead_letters.page() if letter.reason.value == "max_attempts"]
        report = await dead_letters.replay(down)
        await self._settle()
        self._say(f"repaired the mail server and replayed {report.done} dead letters; they succeeded")
        for letter in dead_letters.page():
            text = letter.data.replace("bletchley.invalid", "example.org")
            await dead_letters.edit_and_replay(letter.number, text)
            await self._settle()
            said = dead_letters.get(letter.number).status.value
            self._say(f"edited dead letter {letter.number} and replayed the copy: {said}")
        await self._break_again()

    async def _break_again(self) -> None:
        """Leaves some dead letters behind, so that the pictures show them; purges one and takes that back."""
        workspace, dead_letters = self._workspace, self._workspace.dead_letters
        await workspace.commands.issue("report_outage", {"domain": "brokenmail.example"})
        for name in ("barbara", "dorothy", "frances"):
            values = {"user_id": name, "username": name.title(), "email": f"{name}@brokenmail.example"}
            await workspace.commands.issue("create_user", values)
        values = {"user_id": "ida", "username": "Ida Rhodes", "email": "ida@nowhere.invalid"}
        await workspace.commands.issue("create_user", values)
        await self._settle()
        first = dead_letters.page()[-1].number
        await dead_letters.purge([first])
        await dead_letters.restore([first])
        self._say(
            f"purged dead letter {first} and took that back; {len(dead_letters.page())} stay for the pictures"
        )

    async def _drive_orders(self) -> None:
        report = await self._workspace.story.play(pace=0.05)
        said = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
        self._say(f"played the story: {said}")
        await self._picture("01-flowing", "Observe")
        await self._settle()
        await asyncio.sleep(5.0)
        await self._settle()
        rows = self._workspace.projections.rows("orders")
        self._say("orders: " + ", ".join(f"{row['customer']} {row['status']}" for row in rows))

    async def _run_scenarios(self) -> None:
        """Runs the sample's scenarios by their button."""
        self._window.show_perspective("Test")
        await self._painted()
        view = self._window.views["scenarios"]
        (button,) = [one for one in view.findChildren(QToolButton) if one.text() == "Run all"]
        verdicts = self._workspace.scenarios
        moved = asyncio.Event()
        end = verdicts.listen(moved.set)
        async with asyncio.timeout(60):
            while not verdicts.all():  # their files are read in a thread
                await moved.wait()
                moved.clear()
            button.click()
            while verdicts.busy:
                await moved.wait()
                moved.clear()
        end()
        await self._settle()
        (counts,) = [one.text() for one in view.findChildren(Badge)]
        self._say(f"ran the scenarios: {counts}")
        await self._picture("04-scenarios", "Test")

    async def _settle(self) -> None:
        """Waits until everything was delivered, retried or died."""
        engine = self._workspace.running()
        async with asyncio.timeout(60):
            if self._session.desk is not None:
                await asyncio.gather(*self._session.desk.running())
            await engine.settle()
            while any(view.retrying for view in self._workspace.monitor.subscriptions()):
                await asyncio.sleep(0.05)
                await engine.settle()

    # -- pictures -------------------------------------------------------------------------------------------

    async def _all_views(self, name: str, size: tuple[int, int]) -> None:
        self._window.resize(*size)
        for perspective in PERSPECTIVES:
            self._window.show_perspective(perspective)
            self._window.reset_perspective()
            await self._choose()
            await self._painted()
            self._save(f"{name}-{perspective.lower()}")
        for entry in VIEWS:
            if entry.area == "centre":
                self._window.arrange((("explorer",), (entry.key,)))
                await self._choose()
                await self._painted()
                self._save(f"{name}-view-{entry.key}")

    async def _choose(self) -> None:
        """Selects something worth looking at in every view."""
        desk, workspace = self._session.desk, self._workspace
        if desk is None:
            return
        if self._sample == "users":
            letters = workspace.dead_letters.page()
            stream = workspace.streams.get("user-grace")
            desk.select(
                Selection(
                    stream="user-grace",
                    version=max(1, (stream.version if stream else 1) - 1),
                    projection="users",
                    subscription="welcome-mail",
                    letter=letters[0].number if letters else 0,
                )
            )
        else:
            newest = workspace.streams.page(1, 1)
            desk.select(
                Selection(
                    stream=newest[0].name if newest else "", projection="orders", subscription="card-terminal"
                )
            )

    async def _picture(self, name: str, perspective: str) -> None:
        self._window.resize(*LARGE)
        self._window.show_perspective(perspective)
        self._window.reset_perspective()
        await self._painted()
        self._save(name)

    async def _painted(self) -> None:
        await asyncio.sleep(PAINT_SECONDS)

    def _save(self, name: str) -> None:
        path = self._folder / f"{self._sample}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise RuntimeError(f"the picture {path} could not be saved")
        self._pictures += 1

    def _say(self, text: str) -> None:
        sys.stdout.write(f"  {text}\n")
        sys.stdout.flush()
