"""The fields of a thing as a table of lines: name, type and rules, each typed as on the board."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QWidget
from typing_extensions import override

from workbench.gui.details.code_line import CodeLine
from workbench.gui.details.form_rows import Hand, Row
from workbench.gui.layouts import in_column, join
from workbench.gui.theme import theme
from workbench.gui.widgets import plain_label, plain_tip
from workbench.services.design.completions import Completions
from workbench.services.design.form_changes import with_field_line, without
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.section_form import FieldRow, FormRow
from workbench.tusk import Document
from workbench.tusk.document import Path

HEADS = ("Field", "Type", "Rules")
SHARES = (5, 4, 4)
NEW = "+ field: type"


class FieldTable(Row):
    """A table that grows by what is typed in its last line."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        self.frame = QFrame()
        self.frame.setObjectName("fields")
        self._grid = QGridLayout(self.frame)
        self._grid.setContentsMargins(1, 1, 1, 1)
        self._grid.setSpacing(0)
        for at, (head, share) in enumerate(zip(HEADS, SHARES, strict=True)):
            label = plain_label(row.label if not at else head, "muted")
            label.setToolTip(plain_tip(row.words if not at else ""))
            label.setContentsMargins(6, 3, 4, 3)
            self._grid.addWidget(label, 0, at)
            self._grid.setColumnStretch(at, share)
        self._cells: list[tuple[CodeLine, ...]] = []
        self._below: dict[int, QBoxLayout] = {}
        self.new = self.watch(CodeLine("New field", self._complete_new, cell=True))
        self.new.setPlaceholderText(NEW)
        self.new.committed.connect(self._add)
        self._grid.addWidget(self.new, 1, 0, 1, len(HEADS))
        self._is_made = False
        self._whole.addWidget(self.frame)
        theme().changed.connect(self._dress)
        self._dress()
        self.show_row(row)

    def _dress(self) -> None:
        colors = theme().colors
        self.frame.setStyleSheet(
            f"QFrame#fields {{ background: {colors.surface};"
            f" border: 1px solid {colors.border}; border-radius: 6px; }}"
        )

    @override
    def show_row(self, row: FormRow) -> None:
        if [one.key for one in row.fields] != [one.key for one in self.row.fields]:
            for line in self.lines().values():
                if line is not self.new and line.is_refused:  # the form has it typed again at its field
                    line.take_back()
            self._follow_keys([one.key for one in row.fields])
        super().show_row(row)
        while len(self._cells) > len(row.fields):
            for cell in self._cells.pop():
                self._grid.removeWidget(cell)
                cell.setParent(None)
                cell.deleteLater()
        for at in range(len(self._cells)):
            self._fill(at)
        while self._is_made and self.grow():
            pass

    def _follow_keys(self, keys: Sequence[str]) -> None:
        """Keeps the cells of each field with it, wherever it stands now: a person may be typing there."""
        before = dict(zip((one.key for one in self.row.fields), self._cells, strict=False))
        spare = [cells for key, cells in before.items() if key not in keys]
        last = max((at for at, key in enumerate(keys) if key in before), default=-1)
        count = min(len(keys), max(last + 1, len(self._cells)))
        self._cells = [before.get(key) or (spare.pop(0) if spare else self._line()) for key in keys[:count]]
        for at, cells in enumerate(self._cells):
            self._place(cells, at)
        self._cells += spare
        self._grid.addWidget(self.new, 2 * count + 1, 0, 1, len(HEADS))

    def _at(self, cell: CodeLine) -> int:
        return next((at for at, cells in enumerate(self._cells) if cell in cells), len(self._cells))

    @override
    def grow(self) -> bool:
        at = len(self._cells)
        self._is_made = at == len(self.row.fields)
        if self._is_made:
            return False
        self._cells.append(self._line())
        self._place(self._cells[at], at)
        self._fill(at)
        self._grid.addWidget(self.new, 2 * at + 3, 0, 1, len(HEADS))
        return True

    def _place(self, cells: Sequence[CodeLine], at: int) -> None:
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, 2 * at + 1, column)
            cell.show()  # at once, so that Tab finds it

    def _fill(self, at: int) -> None:
        field = self.row.fields[at]
        for cell, text in zip(self._cells[at], (field.name, field.type, field.rules), strict=True):
            cell.show_text(text)

    def _line(self) -> tuple[CodeLine, ...]:
        kind = CodeLine(HEADS[1], self._complete_type, cell=True)
        cells = tuple(
            self.watch(kind if head == HEADS[1] else CodeLine(head, None, cell=True)) for head in HEADS
        )
        for cell in cells:
            cell.committed.connect(partial(self._commit, cell))
        return cells

    def _complete_type(self, typed: str, place: int) -> Completions:
        return self.hand.completes((*self.row.path, "new", "type"))(typed, place)

    @override
    def show_problems(self, problems: Sequence[FormProblem]) -> None:
        super().show_problems(problems)
        for cells, field in zip(self._cells, self.row.fields, strict=False):
            mine = [one for one in problems if one.path[len(self.row.path) :][:1] == (field.key,)]
            for cell in cells:
                cell.setReadOnly(bool(field.why_not))
                cell.setToolTip(plain_tip(field.why_not))
                cell.show_mistakes(list(_spans(cell.text(), mine)))

    @override
    def put_told(self, said: QWidget, path: Path) -> None:
        """Puts what is said of a field below it."""
        key = path[len(self.row.path) :][:1]
        at = next((at for at, one in enumerate(self.row.fields) if (one.key,) == key), None)
        if at is None or at >= len(self._cells):
            super().put_told(said, path)
        else:
            said.setContentsMargins(6, 0, 4, 4)
            if at not in self._below:
                self._below[at] = in_column(spacing=0)
                join(self._grid, self._below[at], 2 * at + 2, 0, 1, len(HEADS))
            self._below[at].addWidget(said)

    @override
    def places(self) -> Sequence[QWidget]:
        return (*(cell for cells in self._cells for cell in cells), self.new)

    @override
    def lines(self) -> Mapping[str, CodeLine]:
        found = {"new": self.new}
        for cells, field in zip(self._cells, self.row.fields, strict=False):
            found |= {f"{field.key}/{head}": cell for head, cell in zip(HEADS, cells, strict=True)}
        return found

    def _commit(self, cell: CodeLine, _typed: str) -> None:
        at = self._at(cell)
        if at >= len(self.row.fields):
            return
        field, path = self.row.fields[at], self.row.path
        tell = partial(self.tell, path=(*path, field.key))
        name, kind, rules = (cell.text().strip() for cell in self._cells[at])
        if not name:
            label = f"Remove field {field.key}"
            self.hand.edit(label, lambda document: without(document, (*path, field.key)), tell)
            return
        line = f"{name}: {kind} {rules}".strip() if kind else name
        if name.removesuffix("?") != field.key:
            was = f"{field.name}: {' '.join(part for part in (field.type, field.rules) if part)}"
            self.hand.rename((*path, field.key), line, was, tell)
            return
        self.hand.edit(f"Change field {field.key}", partial(self._typed, line, field), tell)

    def _typed(self, line: str, field: FieldRow, document: Document) -> Document:
        return with_field_line(document, self.row.path, line, instead=field.key)

    def _complete_new(self, typed: str, at: int) -> Completions:
        """Returns the types that can stand behind the name."""
        begin = typed.find(":") + 1
        begin += len(typed[begin:at]) - len(typed[begin:at].lstrip())
        if not typed[:begin].strip() or at < begin:
            return Completions(start=at, end=at)
        found = self.hand.completes((*self.row.path, "new", "type"))(typed[begin:at], at - begin)
        return replace(found, start=found.start + begin, end=found.end + begin)

    def _add(self, typed: str) -> None:
        if typed.strip():
            name = typed.partition(":")[0].strip()
            change = partial(self._typed, typed, FieldRow())
            self.hand.edit(f"Add field {name}", change, self.tell)
            self.new.show_text("")


def _spans(text: str, problems: Sequence[FormProblem]) -> Iterator[tuple[int, int]]:
    """Yields where what is marked in the text stands in a cell."""
    for one in problems:
        at = text.find(one.culprit) if one.culprit else -1
        if at >= 0:
            yield at, at + len(one.culprit)
