"""The names that expressions about a recorded event can use beside the event itself."""

from __future__ import annotations

from workbench.model.events import RecordedEvent
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.kinds import INTEGER, STRING, Kind, Type


def identity_of(stream: str) -> str:
    """Returns the id in a stream's name."""
    return stream.partition("-")[2]


def _record(env: tuple[object, RecordedEvent]) -> RecordedEvent:
    return env[1]


RECORD = {
    "id": Variable(STRING, lambda env: identity_of(_record(env).stream)),
    "stream": Variable(STRING, lambda env: _record(env).stream),
    "type": Variable(STRING, lambda env: _record(env).type),
    "at": Variable(Type(kind=Kind.MICROS), lambda env: _record(env).occurred_at),
    "version": Variable(INTEGER, lambda env: _record(env).version),
    "position": Variable(INTEGER, lambda env: _record(env).position),
}
"""``id``: the aggregate's; ``at``: when it happened; and so on, read from the second of what is given."""
