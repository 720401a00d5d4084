"""What the inspector tells of a published message, such as a command that a process issued for later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.time_format import absolute, relative
from workbench.model.issued_by import issued_by

if TYPE_CHECKING:
    from workbench.model.messaging import Message
    from workbench.services.workspace import Workspace


def message_facts(workspace: Workspace, message: Message) -> list[tuple[str, str]]:
    """Returns the fields of a message in words: what it is, who issued it, when it is due."""
    facts = [
        ("position", f"{message.position:,}"),
        ("topic", message.topic),
        ("key", message.key),
        *_of_command(workspace, message),
        ("published", absolute(message.published_at)),
        ("was due" if message.withdrawn else "due", _time(message.deliver_at, workspace.clock.now())),
        ("expires", _time(message.expires_at, workspace.clock.now())),
        ("message id", str(message.id)),
        ("correlation id", str(message.correlation_id)),
        ("causation id", str(message.causation_id) if message.causation_id else "none: it began here"),
    ]
    return [(name, said) for name, said in facts if said]


def _of_command(workspace: Workspace, message: Message) -> list[tuple[str, str]]:
    by = issued_by(message)
    if by is None:
        return []
    kind = workspace.registry.reactors.get(by.origin)
    word = "" if kind is None else "process " if kind.stateful else "policy "
    facts = [("issued by", f"{word}{by.origin}"), ("process instance", by.key)]
    return [*facts, ("withdrawn", _withdrawn(workspace, by.withdrawn_on) if message.withdrawn else "")]


def _withdrawn(workspace: Workspace, position: int) -> str:
    event = workspace.streams.glance_at(position) if position else None
    if event is None:
        return "yes: it is not handled any more"
    return f"on {event.of.type} of {event.of.stream}, at position {position:,}"


def _time(at: int | None, now: int) -> str:
    return "" if at is None else f"{relative(at, now)} · {absolute(at)}"
