"""One scenario: its lines, what came of its last run, its exact text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.gui.layouts import Tabs, in_column
from workbench.gui.views.scenario_result import ResultView
from workbench.gui.views.scenario_steps import ScenarioSteps
from workbench.gui.views.scenario_text import ScenarioText, drafted_files
from workbench.gui.widgets import ElidedLabel, plain_label

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.views.scenario_lines import ScenarioLine
    from workbench.gui.views.scenario_writing import ScenarioWriting
    from workbench.services.scenarios.scenario_status import ScenarioRun
    from workbench.tusk import Document


DRAFT = "what is typed in its text is not written"


class ScenarioDetail(QWidget):
    """Shows the chosen scenario; what is changed in it is a step of the design."""

    def __init__(self, desk: Desk, writing: ScenarioWriting) -> None:
        super().__init__()
        self._desk, self._writing = desk, writing
        self._verdicts = desk.workspace.scenarios
        self._entry: ScenarioLine | None = None
        self._shown: tuple[ScenarioLine | None, ScenarioRun | None, bool] | None = None
        self.name = ElidedLabel("heading")
        self.place = plain_label("", "muted")
        self.steps, self.result, self.text = ScenarioSteps(desk), ResultView(), ScenarioText(desk)
        self.tabs = Tabs()
        for widget, title in (
            (self.steps, "Scenario"),
            (self.result, "Result"),
            (self.text, "Text"),
        ):
            self.tabs.addTab(widget, title)
        self.tabs.currentChanged.connect(lambda _at: self._show_tab())
        self.steps.changed.connect(self._change)
        writing.told.connect(self._show_steps)
        in_column(self.name, self.place, (self.tabs, 1), of=self, margins=(6, 0, 0, 0), spacing=2)

    def show_entry(self, entry: ScenarioLine | None, verdict: ScenarioRun | None, *, old: bool) -> None:
        """Shows a line of the list, its verdict and its text, unless all of it is shown already.

        Args:
            old: The verdict is of an earlier model or text.
        """
        if self._shown == (entry, verdict, old):
            return
        self._shown, self._entry = (entry, verdict, old), entry
        self.name.setText(entry.name if entry is not None else "")
        self.show_place()
        self._show_steps()
        if entry is None:
            self.result.say()
            self._show_tab()
            return
        if verdict is not None:
            self.result.show_result(verdict.result, old=old)
        elif entry.scenario is not None:
            self.result.say("This scenario was not run yet.")
        else:
            self.result.say(*map(str, entry.file.problems))
            self.tabs.setCurrentWidget(self.result)
        self._show_tab()

    def show_place(self) -> None:
        """Says where the chosen scenario stands, and whether its text has what is not written."""
        entry = self._entry
        drafted = entry is not None and entry.file.name in drafted_files(self._desk)
        place = f"{entry.file.name}, line {entry.line:,}" if entry is not None else ""
        self.place.setText(f"{place}  ·  {DRAFT}" if drafted else place)
        self.tabs.setTabText(self.tabs.indexOf(self.text), "Text, draft" if drafted else "Text")

    def _show_tab(self) -> None:
        """Shows what is read only where it is seen."""
        if self.tabs.currentWidget() is self.text:
            if self._entry is not None:
                self.text.show_file(self._entry.file.name, self._entry.line)
            else:
                self.text.stays()

    def keeps(self) -> bool:
        """Whether the text of a file that is gone stands here, which can be written again."""
        return self.tabs.currentWidget() is self.text and self.text.stays()

    def show_text(self) -> None:
        """Shows the text of the file at the scenario's place."""
        self.tabs.setCurrentWidget(self.text)
        if self.text.page is not None:
            self.text.page.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_steps(self) -> None:
        """Shows what is written in the chosen scenario, as the files say it now."""
        scenario = self._entry.scenario if self._entry is not None else None
        if scenario is None:
            self.steps.show_scenario(None, "", None)
            return
        verdict = self._verdicts.of(scenario) if self._verdicts.holds(scenario) else None
        document = self._writing.state.text.scenarios.get(scenario.place.file)
        self.steps.show_scenario(document, scenario.name, verdict.result if verdict is not None else None)

    def _change(self, label: str, change: Callable[[Document], Document]) -> None:
        if self._entry is not None:
            self._writing.change(self._entry.file.name, label, change)
