"""The tour: drives a sample or a project in the real window, and saves a picture of every view."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QSettings, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from workbench.errors import NotFound, WorkbenchError
from workbench.gui.application import prepare, run_on_loop, warm_up
from workbench.gui.design_tour import PARCEL, Act, Designer, DirectHands, gestures_of
from workbench.gui.desk import Selection
from workbench.gui.dialog_tour import explore, show_ended, show_rows, show_traffic
from workbench.gui.main_window import MainWindow
from workbench.gui.operator_tour import show_operators
from workbench.gui.session import Session
from workbench.gui.theme import theme
from workbench.gui.view_catalog import PERSPECTIVES, VIEWS
from workbench.project.project_file import project_root, read_settings
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import FOLDER
from workbench.services.maintenance.store_checkup import backup
from workbench.services.project.new_project import create
from workbench.tusk.scratch import scratch

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

LARGE, SMALL = (1440, 900), (1024, 700)
PAINT_SECONDS = 0.35
"""Time for views to refresh and paint before a picture is taken."""


def tour(
    folder: Path, target: tuple[Path | None, str], environ: Mapping[str, str], *, trust: bool = False
) -> int:
    """Runs the tour; returns the exit code.

    Args:
        folder: Where the pictures go; made if needed.
        target: A project, of which a copy is driven, or the name of a sample.
        trust: The person trusts the project's modules as they are now.
    """
    if target[0] is None and (folder / PROJECT_FILE).exists():
        said = f"{folder} is a project: say where its pictures go, as in workbench tour pictures {folder}"
        sys.stderr.write(f"workbench: {said}\n")
        return 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.stderr.write(f"workbench: pictures cannot be saved in {folder}: {error.strerror or error}\n")
        return 1
    qInstallMessageHandler(_say_what_matters)
    with scratch("tour") as made:
        app = prepare([sys.argv[0]], "light")
        settings = QSettings(str(made / "tour.ini"), QSettings.Format.IniFormat)
        settings.setValue("graph/span", "1 m")  # a tour is short
        try:
            copy = copied(target[0], made, environ) if target[0] is not None else None
        except WorkbenchError as error:
            sys.stderr.write(f"workbench: {error}\n")
            return 1
        guide = Guide(folder, (copy, target[1]), made, environ, settings, trust=trust)
        return run_on_loop(app, guide.run)


def _say_what_matters(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Passes on Qt's messages, without those about the screen that an offscreen run lacks."""
    if not text.startswith("This plugin does not support"):
        sys.stderr.write(f"{text}\n")


def copied(project: Path, scratch: Path, environ: Mapping[str, str]) -> Path:
    """Copies a project with what its store holds, so that the tour changes nothing of it.

    Raises:
        NotFound: There is no project.
        WorkbenchError: Its store cannot be copied.
    """
    root = project_root(project)
    if not (root / PROJECT_FILE).is_file():
        raise NotFound(f"there is no project in {project}", hint="choose a folder with a project.tsk")
    file = read_settings(root, environ=environ)
    target, store = scratch / root.name, Path(file.settings.event_store.path)
    left_out = ("__pycache__", ".git", "data", store.name, f"{store.name}-*")
    shutil.copytree(root, target, ignore=shutil.ignore_patterns(*left_out))
    if not store.is_absolute() and (root / store).is_file():
        (target / store).parent.mkdir(parents=True, exist_ok=True)
        backup(root / store, target / store)
    return target


