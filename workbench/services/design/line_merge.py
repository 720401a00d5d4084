"""Joins two changes of one text line by line, where each changed other lines than the other."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

Change = tuple[int, int, Sequence[str]]
"""Lines of the text as it was, from the first to behind the last, and what stands there instead."""


def merged_lines(was: str, mine: str, theirs: str) -> str | None:
    """Returns the text with both changes; None where both changed the same lines, or added in one place."""
    lines = was.splitlines(keepends=True)
    own = _changes(lines, mine)
    found = sorted(
        [*own, *(one for one in _changes(lines, theirs) if one not in own)], key=lambda one: one[:2]
    )
    if any(_meet(one, other) for one, other in pairwise(found)):
        return None
    for start, end, now in reversed(found):
        lines[start:end] = now
    return "".join(lines)


def _changes(lines: Sequence[str], text: str) -> list[Change]:
    now = text.splitlines(keepends=True)
    found = SequenceMatcher(None, lines, now, autojunk=False).get_opcodes()
    return [(start, end, now[begin:stop]) for tag, start, end, begin, stop in found if tag != "equal"]


def _meet(one: Change, other: Change) -> bool:
    """Whether a change and the one behind it are about the same lines, or one only adds beside the other."""
    return other[0] < one[1] or (other[0] == one[1] and (one[0] == one[1] or other[0] == other[1]))
