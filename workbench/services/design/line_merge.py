"""Joins two changes of one text line by line, and keeps the ends of lines that neither touched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

Change = tuple[int, int, Sequence[str]]
"""Lines of the text as it was, from the first to behind the last, and what stands there instead."""

_LINE_END = re.compile(r"\r\n|[\r\n\u2029]")
_WORD = re.compile(r"\w+|[^\w\s]")
CHARACTERS = 3000
"""In a change of more characters places are not looked for word by word."""
_LINE = re.compile(r"[^\r\n\u2029]*(?:\r\n|[\r\n\u2029])|[^\r\n\u2029]+")


def plain_lines(text: str) -> str:
    """Returns a text whose lines all end with a line feed."""
    return _LINE_END.sub("\n", text)


def with_changed_lines(was: str, now: str, line_end: str) -> str:
    """Returns a text with what changed in it; lines that did not change end as they did.

    Args:
        now: The text as it is changed; its lines end with a line feed.
        line_end: Of lines that are new.
    """
    old, new = _LINE.findall(was), _LINE.findall(now)
    plain = [plain_lines(one) for one in old]
    start = alike(plain, new)
    tail = alike(plain[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    middle = _changed(old[start:old_end], plain[start:old_end], new[start:new_end], line_end)
    lines = [*old[:start], *middle, *old[old_end:]]
    for at in range(1, len(lines)):
        if lines[at] == "\n" and lines[at - 1].endswith("\r"):
            lines[at] = "\r"  # else both were one end
    return "".join(lines)


def alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Returns with how many of the same lines, or characters, two texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (here, there) in pairs if here != there), min(len(one), len(other)))


def _changed(old: Sequence[str], plain: Sequence[str], new: Sequence[str], line_end: str) -> Iterator[str]:
    for tag, start, end, begin, stop in SequenceMatcher(None, plain, new).get_opcodes():
        if tag == "equal":
            yield from old[start:end]
            continue
        for at, line in enumerate(new[begin:stop], start):
            had = _LINE_END.search(old[at]) if at < end else None
            yield line.replace("\n", had.group() if had is not None else line_end)


def merged_lines(was: str, mine: str, theirs: str) -> str | None:
    """Returns the text with both changes; None where both changed the same lines, or added in one place."""
    lines = was.splitlines(keepends=True)
    own = _changes(lines, mine)
    found = sorted([*own, *(one for one in _changes(lines, theirs) if one not in own)], key=_place)
    return None if any(_meet(one, other) for one, other in pairwise(found)) else _with(lines, found)


def chosen_lines(was: str, mine: str, theirs: str) -> str:
    """Returns the text with both changes; where both changed the same lines, or added in one place, mine."""
    lines = was.splitlines(keepends=True)
    own = _changes(lines, mine)
    found = (one for one in _changes(lines, theirs) if one not in own)
    others = [one for one in found if not any(_meet(*sorted([one, mine], key=_place)) for mine in own)]
    return _with(lines, sorted([*own, *others], key=_place))


def _place(change: Change) -> tuple[int, int]:
    return change[:2]


def _with(lines: Sequence[str], changes: Sequence[Change]) -> str:
    """Returns lines with changes that do not meet, in their order."""
    made = [*lines]
    for start, end, now in reversed(changes):
        made[start:end] = now
    return "".join(made)


def _changes(lines: Sequence[str], text: str) -> list[Change]:
    now = text.splitlines(keepends=True)
    found = SequenceMatcher(None, lines, now, autojunk=False).get_opcodes()
    return [(start, end, now[begin:stop]) for tag, start, end, begin, stop in found if tag != "equal"]


def changed_spans(was: str, now: str) -> list[tuple[int, int, str]]:
    """Returns begin and end of what changed in each run of lines that did, and what stands there now."""
    old, new = was.splitlines(keepends=True), now.splitlines(keepends=True)
    head = alike(old, new)
    tail = alike(old[head:][::-1], new[head:][::-1])
    starts = [0, *accumulate(len(line) for line in old)]
    found = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail]).get_opcodes()
    spans = (
        (starts[head + begin], starts[head + end], "".join(new[head + first : head + last]))
        for tag, begin, end, first, last in found
        if tag != "equal"
    )
    return [_narrowed(was, *one) for one in spans]


def _narrowed(was: str, begin: int, end: int, now: str) -> tuple[int, int, str]:
    """Returns a change of a text without what it leaves at its begin and its end."""
    head = alike(was[begin:end], now)
    tail = alike(was[begin + head : end][::-1], now[head:][::-1])
    return begin + head, end - tail, now[head : len(now) - tail]


def place_behind(at: int, was: str, now: str) -> int:
    """Returns where a place of a text stands in the changed text; what is put in there stands behind it."""
    begin, end, written = _narrowed(was, 0, len(was), now)
    line, by = max(0, was.rfind("\n", 0, begin)), 0
    whole = (line, end, was[line:begin] + written)
    small = max(end - line, len(whole[2])) < CHARACTERS
    for begin, end, written in [whole] if small else changed_spans(was, now):
        if at <= begin:
            break
        if at <= end:
            return begin + by + _place_in(at - begin, was[begin:end], written)
        by += len(written) - (end - begin)
    return at + by


def _place_in(at: int, was: str, now: str) -> int:
    """Returns where a place of a text stands in another one: behind, or in, the word that it was at."""
    if max(len(was), len(now)) > CHARACTERS:
        return min(at, len(now))
    old, new = [*_WORD.finditer(was)], [*_WORD.finditer(now)]
    found = SequenceMatcher(None, [one[0] for one in old], [one[0] for one in new], autojunk=False)
    begin, start = 0, 0
    for here, there, count in found.get_matching_blocks():
        for one, other in zip(old[here : here + count], new[there : there + count], strict=True):
            if at <= one.start():
                return start + _between(at - begin, was[begin : one.start()], now[start : other.start()])
            if at <= one.end():
                return other.start() + at - one.start()
            begin, start = one.end(), other.end()
    return start + _between(at - begin, was[begin:], now[start:])


def _between(at: int, was: str, now: str) -> int:
    """Returns where a place stands that is between two words of both texts, or at what was exchanged there.

    Behind blanks it stays where it is in the line; at the begin of a line it goes with the word behind it.
    """
    if not was[:at].strip() and not (at == len(was) and "\n" in was):
        return alike(was[:at], now)
    begin, end, written = _narrowed(was, 0, len(was), now)
    if begin < at >= end or not was.strip():
        return at + len(now) - len(was)
    return min(at, begin + len(written))


def _meet(one: Change, other: Change) -> bool:
    """Whether a change and the one behind it are about the same lines, or one only adds beside the other."""
    return other[0] < one[1] or (other[0] == one[1] and (one[0] == one[1] or other[0] == other[1]))
