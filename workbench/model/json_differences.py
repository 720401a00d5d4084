"""Walks two JSON values side by side, and finds what differs: added, removed, changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MISSING: Any = object()
"""The value of the side that has none."""


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


def leaf_pairs(one: Any, other: Any, path: str = "", *, exact: bool = True) -> Iterator[tuple[str, Any, Any]]:
    """Yields the path and both sides of what has no parts on both, in the order of the keys.

    Lists are walked place by place. A side without a value is `MISSING`.

    Args:
        exact: Whether keys that only the other side has are walked, too.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in [*one, *(key for key in other if exact and key not in one)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from leaf_pairs(one.get(key, MISSING), other.get(key, MISSING), inner, exact=exact)
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for index in range(max(len(one), len(other))):
            left = one[index] if index < len(one) else MISSING
            right = other[index] if index < len(other) else MISSING
            yield from leaf_pairs(left, right, f"{path}[{index}]", exact=exact)
    else:
        yield path, one, other


def differences(before: Any, after: Any) -> Iterator[Difference]:
    """Yields what differs, in the order of the keys; numbers of two kinds differ."""
    for path, old, new in leaf_pairs(before, after):
        if old is MISSING:
            yield Difference("added", path, None, new)
        elif new is MISSING:
            yield Difference("removed", path, old, None)
        elif type(old) is not type(new) or old != new:
            yield Difference("changed", path, old, new)
