"""What follows from what, in words: the board and the documents say it, the engine does not need it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFlow:
    """Something that a command, a policy, a process or a handler may do.

    Attributes:
        verb: ``emits`` an event, ``issues`` a command, ``publishes`` to a topic, or ``consumes`` an event;
            of its rules: ``refuses`` for a reason, or ``names`` an expression.
        name: Of that event, command or topic, of the reason or the expression.
        cause: Event that leads to it; empty where it is whatever is handled.
        words: When and under which condition, such as ``after 24h, when state.open``; may be empty.
    """

    verb: str
    name: str
    cause: str = ""
    words: str = ""
