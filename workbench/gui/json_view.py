"""Shows JSON values readably: colours, secrets masked, only the beginning of what is very long."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.json_outline import Outline, outline, outline_of_text
from workbench.gui.long_view import LongText, Whole
from workbench.gui.theme import theme

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b')


class JsonColors(QSyntaxHighlighter):
    """Colours keys, texts, numbers and words of JSON."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme().changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        colors = theme().colors
        for found in _TOKENS.finditer(text[:2000]):
            word = found[0]
            if word.startswith('"'):
                role = colors.command_ink if found[1] else colors.ok
            else:
                role = colors.policy_ink if word[0].isalpha() else colors.event_ink
            shape = QTextCharFormat()
            shape.setForeground(QColor(role))
            end = len(word) - len(found[1] or "")
            self.setFormat(found.start(), end, shape)


class JsonView(LongText):
    """A value as indented JSON, to read, select and copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(48)
        self._colors = JsonColors(self.document())

    def set_value(self, value: Any, rest: Callable[[], Any] | None = None) -> None:
        """Shows a value; place and selection stay where nothing changed.

        Args:
            rest: Returns the whole value where this one is shortened; it is called in a thread.
        """
        if value is None:
            self.show_text("", None)
            return
        found = outline(value)
        self._show(found, lambda: outline(value if rest is None else rest(), most=None).text)

    def set_json(self, text: str, *, unseen: int = 0, rest: Whole | None = None) -> None:
        """Shows what a JSON text says, without decoding it; what is no JSON is shown as it is.

        Args:
            unseen: How much more there is than the text.
            rest: Returns all of it where the text is only the beginning; it is called in a thread.
        """
        read = rest if unseen and rest is not None else lambda: text
        self._show(outline_of_text(text, unseen=unseen), lambda: outline_of_text(read(), most=None).text)

    def _show(self, found: Outline, whole: Whole) -> None:
        self.show_text(found.text, None if found.whole else whole)
