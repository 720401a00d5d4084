"""The rows of a form: a line, a choice, the name of a block, and what can be added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workbench.gui.chooser import ChoiceBox
from workbench.gui.details.code_line import CodeLine, Completes
from workbench.gui.icons import icon
from workbench.gui.theme import code_font
from workbench.gui.widgets import ElidedLabel, plain_label, plain_tip
from workbench.services.design.form_changes import with_line, without
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.quick_fixes import QuickFix
from workbench.services.design.section_form import FormRow, RowKind
from workbench.tusk import Document
from workbench.tusk.document import Path

LABEL, NAME = 76, 96
"""Pixels of what a row is called: by a key, and by a person."""
INDENT, DEEPEST = 10, 3
"""Pixels that each block is further in, and how many are."""
Change = Callable[[Document], Document]
Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What the rows of a form can have done.

    Attributes:
        edit: Makes a change with a label; what is wrong with it is told to the last argument.
        add: Shows a row for a path though nothing stands there yet.
        completes: Returns what completes a line: of a path, of a new key of it, or of several names.
        fixes: Returns what would fix a problem.
        fix: Fixes it so.
    """

    edit: Callable[[str, Change, Tell], object]
    add: Callable[[Path], object]
    completes: Callable[..., Completes]
    fixes: Callable[[FormProblem], Sequence[QuickFix]]
    fix: Callable[[QuickFix], object]


class Row(QWidget):
    """A row: what is wrong with it stands below it."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__()
        self.row, self.hand = row, hand
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(INDENT * min(row.level, DEEPEST), 0, 0, 0)
        self._whole.setSpacing(2)
        self._told: list[QWidget] = []

    def show_row(self, row: FormRow) -> None:
        """Shows what stands there now."""
        self.row = row

    def grow(self) -> bool:
        """Makes a part of it that is still missing; returns whether there was one."""
        return False

    def show_problems(self, problems: Sequence[FormProblem], why_not: str) -> None:
        """Says what is wrong, each with what would fix it."""
        for one in self._told:
            self._whole.removeWidget(one)
            one.setParent(None)
            one.deleteLater()
        self._told = [self._problem(one, why_not) for one in problems]

    def tell(self, said: str) -> None:
        """Says why what was typed could not be taken."""
        self._told.append(_error(said))
        self._whole.addWidget(self._told[-1])

    def _problem(self, one: FormProblem, why_not: str) -> QWidget:
        box = QWidget()
        line = QVBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 2)
        line.addWidget(_error(one.said, "warning" if one.problem.warning else "error"))
        fix = next(iter(self.hand.fixes(one)), None) if not why_not else None
        if fix is not None:
            button = QPushButton(fix.label.replace("&", "&&"))
            button.setToolTip(plain_tip(fix.effect))
            button.clicked.connect(lambda _checked=False: self.hand.fix(fix))
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._whole.addWidget(box)
        return box

    def places(self) -> Sequence[QWidget]:
        """Returns where the keyboard can be."""
        return ()


class LineRow(Row):
    """A name, and a line for what stands there."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        place = row.place
        several = place is not None and place.is_list
        completes = hand.completes(row.path, several=several)
        code = row.own_name or (place is not None and (place.says is not None or not place.is_text))
        colored = place is not None and place.is_expression
        self.line = CodeLine(row.label, completes, code=code, colored=colored)
        self.line.committed.connect(self._commit)
        self._whole.addLayout(_labelled(row, self.line))
        self.show_row(row)

    @override
    def show_row(self, row: FormRow) -> None:
        super().show_row(row)
        self.line.show_text(row.text)

    @override
    def show_problems(self, problems: Sequence[FormProblem], why_not: str) -> None:
        super().show_problems(problems, why_not)
        self.line.setReadOnly(bool(why_not or self.row.why_not))
        self.line.setToolTip(plain_tip(why_not or self.row.why_not))
        role = "warning" if all(one.problem.warning for one in problems) else "error"
        self.line.show_mistakes([(one.start, one.end) for one in problems if one.end], role)

    @override
    def places(self) -> Sequence[QWidget]:
        return (self.line,)

    def _commit(self, typed: str) -> None:
        row = self.row
        self.hand.edit(f"Change {_told(row)}", lambda document: with_line(document, row, typed), self.tell)


