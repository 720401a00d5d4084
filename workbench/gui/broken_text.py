"""The text of a project that cannot be opened, to be corrected where its mistakes are listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.errors import WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_row
from workbench.gui.loop import spawn
from workbench.gui.ticker import pause_timer
from workbench.gui.views.text_page import TextPage
from workbench.gui.widgets import ElidedLabel, error_text
from workbench.services.design.text_check import CheckedText
from workbench.tusk import read_file, save

PAUSE_MS = 250
"""After so long without a key the text is checked."""
Check = Callable[[str, Path], CheckedText]
"""Checks a text as that of a project file."""


class BrokenText(QWidget):
    """A project file and its text; it is written also where something is still wrong, as it was before.

    Args:
        check: Checks the text, in a thread.
    """

    def __init__(self, path: Path, check: Check) -> None:
        super().__init__()
        self._path = path
        self._checking = False
        self.page = TextPage(path.name, read_file(path), lambda text: check(text, path))
        self.said = ElidedLabel("muted")
        self.acts = Actions(self, self)
        self._pause = pause_timer(self, PAUSE_MS, self._check)
        self.page.edited.connect(self._edited)
        foot = in_row((self.said, 1), self.acts.button("save", primary=True), margins=(0, 6, 0, 0))
        in_column((self.page, 1), foot, of=self, margins=0, spacing=0)
        self.setFocusProxy(self.page.editor)
        self.acts.offer()
        self._check()

    def look(self) -> None:
        """Takes the file as it is now, unless something is typed that is not in it."""
        try:
            present = read_file(self._path)
        except OSError:
            return  # it is gone: what is shown can be saved again
        if not self.page.dirty:
            self.page.read(present, of_others=True)
        else:
            self.page.lock(present)
        self.acts.refresh()

    def _no_change(self) -> str:
        return self.page.why_unwritable() or ("" if self.page.dirty else "Nothing was changed")

    @action("Save", keys="Ctrl+S", icon="save", tip="Write the text into its file", why=_no_change)
    def save(self) -> None:
        """Writes the text in one step, unless the file changed meanwhile."""
        data = self.page.data()
        try:
            save(self._path, data, was=self.page.base)
        except WorkbenchError as error:
            self.said.setText(error_text(error))
            return
        self.page.know_file(data)
        self._edited()

    def _edited(self) -> None:
        self._pause.start()
        self.acts.refresh()

    def _check(self) -> None:
        if not self._checking:
            self._checking = True
            spawn(self._checked(), name="Check the text")

    async def _checked(self) -> None:
        try:
            await self.page.check()
        finally:
            self._checking = False
        if not isValid(self):
            return
        count = sum(not one.warning for one in self.page.editor.mistakes)
        said = f"{count:,} {'mistake' if count == 1 else 'mistakes'}" if count else "No mistakes"
        self.said.setText("Read-only" if self.page.locked else self.page.too_large or said)
        if not self.page.sure:
            self._pause.start()
