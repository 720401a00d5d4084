"""The CEL library of another maker, asked what an expression should give."""

from __future__ import annotations

import logging
import math

import cel
from cel.stdlib import add_stdlib_to_context

logging.getLogger("cel").setLevel(logging.CRITICAL + 1)  # it tells of every function that fails


class Failed(Exception):
    """The library gives no value."""


def ask(text, variables):
    """Returns the library's answer; raises `Failed`."""
    context = cel.Context({name: plain(value) for name, value in variables.items()})
    add_stdlib_to_context(context)
    try:
        return cel.compile(text).execute(context)
    except Exception as error:  # noqa: BLE001  # whatever it raises is a failure
        raise Failed(str(error)) from None


def plain(value):
    """Returns a value as the library takes it."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    fields = getattr(type(value), "__struct_fields__", None)
    return value if fields is None else {name: plain(getattr(value, name)) for name in fields}


def same(one, other):
    """Whether two answers are the same: kinds count, and nan is nan here."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other
