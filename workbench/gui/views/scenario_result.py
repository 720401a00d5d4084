"""The result of a scenario as a difference: what was expected on the left, what happened on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import QTextEdit, QWidget
from typing_extensions import override

from workbench.gui.theme import code_font, theme, ui_font
from workbench.gui.widgets import plain_label
from workbench.model.scenario import Line, ResultPart, ScenarioResult, Sign
from workbench.project.durations import write_duration
from workbench.services.scenarios.scenario_report import came_after, summary

LOOKS = {
    Sign.SAME: ("✓", "ok"),
    Sign.DIFFERENT: ("≠", "error"),
    Sign.MISSING: ("−", "error"),
    Sign.UNEXPECTED: ("+", "error"),
    Sign.BESIDE: ("·", "muted"),
}
WORDS = {
    Sign.MISSING: "did not happen",
    Sign.UNEXPECTED: "nothing",
    Sign.BESIDE: "not expected",
}
BESIDE = 5
"""Things that happened beside the listed ones, of each kind, that are shown."""

BEFORE = "This result is of an earlier model or text. It says nothing about the present ones."


class ResultView(QTextEdit):
    """Shows a result; texts wrap in their columns and can be selected and copied.

    What is not as expected is said in a line that stays above the text, and is in sight from the start.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName("Result: expected beside happened")
        self.setMinimumHeight(60)
        self._result: ScenarioResult | None = None
        self._first: QTextCursor | None = None
        self._said: tuple[str, ...] = ()
        self.head = plain_label("", "error", wrap=True)
        self.head.setParent(self)
        self.head.setMargin(6)
        self.head.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme().changed.connect(self._show)

    def show_result(self, result: ScenarioResult, *, old: bool = False) -> None:
        """Shows a result from the top, or from the first line that is not as expected.

        Args:
            old: It is that of an earlier model or text, which is said.
        """
        self._result, self._said = result, (BEFORE,) if old else ()
        self._show()

    def say(self, *texts: str) -> None:
        """Says something else in place of a result, a paragraph each."""
        self._result, self._said = None, texts
        self._show()

    def _show(self) -> None:
        self.clear()
        self._first = None
        cursor = self.textCursor()
        for text in self._said:
            self._paragraph(cursor, text, "text")
        if self._result is not None:
            self._write_result(cursor, self._result)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.head.setText(told_first(self._result) if self._result is not None else "")
        self._place_head()
        self._go_to_first()

    def _go_to_first(self) -> None:
        if self._first is not None:
            self.setTextCursor(self._first)
            bar = self.verticalScrollBar()
            bar.setValue(max(0, bar.value() + self.cursorRect().top() - self.viewport().height() // 3))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_head()

    def _place_head(self) -> None:
        width, frame = self.width() - 2 * self.frameWidth(), self.frameWidth()
        height = min(self.head.heightForWidth(width), self.height() // 3) if self.head.text() else 0
        self.setViewportMargins(0, height, 0, 0)
        self.head.setGeometry(frame, frame, width, height)

    def _write_result(self, cursor: QTextCursor, result: ScenarioResult) -> None:
        for part in result.parts:
            self._part(cursor, part, result)
        for note in result.notes:
            self._paragraph(cursor, f"Note: {note}", "warning")
        self._paragraph(cursor, _time_said(result), "muted")

    def _paragraph(self, cursor: QTextCursor, text: str, role: str) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(text, _format(role))

    def _part(self, cursor: QTextCursor, part: ResultPart, result: ScenarioResult) -> None:
        shown = [line for line in part.lines if line.sign is not Sign.BESIDE]
        beside = [line for line in part.lines if line.sign is Sign.BESIDE]
        lines = [line for line in part.lines if line in shown or line in beside[:BESIDE]]
        self._paragraph(cursor, part.title, "text")
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        cursor.mergeCharFormat(_format("text", bold=True))
        cursor.movePosition(QTextCursor.MoveOperation.End)
        rows = 1 + sum(1 + len(line.contrasts) for line in lines)
        table = cursor.insertTable(rows, 3, _table_format())
        for column, title in enumerate(("", "Expected", "Happened")):
            _write(table, 0, column, title, _format("muted"))
        row = 1
        for line in lines:
            if came := came_after(result, line.at):
                _write(table, row, 2, f"{came}  ", _format("muted", tip=f"It came at {line.at}"))
            row = self._line(table, row, line)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if len(beside) > BESIDE:
            self._paragraph(cursor, f"… and {len(beside) - BESIDE:,} more that were not expected", "muted")

    def _line(self, table: QTextTable, row: int, line: Line) -> int:
        """Writes a line and what differs below it; returns the row behind them."""
        sign, role = LOOKS[line.sign]
        plain = "muted" if line.sign is Sign.BESIDE else "text"
        _write(table, row, 0, sign, _format(role, bold=True))
        moved = f"came {line.moved} than it is listed" if line.moved else WORDS.get(line.sign, "")
        expected, happened = line.expected or moved, line.happened or moved
        if line.sign is Sign.SAME:
            happened = "" if line.happened else "as expected"
        _write(table, row, 1, expected, _format(plain if line.expected else "muted"))
        _write(
            table,
            row,
            2,
            happened or "as expected",
            _format(plain if happened and line.happened else "muted"),
        )
        if line.first:
            self._first = table.cellAt(row, 1).firstCursorPosition()
            _mark(table, row, role)
        for number, one in enumerate(line.contrasts, row + 1):
            _write(table, number, 1, f"{one.path}  ", _format("muted"))
            _write(table, number, 1, one.expected or "nothing", _format("error", mono=True))
            _write(table, number, 2, f"{one.path}  ", _format("muted"))
            _write(table, number, 2, one.happened or "nothing", _format("error", mono=True))
            if line.first:
                _mark(table, number, role)
        return row + 1 + len(line.contrasts)


def told_first(result: ScenarioResult) -> str:
    """Returns what is not as expected, with its line; an empty text where everything is."""
    if result.trouble:
        return f"It could not be run to the end: {result.trouble}"
    if result.first is None:
        return ""
    place = result.first.place or result.scenario.place
    return f"Line {place.line:,}: {summary(result.first)}"


def _time_said(result: ScenarioResult) -> str:
    took = f"The run took {result.took * 1000:,.0f} ms"
    passed = f", in which {write_duration(result.seconds)} of its own time passed" if result.seconds else ""
    return f"{took}{passed}."


def _table_format() -> QTextTableFormat:
    shape = QTextTableFormat()
    shape.setCellPadding(3)
    shape.setCellSpacing(0)
    shape.setBorder(1)
    shape.setBorderCollapse(True)
    shape.setBorderBrush(QColor(theme().colors.border))
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    percent = QTextLength.Type.PercentageLength
    widths = (
        QTextLength(QTextLength.Type.FixedLength, 22),
        QTextLength(percent, 49),
        QTextLength(percent, 49),
    )
    shape.setColumnWidthConstraints(widths)
    return shape


def _write(table: QTextTable, row: int, column: int, text: str, shape: QTextCharFormat) -> None:
    table.cellAt(row, column).lastCursorPosition().insertText(text, shape)


def _mark(table: QTextTable, row: int, role: str) -> None:
    """Puts a touch of colour behind the first row that is not as expected."""
    for column in range(3):
        cell = table.cellAt(row, column)
        shape = cell.format()
        shape.setBackground(QColor(theme().colors.tint(role, 0.14)))
        cell.setFormat(shape)


def _format(role: str, *, bold: bool = False, mono: bool = False, tip: str = "") -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setFont(code_font() if mono else ui_font())
    shape.setForeground(QColor(theme().colors.ink(role)))
    shape.setToolTip(tip)
    if bold:
        shape.setFontWeight(QFont.Weight.DemiBold)
    return shape
