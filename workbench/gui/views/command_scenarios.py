"""What is issued, or stands in a form, becomes a scenario: what is done in it, or that it is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from workbench.gui.actions import Actions, action
from workbench.gui.scenario_pointing import use
from workbench.gui.table_actions import ChosenRows
from workbench.gui.views.command_parts import COMMAND
from workbench.gui.views.recording_actions import explore_action
from workbench.model.command import CommandOutcome
from workbench.model.json_values import read_json
from workbench.model.secrets import disguised
from workbench.project.scenarios import write_item

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.forms import SchemaForm
    from workbench.gui.views.commands_view import CommandsView
    from workbench.services.scenarios import Recorded, ScenarioRecorder
    from workbench.store.stored_values import CommandRecord

REFUSED = {CommandOutcome.REJECTED, CommandOutcome.CONFLICT, CommandOutcome.FAILED}


class CommandScenarios:
    """Offers it on the form of a command, and on the history of commands."""

    def __init__(self, view: CommandsView, form: Callable[[], SchemaForm | None]) -> None:
        self._view, self._form, self.table = view, form, view.history.table
        self.acts = Actions(self, view)
        self.acts.offer()

    def _no_command(self) -> str:
        return "" if self._view.kind == COMMAND else "A query changes nothing"

    @action("Use what is typed in a scenario", icon="scenario", why=_no_command)
    def use_form(self) -> None:
        """Puts what stands in the form into a scenario, as what is done."""
        if (form := self._form()) is not None:
            self._use(self._view.picker.currentText(), form.value())

    @action("Use in a scenario", icon="scenario", on="table", group=2)
    def use_command(self, rows: ChosenRows) -> None:
        """Puts an issued command into a scenario, as what is done."""
        record: CommandRecord = rows.row[5]
        self._use(record.type, read_json(record.data))

    def _use(self, name: str, data: dict[str, Any]) -> None:
        item = write_item({"command": name, "data": disguised(data)})
        use(self._view.desk, name, {"when": lambda _steps: item})

    def _no_record(self, rows: ChosenRows) -> str:
        refused = rows.row[5].outcome in REFUSED
        return "" if refused else "It was not refused: record its events in the timeline"

    @action("Record the refusal as scenario …", icon="scenario", on="table", group=2, why=_no_record)
    def record(self, rows: ChosenRows) -> None:
        """Makes a scenario of a refused command: what was before it, and that it is refused."""
        self._view.desk.run(self._record(rows.row[5]), "Record as scenario")

    explore = explore_action("table", lambda own, rows: own.recorded(rows))

    @property
    def desk(self) -> Desk:
        """Of the view."""
        return self._view.desk

    def recorded(self, rows: ChosenRows) -> Callable[[ScenarioRecorder], Awaitable[Recorded]]:
        """Returns what makes a scenario of the chosen commands."""
        numbers = [int(str(key)) for key in rows.keys]
        chosen = self.desk.workspace.commands.numbered(numbers)
        return lambda recorder: recorder.record_commands(chosen)

    async def _record(self, record: CommandRecord) -> None:
        from workbench.gui.views.record_dialog import keep_recorded
        from workbench.services.scenarios import ScenarioRecorder

        recorded = await ScenarioRecorder(self._view.desk.workspace.world).record_refusal(record)
        await keep_recorded(self._view, self._view.desk, recorded, f"{record.type}, issue {record.number:,}")
