"""Says what caused an event or a message: the command and who issued it, a message, or another event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.model.issued_by import issued_by
from workbench.model.marks import appended_by
from workbench.model.messaging import COMMANDS_TOPIC

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader
    from workbench.store.stored_values import CommandRecord

BY_HAND = {
    "form": "a person",
    "cli": "the command line",
    "story": "a file of commands",
    "burst": "a burst",
    "": "a program",
}
"""Who issued a command, by the origin of its record, where no part of the model did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What caused something.

    Attributes:
        kind: ``command``, ``message``, ``event``, ``start`` where it began there, or ``gone`` where what
            caused it is not stored any more.
        name: Of the command, of the message's or event's type.
        who: Who issued the command; of a message its topic, of an event its stream; empty if not known.
        position: Of the message or event; 0 for a command that no part of the model issued.
        id: Of what caused it.
    """

    kind: str
    name: str = ""
    who: str = ""
    position: int = 0
    id: UUID | None = None

    @property
    def words(self) -> str:
        """What it is, in a phrase: ``ship_order, by fulfilment``."""
        match self.kind:
            case "command":
                return f"{self.name}, by {self.who}"
            case "message":
                return f"message {self.name} in {self.who}".replace("message  in", "a message in")
            case "event":
                return f"{self.name} at {self.position:,}"
            case "start":
                return "nothing: it began here"
            case _:
                return "something that is no longer stored"


STARTED = Cause(kind="start")


def origin_words(origin: str) -> str:
    """Returns who issued a command, by what its record says."""
    return BY_HAND.get(origin, origin)


def causes_of(reader: Reader, ids: Iterable[UUID | None]) -> dict[UUID | None, Cause]:
    """Returns what each of these ids means; None means that something began there."""
    wanted = {one for one in ids if one is not None}
    found: dict[UUID | None, Cause] = {None: STARTED}
    found |= {one.command_id: _of_command(one) for one in reader.commands_named(wanted)}
    for identity in wanted - found.keys():
        found[identity] = _cause(reader, identity)
    return found


def _of_command(record: CommandRecord) -> Cause:
    return Cause(kind="command", name=record.type, who=origin_words(record.origin), id=record.command_id)


def _cause(reader: Reader, identity: UUID) -> Cause:
    message = reader.message_named(identity)
    if message is not None:
        return _of_message(message)
    event = reader.event(identity)
    if event is None:
        return Cause(kind="gone", id=identity)
    return Cause(kind="event", name=event.type, who=event.stream, position=event.position, id=identity)


def _of_message(message: Message) -> Cause:
    if message.topic != COMMANDS_TOPIC:
        return Cause(
            kind="message", name=message.type, who=message.topic, position=message.position, id=message.id
        )
    by = issued_by(message)
    who = origin_words(by.origin if by else "")
    return Cause(kind="command", name=message.type, who=who, position=message.position, id=message.id)


def cause_words(one: RecordedEvent | Message, causes: Mapping[UUID | None, Cause]) -> str:
    """Returns what caused an event or a message, in words; of one that was appended by hand who did, and why.

    Args:
        causes: Of `causes_of`.
    """
    if by := appended_by(one.metadata):
        return f"appended by hand by {by[0]}: {by[1]}"
    return causes[one.causation_id].words


def actor_kinds(registry: Registry) -> Mapping[str, str]:
    """Returns what the parts of a model are that act on events and messages, by their names."""
    found = dict.fromkeys(registry.subscriptions, "subscription")
    return found | {
        name: "process" if kind.stateful else "policy" for name, kind in registry.reactors.items()
    }
