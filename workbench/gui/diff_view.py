"""Shows what differs between two JSON values, path by path: added, removed, changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.json_outline import line_of, outline_of_text, size_of
from workbench.gui.long_text import SCALAR, shortened
from workbench.gui.long_view import LongText, Whole
from workbench.gui.loop import spawn
from workbench.gui.theme import theme
from workbench.model.json_differences import Difference, differences
from workbench.model.secrets import masked

LINES = 200
"""Differences that are shown."""
AT_ONCE = 20_000
"""Values with more parts than this are compared in a thread."""
LONG_EVENT = 64 * 1024
"""Characters of an event beyond which it is not decoded here."""
SIGNS = {"added": "+", "removed": "−", "changed": "~"}


class DiffView(LongText):
    """Two values compared; each line says in a sign and a colour what became of its path."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(40)
        self._values: tuple[Any, Any] = (None, None)
        self._lines: Sequence[Difference] = ()
        theme().changed.connect(self._show)

    def set_values(self, before: Any, after: Any) -> None:
        """Compares two values; None stands for nothing at all."""
        self._shown = ""
        self._values = values = (before, after)
        if size_of(before, AT_ONCE) + size_of(after, AT_ONCE) <= AT_ONCE:
            self._found(values, compared(*values))
        else:
            super().show_text("Comparing …", None)
            spawn(self._compare(values), name="Compare")

    def set_event(self, text: str, *, unseen: int = 0) -> None:
        """Shows what an event says, its JSON, as something that is new; the beginning of a long one as it is.

        Args:
            unseen: How much more there is than the text.
        """
        if len(text) <= LONG_EVENT and not unseen:
            self.set_values(None, json.loads(text) if text else None)
        else:
            self.show_text(outline_of_text(text, unseen=unseen).text, None)

    @override
    def show_text(self, shown: str, whole: Whole | None) -> None:
        """Shows something else than a comparison."""
        self._values, self._lines = (None, None), ()
        super().show_text(shown, whole)

    async def _compare(self, values: tuple[Any, Any]) -> None:
        self._found(values, await asyncio.to_thread(compared, *values))

    def _found(self, values: tuple[Any, Any], lines: Sequence[Difference]) -> None:
        if values is self._values:
            self._shown, self._lines = "", lines
            self._show()

    def _show(self) -> None:
        if self._shown:
            return
        self.clear()
        cursor = self.textCursor()
        cursor.beginEditBlock()
        lines = self._lines
        whole = [self._write(cursor, line) for line in lines[:LINES]]
        left = len(lines) - LINES
        if not lines and self._values != (None, None):
            self._plain(cursor, "Nothing differs.")
        if left > 0:
            self._plain(cursor, f"… and {left:,} more")
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        shown = left <= 0 and all(whole)
        self.offer(None if shown else lambda: "\n".join(map(_whole, lines)))

    def _write(self, cursor: QTextCursor, line: Difference) -> bool:
        """Writes one line; returns whether nothing of it was left out."""
        colors = theme().colors
        before, after = line_of(line.before), line_of(line.after)
        role = {"added": colors.ok, "removed": colors.error, "changed": colors.warning}[line.kind]
        if cursor.position():
            cursor.insertText("\n")
        cursor.insertText(f"{SIGNS[line.kind]} ", _format(role, bold=True))
        cursor.insertText(f"{shortened(line.path) or 'value'}: ", _format(colors.muted))
        if line.kind == "changed":
            cursor.insertText(before.text, _format(colors.error))
            cursor.insertText(" → ", _format(colors.muted))
        cursor.insertText((before if line.kind == "removed" else after).text, _format(role))
        return before.whole and after.whole and len(line.path) <= SCALAR

    def _plain(self, cursor: QTextCursor, text: str) -> None:
        lead = "\n" if cursor.position() else ""
        cursor.insertText(lead + text, _format(theme().colors.muted))


def compared(before: Any, after: Any) -> list[Difference]:
    """Returns what differs, secrets masked."""
    old, new = (masked({} if value is None else value) for value in (before, after))
    return list(differences(old, new))


def _whole(line: Difference) -> str:
    before = f"{line_of(line.before, most=None).text} → " if line.kind == "changed" else ""
    after = line_of(line.before if line.kind == "removed" else line.after, most=None).text
    return f"{SIGNS[line.kind]} {line.path or 'value'}: {before}{after}"


def _format(color: str, *, bold: bool = False) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setForeground(QColor(color))
    if bold:
        shape.setFontWeight(QFont.Weight.Bold)
    return shape
