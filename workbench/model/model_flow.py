"""What follows from what, in words: the board and the documents say it, the engine does not need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

INCOMING = ("consumes", "projects")
"""Verbs of what comes to the one who does it."""

KINDS = {
    "emits": "event",
    "issues": "command",
    "publishes": "topic",
    "consumes": "event",
    "projects": "event",
    "withdraws": "command",
}
"""What kind of thing stands at the other end of what flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFlow:
    """Something that a command, a policy, a process or a handler may do, or a rule of it or of an event.

    Attributes:
        verb: ``emits`` an event, ``issues`` a command, ``publishes`` to a topic, ``consumes`` or ``projects``
            an event, or ``withdraws`` a command that it issued for later; of its rules: ``refuses``,
            ``rejects`` or ``fails`` for a reason, ``names`` an expression, ``keeps`` a field of its state,
            ``sets`` one or columns, ``looks up`` a row, ``puts a row with`` columns, ``adds to`` or
            ``counts`` in them, ``removes`` rows, or ``lists`` or ``gets`` rows of a read model.
        name: Of that event, command, topic or read model, of the reason, the expression, field or row.
        cause: Event that leads to it; empty where it is whatever is handled.
        words: When and under which condition, such as ``after 24h, when state.open``; may be empty.
        given: Which fields it gives to what follows, and whether its refusal is ignored; arrows do not say
            it.
    """

    verb: str
    name: str
    cause: str = ""
    words: str = ""
    given: str = ""

    @property
    def event(self) -> str:
        """The event that it belongs to: that leads to it, or comes; empty where there is none."""
        return self.cause or (self.name if self.verb in INCOMING else "")

    @property
    def all_words(self) -> str:
        """When, under which condition and with what: ``after 24h, with reason = 'late'``."""
        return ", ".join(filter(None, (self.words, self.given)))

    @property
    def kind(self) -> str:
        """What kind of thing is at its other end, of what flows: an event, a command or a topic."""
        return KINDS.get(self.verb, "")

    @property
    def said(self) -> str:
        """All of it as a line: ``on trip.asked issues fail_trip: after 24h``."""
        cause = f"on {self.cause} " if self.cause else ""
        return f"{cause}{self.verb} {self.name}" + (f": {self.all_words}" if self.all_words else "")

    def told_of(self, doer: str) -> str:
        """Says it of the one who does it: ``escrow issues settle on deal.paid: after 14d``."""
        cause = f" on {self.cause}" if self.cause else ""
        return f"{doer} {self.verb} {self.name}{cause}" + (f": {self.all_words}" if self.all_words else "")


def arrows(flows: Iterable[ModelFlow]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Returns what the arrows of one node say, a line for each way, by verb and the name at the other end.

    What is withdrawn goes the way of what is issued. Where a way may be gone for several causes, each line
    says its own.
    """
    found: dict[tuple[str, str], list[ModelFlow]] = {}
    for one in flows:
        verb = "issues" if one.verb == "withdraws" else one.verb
        found.setdefault((verb, one.name), []).append(one)
    return {end: tuple(dict.fromkeys(filter(None, _lines(ways)))) for end, ways in found.items()}


def _lines(ways: list[ModelFlow]) -> list[str]:
    several = len({one.cause for one in ways}) > 1
    return [_line(one, several=several) for one in ways]


def _line(one: ModelFlow, *, several: bool) -> str:
    if one.verb == "withdraws":
        return ", ".join(part for part in (f"withdrawn on {one.cause}", one.words) if part)
    if not several or not one.cause:
        return one.words
    return f"on {one.cause}" + (f": {one.words}" if one.words else "")
