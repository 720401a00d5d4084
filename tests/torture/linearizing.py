"""Decides whether a history of appends to one stream can have happened one after the other.

An append takes effect at one moment between its invocation and its response. A refusal only reads, so
wherever it can have happened, it may be taken at once; which append comes next, the versions say. So one pass
decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.errors import ANY, STREAM_EXISTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An append that was answered.

    Attributes:
        invoked: When, in any order that everybody shares.
        responded: When.
        expected: What the caller expected.
        first: The first version that was written; 0 for a refusal.
        last: The last version that was written; for a refusal the version that it reported.
    """

    invoked: int
    responded: int
    expected: int
    first: int
    last: int


def fits(expected: int, version: int) -> bool:
    """Whether the contract (A7, A8) lets an append happen at a version."""
    return expected in (ANY, version) or (expected == STREAM_EXISTS and version > 0)


def contradiction(history: Iterable[Done], version: int = 0) -> str:
    """Returns why a history cannot have happened one after the other, or nothing if it can.

    Args:
        version: Of the stream at the beginning.
    """
    left = set(history)
    while left:
        earliest = min(one.responded for one in left)
        possible = [one for one in left if one.invoked < earliest]
        refusals = {
            one
            for one in possible
            if not one.first and one.last == version and not fits(one.expected, version)
        }
        appends = [one for one in possible if one.first == version + 1 and fits(one.expected, version)]
        if refusals:
            left -= refusals
        elif appends:
            version = appends[0].last
            left.remove(appends[0])
        else:
            return f"at version {version} none of these can come next: {sorted(map(str, possible))}"
    return ""
