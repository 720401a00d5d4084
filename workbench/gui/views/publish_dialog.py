"""Publishes a message to a topic through a form, and says at which position it stands, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import BackPressure, InvalidValue, WorkbenchError
from workbench.gui.actions import action
from workbench.gui.forms import FieldError, SchemaForm
from workbench.gui.forms.editors.duration import span_of
from workbench.gui.views.send_dialog import SendDialog
from workbench.gui.widgets import error_text
from workbench.model.json_values import check_name
from workbench.model.messaging import Priority

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.workspace import Workspace

AS_TOPIC = "as the topic says"


def schema_of(topics: Mapping[str, str], topic: str) -> dict[str, Any]:
    """Returns the form's schema.

    Args:
        topics: What each topic is for, by its name.
        topic: The one that is chosen at first; empty for none.
    """
    priorities = [AS_TOPIC, *(one.name.lower() for one in Priority)]
    chosen = {"default": topic} if topic in topics else {}
    text = {"type": "string", "default": ""}
    span = {"type": "string", "format": "duration"}
    return {
        "type": "object",
        "properties": {
            "topic": {"enum": list(topics), "description": topics.get(topic, ""), **chosen},
            "type": text | {"description": "What kind of message it is; the topic's name where it is empty"},
            "key": text | {"description": "Messages with one key are handled one after the other"},
            "data": {"title": "Data (JSON)", "description": "What the handlers get", "default": {}},
            "priority": {"enum": priorities, "default": AS_TOPIC},
            "delay": span | {"description": "How long it waits before it is delivered"},
            "ttl": span
            | {
                "title": "Lives for",
                "description": "How long it may wait; the topic may allow less",
            },
        },
        "required": ["topic"],
    }


def draft_of(value: Mapping[str, Any]) -> OutgoingMessage:
    """Returns the message that a form's value describes."""
    delay, ttl = value.get("delay"), value.get("ttl")
    priority = value.get("priority") or AS_TOPIC
    return OutgoingMessage(
        topic=value["topic"],
        type=(value.get("type") or "").strip(),
        key=(value.get("key") or "").strip(),
        data=value["data"],
        priority=None if priority == AS_TOPIC else Priority[priority.upper()],
        delay=span_of(delay).total_seconds() if delay else 0.0,
        ttl=span_of(ttl).total_seconds() if ttl else None,
    )


def problems_of(value: Mapping[str, Any]) -> list[FieldError]:
    """Returns what is wrong with a form's value; what is no JSON at all its editor says itself."""
    found = []
    if not value.get("topic"):
        found.append(FieldError(loc=("topic",), message="must be chosen"))
    for name in ("type", "key"):
        if text := (value.get(name) or "").strip():
            try:
                check_name(text, what="it")
            except InvalidValue as error:
                found.append(FieldError(loc=(name,), message=error.message.removeprefix("it ")))
    for name, least in (("delay", "must not be negative"), ("ttl", "must be longer than no time")):
        try:
            seconds = span_of(value[name]).total_seconds() if value.get(name) else None
        except ValueError:
            continue  # its editor says so
        if seconds is not None and (seconds < 0 or (name == "ttl" and not seconds)):
            found.append(FieldError(loc=(name,), message=least))
    return found


def published_text(workspace: Workspace, topic: str, position: int) -> str:
    """Says where a message stands now, and who gets it."""
    readers = [one.name for one in workspace.registry.subscriptions.values() if one.topic == topic]
    said = f"Published to {topic} at position {position:,}."
    if not readers:
        return f"{said} No subscription reads this topic: the message is kept, but not delivered."
    return f"{said} Read by {', '.join(readers)}, as far as their filters let it pass."


class PublishDialog(SendDialog):
    """The form of a message, and below it what became of the last one."""

    def __init__(self, parent: QWidget, desk: Desk, topic: str = "") -> None:
        topics = {one.name: one.doc.split("\n\n")[0] for one in desk.workspace.messages.topics()}
        form = SchemaForm(schema_of(topics, topic), validate=problems_of)
        super().__init__(parent, desk, form, "publish-dialog", form.type_in)
        self.setWindowTitle("Publish a message")
        form.submitted.connect(self._submitted)
        self.compose("Publish", "Publish the message", self.publish)
        self.drafts.turn_to(f"publish/{topic}", "the message that is not published")
        if desk.workspace.engine is None:
            self.refuse("Read-only: another process has the project open; publish there.")
        elif not topics:
            self.refuse("This project has no topics: declare one in its file, under topics.")

    @action("Publish", keys="Ctrl+Enter / Ctrl+Return", icon="send", tip="Publish the message")
    def publish(self) -> None:
        """Checks the form and publishes; what is wrong is said at its field."""
        self.submit()

    def _submitted(self, value: dict[str, Any]) -> None:
        self.button.setEnabled(False)  # a second click finds it so
        work = self._published(draft_of(value), self.form.typed())
        self._desk.run(work, f"Publish to {value['topic']}")

    async def _published(self, draft: OutgoingMessage, typed: Mapping[str, Any]) -> None:
        workspace = self._desk.workspace
        try:
            position = await workspace.messages.publish(draft)
        except WorkbenchError as error:
            kind, word = ("warning", "refused") if isinstance(error, BackPressure) else ("error", "failed")
            self.end(kind, word, f"Nothing was published: {error_text(error)}")
        else:
            self.end("ok", "published", published_text(workspace, draft.topic, position))
            self.settle(typed)


def open_publish(parent: QWidget, desk: Desk, topic: str = "") -> PublishDialog:
    """Shows the dialog beside the window, so that one sees what the message sets in motion."""
    dialog = PublishDialog(parent, desk, topic)
    dialog.show()
    return dialog
