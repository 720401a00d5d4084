"""Shows a scenario that was recorded from history, lets it be named, and says how its first run went."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
)

from workbench.errors import InvalidName
from workbench.gui.design_steps import stepped
from workbench.gui.drafts import DraftKeeper
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.loop import finished
from workbench.gui.theme import code_font
from workbench.gui.widgets import Banner, plain_label
from workbench.model.counts import counted
from workbench.model.json_values import check_new_name
from workbench.model.scenario import Scenario
from workbench.project.scenarios import FOLDER, file_name, write_scenario
from workbench.services.scenarios import Recorded, tell
from workbench.services.scenarios.scenario_edits import added

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk
    from workbench.services.design.design_text import DesignText


async def keep_recorded(parent: QWidget, desk: Desk, recorded: Recorded, place: str) -> None:
    """Asks under which name to keep a recorded scenario, and keeps it in a file of its own.

    Args:
        place: What it was recorded from, in words.
    """
    dialog = RecordDialog(parent, recorded, desk, place)
    try:
        if not await finished(dialog):
            if dialog.explores:
                desk.explore_scenario.emit(dialog.scenario())
            return
        scenario = dialog.scenario()
        written = write_scenario(scenario, desk.workspace.registry)
        files: list[str] = []

        def change(text: DesignText) -> DesignText:
            made, file = added(text, written, name=scenario.name)
            files.append(file)
            return made

        apply = partial(desk.workspace.design.apply, f"Record scenario “{scenario.name}”", change)
        state = await stepped(desk, apply)
        dialog.drafts.settle()
        desk.scenario = ("", "")  # it says all: what is pointed at next begins another
        if not state.refused:
            kept = "a draft for" if state.problems else "kept in"
            desk.notice("ok", f"The scenario is {kept} {files[-1]}.")
        desk.project_saved.emit()
        desk.wanted.emit("scenarios")
    finally:
        dialog.deleteLater()


class RecordDialog(QDialog):
    """Asks for the sentence that a recorded scenario shows; accepted when it is to be saved.

    Args:
        place: The event that it was recorded from, in words.

    Attributes:
        explores: Its orders are to be explored, and it is not saved.
    """

    def __init__(self, parent: QWidget, recorded: Recorded, desk: Desk, place: str) -> None:
        super().__init__(parent)
        self.setObjectName("record-dialog")
        self.setWindowTitle("Record as scenario")
        self.setMinimumSize(660, 440)
        self._recorded, self._registry = recorded, desk.workspace.registry
        self.explores = False
        self.drafts = DraftKeeper(desk, self._typed, self._type_in, self._begin_again)
        self.name = QLineEdit(recorded.scenario.name)
        self.name.setObjectName("scenario-name")
        self.name.setAccessibleName("What it shows")
        self.name.setPlaceholderText("A sentence, such as: A suspension needs a reason")
        self.name.selectAll()
        self.name.textChanged.connect(self._judge)
        self.file = plain_label("", "muted", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(code_font())
        self.text.setAccessibleName("Text of the scenario")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        result = recorded.result
        said = "Its first run passed." if result.passed else f"Its first run did not pass.\n{tell(result)}"
        kind = "ok" if result.passed and not recorded.differs else "warning"
        self.banner = Banner(kind, "\n".join([*recorded.differs, said]))
        form = QFormLayout()
        form.addRow("What it shows", self.name)
        form.addRow("File", self.file)
        in_column(
            plain_label(_story(recorded.scenario), "muted", wrap=True),
            self.drafts,
            form,
            (self.text, 1),
            self.banner,
            self._answers(),
            of=self,
            margins=16,
            spacing=10,
        )
        self._judge()
        self.drafts.turn_to(f"record/{place}", f"the name of the scenario of {place}")
        self.name.textChanged.connect(self.drafts.note)

    def _typed(self) -> str:
        return "" if self.name.text() == self._recorded.scenario.name else self.name.text()

    def _type_in(self, name: str) -> list[str]:
        self.name.setText(name)
        return []

    def _begin_again(self) -> None:
        self.name.setText(self._recorded.scenario.name)

    def _answers(self) -> QHBoxLayout:
        self.save = QPushButton("Save scenario")
        self.save.setObjectName("scenario-save")
        self.save.setProperty("primary", True)
        self.save.setIcon(icon("save", "on_accent"))
        self.save.setDefault(True)
        self.save.clicked.connect(self.accept)
        self.explore = QPushButton("Explore its orders")
        self.explore.setToolTip("Look for an order in which it goes wrong; it is not saved")
        self.explore.setAutoDefault(False)
        self.explore.clicked.connect(self._explore)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        return in_row(self.explore, 1, cancel, self.save)

    def _explore(self) -> None:
        self.explores = True
        self.reject()

    def scenario(self) -> Scenario:
        """Returns the scenario under the name that stands in the line."""
        return replace(self._recorded.scenario, name=self.name.text().strip())

    def _judge(self) -> None:
        scenario = self.scenario()
        try:
            check_new_name(scenario.name, what="the sentence")
            said = f"{FOLDER}/{file_name(scenario.name)}"
            good = True
        except InvalidName as error:
            said, good = f"{error.message[0].upper()}{error.message[1:]}.", False
        self.file.setText(said)
        self.name.setProperty("invalid", not good)
        self.name.style().polish(self.name)
        self.save.setEnabled(good)
        self.text.setPlainText(write_scenario(scenario, self._registry))


def _story(scenario: Scenario) -> str:
    given, done, made = len(scenario.given), len(scenario.when), len(scenario.then)
    before = f"Given the {counted(given, 'event')} before, when" if given else "When"
    again = "the command is" if done == 1 else f"the {done:,} commands are"
    return f"{before} {again} issued again, then {counted(made, 'thing')} must follow."
