"""The line over a table that narrows it, and says how many rows of how many are left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from typing_extensions import override

from workbench.errors import InvalidValue
from workbench.gui.paged_model import ListSource, Row, TableColumn
from workbench.gui.widgets import SearchBox, error_text, plain_label
from workbench.model.search_words import split_words
from workbench.model.text_folding import folded

CLEAR = 30
"""Pixels of the button that clears the line."""
ROOMY = 150
"""Pixels below which the count is told by the tool tip alone."""
LEFT = 110
"""Pixels that are left for what is typed where a word says, too, that the table is filtered."""
WORDS, ASKED = "all of these words", "words, or where data.amount > 100"
"""What can be typed: words, and in some an expression behind ``where`` as well."""


class FilterRow(SearchBox):
    """Words that must all occur in a row; Ctrl+F leads here, Esc clears them.

    The count stands in the line, so that no table has less room for rows.

    Args:
        what: What is filtered, such as ``events``.
        takes: What can be typed.
    """

    def __init__(self, what: str, takes: str = WORDS) -> None:
        super().__init__(f"Filter {what}: {takes}")
        self.what = what
        self._count = plain_label(role="muted")
        self._count.setParent(self)
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._told = ""
        self._about = f"{self.placeholderText()}; the whole store is searched"
        self.show_count(0, 0)
        self.textChanged.connect(lambda _typed: self._mark(""))

    def asked(self) -> str:
        """Returns what is looked for; empty for everything."""
        return self.text().strip()

    def say(self, text: str) -> None:
        """Looks for something else at once, as if it were typed."""
        self.setText(text)
        self._tell()

    def show_count(self, shown: int, total: int, more: str = "") -> None:
        """Says how many rows of how many fit, while something is asked.

        Args:
            more: What the tool tip says besides.
        """
        self._mark("")
        said = f"{shown:,} of {total:,}" if self.asked() else ""
        self._say(said)
        told = ". ".join(part for part in (said, more, self._about) if part)
        self.setToolTip(told)
        self.setAccessibleDescription(told)
        self._place()

    def failing(self, otherwise: Callable[[Exception], object]) -> Callable[[Exception], None]:
        """Returns what tells why there are no rows: here where what was typed cannot be used."""

        def tell(error: Exception) -> None:
            if isinstance(error, InvalidValue):
                self.refuse(error)
            else:
                otherwise(error)

        return tell

    def refuse(self, error: InvalidValue) -> None:
        """Says why what was typed cannot be used."""
        self._mark(error_text(error))

    def _mark(self, flaw: str) -> None:
        if bool(flaw) != bool(self.property("invalid")):
            self.setProperty("invalid", bool(flaw))
            self.style().polish(self)
        if flaw:
            self._say("cannot be used")
            self.setToolTip(flaw)
            self.setAccessibleDescription(flaw)
        self._place()

    def _say(self, said: str) -> None:
        self._told = said
        self._place()

    def _place(self) -> None:
        worded = f"filtered: {self._told}"
        fits = self.width() - CLEAR - self._count.fontMetrics().horizontalAdvance(worded) >= LEFT
        self._count.setText(worded if fits and self._told[:1].isdigit() else self._told)
        self._count.adjustSize()
        wide = self._count.width() if self._count.text() and self.width() >= ROOMY else 0
        self._count.setVisible(bool(wide))
        self.setTextMargins(0, 0, wide, 0)
        left = self.width() - CLEAR - wide
        self._count.move(left, (self.height() - self._count.height()) // 2)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


def rows_with(words: str, source: ListSource, columns: Sequence[TableColumn]) -> ListSource:
    """Returns the rows that show all of some words in any case, what is quoted as one; for short lists."""
    wanted = [folded(word) for word in split_words(words) if word.strip()]
    if not wanted:
        return source
    kept = [row for row in source.rows if _shows(row, columns, wanted)]
    return ListSource(kept, source.key)


def _shows(row: Row, columns: Sequence[TableColumn], wanted: Sequence[str]) -> bool:
    shown = folded("\n".join(_said(column, value) for column, value in zip(columns, row, strict=False)))
    return all(word in shown for word in wanted)


def _said(column: TableColumn, value: object) -> str:
    if column.badge is None:
        return column.text(value)
    pill = column.badge(value)
    return pill[1] if pill is not None else ""
