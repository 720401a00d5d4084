"""Finds what differs between two JSON values, path by path: added, removed, changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ.

    Attributes:
        kind: ``added``, ``removed`` or ``changed``.
    """

    kind: str
    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Yields what differs, in the order of the keys; lists are compared place by place."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from differences(before.get(key, _MISSING), after.get(key, _MISSING), inner)
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else _MISSING
            new = after[index] if index < len(after) else _MISSING
            yield from differences(old, new, f"{path}[{index}]")
    elif before is _MISSING:
        yield Difference("added", path, None, after)
    elif after is _MISSING:
        yield Difference("removed", path, before, None)
    elif type(before) is not type(after) or before != after:
        yield Difference("changed", path, before, after)
