"""A scenario as Given, When and Then: its lines are added, edited, moved, removed, and say how they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.board.asking import Asking, Entered, Offer
from workbench.gui.board.board_entry import BoardEntry
from workbench.gui.layouts import in_column, in_row
from workbench.gui.paged_model import ListSource, Row, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.views.scenario_result import told_first
from workbench.gui.views.step_form import StepForm
from workbench.gui.widgets import Banner, plain_label
from workbench.model.scenario import Facts, ScenarioResult, Sign
from workbench.model.text_folding import folded
from workbench.project.scenarios import write_item
from workbench.services.scenarios.scenario_edits import (
    exchanged_step,
    moved_step,
    with_step,
    without_step,
)
from workbench.services.scenarios.step_forms import StepKind, begun, form_of, head_of, kinds
from workbench.services.scenarios.step_results import StepLine, step_lines, with_found, words_of_left

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.tusk import Document

SIGNS: Mapping[str, tuple[str, str]] = {
    Sign.SAME: ("ok", "as expected"),
    Sign.DIFFERENT: ("error", "differs"),
    Sign.MISSING: ("error", "did not come"),
    Sign.UNEXPECTED: ("error", "not expected"),
    Sign.BESIDE: ("neutral", "came as well"),
    "earlier": ("error", "came earlier"),
    "later": ("error", "came later"),
}
NOTHING = {
    "given": "Nothing yet: press G",
    "when": "Nothing yet: press W",
    "then": "Nothing is said: press T, or take what came (Ctrl+Enter)",
}
COLUMNS = (
    TableColumn("", width=56),
    TableColumn("What", width=150, stretch=True),
    TableColumn("Last run", width=118, badge=SIGNS.get),
    TableColumn(
        "Time",
        width=66,
        text=lambda time: time[0],
        tip=lambda time: time[1],
        about="How long after the scenario's beginning it came",
    ),
)
WHAT, TIME = 1, 3
"""The columns of words and of times."""
NO_TIME = ("", "")
TAKE = "Ctrl+Enter / Ctrl+Return"
QUICK = 100
"""Items whose words are made without leaving the loop."""
MOST = 60
"""Offers that are listed at once; a word more narrows them."""


class ScenarioSteps(QWidget):
    """The lines of one scenario.

    Signals:
        changed: A label, and the change of the file's document.
        asking: Whether a form is shown, which wants room.
    """

    changed = Signal(str, object)
    asking = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._document: Document | None = None
        self._name = ""
        self._lines: list[StepLine] = []
        self._added: tuple[str, int] | None = None
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Given, when, then")
        self.table.set_multi()
        self.form = StepForm(desk)
        self.form.left.connect(self._back)
        self.trouble = Banner("error", "")
        self.trouble.hide()
        self.whole = plain_label("", wrap=True)
        self.whole.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.whole.setMargin(6)
        self.whole.hide()
        self.table.row_chosen.connect(self._show_whole)
        self.entry = BoardEntry(self)
        self._reading = Question(self, desk, self._show_lines, "Show the scenario")
        self.acts = Actions(self, self)
        self.pages = QStackedLayout(self)
        self.pages.addWidget(self._page())
        self.pages.addWidget(self.form)
        self.pages.currentChanged.connect(lambda at: self.asking.emit(at == 1))
        self.setFocusProxy(self.table)
        self.acts.offer()

    def _page(self) -> QWidget:
        page = QWidget()
        bar = in_row(spacing=4)
        for key in ("add_given", "add_when", "add_then"):
            bar.addWidget(self.acts.button(key))
        bar.addStretch(1)
        bar.addWidget(self.acts.button("take_all"))
        in_column(bar, self.trouble, (self.table, 1), self.whole, of=page, margins=(0, 4, 0, 0), spacing=4)
        return page

    def _show_whole(self, row: Row | None) -> None:
        """Says below the list all of a line that has no room in it."""
        words = str(row[1]).strip() if row is not None else ""
        room = self.table.columnWidth(WHAT) - 2 * self.whole.margin()
        self.whole.setText(words)
        self.whole.setVisible(self.fontMetrics().horizontalAdvance(words) > room)

    # -- what is shown --------------------------------------------------------------------------------------

    def show_scenario(self, document: Document | None, name: str, result: ScenarioResult | None) -> None:
        """Shows a scenario as it is written, with what came of its last run.

        Args:
            result: None where it was not run as it is.
        """
        if (self._document and self._document.file, self._name) != (document and document.file, name):
            self.form.close_form()
            self.entry.leave()
            self.pages.setCurrentIndex(0)
        self._document, self._name = document, name
        self._reading.ask(partial(_read, document, name, result), (document and document.file, name))
        trouble = told_first(result) if result is not None else ""
        self.trouble.set("error", trouble)
        self.trouble.setVisible(bool(trouble))
        self.acts.refresh()

    def _show_lines(self, found: Sequence[StepLine] | None) -> None:
        self._lines = [*found] if found is not None else []
        rows = list(_rows(self._lines)) if found is not None else []
        self.table.refresh(ListSource(rows, lambda row: row[4]))
        self.table.setColumnHidden(TIME, not any(line.came for line in self._lines))
        self._show_whole(self.table.current_row())
        if self._added is not None:
            self.table.choose_key(f"{self._added[0]} {self._added[1]}")
            self._added = None
        self.acts.refresh()

    def _back(self) -> None:
        self.pages.setCurrentIndex(0)
        self.table.setFocus()

    # -- adding ---------------------------------------------------------------------------------------------

    def _no_change(self, _rows: object = None) -> str:
        if self._document is None or self._name not in self._document.top.entries:
            return "No scenario is chosen"
        return ""

    @action(
        "Given …", keys="G", icon="plus", tip="Add what had happened", on="table", anyway=True, why=_no_change
    )
    def add_given(self, _rows: ChosenRows | None = None) -> None:
        """Asks for an event that had happened."""
        self._ask("given", "Given: what had happened?")

    @action("When …", keys="W", icon="plus", tip="Add what is done", on="table", anyway=True, why=_no_change)
    def add_when(self, _rows: ChosenRows | None = None) -> None:
        """Asks for what is done."""
        self._ask("when", "When: what is done?")

    @action(
        "Then …", keys="T", icon="plus", tip="Add what must follow", on="table", anyway=True, why=_no_change
    )
    def add_then(self, _rows: ChosenRows | None = None) -> None:
        """Asks for what must follow, or must not."""
        self._ask("then", "Then: what must follow?")

    def _ask(self, part: str, title: str) -> None:
        found = {one.words: one for one in kinds(self._desk.workspace.registry, part)}
        take, fits = partial(self._entered, found), partial(_offers, tuple(found.values()))
        self.entry.ask(Asking(title=title, sign="scenario", take=take, fits=fits), QPoint(8, 40))

    def _entered(self, found: Mapping[str, StepKind], entered: Entered) -> None:
        kind = found.get(entered.offer.name if entered.offer is not None else entered.text)
        if kind is None:
            self.entry.tell("Nothing of that name can stand here." if entered.text else "Say what it is.")
            return
        self.entry.leave()
        self._add(kind)

    def _add(self, kind: StepKind) -> None:
        facts = begun(self._desk.workspace.registry, kind, self._steps())
        number = self._behind(kind.part)
        if (
            isinstance(facts, str)
            or not form_of(self._desk.workspace.registry, kind.part, facts)["properties"]
        ):
            self._put(kind, number, facts)
            return
        key = f"scenario/{self._name}/{kind.part}/{kind.words}"
        self.form.ask(
            f"{kind.part.title()}: {kind.words}", kind.part, facts, key, partial(self._put, kind, number)
        )
        self.pages.setCurrentWidget(self.form)

    def _put(self, kind: StepKind, number: int, facts: Facts | str) -> None:
        self._back()
        self._added = (kind.part, number)
        written = write_item(facts)
        self._change(f"Add {kind.words}", partial(with_step, part=kind.part, number=number, written=written))

    def _steps(self) -> list[Any]:
        return [line.step for line in self._lines if line.step is not None]

    def _behind(self, part: str) -> int:
        """Returns the number for something new: behind what is chosen, else behind all."""
        row = self.table.current_row()
        line = row[5] if row is not None else None
        if line is not None and line.part == part and line.step is not None:
            return int(line.number) + 1
        return sum(1 for one in self._lines if one.step is not None and one.part == part)

    # -- changing -------------------------------------------------------------------------------------------

    def _no_item(self, rows: ChosenRows | None) -> str:
        line = rows.row[5] if rows is not None else None
        return self._no_change() or ("" if line is not None and line.step else "It is not written")

    def _no_form(self, rows: ChosenRows | None) -> str:
        line = rows.row[5] if rows is not None else None
        if line is not None and line.step is None:
            return self._no_take(rows)
        if line is not None and not _facts_of(line):
            return "It stands for several lines: edit it in the text"
        return self._no_item(rows)

    @action("Edit …", icon="edit", on="table", default=True, why=_no_form)
    def edit(self, rows: ChosenRows) -> None:
        """Shows the form of an item; what came and is not written is taken over instead."""
        line: StepLine = rows.row[5]
        facts = _facts_of(line)
        if line.step is None:
            self.take(rows)
        elif facts:
            head = head_of(facts, line.part).replace("_", " ")
            title = f"{line.part.title()}: {head} {_subject(facts, line.part)}"
            title += f", in the place of ${line.step.variable}" if line.step.variable else ""
            key = f"scenario/{self._name}/{line.part}/{line.number}"
            self.form.ask(title, line.part, facts, key, partial(self._exchange, line))
            self.pages.setCurrentWidget(self.form)

    def _exchange(self, line: StepLine, facts: Facts) -> None:
        self._back()
        written = write_item(facts)
        change = partial(exchanged_step, part=line.part, number=line.number, written=written)
        self._change(f"Edit {line.part} {_subject(facts, line.part)}", change)

    @action("Remove", keys="Del", icon="purge", on="table", why=_no_item)
    def remove(self, rows: ChosenRows) -> None:
        """Removes the chosen items."""
        found = [one for one in self._chosen(rows) if one.step is not None]
        self._change("Remove a line" if len(found) == 1 else "Remove lines", partial(_without, lines=found))

    @action("Move up", keys="Alt+Up", icon="chevron-up", on="table", why=_no_item)
    def move_up(self, rows: ChosenRows) -> None:
        """Puts an item before the one above."""
        self._move(rows.row[5], -1)

    @action("Move down", keys="Alt+Down", icon="chevron-down", on="table", why=_no_item)
    def move_down(self, rows: ChosenRows) -> None:
        """Puts an item behind the one below."""
        self._move(rows.row[5], 1)

    def _move(self, line: StepLine, by: int) -> None:
        last = sum(1 for one in self._lines if one.step is not None and one.part == line.part) - 1
        if 0 <= line.number + by <= last:
            self._added = (line.part, line.number + by)
            self._change("Move a line", partial(moved_step, part=line.part, number=line.number, by=by))

    # -- what came ------------------------------------------------------------------------------------------

    def _no_take(self, rows: ChosenRows | None) -> str:
        found = any(one.can_take for one in self._chosen(rows)) if rows is not None else False
        return self._no_change() or ("" if found else "It is as expected, or was not run")

    def _none(self, rows: ChosenRows | None) -> str:
        return self._none_to_take() if self._no_take(rows) else ""

    @action("Take what came", keys=TAKE, icon="check", on="table", anyway=True, why=_none)
    def take(self, rows: ChosenRows | None = None) -> None:
        """Writes what came as what is expected: of the chosen lines, else of all."""
        chosen = self._chosen(rows) if rows is not None else []
        self._take(chosen if any(one.can_take for one in chosen) else self._takeable())

    def _takeable(self) -> list[StepLine]:
        """Returns what is not as expected; where all is, what came as well."""
        found = [one for one in self._lines if one.can_take and one.sign is not None]
        wrong = [one for one in self._lines if one.sign is not None and not one.sign.good]
        return wrong if any(one in found for one in wrong) else [one for one in found if one.step is None]

    def _none_to_take(self) -> str:
        return self._no_change() or ("" if self._takeable() else "All is as expected, or was not run")

    @action(
        "Take all that came",
        icon="check",
        word="Take all",
        tip="Write what came as what is expected",
        why=_none_to_take,
    )
    def take_all(self) -> None:
        """Writes what came in the place of what did not; where all is as expected, what came as well."""
        self._take(self._takeable())

    def _take(self, lines: Sequence[StepLine]) -> None:
        self._change("Take what came", partial(with_found, lines=lines))
        if said := words_of_left(lines):
            self._desk.notice("info", said)

    # -- doing ----------------------------------------------------------------------------------------------

    def _chosen(self, rows: ChosenRows) -> list[StepLine]:
        chosen = {str(key).partition(" !")[0] for key in rows.keys}
        return [one for one in self._lines if _key(one) in chosen]

    def _change(self, label: str, change: Callable[..., Document]) -> None:
        self.changed.emit(label, partial(change, name=self._name))


def _read(document: Document | None, name: str, result: ScenarioResult | None) -> list[StepLine] | None:
    """Returns the lines of a scenario, None where there is none; those of a long one beside the loop."""
    entry = document.top.entries.get(name) if document is not None else None
    if document is None or entry is None:
        return None
    parts = entry.value.scope.entries.values() if entry.value.scope is not None else ()
    if sum(len(one.value.items) for one in parts) > QUICK:
        takes_time()
    return step_lines(document, name, result)


def _without(document: Document, name: str, lines: Sequence[StepLine]) -> Document:
    for line in sorted(lines, key=lambda one: one.number, reverse=True):
        document = without_step(document, name, line.part, line.number)
    return document


def _key(line: StepLine) -> str:
    return (
        f"{line.part} {line.number}" if line.step is not None else f"{line.part} {line.number} {line.words}"
    )


def _rows(lines: Sequence[StepLine]) -> list[Row]:
    """Returns the rows: the part, words, sign, time, key and the line; what differs stands below its line."""
    rows: list[Row] = []
    for part, nothing in NOTHING.items():
        found = [one for one in lines if one.part == part]
        title = part.title()
        if not any(one.step is not None for one in found):
            rows.append((title, nothing, None, NO_TIME, f"{part} nothing", None))
            title = ""
        for line in found:
            time = (line.came, line.at if line.came else "")
            rows.append((title, line.words, line.moved or line.sign, time, _key(line), line))
            title = ""
            for at, one in enumerate(line.contrasts):
                said = f"      {one.path}: {one.expected or 'nothing'} expected"
                said = f"{said}, {one.happened or 'nothing'} came"
                rows.append(("", said, None, NO_TIME, f"{_key(line)} !{at}", line))
    return rows


def _offers(found: Sequence[StepKind], typed: str) -> list[Offer]:
    words = folded(typed).split()
    fits = [one for one in found if all(word in folded(one.words) for word in words)]
    return [Offer(text=one.words, name=one.words, icon=one.icon) for one in fits[:MOST]]


def _facts_of(line: StepLine) -> Facts:
    """Returns what an item says where it is one thing that a form can show."""
    said = line.step.said if line.step is not None else ()
    return said[0] if len(said) == 1 and isinstance(said[0], Mapping) else {}


def _subject(facts: Facts, part: str) -> str:
    return str(facts.get(head_of(facts, part), ""))
