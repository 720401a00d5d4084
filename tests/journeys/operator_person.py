"""A window in which a person understands and repairs what runs: by events, or by xdotool at a real X server.

Says on standard output each step that the person takes, ``1. click …``, and what is seen at the end.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget

from tests.journeys.hands import LaterHands, XHands
from tests.journeys.mail_project import PATCHED, make_mail_project
from workbench.gui.application import prepare, run_on_loop
from workbench.gui.main_window import MainWindow
from workbench.gui.paged_model import Row
from workbench.gui.session import Session
from workbench.gui.table import FastTableView
from workbench.gui.views.commands_view import CommandsView
from workbench.gui.views.letters_view import LettersView
from workbench.gui.views.projections_view import ProjectionsView
from workbench.gui.views.story_list import LINE, StoryList
from workbench.gui.views.story_view import StoryView
from workbench.services.project.new_project import create
from workbench.store.letter_jobs import JobStatus

if TYPE_CHECKING:
    from workbench.gui.design_tour import Hands
    from workbench.services.workspace import Workspace

WITHIN, LOOK = 30.0, 0.005
"""Seconds in which what a step does is seen, and after which it is looked again."""
Place = tuple[QWidget, QPoint]


class Person:
    """Takes steps, each once what the one before does is seen, and counts them."""

    def __init__(self, session: Session, hands: Hands) -> None:
        self.session, self.hands = session, hands
        self.steps = 0

    @property
    def workspace(self) -> Workspace:
        assert self.session.workspace is not None
        return self.session.workspace

    def view(self, key: str) -> QWidget:
        return self.session.window.views[key]

    async def click(self, what: str, place: Place) -> None:
        self._take(f"click {what}")
        await self.hands.click(*place)

    async def press(self, key: str) -> None:
        self._take(f"press {key}")
        await self.hands.press(key)

    async def enter(self, text: str, key: str = "Return") -> None:
        """Types a word and ends it by a key, which is one step."""
        self._take(f"type {text} {key}")
        await self.type(text)
        await self.hands.press(key)

    async def type(self, text: str) -> None:
        """Types where the keyboard is; no step of its own."""
        await self.hands.write(text)
        await self.until(lambda: self.typed().endswith(text), f"{text} typed")

    def _take(self, what: str) -> None:
        self.steps += 1
        sys.stdout.write(f"{self.steps}. {what}\n")
        sys.stdout.flush()

    @staticmethod
    def typed() -> str:
        focus = QApplication.focusWidget()
        if isinstance(focus, QComboBox):
            return focus.currentText()
        return focus.text() if isinstance(focus, QLineEdit) else ""

    def sees(self, what: str) -> None:
        """Says what is seen."""
        sys.stdout.write(f"sees {what}\n")
        sys.stdout.flush()

    async def until(self, holds: Callable[[], object], what: str) -> None:
        try:
            async with asyncio.timeout(WITHIN):
                while not holds():
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            focus = QApplication.focusWidget()
            name = focus.accessibleName() or type(focus).__name__ if focus is not None else "nothing"
            raise RuntimeError(f"not seen: {what}; the keyboard is in {name}") from None

    async def rest(self) -> None:
        """Waits until the window has read what it shows."""
        desk = self.session.desk
        await self.until(lambda: desk is not None and not desk.running(), "that the window is at rest")


def middle(widget: QWidget | None) -> Place:
    assert widget is not None, "it is not seen"
    return widget, widget.rect().center()


def cell(table: FastTableView, row: int, column: int) -> Place:
    return table.viewport(), table.visualRect(table.model().index(row, column)).center()


def button(view: QWidget, text: str) -> QPushButton | None:
    found = (one for one in view.findChildren(QPushButton) if one.text() == text and one.isVisible())
    return next(found, None)


def dialog_has_keyboard() -> bool:
    dialog, focus = QApplication.activeModalWidget(), QApplication.focusWidget()
    return dialog is not None and focus is not None and dialog.isActiveWindow() and dialog.isAncestorOf(focus)


def rows_of(table: FastTableView) -> list[Row]:
    return [table._model.row(at) or () for at in range(table._model.rowCount())]


def row_with(table: FastTableView, text: str) -> int:
    """Returns the first row that holds a text in one of its cells; -1 for none."""
    return next((at for at, row in enumerate(rows_of(table)) if text in row), -1)


def row_that_says(table: StoryList, words: str) -> int:
    """Returns the first line of a story that says some words; -1 for none."""
    return next((at for at, row in enumerate(rows_of(table)) if words in row[LINE].words), -1)


# -- from a wrong cell to its command -----------------------------------------------------------------------


async def wrong_cell(person: Person, _folder: Path) -> None:
    """Someone set Eve inactive: who, with what, and why does the row say so?"""
    issue = person.workspace.commands.issue
    for name in ("ann", "bob", "eve"):
        values = {"user_id": name, "username": name.title() + " Online", "email": f"{name}@example.org"}
        await issue("create_user", values)
    await issue("change_status", {"user_id": "eve", "status": "inactive", "reason": "by mistake"})
    await issue("update_user", {"user_id": "eve", "email": "eve@example.com"})
    projections, story = person.view("projections"), person.view("story")
    assert isinstance(projections, ProjectionsView)
    assert isinstance(story, StoryView)
    await person.until(lambda: projections._table is not None, "the rows")
    table = projections._table
    assert table is not None
    await person.until(lambda: row_with(table, "inactive") >= 0, "the row of Eve")
    column = [name for name, _ in projections._columns].index("status")
    table.scrollTo(table.model().index(row_with(table, "inactive"), column))
    await person.rest()
    await person.click("the cell “inactive”", cell(table, row_with(table, "inactive"), column))
    await person.until(lambda: table.hasFocus() and table.currentIndex().column() == column, "the cell")
    await person.press("Alt+Return")
    detail = projections.detail
    await person.until(detail.events.current_row, "the events that set the cell")
    person.sees(f"{detail.name.text()} {rows_of(detail.events)[0][2]}")
    await person.until(detail.events.hasFocus, "the keyboard in the events")
    await person.press("Return")
    await person.until(lambda: story.isVisible() and story.list.current_row(), "the story")
    told = story.list.current_row() or ()
    person.sees(f"{told[LINE].command} | {story.about.toolTip() or story.about.text()}")


# -- many letters of one mail server ------------------------------------------------------------------------


async def one_server(person: Person, folder: Path) -> None:
    """The letters of one server are found, patched, rehearsed and sent by the ladder."""
    view, count = person.view("letters"), person.workspace.dead_letters.counts()["open"]
    assert isinstance(view, LettersView)
    panel, words = view.many.panel, view.finder.words
    meant = count * 5 // 8
    await person.rest()
    await person.press("Ctrl+4")
    await person.until(lambda: view.table.model().rowCount() == count, "all letters")
    await person.rest()
    await person.press("Ctrl+F")
    await person.until(words.hasFocus, "the keyboard in the search")
    await person.enter("mx-old")
    said = f"{meant:,} of {count:,} found"
    await person.until(lambda: view.finder.searched.text() == said, said)
    await person.until(lambda: view.table.model().rowCount() == meant, "the letters that were found")
    await person.press("Ctrl+Shift+R")
    await person.until(lambda: panel.isVisible() and panel.report, "the repair")
    line = panel.form._lines[0]
    await person.until(line.field.hasFocus, "the keyboard in the field")
    await person.enter("server", "Tab")
    await person.until(line.way.hasFocus, "the keyboard in the change")
    await person.press("Tab")
    await person.until(line.value.hasFocus, "the keyboard in the value")
    await person.enter(PATCHED)
    await person.until(
        lambda: panel.report and len(panel.report.fit) == meant and panel.send.isEnabled(), "that all fit"
    )
    await person.click(panel.rehearse.text(), middle(panel.rehearse))
    if view.strip.isVisible():  # handlers of the project's code really run
        person.sees(view.strip.text())
        await person.press("Return")
    await person.until(lambda: panel.rehearsed.text().startswith("Rehearsed"), "what would become of them")
    person.sees(" ".join(panel.rehearsed.text().splitlines()[1].split()))
    await person.click(panel.send.text(), middle(panel.send))
    await person.until(lambda: view.strip.isVisible() and view.strip.buttons()[0].hasFocus(), "the question")
    person.sees(view.strip.text())
    await person.press("Return")
    await person.until(lambda: view.jobs.cards, "the job")
    (card,) = view.jobs.cards.values()
    await person.until(lambda: card.job and card.job.status is JobStatus.DONE, "its end")
    await person.until(lambda: "done" in card.title.text(), "its end in words")
    person.sees(card.title.text())
    person.sees(card.ladder.accessibleName())
    person.sees(card.said.text())
    await undo_what_can_be(person, view, count - meant)


async def undo_what_can_be(person: Person, view: LettersView, rest: int) -> None:
    """What was delivered stays delivered; the archiving of the others is undone."""
    table = view.table
    await person.press("Ctrl+Z")
    await person.until(lambda: button(view, "Clear the search"), "that no letter of the search is left")
    await person.rest()
    await person.click("Clear the search", middle(button(view, "Clear the search")))
    await person.until(lambda: table.model().rowCount() == rest, "the other letters")
    await person.click("a letter", cell(table, 0, 0))
    await person.until(table.hasFocus, "the keyboard in the list")
    await person.press("Ctrl+A")
    await person.press("Del")
    await person.until(lambda: view.strip.isVisible() and view.strip.buttons()[0].hasFocus(), "the question")
    person.sees(view.strip.text())
    await person.press("Return")
    archived = lambda: person.workspace.dead_letters.counts().get("archived", 0)  # noqa: E731  # said twice
    await person.until(lambda: archived() == rest, "that they are archived")
    await person.until(lambda: view.desk.undo.last is not None, "that this can be undone")
    await person.press("Ctrl+Z")
    await person.until(lambda: not archived(), "that they are open again")


# -- the story of a command while it goes on ----------------------------------------------------------------


def make_patient(folder: Path) -> None:
    """Makes a project that tries a mail again and again, until its server is back."""
    create(folder, "users-declared")
    file = folder / "project.tsk"
    text = file.read_text(encoding="utf-8").replace("max_attempts: 3", "max_attempts: 999")
    file.write_text(text.replace('max_delay: "5s"', 'max_delay: "500ms"'), encoding="utf-8")


async def live_story(person: Person, folder: Path) -> None:
    """A command is sent, its story is followed until nothing more is to come, and given to others."""
    commands, story = person.view("commands"), person.view("story")
    assert isinstance(commands, CommandsView)
    assert isinstance(story, StoryView)
    await person.workspace.commands.issue("report_outage", {"domain": "slowmail.example"})
    await person.until(lambda: commands._form is not None and commands._form.isVisible(), "the form")
    form = commands._form
    assert form is not None
    for field, text in (
        ("user_id", "ida"),
        ("username", "Ida Rhodes"),
        ("email", "ida@slowmail.example"),
    ):
        line = form.findChild(QLineEdit, field) or QLineEdit()
        await person.hands.click(*middle(line))
        await person.until(line.hasFocus, f"the keyboard in {field}")
        await person.type(text)
    await person.press("Ctrl+Return")
    await person.until(commands.result.isVisible, "what became of it")
    await person.press("Alt+Return")
    await person.until(lambda: story.isVisible() and story.list.model().rowCount(), "the story")
    await person.until(lambda: row_that_says(story.list, "it is tried again") >= 0, "what it waits for")
    await person.until(
        lambda: story.standing.text().endswith("waits for welcome-mail"), "that just that waits"
    )
    person.sees(f"{story.name.text()} {story.standing.text()}")
    lines = story.list.model().rowCount()
    await person.workspace.commands.issue("resolve_outage", {"domain": "slowmail.example"})
    await person.until(
        lambda: story.standing.text().endswith("all ended") and story.list.model().rowCount() > lines,
        "its end and what followed, by itself",
    )
    person.sees(f"{story.name.text()} {story.standing.text()}")
    await person.rest()
    await person.click("Export the story", middle(story.export_button))
    await person.until(dialog_has_keyboard, "the dialog with the keyboard")
    await person.enter("ida.mmd")  # beside the project, which is where the dialog stands
    await person.until((folder.parent / "ida.mmd").exists, "the file")


JOURNEYS: Mapping[str, tuple[Callable[[Path], object], Callable[[Person, Path], Awaitable[None]]]] = {
    "cell": (lambda folder: create(folder, "users-declared"), wrong_cell),
    "letters": (lambda folder: make_mail_project(folder, 416), one_server),
    "ten times as many letters": (lambda folder: make_mail_project(folder, 4_160), one_server),
    "story": (make_patient, live_story),
}
"""What is made before the window opens, and what the person does then."""


def main(folder: Path, journey: str, hands: str) -> int:
    """Makes a project in a folder, and has a person at work in a window on it."""
    make, play = JOURNEYS[journey]
    make(folder)
    app = prepare(["operator"], "light")
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    settings = QSettings(str(folder.parent / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(settings)
    window.come_back()
    session = Session(window, os.environ, settings)

    async def work() -> int:
        window.resize(1440, 900)
        window.show()
        window.activateWindow()
        await session.open((folder, ""))
        try:
            person = Person(session, XHands() if hands == "xdotool" else LaterHands())
            await person.until(QApplication.focusWidget, "the keyboard in the window")
            await play(person, folder)
        finally:
            session.quit()
            await session.ended()
        return 0

    return run_on_loop(app, work)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
