"""The form of what is chosen: its rows, made once and filled again as the text changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from workbench.gui.details.field_table import FieldTable
from workbench.gui.details.form_rows import AddRow, BlockRow, ChoiceRow, Hand, LineRow, Row
from workbench.gui.widgets import Banner
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.section_form import FormRow, RowKind
from workbench.tusk.document import Path

TURN_MS = 12
"""Milliseconds that making rows may hold the loop (V4)."""
_WIDGETS = {
    RowKind.LINE: LineRow,
    RowKind.CHOICE: ChoiceRow,
    RowKind.BLOCK: BlockRow,
    RowKind.FIELDS: FieldTable,
    RowKind.ADD: AddRow,
}


class FormPane(QScrollArea):
    """Shows the rows of a form."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.rows: list[Row] = []
        self._planned: Sequence[FormRow] = ()
        self._problems: Sequence[FormProblem] = ()
        self._why_not = ""
        self._focus: tuple[Path, int] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._make)
        self.told = Banner("error", "")
        self.told.hide()
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(12, 8, 12, 12)
        self._column.setSpacing(6)
        self._column.addWidget(self.told)
        self._column.addStretch(1)
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def show_form(self, rows: Sequence[FormRow], problems: Sequence[FormProblem], why_not: str) -> None:
        """Shows rows; where they are those that are shown already, only what stands in them.

        Args:
            why_not: Why nothing can be changed; empty where it can.
        """
        same = [_shape(one) for one in self._planned] == [_shape(one) for one in rows]
        self._planned, self._problems, self._why_not = rows, problems, why_not
        if not same:
            self._clear()
        for widget, row in zip(self.rows, rows, strict=False):
            widget.show_row(row)
        self._make()

    def _make(self) -> None:
        """Makes rows as long as the window may wait, the rest in the next turn of the loop."""
        clock = QElapsedTimer()
        clock.start()
        while self._make_one():
            if clock.elapsed() > TURN_MS:
                self._rest.start()
                return
        left = self._tell(self._problems, self._why_not)
        said = [*([self._why_not] if self._why_not else []), *(one.said for one in left)]
        self.told.set("error" if left else "info", "\n".join(said))
        self.told.setVisible(bool(said))
        if self._focus is not None:
            self.focus_path(*self._focus)
            self._focus = None

    def _make_one(self) -> bool:
        """Makes a part of a row; returns whether there was one to make."""
        if self.rows and self.rows[-1].grow():
            return True
        if len(self.rows) == len(self._planned):
            return False
        row = self._planned[len(self.rows)]
        self.rows.append(_WIDGETS[row.kind](row, self._hand))
        self._column.insertWidget(len(self.rows), self.rows[-1])
        return True

    def focus_path(self, path: Path, at: int = 0) -> None:
        """Gives the keyboard to the row of a path, or to the first one inside of it."""
        for row in self.rows:
            places = row.places()
            if row.row.path[: len(path)] == path and row.row.kind is not RowKind.ADD and places:
                place = places[min(at, len(places) - 1)]
                place.setFocus()
                self.ensureWidgetVisible(place)
                return
        if len(self.rows) < len(self._planned):
            self._focus = path, at

    def _clear(self) -> None:
        self._focus = self._held()
        for one in self.rows:
            self._column.removeWidget(one)
            one.hide()
            one.deleteLater()
        self.rows = []

    def _held(self) -> tuple[Path, int] | None:
        """Returns the row that has the keyboard, and where in it that is."""
        here = QApplication.focusWidget()
        for one in self.rows:
            if here is not None and here in one.places():
                return one.row.path, list(one.places()).index(here)
        return None

    def _tell(self, problems: Sequence[FormProblem], why_not: str) -> list[FormProblem]:
        """Shows each problem at the row that it is about; returns those without one."""
        shown = [one for one in self.rows if one.row.kind is not RowKind.ADD]
        at: dict[Path, list[FormProblem]] = {}
        left = []
        for problem in problems:
            around = [one.row.path for one in shown if problem.path[: len(one.row.path)] == one.row.path]
            at.setdefault(max(around, key=len), []).append(problem) if around else left.append(problem)
        for row in self.rows:
            row.show_problems(at.get(row.row.path, []) if row in shown else [], why_not)
        return left


def _shape(row: FormRow) -> tuple[object, ...]:
    return row.path, row.kind, row.level, row.own_name, row.keys
