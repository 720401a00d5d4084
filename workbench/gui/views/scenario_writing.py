"""What is done to whole scenarios in their list: new, renamed, copied, removed; undone and done again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal

from workbench.errors import CallerError, WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.board.board_entry import Asking, BoardEntry, Entered
from workbench.gui.reads import Question, takes_time
from workbench.gui.table_actions import ChosenRows
from workbench.gui.widgets import error_text
from workbench.model.scenario import Scenario
from workbench.services.design.design import DesignState
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

QUICK = 200
"""Commands, events and items of scenarios whose files are read without leaving the loop."""


class ScenarioWriting(QObject):
    """Changes scenario files by steps of the design.

    Attributes:
        state: Where the design stands.
        wanted: Title of the scenario that is to be chosen as soon as it is listed.

    Signals:
        told: The state is another.
    """

    told = Signal()

    def __init__(self, desk: Desk, view: QWidget, table: FastTableView) -> None:
        super().__init__(view)
        self.desk, self.table = desk, table
        self.state = DesignState()
        self.wanted = ""
        self.entry = BoardEntry(table)
        self._reading = Question(self, desk, self._show, partial(desk.fail, "Reading the scenarios"))
        self.acts = Actions(self, view)
        self.acts.offer()

    def follow(self) -> None:
        """Reads where the design stands."""
        self._reading.ask(self._read)

    def _read(self) -> DesignState:
        registry, listed = self.desk.workspace.registry, self.desk.workspace.scenarios.all()
        items = sum(len(one.given) + len(one.when) + len(one.then) for one in listed)
        if len(registry.events) + len(registry.commands) + items > QUICK:
            takes_time()
        return self.desk.workspace.design.state()

    def _show(self, state: DesignState) -> None:
        self.state = state
        self.acts.refresh()
        self.told.emit()

    # -- scenarios ------------------------------------------------------------------------------------------

    def _no_change(self, _rows: object = None) -> str:
        return self.desk.read_only()

    def _no_scenario(self, rows: ChosenRows | None) -> str:
        chosen = rows is not None and rows.row[4].scenario is not None
        return self.desk.read_only() or ("" if chosen else "Its file has mistakes: fix it in the text")

    @action(
        "New scenario …",
        keys="Ins / N",
        icon="plus",
        word="New",
        on="table",
        group=2,
        anyway=True,
        why=_no_change,
    )
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

        self.do(f"Add scenario “{name}”", change)

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

        if name != one.name:
            self.do(f"Rename scenario “{one.name}”", change)

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
        self.change(one.place.file, f"Remove scenario “{one.name}”", partial(without, name=one.name))

    # -- undo -----------------------------------------------------------------------------------------------

    @action(
        "Undo",
        keys="Ctrl+Z",
        icon="undo",
        on="table",
        group=4,
        anyway=True,
        look=lambda writing, _rows: (f"Undo {writing.state.undo}" if writing.state.undo else "Undo", "undo"),
        why=lambda writing, _rows: "" if writing.state.undo else "There is nothing to undo",
    )
    def undo(self, _rows: ChosenRows | None = None) -> None:
        """Takes the last step of the design back."""
        self._step(self.desk.workspace.design.undo, "Undo")

    @action(
        "Redo",
        keys="Ctrl+Shift+Z / Ctrl+Y",
        icon="redo",
        on="table",
        group=4,
        anyway=True,
        look=lambda writing, _rows: (f"Redo {writing.state.redo}" if writing.state.redo else "Redo", "redo"),
        why=lambda writing, _rows: "" if writing.state.redo else "There is nothing to redo",
    )
    def redo(self, _rows: ChosenRows | None = None) -> None:
        """Does again what was taken back."""
        self._step(self.desk.workspace.design.redo, "Redo")

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

    def do(self, label: str, change: Callable[[DesignText], DesignText]) -> None:
        """Changes the texts, as a step that can be undone; what was written is run."""
        self._step(partial(self.desk.workspace.design.apply, label, change), label)

    def _step(self, work: Callable[[], DesignState], label: str) -> None:
        self.desk.run(self._run(work, label), label)

    async def _run(self, work: Callable[[], DesignState], label: str) -> None:
        try:
            state = await asyncio.to_thread(work)
        except (CallerError, WorkbenchError) as error:
            self.wanted = ""
            if self.entry.isVisible():
                self.entry.tell(error_text(error))
            else:
                self.desk.fail(label, error)
            return
        self.entry.leave()
        if self.wanted:  # what is pointed at elsewhere goes there
            file, _, name = self.wanted.partition(": ")
            self.desk.scenario = (file, name)
        self._show(state)
        self.desk.project_saved.emit()
        await self.desk.workspace.scenarios.look(run=True)
