"""Functions of texts, which count characters (code points), never bytes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from workbench.model.expressions.budget import Frame, read, search, search_again, step, take
from workbench.model.expressions.cel_values import Wrong, words_of
from workbench.model.expressions.comparison import among

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_UPPER = {lower: lower - 32 for lower in range(ord("a"), ord("z") + 1)}
_QUOTED = str.maketrans({
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\a": "\\a", "\b": "\\b", "\f": "\\f",
    "\v": "\\v",
})  # fmt: skip


def contains(frame: Frame, value: Any, wanted: Any) -> bool:
    """Returns whether a text holds another, or a list an item."""
    if type(value) is not str:
        return among(frame, wanted, value)
    if type(wanted) is not str:
        raise Wrong(f"contains looks for text in a text, and this is {words_of(wanted)}")
    search(frame, value, wanted)
    return wanted in value


def starts_with(frame: Frame, text: str, wanted: str) -> bool:
    """Returns whether a text begins with another."""
    read(frame, len(wanted))
    return text.startswith(wanted)


def ends_with(frame: Frame, text: str, wanted: str) -> bool:
    """Returns whether a text ends with another."""
    read(frame, len(wanted))
    return text.endswith(wanted)


def _within(place: int, text: str) -> int:
    if not 0 <= place <= len(text):
        raise Wrong(f"there is no character {place}: there are {len(text)}, and the first is 0")
    return place


def char_at(text: str, place: int) -> str:
    """Returns a character; nothing right behind the last one."""
    return text[_within(place, text) :][:1] if place == len(text) else text[_within(place, text)]


def index_of(frame: Frame, text: str, wanted: str, start: int = 0) -> int:
    """Returns where a text first stands in another, -1 if nowhere."""
    search(frame, text, wanted)
    return text.find(wanted, _within(start, text))


def last_index_of(frame: Frame, text: str, wanted: str, start: int | None = None) -> int:
    """Returns where a text last stands in another, at a place or before it; -1 if nowhere."""
    end = len(text) if start is None else min(len(text), _within(start, text) + len(wanted))
    # from behind, as Python's own search for the last place takes time that grows with both texts
    turned, behind = text[:end][::-1], wanted[::-1]
    search(frame, turned, behind)
    found = turned.find(behind)
    return found if found < 0 else end - found - len(wanted)


def substring(frame: Frame, text: str, start: int, end: int | None = None) -> str:
    """Returns a part of a text, up to its end or before a character."""
    last = len(text) if end is None else _within(end, text)
    if _within(start, text) > last:
        raise Wrong(f"character {start} stands behind character {last}")
    take(frame, last - start)
    return text[start:last]


def replace(frame: Frame, text: str, old: str, new: str, limit: int = -1) -> str:
    """Returns a text in which another one is replaced, at most `limit` times; a negative limit is none."""
    search(frame, text, old)
    count = text.count(old)
    search_again(frame, text, old, count)
    count = count if limit < 0 else min(count, limit)
    take(frame, len(text) + count * max(0, len(new) - len(old)))
    return text.replace(old, new, count)


def split(frame: Frame, text: str, between: str, limit: int = -1) -> list[str]:
    """Returns the parts of a text, at most `limit`; a negative limit is none."""
    search(frame, text, between)
    parts = text.count(between) + 1 if between else len(text)
    search_again(frame, text, between, parts - 1)
    step(frame, parts >> 1)
    take(frame, len(text) + 8 * parts)
    if not limit:
        return []
    if between:
        return text.split(between, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def lower_ascii(frame: Frame, text: str) -> str:
    """Returns a text with A to Z in small letters; others stay."""
    take(frame, len(text))
    return text.lower() if text.isascii() else _translated(frame, text, _LOWER)


def upper_ascii(frame: Frame, text: str) -> str:
    """Returns a text with a to z in capital letters; others stay."""
    take(frame, len(text))
    return text.upper() if text.isascii() else _translated(frame, text, _UPPER)


def _translated(frame: Frame, text: str, table: Mapping[int, int | str]) -> str:
    step(frame, len(text) >> 2)
    return text.translate(table)


def trim(frame: Frame, text: str) -> str:
    """Returns a text without white space around it."""
    take(frame, len(text))
    return text.strip()


def quote(frame: Frame, text: str) -> str:
    """Returns a text between quotes, as an expression would write it."""
    take(frame, 2 * len(text) + 2)
    return f'"{_translated(frame, text, _QUOTED)}"'


def encoded(frame: Frame, value: bytes) -> str:
    """Returns bytes as base64."""
    take(frame, 2 * len(value))
    step(frame, len(value) >> 8)
    return base64.b64encode(value).decode()


def decoded(frame: Frame, text: str) -> bytes:
    """Returns the bytes that base64 stands for; the padding may be missing."""
    take(frame, len(text))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("this is no base64") from None
