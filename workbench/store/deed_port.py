"""What a store counts of what happened, by kinds and without payloads: in stretches, each a short read."""

from __future__ import annotations

from typing import NamedTuple, Protocol

WINDOW = 20_000
"""Positions, or commands, that one call looks at."""


class CommandDeed(NamedTuple):
    """How often commands of one type ended in one way.

    Attributes:
        outcome: A `CommandOutcome`.
        message: Why it was refused or failed; empty where it was accepted.
        origin: Policy, process or subscription that issued it; what a person sent has none.
        cause: Type of the event or message that it followed from, or of the command whose refusal it answers;
            empty where that is not known.
    """

    type: str
    outcome: str
    message: str
    origin: str
    cause: str
    times: int


class EventDeed(NamedTuple):
    """How often events of one type were made by commands of one type; without a command that is empty."""

    type: str
    command: str
    times: int


class MessageDeed(NamedTuple):
    """How often messages of one type were published in a topic.

    Attributes:
        origin, cause: Of commands that were issued, as for `CommandDeed`; other messages have no origin.
        withdrawn_on: Type of the event on which they were taken back (K7); empty where they were not.
    """

    topic: str
    type: str
    origin: str
    cause: str
    withdrawn_on: str
    times: int


class DeedReader(Protocol):
    """Counts what happened behind a place, up to `WINDOW` further; returns also up to where it looked.

    Nothing is left once that is the place itself. What is equal is one entry, in an order by its fields.
    """

    def command_deeds(self, after: int) -> tuple[list[CommandDeed], int]:
        """Counts the commands with numbers above ``after``."""

    def event_deeds(self, after: int) -> tuple[list[EventDeed], int]:
        """Counts the events with positions above ``after``."""

    def message_deeds(self, after: int) -> tuple[list[MessageDeed], int]:
        """Counts the published messages with positions above ``after`` that retention left (G1)."""
