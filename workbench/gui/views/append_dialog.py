"""Appends an event by hand: stream, event, its fields by its schema, and why."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton, QWidget
from shiboken6 import isValid

from workbench.errors import WorkbenchError
from workbench.gui.actions import Action, action
from workbench.gui.desk import Selection
from workbench.gui.forms import FieldError, SchemaForm
from workbench.gui.reads import Question
from workbench.gui.views.send_dialog import SendDialog
from workbench.gui.widgets import error_text
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.model.pydantic_messages import summary_of
from workbench.services.streams.event_append import HandMade

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.workspace import Workspace

SUGGESTED = 12


def schema_of(workspace: Workspace, stream: str, event: str) -> dict[str, Any]:
    """Returns the form's schema: where, which event, its fields, and why.

    Args:
        stream: Whose events are offered.
        event: The one whose fields are asked for.
    """
    kinds, offered = workspace.registry.events, workspace.event_append.types(stream)
    text = {"type": "string", "default": ""}
    told = "Recorded in the operations log and in the event"
    said = {"type": "integer", "minimum": 0}
    fields = dict(kinds[event].schema) if event in kinds else {"type": "object", "properties": {}}
    definitions, doc = fields.pop("$defs", {}), summary_of(kinds[event].doc) if event in kinds else ""
    return {
        "type": "object",
        "properties": {
            "stream": text | {"default": stream, "description": "It is made if it is new"},
            "event": {"enum": offered, "default": event, "description": doc},
            "data": fields | {"title": "What the event says", "description": ""},
            "why": {
                "type": "string",
                "title": "Why",
                "description": told,
                "minLength": 1,
                "examples": ["Ticket 17"],
            },
            "expected": {
                "anyOf": [said, {"type": "null"}],
                "default": None,
                "title": "Expected version",
                "description": "Refuse it if the stream is at another version by then; 0 means a new stream",
            },
        },
        "required": ["stream", "event", "why", "data"],
        "$defs": definitions,
    }


def problems_of(workspace: Workspace, value: Mapping[str, Any]) -> list[FieldError]:
    """Returns what is wrong with a form's value."""
    empty = [name for name in ("stream", "why") if not (value.get(name) or "").strip()]
    found = [FieldError(loc=(name,), message="must be given") for name in empty]
    event, data = str(value.get("event")), value.get("data")
    if event in workspace.registry.events and isinstance(data, Mapping):
        faults = workspace.event_append.faults(event, data)
        found += [FieldError(loc=("data", *loc), message=said) for loc, said in faults]
    return found


