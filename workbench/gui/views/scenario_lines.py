"""The lines of the list of scenarios: what each is, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.gui.paged_model import Row, TableColumn
from workbench.model.scenario import Scenario, ScenarioResult
from workbench.project.scenarios import FOLDER, ScenarioFile

STATES = {
    "": ("neutral", "not run"),
    "running": ("info", "running"),
    "passed": ("ok", "passed"),
    "passed, asserts nothing": ("warning", "asserts nothing"),
    "passed, guards": ("ok", "guards only"),
    "failed": ("error", "failed"),
    "broken": ("error", "broken"),
    "mistakes": ("warning", "mistakes"),
    "passed before": ("neutral", "passed before"),
    "failed before": ("neutral", "failed before"),
    "broken before": ("neutral", "broken before"),
}
"""What badges say of a scenario; *before* was a model or a text of it that is no longer there (V3)."""
COLUMNS = (
    TableColumn("State", width=124, badge=STATES.get),
    TableColumn("Scenario", width=150, stretch=True),
    TableColumn("File", width=108),
    TableColumn(
        "Took", width=66, align_right=True, text=lambda took: f"{took * 1000:,.0f} ms" if took else ""
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioLine:
    """One line of the list: a scenario, or what is wrong with a file."""

    file: ScenarioFile
    scenario: Scenario | None = None

    @property
    def title(self) -> str:
        """What tells it from all others."""
        return self.scenario.title if self.scenario is not None else self.file.name

    @property
    def name(self) -> str:
        """What the list says."""
        if self.scenario is not None:
            return self.scenario.name
        count = len(self.file.problems)
        return f"{count:,} mistake{'' if count == 1 else 's'} in this file"

    @property
    def line(self) -> int:
        """Where it stands in its file."""
        if self.scenario is not None:
            return self.scenario.place.line
        return self.file.problems[0].line if self.file.problems else 1


def entries_of(file: ScenarioFile) -> list[ScenarioLine]:
    """Returns the lines of a file: one that says that it has mistakes, and its scenarios that have none."""
    wrong = [ScenarioLine(file=file)] if file.problems else []
    return [*wrong, *(ScenarioLine(file=file, scenario=scenario) for scenario in file.scenarios)]


def row_of(
    entry: ScenarioLine, result: ScenarioResult | None, *, old: bool, running: bool, drafted: bool = False
) -> Row:
    """Returns the row of a line; behind its columns stands the line itself.

    Args:
        old: The result is that of an earlier model or text.
        drafted: The text of its file is typed and not written.
    """
    before = " before" if old else ""
    state = "mistakes" if entry.scenario is None else f"{result.verdict.value}{before}" if result else ""
    if state == "passed" and entry.scenario is not None and entry.scenario.asserts_nothing:
        state = "passed, asserts nothing"
    elif state == "passed" and entry.scenario is not None and entry.scenario.only_guards:
        state = "passed, guards"
    file = ("draft: " if drafted else "") + entry.file.name.removeprefix(f"{FOLDER}/")
    return ("running" if running else state, entry.name, file, result.took if result else 0, entry)
