"""The names that expressions can use beside the event or command itself: of its record, and the time."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.expressions.closures import Variable
from workbench.model.expressions.value_kinds import INTEGER, STRING, Kind, Type

_MICROS = Type(kind=Kind.MICROS)


def record_at(index: int) -> Mapping[str, Variable]:
    """Returns what is read from an event's record: ``id`` is the aggregate's, ``at`` when it happened.

    Args:
        index: Where the record stands in what expressions read.
    """
    return {
        "id": Variable(STRING, lambda env: env[index].stream.partition("-")[2]),
        "stream": Variable(STRING, lambda env: env[index].stream),
        "type": Variable(STRING, lambda env: env[index].type),
        "at": Variable(_MICROS, lambda env: env[index].occurred_at),
        "version": Variable(INTEGER, lambda env: env[index].version),
        "position": Variable(INTEGER, lambda env: env[index].position),
    }


def now_at(index: int) -> Mapping[str, Variable]:
    """Returns ``now``: the time of the decision or reaction whose context stands at an index."""
    return {"now": Variable(_MICROS, lambda env: env[index].at)}
