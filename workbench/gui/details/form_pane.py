"""The form of what is chosen: its rows, made once and filled again as the text changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from workbench.gui.details.field_table import FieldTable
from workbench.gui.details.form_rows import AddRow, BlockRow, ChoiceRow, Hand, LineRow, Row
from workbench.gui.widgets import Banner
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.section_form import FormRow, RowKind
from workbench.tusk.document import Path

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
        if [_shape(one.row) for one in self.rows] != [_shape(one) for one in rows]:
            self._make(rows)
        else:
            for widget, row in zip(self.rows, rows, strict=True):
                widget.show_row(row)
        left = self._tell(problems, why_not)
        self.told.set("error", "\n".join(one.said for one in left))
        self.told.setVisible(bool(left))

    def focus_path(self, path: Path, at: int = 0) -> None:
        """Gives the keyboard to the row of a path, or to the first one inside of it."""
        for row in self.rows:
            places = row.places()
            if row.row.path[: len(path)] == path and row.row.kind is not RowKind.ADD and places:
                place = places[min(at, len(places) - 1)]
                place.setFocus()
                self.ensureWidgetVisible(place)
                return

    def _make(self, rows: Sequence[FormRow]) -> None:
        held = self._held()
        for one in self.rows:
            self._column.removeWidget(one)
            one.hide()
            one.deleteLater()
        self.rows = [_WIDGETS[row.kind](row, self._hand) for row in rows]
        for at, one in enumerate(self.rows):
            self._column.insertWidget(at + 1, one)
        if held is not None:
            self.focus_path(*held)

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
