"""A story as people see it: who did what, in which order of causes, with times, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class LineState(StrEnum):
    """How far a line of a story has come.

    ``died`` is a death that was dealt with, ``dead`` an open one, ``failed`` a try of a replay that came to
    no death: it was skipped, or undone.
    """

    ENDED = "ended"
    WAITS = "waits"
    REFUSED = "refused"
    DEAD = "dead"
    DIED = "died"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event or message of a line.

    Attributes:
        kind: ``event`` or ``message``.
        place: Its stream, or its topic.
        version: Of an event, in its stream.
        at: When it was recorded, microseconds since 1970.
        data: The beginning of its payload, as it is stored.
    """

    kind: str
    name: str
    place: str
    position: int
    at: int
    version: int = 0
    data: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One thing that was done because of something.

    Attributes:
        key: Tells it from all others, and stays: ``command:ID``, ``event:7``, ``message:7``, ``NAME@7`` for
            what a subscription made of the message at 7, ``row:orders@7`` for a read model.
        depth: How many causes stand before it.
        actor: Who did it: a part of the model, or ``a person``.
        actor_kind: ``person``, ``policy``, ``process``, ``subscription``, ``projection``, ``external``.
        command: Name of the command that it issued; empty for none.
        issued: Position of the message that the command waited in; 0 where it did not.
        issued_at: When the command was issued, microseconds since 1970; 0 where there is none.
        data: What the command said, as it is stored.
        stream: That the command was for.
        told: The events that followed, or the message that was published.
        said: What else there is to say, in words.
        begun: When what it follows from was there, microseconds since 1970.
        ended: When it was done; None as long as it is not, and where no time of it is kept, see `untimed`.
        waits: From when to when it waited, because it was issued for later, or to be tried again.
        tries: When attempts failed.
        payloads: On which payload each of these ran: ``as changed in #43``; empty for the message's own.
        cause: Position of the event or message that it follows from; 0 for the first.
        letter: Number of the dead letter that it came to; 0 for none.
        operation: Number of the record of what an operator did; 0 for none.
        row: Key of the row that was changed, where it is a read model's.
    """

    key: str
    depth: int
    actor: str
    actor_kind: str
    begun: int
    ended: int | None
    state: LineState = LineState.ENDED
    command: str = ""
    issued: int = 0
    issued_at: int = 0
    data: str = ""
    stream: str = ""
    told: tuple[Told, ...] = ()
    said: str = ""
    waits: tuple[int, int] | None = None
    tries: tuple[int, ...] = ()
    payloads: tuple[str, ...] = ()
    cause: int = 0
    letter: int = 0
    operation: int = 0
    row: Any = None

    @property
    def untimed(self) -> bool:
        """Whether it is done, later than what it follows from, and nothing keeps when: a row, a delivery."""
        return self.ended is None and self.state is LineState.ENDED and not self.command

    @property
    def unkept(self) -> str:
        """What stands for a time of it that is not kept: ``later`` where it is done, else ``…``."""
        return "later" if self.untimed else "…"

    @property
    def delivered_at(self) -> int:
        """When what it follows from came to it: it acted, died or was last tried then; 0 if unknown."""
        return self.issued_at or self.ended or max(self.tries, default=0)

    @property
    def positions(self) -> tuple[int, ...]:
        """Where what it is about stands in the log."""
        own = (self.issued,) if self.issued else ()
        return (*own, *(one.position for one in self.told))

    @property
    def words(self) -> str:
        """All of it in a sentence, for those who do not see it."""
        parts = [self.actor, self.command, *(one.name for one in self.told), self.said]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStory:
    """What one command, event or message caused.

    Attributes:
        title: Name of what began it.
        who: Who did.
        about: What it was about: its stream, and the beginning of what it said.
        lines: In the order of causes; each is indented below what it follows from.
        start: When it began, microseconds since 1970.
        events, commands: How many it has; of events, ``hidden`` more are not shown.
        waiting: What is still to come, in words; empty where all ended.
        dead: Deliveries whose dead letter is open.
        put_away: Of deliveries that ended by hand how many have a letter that is ``archived`` or ``purged``.
        complete: Whether all of the store was looked at.
    """

    title: str
    who: str
    about: str
    lines: Sequence[StoryLine]
    start: int
    events: int
    commands: int
    hidden: int = 0
    waiting: tuple[str, ...] = ()
    dead: int = 0
    put_away: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True

    @property
    def end(self) -> int:
        """When the last thing was done, microseconds since 1970."""
        return max((line.ended or line.begun for line in self.lines), default=self.start)

    @property
    def standing(self) -> tuple[str, str]:
        """Kind and words of how it stands: ``all ended``, what it waits for, or what ended otherwise."""
        if self.waiting:
            more = f" and {len(self.waiting) - 1} more" if len(self.waiting) > 1 else ""
            return "info", f"{self.waiting[0]}{more}"
        others = [f"{self.dead:,} dead"] if self.dead else []
        others += [f"{count:,} {how} by hand" for how, count in self.put_away.items()]
        kind = "error" if self.dead else "warning" if others else "ok"
        return kind, f"ended, {', '.join(others)}" if others else "all ended"

    def line_of(self, position: int, letter: int = 0) -> StoryLine | None:
        """Returns the line that came to a dead letter, else that of the event or message at a position."""
        dead = (line for line in self.lines if letter and line.letter == letter)
        return next(dead, None) or next((line for line in self.lines if position in line.positions), None)
