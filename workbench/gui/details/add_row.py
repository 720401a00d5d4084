"""The row of a form that adds: keys of a block from a list, the usual ones first, or a name that is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from typing_extensions import override

from workbench.gui.details.code_line import CodeLine
from workbench.gui.details.form_rows import Hand, Row, told_of
from workbench.gui.icons import icon
from workbench.gui.layouts import in_row, join
from workbench.gui.letter_menu import LetterMenu
from workbench.services.design.completions import Completions
from workbench.services.design.form_changes import with_line
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.section_form import FormRow, RowKind
from workbench.tusk.document import Path

RARE = frozenset(
    {
        "aggregate",
        "at",
        "default",
        "each",
        "else",
        "ends",
        "for",
        "key",
        "on_refused",
        "otherwise",
        "refused",
        "snapshot_every",
        "stored_as",
        "target",
        "type",
        "upcast",
        "version",
        "withdraw",
    }
)
"""Keys that are seldom added: they stand below "More"."""
_NAMED = re.compile(r"\s*(?P<name>[^\s:='\"]+)\s*(?:(?::|=(?!=))(?P<value>.*))?", re.DOTALL)


class AddRow(Row):
    """What can be added to a block: keys from a list, or a name that is typed."""

    def __init__(self, row: FormRow, hand: Hand) -> None:
        super().__init__(row, hand)
        line = in_row(margins=0)
        self.button: QToolButton | None = None
        self.line: CodeLine | None = None
        if row.free:
            self.line = self.watch(CodeLine(f"Add to {row.label}", self._complete, cell=True))
            self.line.setPlaceholderText(_hint(row))
            self.line.committed.connect(self._named)
            line.addWidget(self.line, 1)
        else:
            self.button = _menu_button(row)
            line.addWidget(self.button)
            line.addStretch(1)
        join(self._whole, line)
        self.show_row(row)

    @override
    def show_row(self, row: FormRow) -> None:
        if self.button is not None and (self.button.menu() is None or row.keys != self.row.keys):
            self.button.setMenu(_menu(self.button, row, self.hand))
        super().show_row(row)

    @override
    def show_problems(self, problems: Sequence[FormProblem]) -> None:
        super().show_problems(())

    @override
    def lines(self) -> Mapping[str, CodeLine]:
        return {"add": self.line} if self.line is not None else {}

    @override
    def places(self) -> Sequence[QWidget]:
        return tuple(one for one in (self.line, self.button) if one is not None)

    def _complete(self, typed: str, at: int) -> Completions:
        """Returns the names that can stand here, and behind one what its expression can hold."""
        named = _NAMED.fullmatch(typed)
        begin = named.start("value") if named is not None else -1
        if named is None or begin < 0 or at < begin:
            return self.hand.completes(self.row.path, key=True)(typed, at)
        begin += len(typed[begin:at]) - len(typed[begin:at].lstrip())
        found = self.hand.completes((*self.row.path, named["name"]))(typed[begin:], at - begin)
        return replace(found, start=found.start + begin, end=found.end + begin)

    def _named(self, typed: str) -> None:
        found = _NAMED.fullmatch(typed)
        if self.line is None or not typed.strip():
            return
        if found is None:
            self.tell(f"{typed.strip()} is no name: write name = expression, or name: expression")
            return
        self.clear_refused()
        path, value = (*self.row.path, found["name"]), found["value"] or ""
        place = self.row.place.inside(path[-1]) if self.row.place is not None else None
        if value.strip():
            row = FormRow(path=path, kind=RowKind.LINE, place=place, own_name=True)
            change = lambda document: with_line(document, row, value)  # noqa: E731
            self.hand.edit(f"Add {told_of(row)}", change, self.tell)
            self.line.show_text("")
        else:
            self.line.show_text("")
            self.hand.add(path)


def _menu_button(row: FormRow) -> QToolButton:
    button = QToolButton()
    button.setText("Add …")
    button.setIcon(icon("plus", "muted"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(f"Add to {row.label}")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # what is added is typed here, also after a click
    return button


def _menu(button: QToolButton, row: FormRow, hand: Hand) -> QMenu:
    """Makes the menu of what can be added: the usual keys, and the others below "More"."""
    menu = LetterMenu(button)
    usual = [one for one in row.keys if one[0] not in RARE]
    rare = [one for one in row.keys if one[0] in RARE]
    _offer(menu, usual or rare, row, hand)
    if usual and rare:
        more = LetterMenu(menu)
        more.setTitle("More")
        _offer(more, rare, row, hand)
        menu.addSeparator()
        menu.addMenu(more)
    return menu


def _offer(menu: QMenu, keys: Sequence[tuple[str, str]], row: FormRow, hand: Hand) -> None:
    for key, words in keys:
        act = menu.addAction(f"{key}   {words}".replace("&", "&&"))
        act.triggered.connect(partial(_added, hand, (*row.path, key)))


def _added(hand: Hand, path: Path, _checked: bool = False) -> None:  # a signal's argument
    hand.add(path)


def _hint(row: FormRow) -> str:
    place = row.place
    inside = place.inside("x") if place is not None else None
    blocks = inside is not None and (inside.model is not None or inside.inner is not None)
    return "+ name" if blocks else "+ name = expression"
