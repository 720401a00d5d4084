"""The exact text of a scenario file beside its lines; what has no mistakes is written by itself."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.errors import CallerError, NotFound, WorkbenchError
from workbench.gui.design_steps import STEPS
from workbench.gui.drafts import DraftKeeper
from workbench.gui.layouts import in_column
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.ticker import pause_timer
from workbench.gui.views.file_conflict import FileConflict
from workbench.gui.views.gone_file import GoneFile
from workbench.gui.views.text_page import TextPage
from workbench.gui.widgets import ElidedLabel, error_text
from workbench.model.counts import counted
from workbench.services.design.text_merge import DesignConflict
from workbench.tusk import ChangedOnDisk, parse

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.services.design.definitions import Location

DRAFTS = "scenario-text/"
"""What the names of the drafts of these texts begin with."""
PAUSE_MS = 400
"""After so long without a key what was typed is checked, and written if nothing is wrong with it."""


def drafted_files(desk: Desk) -> frozenset[str]:
    """Returns the scenario files whose text is typed and not written."""
    places = desk.workspace.drafts.places()
    return frozenset(one.removeprefix(DRAFTS) for one in places if one.startswith(DRAFTS))


class ScenarioText(QWidget):
    """Shows a scenario file at a line, to be read and edited; every pause is a step that can be undone."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._pages: dict[str, TextPage] = {}
        self.checking = False
        self.drafts = DraftKeeper(desk, self._typed, self._type_in, self._begin_again)
        self.stack = QStackedWidget()
        self.said = ElidedLabel("muted")
        self._pause = pause_timer(self, PAUSE_MS, self._check)
        self.banner = ConflictBanner()
        self.gone = GoneFile(desk, self.banner, self._made)
        self.conflict = FileConflict(desk, self.banner, self.drafts, self.gone, self._edited)
        self._gone_for: str | None = None
        """The file that was asked for while the text of one that is gone is shown; None where none is."""
        desk.changed.connect(self._changed)
        in_column(self.drafts, self.banner, (self.stack, 1), self.said, of=self, margins=0, spacing=2)

    @property
    def page(self) -> TextPage | None:
        """The file that is shown."""
        found = self.stack.currentWidget()
        return found if isinstance(found, TextPage) else None

    def show_file(self, name: str, line: int) -> None:
        """Shows a file as it is now, or what is typed in it, at a line counted from 1."""
        if self.stays(name):
            return
        texts = self._desk.workspace.texts
        try:
            present = texts.read(name)
        except WorkbenchError as error:
            self.said.setText(error_text(error))
            return
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = TextPage(name, present, partial(texts.check, name))
            page.edited.connect(self._edited)
            page.settled_back.connect(partial(self._desk.notice, "info", topic=STEPS))
            page.wanted.connect(self._go)
            self.stack.addWidget(page)
        goes = page is not self.page or not page.editor.hasFocus()
        if goes:
            self._turn_to(page)
        self.conflict.follow(page, present)
        if goes:
            page.editor.go_to_line(line)
        if not page.sure:
            self._check()

    def stays(self, asked: str = "") -> bool:
        """Whether another program removed what is shown: that is said; its text stays until one goes on.

        Args:
            asked: The file that is to be shown now; the first one may be asked for by the list alone.
        """
        page = self.page
        texts = self._desk.workspace.texts
        if page is None or texts.path(page.name).exists() or (texts.is_own(page.name) and not page.dirty):
            if self._gone_for is not None:
                self._gone_for = None
                self.banner.hide()
            return False
        if asked == page.name:
            asked = ""
        if self._gone_for is None:
            self._tell_gone(page)
        self._gone_for = self._gone_for or asked
        return asked in {"", self._gone_for}

    def _tell_gone(self, page: TextPage) -> None:
        try:
            self._desk.workspace.texts.read(page.name)
        except NotFound as error:
            self.gone.tell(page, error)

    def _made(self, page: TextPage, data: bytes) -> None:
        """Takes the text for the file that holds it again."""
        self._gone_for = None
        self.banner.hide()
        self._take(page, data)
        self._desk.run(self._desk.workspace.scenarios.look(run=True), "Run the scenarios")

    def _take(self, page: TextPage, data: bytes) -> None:
        page.know_file(data)
        if not page.dirty:
            page.read(
                self._desk.workspace.texts.read(page.name), of_others=True
            )  # with what another program changed in it
        self.drafts.note()
        self.said.setText("Written")
        self._desk.project_saved.emit()

    def _turn_to(self, page: TextPage) -> None:
        if page is not self.page or not self.drafts.holds:
            self.drafts.leave()
            self.banner.hide()
            self.stack.setCurrentWidget(page)
            self.said.setText("")
            self.drafts.turn_to(f"{DRAFTS}{page.name}", f"the text of {page.name}")

    def _go(self, place: Location) -> None:
        """Shows what is declared in another file there."""
        text = self._desk.workspace.texts.read(place.file).decode(errors="replace")
        self._desk.text_wanted.emit(place.file, text.count("\n", 0, place.start) + 1)

    # -- what is typed --------------------------------------------------------------------------------------

    def _edited(self) -> None:
        if not self.banner.asks and self._gone_for is None:
            self.banner.hide()  # it spoke of the text before
        self._pause.start()
        self.drafts.note()
        self.said.setText("")

    def _changed(self, changes: Changes) -> None:
        """Checks again once another model runs: what was wrong may be right now, and is written then."""
        if changes.model:
            for page in self._pages.values():
                page.checked = None
            if self.page is not None and (self.page.dirty or self.isVisible()):
                self._pause.start()

    def _check(self) -> None:
        page = self.page
        if page is not None:
            self.conflict.follow_typing(page)
        if self.checking:
            self._pause.start()
        elif page is not None:
            self.checking = True
            self._desk.run(self._checked(page), f"Check {page.name}")

    async def _checked(self, page: TextPage) -> None:
        try:
            await page.check()
        finally:
            self.checking = False
        if not page.sure:
            self._pause.start()
            return
        mistakes = page.checked.problems if page.checked is not None else ()
        if mistakes and page.dirty:
            self.said.setText(f"Not written: {counted(len(mistakes), 'mistake')}. F8 goes to the next one.")
        elif page.locked:
            self.said.setText(page.locked)
        elif page.dirty and not self.banner.asks:
            await self._write(page)

    async def _write(self, page: TextPage) -> None:
        data, was, save = page.data(), page.base, self._desk.workspace.design.save
        try:
            await asyncio.to_thread(lambda: save(f"Edit {page.name}", parse(data, page.name), was=was))
        except (CallerError, WorkbenchError) as error:
            if page is self.page and not self.stays():
                self._tell_unwritten(page, error)
            return
        self._take(page, data)
        await self._desk.workspace.scenarios.look(run=True)

    def _tell_unwritten(self, page: TextPage, error: Exception) -> None:
        if isinstance(error, DesignConflict | ChangedOnDisk):
            self.conflict.ask(page)
        else:
            self.banner.set("error", f"Not written: {error_text(error)}", [("Discard", self.drafts.discard)])
            self.banner.show()

    def _typed(self) -> Any:
        page = self.page
        return (
            {"was": page.base.decode(), "now": page.editor.text()} if page is not None and page.dirty else {}
        )

    def _type_in(self, written: Any) -> list[str]:
        if (page := self.page) is not None:
            page.know_file(written["was"].encode())
            page.editor.take_text(written["now"])
        return []

    def _begin_again(self) -> None:
        if (page := self.page) is not None:
            self.said.setText("")
            self.banner.hide()
            try:
                page.read(self._desk.workspace.texts.read(page.name))
            except NotFound:
                page.read(page.base)
                self._tell_gone(page)