class AppendDialog(SendDialog):
    """The form of an event, and below it what became of the last one.

    Args:
        stream: The one that stands in the form at first.
    """

    def __init__(self, parent: QWidget, desk: Desk, stream: str = "") -> None:
        self._workspace, self._stream = desk.workspace, stream
        self._event = next(iter(self._workspace.event_append.types(stream)), "")
        super().__init__(parent, desk, self._made_form(desk), "append-dialog", self._type_in)
        self.setWindowTitle("Append an event by hand")
        self.form.changed.connect(self._follow)
        self.form.changed.connect(self._changed)
        self.form.submitted.connect(self._submitted)
        self._appended_last: Mapping[str, Any] | None = None
        self.compose("Append", "Append the event", self.append, warning=prospect(OperatorAct.APPEND))
        self.again = QPushButton("Append another")
        self.again.setAutoDefault(False)
        self.again.setToolTip("Have the button append the same event once more")
        self.again.clicked.connect(lambda _checked=False: self._arm())
        self.again.hide()
        self.offer(self.again)
        self.drafts.turn_to(f"append/{stream}", "the event that is not appended")
        if desk.workspace.engine is None:
            self.refuse("Read-only: another process has the project open; append there.")

    def _made_form(self, desk: Desk) -> SchemaForm:
        from workbench.model.clock import rfc3339

        return SchemaForm(
            schema_of(self._workspace, self._stream, self._event),
            validate=partial(problems_of, self._workspace),
            now=lambda: rfc3339(self._workspace.clock.now()),
            new_uuid=lambda: str(uuid.uuid4()),
            suggest={("stream",): partial(_known, desk)},
        )

    # -- the form follows the event -----------------------------------------------------------------------

    def _follow(self) -> None:
        event = self.form.value().get("event")
        if event and event != self._event:
            self._event = event
            validate = partial(problems_of, self._workspace)
            self.form.reshape(schema_of(self._workspace, self._stream, event), validate)

    def _type_in(self, typed: Mapping[str, Any]) -> list[str]:
        first = {name: part for name, part in typed.items() if name == "event"}
        self.form.type_in(first)  # its fields come with it
        return self.form.type_in(typed)

    # -- appending ----------------------------------------------------------------------------------------

    @action("Append", keys="Ctrl+Enter / Ctrl+Return", icon="send", tip="Append the event")
    def append(self) -> None:
        """Checks the form and appends; what is wrong is said at its field."""
        self.submit()

    def _submitted(self, value: dict[str, Any]) -> None:
        self.button.setEnabled(False)  # a second click finds it so
        made = HandMade(
            stream=value["stream"].strip(),
            type=value["event"],
            data=value["data"],
            why=value["why"],
            expected=value["expected"],
        )
        self._desk.run(self._appended(made, self.form.typed(), self.form.value()), f"Append {made.type}")

    async def _appended(self, made: HandMade, typed: Mapping[str, Any], value: Mapping[str, Any]) -> None:
        try:
            result = await self._workspace.event_append.append(made)
        except WorkbenchError as error:
            self.end("warning", "refused", f"Nothing was appended: {error_text(error)}")
            return
        version, place = result.last_version, result.last_position
        said = f"{made.type} is version {version:,} of {made.stream}, at position {place:,}."
        self.end("ok", "appended", said)
        self.settle(typed)
        self._disarm(value)
        self._desk.select(Selection(stream=made.stream, version=version, position=place))

    def _disarm(self, appended: Mapping[str, Any]) -> None:
        """Has the button wait until something is changed: pressed twice, it appends once."""
        if isValid(self) and appended == self.form.value():
            self._appended_last = appended
            self.button.setEnabled(False)
            self.again.show()

    def _arm(self) -> None:
        self._appended_last = None
        self.again.hide()
        self.button.setEnabled(True)

    def _changed(self) -> None:
        if self._appended_last not in (None, self.form.value()):
            self._arm()


def _known(desk: Desk, line: QObject, offer: Callable[[list[str]], object]) -> Callable[[str], object]:
    asking = Question(line, desk, offer, "Looking for streams")

    def found(typed: str) -> list[str]:
        """Returns streams that begin with it, then those that have it anywhere, the newest first."""
        streams, part = desk.workspace.streams, typed.strip()
        begin = [one.name for one in streams.beginning(part, SUGGESTED)]
        others = streams.find(text=part, order="-updated", limit=SUGGESTED)
        return [*dict.fromkeys([*begin, *(one.name for one in streams.numbered(others))])][:SUGGESTED]

    return lambda typed: asking.ask(partial(found, typed), typed)


def why_not(desk: Desk | None) -> str:
    """Says why no event can be appended; empty where one can."""
    return "" if desk is None or desk.workspace.registry.events else "The model declares no events"


def append_action(on: str, stream: Callable[[Any, Any], str], *, anyway: bool = False) -> tuple[Action, ...]:
    """Returns the action that appends to the stream that a widget shows; the owner has a ``desk``.

    Args:
        on, anyway: As for `Action`.
        stream: Given the owner and what is chosen, returns the stream's name; empty where it is none.
    """
    act = Action(
        key="append",
        text="Append an event …",
        icon="plus",
        tip="Append an event to this stream by hand, with the reason for it",
        on=on,
        group=2,
        anyway=anyway,
        writes=True,
        shown=lambda owner, chosen: bool(stream(owner, chosen)) if anyway or chosen else True,
        why=lambda owner, _chosen: why_not(owner.desk),
        run=lambda owner, chosen: open_append(owner, owner.desk, stream(owner, chosen)),
    )
    return (act,)


def open_append(parent: QWidget, desk: Desk, stream: str = "") -> AppendDialog:
    """Shows the dialog beside the window, so that one sees what the event sets in motion."""
    dialog = AppendDialog(parent, desk, stream)
    dialog.show()
    return dialog