class ChoiceRow(Row):
    """A name, and the words that can stand there."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        self.box = ChoiceBox()
        self.box.setAccessibleName(row.label)
        self.box.addItems(["", *(row.place.choices if row.place is not None else ())])
        self.box.activated.connect(lambda _at: self._commit(self.box.currentText()))
        self._whole.addLayout(_labelled(row, self.box))
        self.show_row(row)

    @override
    def show_row(self, row: FormRow) -> None:
        super().show_row(row)
        if row.text and self.box.findText(row.text) < 0:
            self.box.addItem(row.text)
        self.box.setCurrentText(row.text)

    @override
    def show_problems(self, problems: Sequence[FormProblem], why_not: str) -> None:
        super().show_problems(problems, why_not)
        self.box.setEnabled(not why_not)

    @override
    def places(self) -> Sequence[QWidget]:
        return (self.box,)

    def _commit(self, typed: str) -> None:
        row = self.row
        self.hand.edit(f"Change {_told(row)}", lambda document: with_line(document, row, typed), self.tell)


class BlockRow(Row):
    """The name of a block; its rows come below."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        name = ElidedLabel("heading")
        name.setText(row.label)
        if row.own_name:
            name.setFont(code_font())
        name.setToolTip(plain_tip(row.words))
        self.remove = small_button("close", f"Remove {row.label}")
        self.remove.clicked.connect(lambda _checked=False: self._remove())
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 0, 0)
        line.addWidget(name, 1)
        line.addWidget(self.remove)
        self._whole.addLayout(line)

    @override
    def show_problems(self, problems: Sequence[FormProblem], why_not: str) -> None:
        super().show_problems(problems, why_not)
        self.remove.setVisible(not why_not)

    def _remove(self) -> None:
        path = self.row.path
        self.hand.edit(f"Remove {_told(self.row)}", lambda document: without(document, path), self.tell)


class AddRow(Row):
    """What can be added to a block: keys from a list, or a name that is typed."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        self.button: QToolButton | None = None
        self.line: CodeLine | None = None
        if row.free:
            self.line = CodeLine(f"Add to {row.label}", hand.completes(row.path, key=True), cell=True)
            self.line.setPlaceholderText(_hint(row))
            self.line.committed.connect(self._named)
            line.addWidget(self.line, 1)
        else:
            self.button = _menu_button(row, hand)
            line.addWidget(self.button)
            line.addStretch(1)
        self._whole.addLayout(line)

    @override
    def show_problems(self, problems: Sequence[FormProblem], why_not: str) -> None:
        super().show_problems(problems, why_not)
        self.setVisible(not why_not)

    @override
    def places(self) -> Sequence[QWidget]:
        return tuple(one for one in (self.line, self.button) if one is not None)

    def _named(self, typed: str) -> None:
        name, _, value = typed.partition("=")
        path = (*self.row.path, name.strip())
        if self.line is not None:
            self.line.show_text("")
            self.line.setPlainText("")
        if not name.strip():
            return
        place = self.row.place.inside(path[-1]) if self.row.place is not None else None
        if value.strip():
            row = FormRow(path=path, kind=RowKind.LINE, place=place, own_name=True)
            change = lambda document: with_line(document, row, value)  # noqa: E731
            self.hand.edit(f"Add {_told(row)}", change, self.tell)
        else:
            self.hand.add(path)


def small_button(icon_name: str, name: str) -> QToolButton:
    """Makes a small button with an icon."""
    button = QToolButton()
    button.setIcon(icon(icon_name, "muted"))
    button.setIconSize(QSize(12, 12))
    button.setAccessibleName(name)
    button.setToolTip(plain_tip(name))
    return button


def _menu_button(row: FormRow, hand: Hand) -> QToolButton:
    button = QToolButton()
    button.setText("Add …")
    button.setIcon(icon("plus", "muted"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(f"Add to {row.label}")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    for key, words in row.keys:
        act = menu.addAction(f"{key}   {words}".replace("&", "&&"))
        act.triggered.connect(partial(_added, hand, (*row.path, key)))
    button.setMenu(menu)
    return button


def _added(hand: Hand, path: Path, _checked: bool = False) -> None:  # a signal's argument
    hand.add(path)


def _hint(row: FormRow) -> str:
    place = row.place
    inside = place.inside("x") if place is not None else None
    blocks = inside is not None and (inside.model is not None or inside.inner is not None)
    return "+ name" if blocks else "+ name = expression"


def _labelled(row: FormRow, editor: QWidget) -> QHBoxLayout:
    label = ElidedLabel("" if row.own_name else "muted")
    label.setText(row.label)
    if row.own_name:
        label.setFont(code_font())
    label.setToolTip(plain_tip(row.words))
    label.setFixedWidth(NAME if row.own_name else LABEL)
    label.setFixedHeight(26)
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(editor, 1, Qt.AlignmentFlag.AlignTop)
    return line


def _error(said: str, role: str = "error") -> QLabel:
    label = plain_label(said, role, wrap=True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label


def _told(row: FormRow) -> str:
    return " ".join(row.path[-2:] if row.own_name else row.path[-1:])
