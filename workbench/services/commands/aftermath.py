"""What came of an issued command so far: its events, what others did for it, and what waits for later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model.command import CommandOutcome, CommandResult
from workbench.model.issued_by import issued_by
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.store.ports import Reader

LOOKED = 2_000
"""Positions before the command of which it is said what it took back; commands that are read as well."""
MOST = 100
"""Events, and other commands, that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One thing that came of a command.

    Attributes:
        kind: ``event``, ``refused``, ``waits`` or ``withdrawn``.
        words: What it is: ``parcel.sent in parcel-1``.
        at: When it came, of what waits when it is due; microseconds since 1970.
    """

    kind: str
    words: str
    at: int


def aftermath(reader: Reader, result: CommandResult, now: int) -> list[Came]:
    """Returns what came of an accepted command so far, in the order of time; what waits stands last.

    Args:
        now: Microseconds since 1970.
    """
    if not result.first_position:
        return []
    found = [*_events(reader, result), *_refusals(reader, result), *_later(reader, result, now)]
    return sorted(found, key=lambda one: (one.kind == "waits", one.at))


def _events(reader: Reader, result: CommandResult) -> Iterator[Came]:
    for event in reader.correlated(result.command_id, MOST):
        yield Came(kind="event", words=f"{event.type} in {event.stream}", at=event.recorded_at)


def _refusals(reader: Reader, result: CommandResult) -> Iterator[Came]:
    for one in reader.commands(limit=MOST):
        follows = one.correlation_id == result.command_id and one.command_id != result.command_id
        if follows and one.outcome != CommandOutcome.ACCEPTED:
            by = f", issued by {one.origin}" if one.origin else ""
            words = f"{one.type}{by}, is {one.outcome}: {one.message}"
            yield Came(kind="refused", words=words, at=one.issued_at)


def _later(reader: Reader, result: CommandResult, now: int) -> Iterator[Came]:
    """Yields what was issued for later and still waits, and what was withdrawn on events of the command."""
    after = max(0, result.first_position - LOOKED)
    made = range(result.first_position, result.last_position + 1)
    for one in reader.read_topic(COMMANDS_TOPIC, lambda _type: True, after, LOOKED)[0]:
        by, due = issued_by(one), one.deliver_at
        if one.withdrawn and by is not None and by.withdrawn_on in made:
            yield Came(kind="withdrawn", words=_said(one), at=_time(reader, by.withdrawn_on))
        elif due and due > now and not one.withdrawn and one.correlation_id == result.command_id:
            yield Came(kind="waits", words=_said(one), at=due)


def _said(message: Message) -> str:
    by = issued_by(message)
    return f"{message.type}, issued by {by.words}" if by is not None and by.words else message.type


def _time(reader: Reader, position: int) -> int:
    """Returns when an event was recorded; 0 where there is none."""
    event = reader.event_at(position)
    return event.recorded_at if event is not None else 0
