"""Publishes a message to a topic through a form, and says at which position it stands, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QWidget
from shiboken6 import isValid

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import BackPressure, InvalidValue, WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.drafts import DraftKeeper
from workbench.gui.forms import FieldError, SchemaForm
from workbench.gui.forms.editors.duration import span_of
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.widgets import Badge, error_text, plain_label
from workbench.model.json_values import check_name
from workbench.model.messaging import Priority

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.workspace import Workspace

AS_TOPIC = "as the topic says"
SIZE = (480, 620)


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


class PublishDialog(QDialog):
    """The form, and below it what became of the last message; stays open for the next one."""

    def __init__(self, parent: QWidget, desk: Desk, topic: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("publish-dialog")
        self.setWindowTitle("Publish a message")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._desk = desk
        topics = {one.name: one.doc.split("\n\n")[0] for one in desk.workspace.messages.topics()}
        self.form = SchemaForm(schema_of(topics, topic), validate=problems_of)
        self.form.submitted.connect(self._submitted)
        self.drafts = DraftKeeper(desk, self.form.typed, self.form.type_in, self._begin_again)
        in_column(
            self.drafts,
            (self.form, 1),
            self._outcome(),
            self._buttons(bool(topics)),
            of=self,
            margins=(8, 12, 8, 12),
            spacing=8,
        )
        self.acts = Actions(self, self)
        self.acts.offer()
        self.drafts.turn_to(f"publish/{topic}", "the message that is not published")
        self.form.changed.connect(self.drafts.note)
        self.form.first_input().setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_again(self) -> None:
        self.form.reset()
        self.form.set_unchanged()

    def _outcome(self) -> QFrame:
        self.outcome = QFrame()
        self.outcome.setObjectName("result")
        self.outcome.setProperty("card", True)
        self.badge = Badge("neutral", "")
        self.said = plain_label(wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        in_column(self.badge, self.said, of=self.outcome, margins=(10, 8, 8, 10), spacing=5)
        self.outcome.hide()
        return self.outcome

    def _buttons(self, topics: bool) -> QHBoxLayout:
        self.button = QPushButton("Publish")
        self.button.setObjectName("publish")
        self.button.setProperty("primary", True)
        self.button.setIcon(icon("send", "on_accent"))
        self.button.setAutoDefault(False)
        self.button.setToolTip("Publish the message  (Ctrl+Enter)")
        self.button.clicked.connect(self.publish)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        if self._desk.workspace.engine is None:
            self._refuse("Read-only: another process has the project open; publish there.")
        elif not topics:
            self._refuse("This project has no topics: declare one in its file, under topics.")
        return in_row(1, close, self.button, margins=(8, 0, 8, 0))

    def _refuse(self, said: str) -> None:
        self.button.setEnabled(False)
        self._say("info", "not possible", said)

    # -- publishing ---------------------------------------------------------------------------------------

    @action("Publish", keys="Ctrl+Enter / Ctrl+Return", icon="send", tip="Publish the message")
    def publish(self) -> None:
        """Checks the form and publishes; what is wrong is said at its field."""
        if self.button.isEnabled():
            self.outcome.hide()  # it was of the message before
            self.form.submit()

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
            self._end(kind, word, f"Nothing was published: {error_text(error)}")
        else:
            self._end("ok", "published", published_text(workspace, draft.topic, position))
            if isValid(self) and typed == self.form.typed():  # nothing was typed meanwhile
                self.form.set_unchanged()
                self.drafts.settle()

    def _end(self, kind: str, word: str, said: str) -> None:
        if isValid(self):  # it may have been closed meanwhile
            self.button.setEnabled(True)
            self._say(kind, word, said)

    def _say(self, kind: str, word: str, said: str) -> None:
        self.badge.set(kind, word)
        self.said.setText(said)
        self.outcome.show()


def open_publish(parent: QWidget, desk: Desk, topic: str = "") -> PublishDialog:
    """Shows the dialog beside the window, so that one sees what the message sets in motion."""
    dialog = PublishDialog(parent, desk, topic)
    dialog.show()
    return dialog
