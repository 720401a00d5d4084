"""What follows from what, in words: the board and the documents say it, the engine does not need it."""

from __future__ import annotations

from dataclasses import dataclass

INCOMING = ("consumes", "projects")
"""Verbs of what comes to the one who does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFlow:
    """Something that a command, a policy, a process or a handler may do, or a rule of it or of an event.

    Attributes:
        verb: ``emits`` an event, ``issues`` a command, ``publishes`` to a topic, ``consumes`` or ``projects``
            an event, or ``withdraws`` a command that it issued for later; of its rules: ``refuses`` or
            ``fails`` for a reason, ``names`` an expression, ``sets`` a field of the state, ``ignores the
            refusal of`` a command, ``looks up`` a row, or ``lists`` or ``gets`` rows of a read model.
        name: Of that event, command, topic or read model, of the reason, the expression, field or row.
        cause: Event that leads to it; empty where it is whatever is handled.
        words: When and under which condition, such as ``after 24h, when state.open``; may be empty.
    """

    verb: str
    name: str
    cause: str = ""
    words: str = ""

    @property
    def said(self) -> str:
        """All of it as a line: ``on trip.asked issues fail_trip: after 24h``."""
        cause = f"on {self.cause} " if self.cause else ""
        return f"{cause}{self.verb} {self.name}" + (f": {self.words}" if self.words else "")

    @property
    def arrow(self) -> tuple[str, str]:
        """Verb and words as an arrow has them: what is withdrawn goes the way of what is issued."""
        if self.verb != "withdraws":
            return self.verb, self.words
        return "issues", ", ".join(part for part in (f"withdrawn on {self.cause}", self.words) if part)
