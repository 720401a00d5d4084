"""What is done to whole scenarios in their list: new, renamed, copied, removed; undone and done again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.board.asking import Asking, Entered
from workbench.gui.board.board_entry import BoardEntry
from workbench.gui.design_steps import STEPS, DesignSteps
from workbench.gui.reads import Question
from workbench.gui.table_actions import ChosenRows
from workbench.gui.widgets import error_text
from workbench.model.scenario import Scenario
from workbench.services.design.design_state import DesignState
from workbench.services.scenarios.scenario_edits import (
    added,
    doubled,
    free_name,
    in_file,
    new_scenario,
    renamed,
    without,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk
    from workbench.gui.table import FastTableView
    from workbench.services.design.design_text import DesignText
    from workbench.tusk import Document


class ScenarioWriting(DesignSteps):
    """Changes scenario files by steps of the design.

    Attributes:
        wanted: Title of the scenario that is to be chosen as soon as it is listed.

    Signals:
        told: The state is another.
    """

    told = Signal()

    def __init__(self, desk: Desk, view: QWidget, table: FastTableView) -> None:
        super().__init__(desk, table, view)
        self.table = table
        self.wanted = ""
        self.entry = BoardEntry(table)
        self._reading = Question(
            self, desk, self._show, partial(self.tell_unread, what="Reading the scenarios")
        )
        self.acts = Actions(self, view)
        self.acts.offer()

    @override
    def shows(self, file: str) -> bool:
        return not super().shows(file)

    @override
    def follow(self) -> None:
        self._reading.ask(self.read_state)

    def _show(self, state: DesignState) -> None:
        self.settled(state)
        self.state = state
        self.acts.refresh()
        self.told.emit()

    # -- scenarios ------------------------------------------------------------------------------------------

    def _no_scenario(self, rows: ChosenRows | None) -> str:
        chosen = rows is not None and rows.row[4].scenario is not None
        return "" if chosen else "Its file has mistakes: fix it in the text"

    @action("New scenario …", keys="Ins / N", icon="plus", word="New", on="table", group=2, anyway=True)
    def new(self, rows: ChosenRows | None = None) -> None:
        """Asks what a new scenario shows; it stands in the file of the chosen one."""
        file = rows.row[4].file.name if rows is not None else ""
        self._ask(
            "What does it show?", "", partial(self._new, file if file in self.state.text.scenarios else "")
        )

    def _new(self, file: str, name: str) -> None:
        def change(text: DesignText) -> DesignText:
            made, where = added(text, new_scenario(name), file=file, name=name)
            self.wanted = f"{where}: {name}"
            return made

        self.do(f"Add scenario “{name}”", change, partial(self.desk.wanted.emit, "scenarios"))

    @action("Rename …", keys="F2", icon="edit", on="table", group=2, why=_no_scenario)
    def rename(self, rows: ChosenRows) -> None:
        """Asks for another name."""
        one: Scenario = rows.row[4].scenario
        self._ask("What does it show?", one.name, partial(self._rename, one))

    def _rename(self, one: Scenario, name: str) -> None:
        def change(text: DesignText) -> DesignText:
            made, where = renamed(text, one.place.file, one.name, name)
            self.wanted = f"{where}: {name}"
            return made

        def ended() -> None:
            self.desk.scenario = ("", "")  # what is pointed at next begins another

        if name != one.name:
            self.do(f"Rename scenario “{one.name}”", change, ended)

    @action("Duplicate", keys="Ctrl+D", icon="copy", on="table", group=2, why=_no_scenario)
    def duplicate(self, rows: ChosenRows) -> None:
        """Makes a copy behind a scenario."""
        one: Scenario = rows.row[4].scenario
        new = free_name(self.state.text.scenarios.get(one.place.file), one.name)
        self.wanted = f"{one.place.file}: {new}"
        self.change(
            one.place.file, f"Duplicate scenario “{one.name}”", partial(doubled, name=one.name, new=new)
        )

    @action("Remove", keys="Del", icon="purge", on="table", group=2, why=_no_scenario)
    def remove(self, rows: ChosenRows) -> None:
        """Removes a scenario; it can be undone."""
        one: Scenario = rows.row[4].scenario
        label, change = f"Remove scenario “{one.name}”", partial(without, name=one.name)
        said = f"Removed scenario “{one.name}” from {one.place.file}."
        tell = partial(self.desk.notice, "ok", said, ("Undo", self.undo), topic=STEPS)
        self.do(label, in_file(one.place.file, change), tell)

    # -- doing ----------------------------------------------------------------------------------------------

    def _ask(self, title: str, text: str, take: Callable[[str], None]) -> None:
        def entered(found: Entered) -> None:
            if found.text:
                take(found.text)
            else:
                self.entry.tell("Say in a sentence what it shows.")

        hint = "A suspension needs a reason"
        self.entry.ask(Asking(title=title, sign="scenario", take=entered, text=text, hint=hint), QPoint(8, 8))

    def change(self, file: str, label: str, change: Callable[[Document], Document]) -> None:
        """Changes a file, as a step that can be undone."""
        self.do(label, in_file(file, change))

    @override
    def take(self, state: DesignState) -> None:
        self.entry.leave()
        if self.wanted:  # what is pointed at elsewhere goes there
            file, _, name = self.wanted.partition(": ")
            self.desk.scenario = (file, name)
        self._show(state)
        self.desk.run(self.desk.workspace.scenarios.look(run=True), "Run the scenarios")

    @override
    def tell_refused(self, label: str, error: Exception) -> None:
        self.wanted = ""
        if self.entry.isVisible():
            self.entry.tell(error_text(error))
        else:
            self.desk.fail(label, error)
