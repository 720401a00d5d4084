"""The names that expressions about a recorded event can use beside the event itself."""

from __future__ import annotations

from workbench.model.expressions.closures import Variable
from workbench.model.expressions.value_kinds import INTEGER, STRING, Kind, Type

RECORD = {
    "id": Variable(STRING, lambda env: env[1].stream.partition("-")[2]),
    "stream": Variable(STRING, lambda env: env[1].stream),
    "type": Variable(STRING, lambda env: env[1].type),
    "at": Variable(Type(kind=Kind.MICROS), lambda env: env[1].occurred_at),
    "version": Variable(INTEGER, lambda env: env[1].version),
    "position": Variable(INTEGER, lambda env: env[1].position),
}
"""``id``: the aggregate's; ``at``: when it happened; and so on, read from the record, which comes second."""
