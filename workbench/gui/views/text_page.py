"""One file of the project in the text view: what was read, what is typed, what is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.text.text_pane import TextPane
from workbench.gui.widgets import Banner
from workbench.services.design.completions import Completions, completions
from workbench.services.design.definitions import Location, definition_at
from workbench.services.design.line_merge import plain_lines, with_changed_lines
from workbench.services.design.quick_fix import QuickFix
from workbench.services.design.quick_fixes import quick_fixes
from workbench.services.design.section_merge import chosen_text
from workbench.services.design.text_members import is_expression
from workbench.tusk import TskError, whole_text
from workbench.tusk.save import LARGEST

if TYPE_CHECKING:
    from workbench.services.design.gestures import DesignNode
    from workbench.services.design.text_check import CheckedText
    from workbench.tusk import Problem


BOM = b"\xef\xbb\xbf"
"""Stands at the begin of some files, and is no part of their text."""


class TextPage(TextPane):
    """A file and its text.

    Args:
        data: The file as it is.
        check: Checks a text of it.

    Attributes:
        name: Of the file, relative to the project.
        base: The file as it was read, or as the person knows it.
        checked: What is known of the text; None until it was checked.
        locked: Why the text is read-only; empty where it is not.
        renames: What fixes gave another name, which scenarios are to name so, too, once it is saved.
    """

    def __init__(self, name: str, data: bytes, check: Callable[[str], CheckedText]) -> None:
        self.name, self.base, self._check = name, data, check
        self._was = self.shown(data)
        self.checked: CheckedText | None = None
        self.locked = ""
        self.renames: list[tuple[DesignNode, str]] = []
        super().__init__(self)
        self.lock_strip = Banner("warning", "")
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(0, self.lock_strip)
        self.show_text(name, self._was)
        self.lock(data)

    @property
    def dirty(self) -> bool:
        """Whether something is typed that is not in the file."""
        return self.editor.text() != self._was

    def lock(self, data: bytes) -> bool:
        """Says whether a file is too large or no UTF-8; its text is read-only then, or some would be lost.

        What is typed stays as it is.
        """
        try:
            whole_text(data, self.name)
            self.locked = ""
        except TskError as error:
            part = " Only its begin is shown." if len(data) > LARGEST else ""
            typed = " What you typed stays a draft." if self.dirty else ""
            self.locked = f"Read-only: {error.found[0]}.{part}{typed} Fix the file with another program."
        self.set_read_only(self.locked)
        self.lock_strip.set("warning", self.locked)
        self.lock_strip.setVisible(bool(self.locked))
        return bool(self.locked)

    @property
    def too_large(self) -> str:
        """Why the text has no room in a file; empty where it has."""
        text = self.editor.text()
        size = len(text.encode(errors="surrogatepass")) if 4 * len(text) > LARGEST else 0
        size += text.count("\n") if size and b"\r\n" in self.base else 0
        return f"Too large to be saved: {size:,} bytes of {LARGEST:,}" if size > LARGEST else ""

    def why_unwritable(self) -> str:
        """Returns why the text cannot be written into its file; empty where it can."""
        return self.locked or self.too_large

    @property
    def sure(self) -> bool:
        """Whether what is known is known of the text as it is."""
        return self.checked is not None and self.checked.document.text == self.editor.text()

    def data(self) -> bytes:
        """Returns the text as it would be written: it begins as the file, and lines end as they did."""
        if not self.dirty:
            return self.base
        end = "\r\n" if 2 * self.base.count(b"\r\n") > self.base.count(b"\n") else "\n"
        begin = BOM if self.base.startswith(BOM) else b""
        was = self.base.removeprefix(BOM).decode(errors="replace")
        return begin + with_changed_lines(was, self.editor.text(), end).encode(errors="surrogatepass")

    @staticmethod
    def shown(data: bytes) -> str:
        """Returns a file's content as it is shown."""
        return plain_lines(data.removeprefix(BOM).decode(errors="replace"))

    def read(self, data: bytes, *, of_others: bool = False) -> None:
        """Takes the file as it is now; what was typed and is not in it can be got back by undoing.

        That is then joined with what others wrote meanwhile, as if it was kept.

        Args:
            of_others: Others wrote it, see `TskEditor.take_text`.
        """
        was, typed, present = self._was, self.editor.text(), self.shown(data)
        self.know_file(data)
        if of_others or was in (present, typed):
            self.editor.take_text(present, of_others=of_others)
        else:
            self.settle("Discard", chosen_text(was, typed, present, lines="mine"), present)

    def know_file(self, data: bytes) -> None:
        """Takes a file for what the text is compared with; the text stays."""
        self.base, self._was = data, self.shown(data)
        self.lock(data)

    def know(self, checked: CheckedText) -> None:
        """Takes what is known of the text."""
        self.checked = checked
        if self.sure:
            marked = [one.as_warning for one in checked.marks if one.as_warning]
            self.show_mistakes([*checked.problems, *(one for one in marked if one not in checked.problems)])

    # -- the language -------------------------------------------------------------------------------------

    def is_expression(self, section: str, path: tuple[str, ...]) -> bool:
        """Whether the texts at a path in a section are expressions."""
        return is_expression(section, path)

    def completions(self, text: str, offset: int) -> Completions:
        """Returns what can stand at an offset; nothing before the text was checked once."""
        if self.checked is None:
            return Completions(start=offset, end=offset)
        return completions(self.checked, text, offset)

    def definition(self, text: str, offset: int) -> Location | None:
        """Returns where what is named at an offset is declared."""
        return None if self.checked is None else definition_at(self.checked, text, offset)

    def fixes(self, text: str, problem: Problem) -> Sequence[QuickFix]:
        """Returns what would fix a problem, as long as the text is the one that was checked."""
        if self.checked is None or self.checked.document.text != text:
            return ()
        return quick_fixes(self.checked, problem)

    async def left_after(self, text: str, fix: QuickFix) -> int:
        """Returns how many mistakes a text would have with a fix; it is tried in a thread."""
        return len((await asyncio.to_thread(self._check, fix.applied(text))).mistakes)

    @override
    def apply(self, fix: QuickFix) -> None:
        if fix.renames is not None:
            self.renames.append(fix.renames)
        super().apply(fix)

    async def check(self) -> None:
        """Checks the text in a thread: typing never waits."""
        checked = await asyncio.to_thread(self._check, self.editor.text())
        if isValid(self):
            self.know(checked)
