"""What the inspector tells of an event, and of a published message such as a command that is due later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.gui.event_actions import plain
from workbench.gui.time_format import absolute, relative
from workbench.model.issued_by import issued_by
from workbench.model.masking import masked_words
from workbench.model.messaging import called
from workbench.services.story.causes import cause_words

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.services.workspace import Workspace


Fact = tuple[str, str | int]
"""A name and what is said of it; a number is a time, in microseconds since 1970."""


def message_facts(workspace: Workspace, message: Message) -> list[Fact]:
    """Returns the fields of a message in words: what it is, who issued it, when it is due."""
    facts: list[Fact] = [
        ("position", f"{message.position:,}"),
        ("caused by", cause_of(workspace, message)),
        ("topic", called(message.topic)),
        ("key", message.key),
        *_of_command(workspace, message),
        ("published", message.published_at),
        ("was due" if message.withdrawn else "due", message.deliver_at or ""),
        ("expires", message.expires_at or ""),
        ("message id", str(message.id)),
        ("correlation id", str(message.correlation_id)),
        ("causation id", str(message.causation_id) if message.causation_id else "none: it began here"),
    ]
    return [(name, said) for name, said in facts if said]


def event_facts(workspace: Workspace, event: RecordedEvent) -> list[Fact]:
    """Returns the fields of an event in words: where it stands, when it happened, what caused it."""
    facts: list[Fact] = [
        ("position", f"{event.position:,}"),
        ("stream", event.stream),
        ("version", f"{event.version:,}"),
        ("caused by", cause_of(workspace, event)),
        ("event id", str(event.id)),
        ("schema version", str(event.schema_version)),
        ("happened", event.occurred_at),
        ("recorded", event.recorded_at),
        ("correlation id", str(event.correlation_id)),
        ("causation id", str(event.causation_id) if event.causation_id else "none: it began here"),
    ]
    if not event.metadata:
        return facts
    metadata = plain(event.metadata)
    named = metadata.items() if isinstance(metadata, dict) else [("metadata", metadata)]
    return facts + [(str(name), json.dumps(value, ensure_ascii=False)) for name, value in named]


def cause_of(workspace: Workspace, one: RecordedEvent | Message) -> str:
    """Returns what caused it, in words; where it is from a bundle, also what is masked in it."""
    cause = cause_words(one, workspace.stories.causes([one.causation_id]))
    return " · ".join(filter(None, (cause, masked_words(one.metadata))))


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


def said_of(value: str | int, now: int) -> str:
    """Returns a value of a fact in words: of a time how far it is from now, and when it is."""
    return value if isinstance(value, str) else f"{relative(value, now)} · {absolute(value)}"
