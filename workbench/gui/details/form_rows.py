"""The rows of a form: a line, a choice, the name of a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.chooser import ChoiceBox
from workbench.gui.details.code_line import CodeLine, Completes
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row, join
from workbench.gui.theme import code_font
from workbench.gui.widgets import ElidedLabel, plain_label, plain_tip, push_button
from workbench.services.design.form_changes import with_line, without
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.quick_fix import QuickFix
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
        rename: Gives a field at a path another line with another name: its path, line, and that it had.
        add: Shows a row for a path though nothing stands there yet.
        drop: Shows none any more; returns whether there was one.
        completes: Returns what completes a line: of a path, of a new key of it, or of several names.
        fixes: Returns what would fix a problem.
        fix: Fixes it so.
        typed: Is told that something is typed and not taken yet, or that this is over.
    """

    edit: Callable[[str, Change, Tell], object]
    rename: Callable[[Path, str, str, Tell], object]
    add: Callable[[Path], object]
    drop: Callable[[Path], bool]
    completes: Callable[..., Completes]
    fixes: Callable[[FormProblem], Sequence[QuickFix]]
    fix: Callable[[QuickFix], object]
    typed: Callable[[], object]


class Row(QWidget):
    """A row: what is wrong with it stands below it."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__()
        self.row, self.hand = row, hand
        self._whole = in_column(of=self, margins=(INDENT * min(row.level, DEEPEST), 0, 0, 0), spacing=2)
        self._told: list[QWidget] = []
        self._problems: Sequence[FormProblem] = ()
        self._refused = ""
        self._refused_at: Path = ()
        self._known: object = None

    def lines(self) -> Mapping[str, CodeLine]:
        """Returns where something is typed, by a name that is the same when the form is shown again."""
        return {}

    def watch(self, line: CodeLine) -> CodeLine:
        """Follows a line of it: what is typed there and not taken, and why."""
        line.typed.connect(self.hand.typed)
        line.taken_back.connect(self.clear_refused)
        line.contested.connect(self._contested)
        return line

    def _contested(self, now: str) -> None:
        self.tell(
            f"Elsewhere this was changed to “{now}”. Enter writes what stands here, Esc takes the other."
        )

    def show_row(self, row: FormRow) -> None:
        """Shows what stands there now."""
        self.row = row

    def _write(self, typed: str) -> None:
        row = self.row
        self.hand.edit(f"Change {told_of(row)}", lambda document: with_line(document, row, typed), self.tell)

    def grow(self) -> bool:
        """Makes a part of it that is still missing; returns whether there was one."""
        return False

    def show_problems(self, problems: Sequence[FormProblem]) -> None:
        """Says what is wrong, each with what would fix it, and why what stands there was refused."""
        self._problems = problems
        if not any(one.is_refused for one in self.lines().values()):
            self._refused = ""
        self._say()

    def _say(self) -> None:
        found = self._problems
        known = (
            [(one.said, [fix.label for fix in self.hand.fixes(one)]) for one in found],
            self._refused,
        )
        if known != self._known:
            self._known = known
            self._clear()
            offered = set[QuickFix]()  # several may have the same
            said = [(self._problem(one, offered), one.path) for one in found]
            said += [(_error(self._refused), self._refused_at)] if self._refused else []
            self._told = [widget for widget, _ in said]
            for widget, path in said:
                self.put_told(widget, path)
                widget.show()  # at once, so that Tab finds what would fix it

    def put_told(self, said: QWidget, path: Path) -> None:  # noqa: ARG002  # a table has places for it
        """Puts what is said of a path where it is seen."""
        self._whole.addWidget(said)

    def _clear(self) -> None:
        for one in self._told:
            if one.isAncestorOf(self.window().focusWidget() or self) and self.places():
                self.places()[0].setFocus()
            self._whole.removeWidget(one)
            one.setParent(None)
            one.deleteLater()
        self._told = []

    def clear_refused(self) -> None:
        """Does not say any more why something was refused."""
        self._refused = ""
        self._say()

    def tell(self, said: str, path: Path = ()) -> None:
        """Says why what was typed, at a path inside of it, could not be taken; it stays as it was typed."""
        if isValid(self):  # it may be gone by the time that is known
            self._refused, self._refused_at = said, path
            for one in self.lines().values():
                one.refuse()
            self._say()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc in a part that was added and is not written takes it away."""
        if event.key() == Qt.Key.Key_Escape and self.row.kind is not RowKind.ADD:
            event.setAccepted(self.hand.drop(self.row.path))
        else:
            super().keyPressEvent(event)

    def _problem(self, one: FormProblem, offered: set[QuickFix]) -> QWidget:
        box = QWidget()
        line = in_column(
            _error(one.said, "warning" if one.problem.warning else "error"), of=box, margins=(0, 0, 0, 2)
        )
        fix = next(iter(self.hand.fixes(one)), None)
        if fix is not None and fix not in offered:
            offered.add(fix)
            button = push_button(
                fix.label.replace("&", "&&"),
                lambda _checked=False: self.hand.fix(fix),
                tip=plain_tip(fix.effect),
            )
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def places(self) -> Sequence[QWidget]:
        """Returns where the keyboard can be."""
        return ()


