"""Edits spans of time, written as people do, ``1 h 30 min``, and given on as ISO 8601."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from typing_extensions import override

from workbench.gui.forms.editors.line import LineEditor

_UNITS: dict[str, Decimal | int] = {
    "w": 604_800,
    "d": 86_400,
    "h": 3600,
    "min": 60,
    "s": 1,
    "ms": Decimal("0.001"),
    "us": Decimal("0.000001"),
}
_SHORT = {"m": "min", "µs": "us"}
_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_PART = re.compile(_NUMBER + r"\s*(w|d|h|min|ms|m|µs|us|s)")
_WORDS = re.compile(rf"([+-]?)\s*((?:{_PART.pattern}[\s,]*)+)\Z")
_ISO = re.compile(
    rf"([+-]?)P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?\Z",
    re.IGNORECASE,
)


class DurationEditor(LineEditor):
    """A span of time."""

    takes = ("string", "duration")
    narrow = True

    @override
    def parse(self, text: str) -> str:
        return iso_of(span_of(text))

    @override
    def text_of(self, value: Any) -> str:
        try:
            return words_of(span_of(str(value)))
        except ValueError:
            return str(value)


def span_of(text: str) -> timedelta:
    """Reads ``1 h 30 min`` or ``PT1H30M``.

    Raises:
        ValueError: It is neither; says what it must be.
    """
    text = text.strip()
    if iso := _ISO.match(text):
        amounts = list(zip(iso.groups()[1:], ("w", "d", "h", "min", "s"), strict=True))
        sign = iso[1]
    elif words := _WORDS.match(text):
        amounts = [(part[1], _SHORT.get(part[2], part[2])) for part in _PART.finditer(words[2])]
        sign = words[1]
    else:
        amounts, sign = [], ""
    found = [Decimal(amount.replace(",", ".")) * _UNITS[unit] for amount, unit in amounts if amount]
    if not found:
        raise ValueError("must be a duration such as 1 h 30 min or 2.5 s")
    try:
        return timedelta(microseconds=int(sum(found) * 1_000_000) * (-1 if sign == "-" else 1))
    except OverflowError:
        raise ValueError("is longer than can be counted") from None


def words_of(span: timedelta) -> str:
    """Writes a span as ``1 h 30 min``."""
    parts = [
        f"{amount} {unit}"
        for amount, unit in zip(_parts(span), ("d", "h", "min", "s"), strict=True)
        if amount != "0"
    ]
    return _sign(span) + (" ".join(parts) or "0 s")


def iso_of(span: timedelta) -> str:
    """Writes a span as ISO 8601: ``PT1H30M``."""
    days, *rest = _parts(span)
    clock = "".join(f"{amount}{unit}" for amount, unit in zip(rest, "HMS", strict=True) if amount != "0")
    date = f"{days}D" if days != "0" else ""
    return f"{_sign(span)}P{date}{'T' + clock if clock else ''}" if date or clock else "PT0S"


def _parts(span: timedelta) -> tuple[str, str, str, str]:
    """Returns days, hours, minutes and seconds; the seconds with their fraction."""
    span = abs(span)
    minutes, seconds = divmod(span.seconds, 60)
    fraction = f".{span.microseconds:06}".rstrip("0") if span.microseconds else ""
    return str(span.days), str(minutes // 60), str(minutes % 60), f"{seconds}{fraction}"


def _sign(span: timedelta) -> str:
    return "-" if span < timedelta() else ""
