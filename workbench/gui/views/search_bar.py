"""What a search asks: words, an expression with completion and its mistakes, and the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.gui.chooser import Chooser
from workbench.gui.details.code_line import CodeLine
from workbench.gui.icons import icon
from workbench.gui.layouts import join
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import ElidedLabel, SearchBox, plain_label
from workbench.model.expressions.flaws import InvalidExpression
from workbench.services.design.completions import Completions
from workbench.services.search.condition import Condition
from workbench.services.search.search_query import SearchQuery

OTHER = "other"
TIMES = (
    ("Any time", ("", "")),
    ("Last hour", ("-1h", "")),
    ("Last 24 hours", ("-24h", "")),
    ("Last 7 days", ("-7d", "")),
    ("Today", ("today", "")),
    ("Yesterday", ("yesterday", "yesterday")),
    ("From … to …", OTHER),
)

PAUSE_MS = 400
"""After so long without a key an expression is asked."""


class SearchBar(QWidget):
    """The lines in which a search is asked.

    Args:
        completes: Returns what can stand at a place of the expression.

    Signals:
        flawed: Whether what is asked is wrong, so that nothing is searched by it.
        asked: Something else is asked, and can be.
        come_back: The `SearchQuery` that was asked when the project was closed.
    """

    asked = Signal()
    flawed = Signal(bool)
    come_back = Signal(object)

    def __init__(self, completes: Callable[[str, int], Completions]) -> None:
        super().__init__()
        self._wrong = False
        self.words = SearchBox("Words that must all occur; “a phrase” in quotes")
        self.words.setMinimumHeight(34)
        self.time = Chooser()
        self.time.setAccessibleName("Time")
        self.time.setToolTip("When it happened; rows of read models have no time")
        self.time.setMinimumHeight(34)
        self.time.show_choices(TIMES, [icon("clock", "muted")] * len(TIMES))
        self.where = CodeLine("where, an expression in CEL", completes, colored=True)
        self.where.setPlaceholderText("data.amount > 100 && meta.actor != 'loadtest'")
        self.mark = QLabel()
        self.mark.setFixedWidth(18)
        self.flaw = ElidedLabel("error")
        self.flaw.hide()
        self.since, self.until = _time_line("From"), _time_line("To")
        self._lay_out()
        self.words.settled.connect(lambda _text: self.asked.emit())
        self.time.currentIndexChanged.connect(self._time_chosen)
        self._pause = pause_timer(self, PAUSE_MS, self.asked)
        self.where.textChanged.connect(self._typed)
        self.where.committed.connect(self._take_where)
        self.where.taken_back.connect(self._check)
        for line in (self.since, self.until):
            line.editingFinished.connect(self.asked.emit)

    def _lay_out(self) -> None:
        self._first = QHBoxLayout()
        self._first.setSpacing(8)
        self._first.addWidget(self.words, 1)
        self._first.addWidget(self.time)
        self._range = QWidget()
        ends = QHBoxLayout(self._range)
        ends.setContentsMargins(0, 0, 0, 0)
        for name, line in (("From", self.since), ("to", self.until)):
            ends.addWidget(plain_label(name, "muted"))
            ends.addWidget(line, 1)
        self._range.hide()
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(plain_label("where", "muted"))
        second.addWidget(self.where, 1)
        second.addWidget(self.mark)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        join(layout, self._first)
        layout.addWidget(self._range)
        join(layout, second)
        layout.addWidget(self.flaw)

    def add(self, widget: QWidget) -> None:
        """Puts a widget behind the time."""
        self._first.addWidget(widget)

    # -- what is asked ------------------------------------------------------------------------------------

    def query(self) -> SearchQuery:
        """Returns what is asked."""
        chosen = self.time.currentData()
        since, until = (self.since.text(), self.until.text()) if chosen == OTHER else chosen or ("", "")
        return SearchQuery(words=self.words.text(), where=self.where.text(), since=since, until=until)

    def typed(self) -> dict[str, Any]:
        """Returns what is asked, as JSON."""
        return msgspec.structs.asdict(self.query())

    def type_again(self, kept: dict[str, Any]) -> None:
        """Has what `typed` returned asked again."""
        self.come_back.emit(SearchQuery(**kept))

    def show_query(self, query: SearchQuery) -> None:
        """Shows what is asked otherwise; tells nothing."""
        before = self.blockSignals(True)
        self.words.setText(query.words)
        self.where.setPlainText(query.where)
        self.where.show_text(query.where)
        known = (query.since, query.until)
        self.time.choose(known if known in [data for _, data in TIMES] else OTHER)
        self.since.setText(query.since)
        self.until.setText(query.until)
        self._range.setVisible(self.time.currentData() == OTHER)
        self.blockSignals(before)
        self._pause.stop()
        self._check()

    @property
    def is_wrong(self) -> bool:
        """Whether the expression has a mistake."""
        return self._wrong

    def show_flaw(self, text: str) -> None:
        """Says what is wrong with what is asked; an empty text for nothing."""
        self.flaw.setText(text)
        self.flaw.setVisible(bool(text))
        self.flawed.emit(bool(text))

    def _time_chosen(self, _index: int) -> None:
        other = self.time.currentData() == OTHER
        self._range.setVisible(other)
        if other and not self.since.text():
            self.since.setFocus()
        else:
            self.asked.emit()

    def _take_where(self, text: str) -> None:
        if self.is_wrong:
            self.where.refuse()
            return
        self.where.show_text(text)
        self._pause.stop()
        self.asked.emit()

    def _typed(self) -> None:
        """Has an expression that can be used asked after a pause, as words are."""
        self._check()
        self._pause.stop()
        if not self._wrong:
            self._pause.start()

    def _check(self) -> None:
        """Looks whether the expression can be used, as it is typed."""
        text, spans, said = self.where.text(), [], ""
        if text.strip():
            try:
                Condition(text)
            except InvalidExpression as error:
                spans = [(flaw.at, flaw.end) for flaw in error.flaws]
                first = error.flaws[0]
                said = f"{first.message}{f': {first.hint}' if first.hint else ''}"
        self._wrong = bool(said)
        self.where.show_mistakes(spans)
        self.show_flaw(said)
        role = "error" if said else "ok"
        self.mark.setPixmap(
            icon(role if text.strip() else "dot", role if text.strip() else "faint").pixmap(16, 16)
        )
        self.mark.setToolTip(said or ("The expression can be used" if text.strip() else ""))


def _time_line(name: str) -> QLineEdit:
    line = QLineEdit()
    line.setAccessibleName(name)
    line.setPlaceholderText("-2h, yesterday, 2026-11-26 08:00")
    line.setClearButtonEnabled(True)
    return line