class LineRow(Row):
    """A name, and a line for what stands there."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        place = row.place
        several = place is not None and (place.is_list or place.holds_places)
        completes = hand.completes(row.path, several=several)
        code = row.own_name or (place is not None and (place.says is not None or not place.is_text))
        colored = place is not None and place.is_expression
        self.line = self.watch(CodeLine(row.label, completes, code=code, colored=colored))
        self.line.committed.connect(self._write)
        labelled = _labelled(row, self.line)
        if row.own_name:
            remove = small_button("close", f"Remove {row.label}")
            remove.clicked.connect(lambda _checked=False: _remove(self))
            labelled.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        join(self._whole, labelled)
        self.show_row(row)

    @override
    def show_row(self, row: FormRow) -> None:
        super().show_row(row)
        self.line.show_text(row.text)

    @override
    def show_problems(self, problems: Sequence[FormProblem]) -> None:
        super().show_problems(problems)
        self.line.setReadOnly(bool(self.row.why_not))
        self.line.setToolTip(plain_tip(self.row.why_not))
        role = "warning" if all(one.problem.warning for one in problems) else "error"
        self.line.show_mistakes([(one.start, one.end) for one in problems if one.end], role)

    @override
    def places(self) -> Sequence[QWidget]:
        return (self.line,)

    @override
    def lines(self) -> Mapping[str, CodeLine]:
        return {"": self.line}


class ChoiceRow(Row):
    """A name, and the words that can stand there."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        self.box = ChoiceBox()
        self.box.setAccessibleName(row.label)
        self.box.addItems(["", *(row.place.choices if row.place is not None else ())])
        self.box.activated.connect(lambda _at: self._write(self.box.currentText()))
        join(self._whole, _labelled(row, self.box))
        self.show_row(row)

    @override
    def show_row(self, row: FormRow) -> None:
        super().show_row(row)
        if row.text and self.box.findText(row.text) < 0:
            self.box.addItem(row.text)
        self.box.setCurrentText(row.text)

    @override
    def places(self) -> Sequence[QWidget]:
        return (self.box,)


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
        self.remove.clicked.connect(lambda _checked=False: _remove(self))
        line = in_row((name, 1), self.remove, margins=(0, 4, 0, 0))
        join(self._whole, line)


def _remove(row: Row) -> None:
    """Takes away what stands at a row, or the row alone where nothing stands there yet."""
    path = row.row.path
    row.hand.drop(path)
    row.hand.edit(f"Remove {told_of(row.row)}", lambda document: without(document, path), row.tell)


def small_button(icon_name: str, name: str) -> QToolButton:
    """Makes a small button with an icon."""
    button = QToolButton()
    button.setIcon(icon(icon_name, "muted"))
    button.setIconSize(QSize(12, 12))
    button.setAccessibleName(name)
    button.setToolTip(plain_tip(name))
    return button


def _labelled(row: FormRow, editor: QWidget) -> QHBoxLayout:
    label = ElidedLabel("" if row.own_name else "muted")
    label.setText(row.label)
    if row.own_name:
        label.setFont(code_font())
    label.setToolTip(plain_tip(row.words))
    label.setFixedWidth(NAME if row.own_name else LABEL)
    label.setFixedHeight(26)
    return in_row(
        (label, 0, Qt.AlignmentFlag.AlignTop), (editor, 1, Qt.AlignmentFlag.AlignTop), margins=0, spacing=8
    )


def _error(said: str, role: str = "error") -> QLabel:
    label = plain_label(said, role, wrap=True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label


def told_of(row: FormRow) -> str:
    """Returns how a row is called in the label of a step."""
    return " ".join(row.path[-2:] if row.own_name else row.path[-1:])
