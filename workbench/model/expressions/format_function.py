"""``format``: texts in which ``%s``, ``%d``, ``%.2f`` and the like stand for the items of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from workbench.model.expressions.budget import Frame, search, step, take
from workbench.model.expressions.cel_values import Wrong, words_of
from workbench.model.expressions.conversions import to_text
from workbench.model.expressions.value_views import seen

_CLAUSE = re.compile(r"%(?:(%)|(?:\.([0-9]{1,3}))?(.?))", re.DOTALL)
_SPECIAL = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_MOST = 100
"""Digits behind the point, and nesting."""


def formatted(frame: Frame, text: str, values: Any) -> str:
    """Returns a text with the values of a list in it.

    Raises:
        Wrong: A clause is unknown or does not fit its value, or there are not enough values.
    """
    return "".join(_pieces(frame, text, iter(values)))


def _pieces(frame: Frame, text: str, values: Iterator[Any]) -> Iterator[str]:
    at = 0
    search(frame, text, "%")
    for found in _CLAUSE.finditer(text):
        yield _taken(frame, text[at : found.start()])
        at = found.end()
        yield "%" if found[1] else _taken(frame, _clause(frame, found, values))
    yield _taken(frame, text[at:])


def _taken(frame: Frame, piece: str) -> str:
    step(frame, 2)
    take(frame, len(piece))
    return piece


def _clause(frame: Frame, found: re.Match[str], values: Iterator[Any]) -> str:
    letter, places = found[3], found[2]
    if letter not in _CLAUSES or letter == "" or (places is not None and letter not in "ef"):
        raise Wrong(f"format does not know {found[0]}")
    if places is not None and int(places) > _MOST:
        raise Wrong(f"format writes at most {_MOST} digits behind the point")
    missing = object()
    value = next(values, missing)
    if value is missing:
        raise Wrong(f"format has no value for {found[0]}")
    value = seen(value)
    if letter == "s":
        return _text(frame, value, 0)
    if type(value) is float and (special := _SPECIAL.get(repr(value))) and letter in "def":
        return special
    said = _CLAUSES[letter](value, 6 if places is None else int(places))
    if said is None:
        raise Wrong(f"{found[0]} does not write {words_of(value)}")
    step(frame, 4 + (len(said) >> 2 if letter in "ef" else len(said) >> 8))
    return said


def _text(frame: Frame, value: Any, depth: int) -> str:
    step(frame, 8)
    if depth > _MOST:
        raise Wrong("format writes no deeper nesting")
    value = seen(value)
    if type(value) in {list, tuple}:
        return f"[{', '.join(_text(frame, one, depth + 1) for one in value)}]"
    if type(value) is dict:
        entries = sorted(
            (_text(frame, key, depth), _text(frame, one, depth + 1)) for key, one in value.items()
        )
        return "{" + ", ".join(f"{key}: {one}" for key, one in entries) + "}"
    if type(value) is float and (special := _SPECIAL.get(repr(value))):
        return special
    return to_text(frame, value)


def _whole(sign: str) -> Callable[[Any, int], str | None]:
    def said(value: Any, _places: int) -> str | None:
        if isinstance(value, bool) and sign != "b":
            return None
        return format(int(value), sign) if isinstance(value, int) else None

    return said


def _hexadecimal(sign: str) -> Callable[[Any, int], str | None]:
    def said(value: Any, _places: int) -> str | None:
        if isinstance(value, str | bytes):
            digits = (value if isinstance(value, bytes) else value.encode()).hex()
            return digits.upper() if sign == "X" else digits
        return _whole(sign)(value, 0)

    return said


def _broken(sign: str) -> Callable[[Any, int], str | None]:
    def said(value: Any, places: int) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        if isinstance(value, Decimal) and sign == "f" and abs(value.adjusted()) > 1000:
            raise Wrong("the number has too many digits")
        return format(float(value) if isinstance(value, int) else value, f".{places}{sign}")

    return said


_CLAUSES: dict[str, Callable[[Any, int], str | None]] = {
    "s": lambda value, _places: str(value),
    "d": _whole("d"),
    "b": _whole("b"),
    "o": _whole("o"),
    "x": _hexadecimal("x"),
    "X": _hexadecimal("X"),
    "f": _broken("f"),
    "e": _broken("e"),
}
