"""What a story is told of: events, messages, and commands from where they waited to how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.event import RecordedEvent
from workbench.model.issued_by import issued_by
from workbench.model.messaging import Message
from workbench.services.story.story import Told

if TYPE_CHECKING:
    from uuid import UUID

    from workbench.store.stored_values import CommandRecord

Thing = RecordedEvent | Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCommand:
    """A command: the message in which it waited, how it ended, or both."""

    id: UUID
    message: Message | None
    record: CommandRecord | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.record.type if self.record else self.message.type if self.message else ""

    @property
    def origin(self) -> str:
        """Who issued it, as its message says, else its record."""
        if self.message is not None and (by := issued_by(self.message)) is not None:
            return by.origin
        return self.record.origin if self.record else ""

    @property
    def cause(self) -> UUID | None:
        """Id of what it follows from; None where it began a story."""
        return (
            self.message.causation_id if self.message else self.record.causation_id if self.record else None
        )

    @property
    def at(self) -> int:
        """When it was issued, microseconds since 1970; 0 if unknown."""
        return self.message.published_at if self.message else self.record.issued_at if self.record else 0


def when(one: ToldCommand | Thing) -> int:
    """Returns when something was issued, recorded or published, microseconds since 1970."""
    return one.at if isinstance(one, ToldCommand) else at_of(one)


def at_of(thing: Thing) -> int:
    """Returns when an event was recorded or a message published, microseconds since 1970."""
    return thing.published_at if isinstance(thing, Message) else thing.recorded_at


def place_of(thing: Thing) -> str:
    """Returns the topic of a message, the stream of an event."""
    return thing.topic if isinstance(thing, Message) else thing.stream


def told_of(thing: Thing) -> Told:
    """Returns an event or message as lines tell it."""
    event = not isinstance(thing, Message)
    return Told(
        kind="event" if event else "message",
        name=thing.type or "message",
        place=place_of(thing),
        position=thing.position,
        at=at_of(thing),
        version=thing.version,
        data=thing.data,
    )
