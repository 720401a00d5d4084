"""Shows JSON values readably: colours, secrets masked, only the beginning of what is very long."""

from __future__ import annotations

import json
import re
from typing import Any

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from workbench.gui.theme import code_font, theme
from workbench.model.secrets import masked

PREVIEW = 256 * 1024
"""Characters that are shown of a long value (contract §8)."""
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b')


def readable(value: Any) -> str:
    """Returns a value as indented JSON, secrets masked."""
    return json.dumps(masked(value), indent=2, ensure_ascii=False, default=str)


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


class JsonView(QPlainTextEdit):
    """A value as indented JSON, to read, select and copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(code_font())
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setMinimumHeight(48)
        self._text = ""
        self._colors = JsonColors(self.document())

    def set_value(self, value: Any) -> None:
        """Shows a value; place and selection stay where nothing changed."""
        text = "" if value is None else readable(value)
        if len(text) > PREVIEW:
            text = f"{text[:PREVIEW]}\n… {len(text) - PREVIEW:,} more characters are not shown"
        if text != self._text:
            self._text = text
            bar = self.verticalScrollBar()
            place = bar.value()
            self.setPlainText(text)
            bar.setValue(place)