class Guide:
    """Walks through a sample or a project as a person would, and says what happened."""

    def __init__(
        self,
        folder: Path,
        target: tuple[Path | None, str],
        scratch: Path,
        environ: Mapping[str, str],
        settings: QSettings,
        *,
        trust: bool,
    ) -> None:
        self._folder, self._target, self._scratch, self._trust = folder, target, scratch, trust
        self._sample = target[1]
        self._name = target[1] or (target[0].name if target[0] is not None else "")
        self._window = MainWindow(settings)
        self._window.come_back()
        self._session = Session(self._window, {**environ, "WORKBENCH_DATA": str(scratch)}, settings)
        self._pictures = 0

    @property
    def _workspace(self) -> Workspace:
        workspace = self._session.workspace
        if workspace is None:
            raise RuntimeError(f"{self._name} could not be opened")
        return workspace

    async def run(self) -> int:
        """Opens what is shown, drives it, takes the pictures, closes everything."""
        self._window.resize(*LARGE)
        self._window.show()
        self._window.activateWindow()
        await asyncio.to_thread(warm_up)
        if self._sample == "users":
            await self._design()
        await self._session.open(self._target, trust=self._trust)
        self._say(f"opened {self._name}: {self._workspace.monitor.status().head:,} events")
        await self._picture("00-opened", "Run")
        try:
            await self._drive()
            await self._run_scenarios()
            for mode in ("light", "dark"):
                theme().set_mode("dark" if mode == "dark" else "light")
                await self._all_views(mode, LARGE)
                await self._dialogs(mode)
            theme().set_mode("light")
            await self._all_views("small", SMALL)
            await self._dialogs("small")
        finally:
            self._session.quit()
            await self._session.ended()
        self._say(f"{self._pictures} pictures are in {self._folder}")
        return 0

    # -- designing ----------------------------------------------------------------------------------------

    async def _design(self) -> None:
        """Designs a flow in an empty project, by the keys and clicks of a person."""
        folder = self._scratch / "shop"
        create(folder)
        await self._session.open((folder, ""))
        await Designer(self._session, DirectHands(), self._designed).play(PARCEL)
        self._say(f"designed a flow by {gestures_of(PARCEL)} gestures besides what was typed")

    async def _designed(self, act: Act) -> None:
        await self._painted()
        self._save(f"design-{act.name}")
        self._say(f"design: {act.label}")

    # -- the main road ------------------------------------------------------------------------------------

    async def _drive(self) -> None:
        if self._sample == "users":
            await self._drive_users()
        elif self._sample:
            await self._drive_orders()
        elif (story := self._workspace.project.story) is not None and story.is_file():
            await self._play()

    async def _play(self) -> None:
        report = await self._workspace.story.play(pace=0.05)
        said = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
        self._say(f"played the story: {said}")
        await self._picture("01-flowing", "Observe")
        await self._settle()

    async def _drive_users(self) -> None:
        await self._send_by_form()
        self._window.show_perspective("Observe")
        await self._play()
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
            f"purged dead letter {first} and restored it; {len(dead_letters.page())} stay for the pictures"
        )

    async def _drive_orders(self) -> None:
        await self._play()
        await asyncio.sleep(5.0)
        await self._settle()
        rows = self._workspace.projections.rows("orders")
        self._say("orders: " + ", ".join(f"{row['customer']} {row['status']}" for row in rows))

    async def _run_scenarios(self) -> None:
        """Runs the scenarios by their button."""
        if not (self._workspace.project.root / FOLDER).is_dir():
            return
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
            await self._painted()
            button.click()
            while verdicts.busy or verdicts.tally().unsure:
                await moved.wait()
                moved.clear()
        end()
        await self._settle()
        self._say(f"ran the scenarios: {verdicts.tally().said}")
        await self._picture("04-scenarios", "Test")
        if self._session.desk is not None and (
            said := await explore(self._window, self._session.desk, self._painted)
        ):
            self._say(f"explored: {said}")

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
                if entry.key == "search":
                    self._search()
                await self._painted()
                self._save(f"{name}-view-{entry.key}")

    def _search(self) -> None:
        """Searches for what a person would type, and moves to the first thing that is found."""
        view = self._window.views["search"]
        line = view.first_widget()
        if isinstance(line, QLineEdit):
            line.clear()
            QTest.keyClicks(line, "grace" if self._sample == "users" else "a")
            QTest.keyClick(line, Qt.Key.Key_Return)

    async def _dialogs(self, name: str) -> None:
        """Takes pictures of what is shown on wish."""
        desk, save = self._session.desk, lambda of, said: self._save(f"{name}-{said}", of)
        if desk is not None:
            await show_operators(self._window, desk, self._painted, save)
            await show_rows(self._window, desk, self._painted, save)
            await show_ended(self._window, desk, self._painted, save)
            await show_traffic(self._window, desk, self._painted, save)

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
            newest, registry = workspace.streams.page(1, 1), workspace.registry
            desk.select(
                Selection(
                    stream=newest[0].name if newest else "",
                    projection=next(iter(registry.projections), ""),
                    subscription=next(iter([*registry.subscriptions, *registry.reactors]), ""),
                )
            )

    async def _picture(self, name: str, perspective: str) -> None:
        self._window.resize(*LARGE)
        self._window.show_perspective(perspective)
        self._window.reset_perspective()
        await self._painted()
        self._save(name)

    async def _painted(self) -> None:
        """Waits until the views have read what they show, and painted it."""
        await asyncio.sleep(PAINT_SECONDS)
        async with asyncio.timeout(60):
            while self._session.desk is not None and (reads := self._session.desk.running()):
                await asyncio.wait(reads)

    def _save(self, name: str, of: QWidget | None = None) -> None:
        path = self._folder / f"{self._name}-{name}.png"
        if not (of or self._window).grab().save(str(path)):
            raise RuntimeError(f"the picture {path} could not be saved")
        self._pictures += 1

    def _say(self, text: str) -> None:
        sys.stdout.write(f"  {text}\n")
        sys.stdout.flush()
