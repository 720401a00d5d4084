"""Plans a burst: a pattern for each field of a command, how many, how fast; shows the first of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from PySide6.QtWidgets import QWidget

from workbench.errors import InvalidCommand
from workbench.gui.actions import action
from workbench.gui.forms import FieldError, SchemaForm
from workbench.gui.views.send_dialog import SendDialog
from workbench.gui.window_layouts import layouts_around
from workbench.model.rates import FASTEST
from workbench.model.secrets import disguised, is_secret
from workbench.services.commands.bursts import Burst
from workbench.services.commands.example_values import example_of
from workbench.services.commands.value_patterns import FRESH_ID, HELP, takes_id, takes_text

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.command import CommandType

MOST = 1_000_000
"""Commands of one burst."""


def schema_of(kind: CommandType, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the form's schema: a text for each field of a command, and how many how fast.

    Args:
        typed: What stands in the command's form; where nothing does, examples stand in for it.
    """
    fields = kind.schema.get("properties", {})
    examples = example_of(kind.schema, lambda: str(uuid.uuid4()), needed=True)
    told = {name: value for name, value in typed.items() if value not in (None, "")}
    values = {**examples, **told}
    if kind.target in fields and kind.creates:
        counted = f"{values.get(kind.target) or kind.target}-{{n}}"
        values[kind.target] = FRESH_ID if takes_id(fields[kind.target]) else counted
    return {
        "type": "object",
        "properties": {
            "fields": {
                "type": "object",
                "title": "Fields",
                "description": HELP,
                "properties": {name: _text_of(one, values.get(name)) for name, one in fields.items()},
            },
            "count": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100, "title": "How many"},
            "rate": {
                "type": "number",
                "minimum": 0,
                "maximum": FASTEST,
                "default": 0,
                "title": "A second",
                "description": "0 for as fast as possible",
            },
            "seed": {
                "type": "integer",
                "minimum": 0,
                "default": 1,
                "description": "Of what is random: the same seed gives the same commands",
            },
        },
        "required": ["fields", "count", "rate", "seed"],
    }


def _text_of(schema: Mapping[str, Any], value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) and takes_text(schema) else json.dumps(value)
    return {"type": "string", "default": "" if value is None else text}


class BurstDialog(SendDialog):
    """The form of a burst, and below it the first commands as they would be sent.

    Args:
        start: Takes the burst that was planned; the dialog closes.
    """

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        name: str,
        typed: Mapping[str, Any],
        start: Callable[[Burst], object],
    ) -> None:
        self._bursts, self._command, self._start = desk.workspace.bursts, name, start
        kind = desk.workspace.registry.command(name)
        form = SchemaForm(schema_of(kind, typed), validate=self._problems)
        super().__init__(parent, desk, form, "burst-dialog", form.type_in)
        self.setWindowTitle(f"Send many: {name}")
        form.changed.connect(self._show_first)
        form.submitted.connect(self._submitted)
        self.compose("Start", "Send the commands", self.start)
        if not self.drafts.turn_to(f"burst/{name}", f"the burst of {name}"):
            self._begin_as_before()
        self._show_first()

    def _place(self) -> str:
        """Returns under which name the window keeps how the last burst of the command was planned."""
        return f"bursts/{quote(self._command, safe='')}"

    def _begin_as_before(self) -> None:
        layouts = layouts_around(self)
        kept = layouts.find(self._place(), anywhere=False) if layouts is not None else None
        if kept is not None:
            self.drafts.begin_with(json.loads(str(kept)), f"As the last burst of {self._command} was.")

    def _burst(self, value: Mapping[str, Any]) -> Burst:
        return Burst(
            command=self._command,
            fields=value["fields"],
            count=value["count"],
            rate=float(value["rate"]),
            seed=value["seed"],
        )

    def _problems(self, value: Mapping[str, Any]) -> list[FieldError]:
        if not isinstance(value.get("fields"), Mapping):
            return []
        try:
            self._bursts.examples(Burst(command=self._command, fields=value["fields"], count=3))
        except InvalidCommand as error:
            return [FieldError(loc=("fields", *loc), message=said) for loc, said in error.fields]
        return []

    def _show_first(self) -> None:
        if self.form.errors:
            self.outcome.hide()
            return
        first = self._bursts.examples(self._burst(self.form.value()))
        lines = [json.dumps(disguised(one), ensure_ascii=False) for one in first]
        self.end("info", "the first of them", "\n".join(lines))

    @action("Start", keys="Ctrl+Enter / Ctrl+Return", icon="send", tip="Send the commands")
    def start(self) -> None:
        """Checks the form and begins; what is wrong is said at its field."""
        self.form.submit()

    def _submitted(self, value: dict[str, Any]) -> None:
        self._start(self._burst(value))
        typed = self.form.typed()
        if (layouts := layouts_around(self)) is not None and typed:
            layouts.keep(self._place(), json.dumps(without_secrets_typed(typed)), anywhere=False)
        self.settle(typed)
        self.accept()


def without_secrets_typed(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what was typed into a plan, without the fields that hold secrets: it is kept in a file."""
    plan = typed.get("fields", {})
    fields = {name: part for name, part in plan.get("fields", {}).items() if not is_secret(name)}
    return {**typed, "fields": {**plan, "fields": fields}} if fields else dict(typed)
