"""Colours TuskLang, only the lines that are seen: a text of any length is shown at once (V4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QFont, QTextBlock, QTextCharFormat, QTextDocument, QTextLayout
from shiboken6 import isValid

from workbench.gui.theme import theme
from workbench.tusk.line_words import Around, Word, WordKind, header_in, words_in

IsExpression = Callable[[str, tuple[str, ...]], bool]
"""Whether the texts at a path in a section are expressions."""
FURTHEST = 2_000
"""Lines that are looked through for the section in which a line stands."""
LONGEST = 2_000
"""Characters of a line that are coloured."""
ROLES = {
    WordKind.SECTION: "policy",
    WordKind.KEY: "accent",
    WordKind.TEXT: "ok",
    WordKind.NUMBER: "event",
    WordKind.CONSTANT: "event",
    WordKind.VARIABLE: "topic",
    WordKind.OPERATOR: "topic",
    WordKind.COMMENT: "muted",
}
"""The role of each word's ink; others are text."""
_EXPRESSION = re.compile(
    r"(?P<text>'(?:[^'\\]|\\.)*'|\\\"(?:[^\"\\]|\\[^\"])*\\\")"
    r"|(?P<number>(?<![\w.])\d[\w.]*)"
    r"|(?P<constant>\b(?:true|false|null|in)\b)"
    r"|(?P<function>\b[A-Za-z_]\w*(?=\())"
    r"|(?P<name>[A-Za-z_]\w*)"
)
_INSIDE = {
    "text": "ok",
    "number": "event",
    "constant": "event",
    "function": "projection",
    "name": "subscription",
}


class TskHighlighter(QObject):
    """Keeps the colours of a document's lines; a line is coloured when it is about to be painted."""

    def __init__(self, document: QTextDocument, is_expression: IsExpression) -> None:
        super().__init__(document)
        self._document, self._is_expression = document, is_expression
        self._numbers: dict[tuple[Around, Around], int] = {}
        self._known: list[tuple[Around, Around]] = []
        self._shapes: dict[str, QTextCharFormat] = {}
        document.contentsChange.connect(self._changed)
        theme().changed.connect(self.forget)

    def forget(self) -> None:
        """Has every line coloured again once it is seen: colours, or what texts mean, are others."""
        self._shapes.clear()
        if not isValid(self._document):  # its editor is going
            return
        block = self._document.begin()
        while block.isValid():
            block.setUserState(-1)
            block = block.next()

    def show(self, first: QTextBlock, last: QTextBlock) -> bool:
        """Colours the lines from the first to the last; returns whether any was not, before."""
        block, around = self._beginning(first)
        changed = False
        while block.isValid() and block.blockNumber() <= last.blockNumber():
            seen = block.blockNumber() >= first.blockNumber()
            state = block.userState()
            if state >= 0 and self._known[state][0] == around:
                around = self._known[state][1]
            elif seen:
                changed = True
                around = self._color(block, around)
            else:
                around = words_in(block.text()[:LONGEST], around)[1]
            block = block.next()
        return changed

    def _changed(self, at: int, removed: int, added: int) -> None:
        """Forgets the lines that changed, and those of the section behind them where more or less is open."""
        document = self.parent()  # asked for each time: what stood for it in Python can be gone before it
        if not isinstance(document, QTextDocument):
            return  # it changes once more while it is taken down
        block, last = document.findBlock(at), document.findBlock(at + added)
        last = last if last.isValid() else document.lastBlock()  # Qt counts one more where all is another
        if block == last and removed <= 1 and self._keeps(block):
            block.setUserState(-1)
            return
        while block.isValid() and block.blockNumber() < last.blockNumber():
            block.setUserState(-1)
            block = block.next()
        while last.isValid() and last.userState() >= 0 and not header_in(last.text()):
            last.setUserState(-1)
            last = last.next()

    def _keeps(self, block: QTextBlock) -> bool:
        """Whether as much is open behind a line as before it changed."""
        state = block.userState()
        if state < 0:
            return False
        before, after = self._known[state]
        return words_in(block.text()[:LONGEST], before)[1] == after

    def _beginning(self, first: QTextBlock) -> tuple[QTextBlock, Around]:
        """Returns the nearest line before a line of which is known what is open there."""
        block = first
        for _ in range(FURTHEST):
            state = block.userState()
            if state >= 0:
                return block, self._known[state][0]
            before = block.previous()
            if not before.isValid() or header_in(block.text()[:LONGEST]):
                break
            block = before
        return block, Around()

    def _color(self, block: QTextBlock, around: Around) -> Around:
        text = block.text()[:LONGEST]
        words, after = words_in(text, around)
        section = header_in(text) or around.section
        ranges = [one for word in words for one in self._ranges(word, text, section)]
        layout = block.layout()
        layout.setFormats(ranges)
        layout.clearLayout()  # laid out again as it is painted
        pair = (around, after)
        if (number := self._numbers.get(pair)) is None:
            number = self._numbers[pair] = len(self._known)
            self._known.append(pair)
        block.setUserState(number)
        return after

    def _ranges(self, word: Word, text: str, section: str) -> Iterator[QTextLayout.FormatRange]:
        role = ROLES.get(word.kind, "text")
        if word.kind is WordKind.TEXT and self._is_expression(section, word.path):
            yield self._range(text, word.start, word.end, "muted")
            for start, end, role in expression_ranges(text, word.start, word.end):
                yield self._range(text, start, end, role)
            return
        yield self._range(text, word.start, word.end, role, bold=word.kind is WordKind.SECTION)

    def _range(
        self, text: str, start: int, end: int, role: str, *, bold: bool = False
    ) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start = units(text[:start])
        made.length = units(text[start:end])
        made.format = self._shape(role, bold=bold)
        return made

    def _shape(self, role: str, *, bold: bool) -> QTextCharFormat:
        found = self._shapes.get(role)
        if found is None:
            found = self._shapes[role] = QTextCharFormat()
            found.setForeground(QColor(theme().colors.ink(role)))
            if bold:
                found.setFontWeight(QFont.Weight.Bold)
        return found


def expression_ranges(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Yields the spans of an expression's words with the role of their ink."""
    for found in _EXPRESSION.finditer(text, start, len(text) if end is None else end):
        yield found.start(), found.end(), _INSIDE[str(found.lastgroup)]


def units(text: str) -> int:
    """Returns how long Qt takes a text for: characters beyond U+FFFF are two for it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
