"""What can be done with an event, wherever a row, a card or a letter tells of one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from workbench.gui.actions import COPY_AS, Action
from workbench.gui.command_line import copying_line
from workbench.gui.desk import Desk, Selection
from workbench.gui.scenario_pointing import use_event

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.services.workspace import Workspace

Place = Callable[[Any, Any], Selection]
"""Given the owner and what is chosen, returns the event: position, and stream and version if it has one."""


def event_actions(on: str, place: Place, *views: str, group: int = 1) -> tuple[Action, ...]:
    """Returns the actions for the events that a widget shows; the owner has a ``desk``.

    Args:
        on: As for `Action`.
        views: Where an event can be shown; those that do not show it themselves.
    """
    shows = tuple(
        Action(
            key=f"show-in-{view}",
            text=f"Show in {view}",
            icon=view,
            on=on,
            group=group,
            why=lambda owner, chosen, view=view: _why(place(owner, chosen), view),
            run=lambda owner, chosen, view=view: owner.desk.select(place(owner, chosen), view=view),
        )
        for view in views
    )
    story = Action(
        key="story-of-command",
        text="Story of its command",
        icon="trace",
        on=on,
        group=group,
        why=lambda owner, chosen: _why(place(owner, chosen), "inspector"),
        run=lambda owner, chosen: owner.desk.select(place(owner, chosen), view="story"),
    )
    copy = Action(
        key="copy-event",
        text="Copy as JSON",
        icon="copy",
        on=on,
        within=COPY_AS,
        group=group,
        why=lambda owner, chosen: _why(place(owner, chosen), "inspector"),
        run=lambda owner, chosen: copy_event(owner.desk, place(owner, chosen).position),
    )
    given = Action(
        key="use-as-given",
        text="Use as given in a scenario",
        icon="scenario",
        on=on,
        group=group,
        why=lambda owner, chosen: _why(place(owner, chosen), "inspector"),
        run=lambda owner, chosen: use_event(owner.desk, place(owner, chosen)),
    )
    fork = Action(
        key="fork-here",
        text="Fork here",
        icon="fork",
        on=on,
        group=group,
        why=lambda owner, chosen: _why(place(owner, chosen), "inspector"),
        run=lambda owner, chosen: owner.desk.fork_wanted.emit(place(owner, chosen)),
    )
    return *shows, story, copy, copying_line(on, place), given, fork


def _why(selection: Selection, view: str) -> str:
    there = selection.stream if view == "timeline" else selection.stream or selection.position
    return "" if there else "It is not an event of a stream"


def copy_event(desk: Desk, position: int, *, indent: int | None = 2) -> None:
    """Copies an event or message as JSON; an event that is not indented can be imported again."""
    desk.run(_copied(desk, position, indent), "Copy what was chosen")


async def _copied(desk: Desk, position: int, indent: int | None) -> None:
    found = await desk.workspace.world.ask(partial(_object_at, desk.workspace, position))
    if found is None:
        desk.notice("warning", f"Nothing is stored at position {position:,}.")
        return
    text = await asyncio.to_thread(json.dumps, found, indent=indent, ensure_ascii=False)
    QApplication.clipboard().setText(text)
    desk.notice("ok", f"Copied {found['type']} as JSON.")


def _object_at(workspace: Workspace, position: int) -> dict[str, Any] | None:
    event = workspace.streams.event_at(position)
    if event is not None:
        return event_object(event)
    message = workspace.messages.find(position)
    return None if message is None else message_object(message)


def event_object(event: RecordedEvent) -> dict[str, Any]:
    """Returns an event as the object that an export holds."""
    from workbench.model.clock import rfc3339

    return {
        "id": str(event.id),
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "schema_version": event.schema_version,
        "time": rfc3339(event.occurred_at),
        "correlation_id": str(event.correlation_id),
        "causation_id": str(event.causation_id) if event.causation_id else None,
        "data": event.json(),
        "metadata": plain(event.metadata) if event.metadata else None,
    }


def message_object(message: Message) -> dict[str, Any]:
    """Returns a published message as an object for people and programs."""
    from workbench.model.clock import rfc3339

    return {
        "id": str(message.id),
        "topic": message.topic,
        "type": message.type,
        "key": message.key,
        "time": rfc3339(message.published_at),
        "due": None if message.deliver_at is None else rfc3339(message.deliver_at),
        "correlation_id": str(message.correlation_id),
        "causation_id": str(message.causation_id) if message.causation_id else None,
        "data": message.json(),
        "metadata": plain(message.metadata) if message.metadata else None,
    }


def plain(text: str) -> Any:
    """Returns what a JSON text says; the text where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
