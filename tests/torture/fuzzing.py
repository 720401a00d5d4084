"""Makes lines of JSON that nobody should send, and judges what became of them by the contract's §8 alone."""

from __future__ import annotations

import json
import math
import random
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

NUMBERS = (
    *("0", "-0", "-0.0", "1e999", "-1e999", "1e-400", "NaN", "Infinity", "-Infinity", "1E400", "5e-324"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809"),
    *("18446744073709551615", "18446744073709551616", "1" + "0" * 25, "-1" + "0" * 5000, "0." + "3" * 3000),
    *(
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "0.1",
        "1e22",
        "1e23",
        "123456789012345678",
        "01",
        "1.",
    ),
    *(
        "1626847200.5",
        "99999999999",
        "100000000001",
        "9e15",
        "9.9e15",
        "9999999999999999",
        "10000000000000000",
    ),
    *("253402300799999", "253402300800000", "253402300799", "-1", "1e-7", "3.0", "1e2", "9007199254740993.0"),
)
TEXTS = (
    *(
        r'"\ud800"',
        r'"\udc00\ud800"',
        r'"\ud83d\ude00"',
        r'"\u0000"',
        r'"a\u0000b"',
        r'"é\u0000"',
        '"\x00"',
        '"\x1f"',
        r'"\u001f"',
    ),
    *(
        '""',
        '" "',
        '"e\u0301"',
        '"\u202eabc"',
        r'"\u200f"',
        '"\ufeff"',
        '"\x7f"',
        '"\x85"',
        '"\u2028"',
        r'"\/"',
    ),
    *(
        '"' + "x" * 255 + '"',
        '"' + "x" * 256 + '"',
        '"' + "\u00e9" * 250 + '"',
        '"' + "y" * 70_000 + '"',
        '"\ufffe"',
    ),
    *(f'"{time}"' for time in ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0999-01-01T00:00:00Z")),
    *(f'"{time}"' for time in ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "2024-01-01")),
    *(
        f'"{time}"'
        for time in ("2024-02-30T00:00:00Z", "20240101T000000Z", "2024-W01-1T00:00:00+00:00", "now")
    ),
    *(
        f'"{time}"'
        for time in ("2024-01-01T00:00:00+23:59:59.999999", "2024-01-01T24:00:00Z", "1969-12-31T23:59Z")
    ),
)
OTHERS = (
    *("null", "true", "false", "[]", "{}", "[" * 98 + "]" * 98, "[" * 99 + "]" * 99, "[" * 101 + "]" * 101),
    *(
        '{"a":' * 99 + "1" + "}" * 99,
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"a":1,"a":2}',
        '{"":1}',
        '{"a.b":{"c":[0]}}',
    ),
    *(
        '{"\\ud800":1}',
        '{"\\u0000":1}',
        "[1,]",
        "{,}",
        "'a'",
        "/*c*/1",
        "1 2",
        "[NaN]",
        "tru",
        "\ufeff1",
        "\u00a01",
    ),
)
NASTY = (*NUMBERS, *TEXTS, *OTHERS)
MARK = "@@"
"""Stands before and behind the number of something nasty, which is put into the line as it is."""
BYTES = (
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xef\xbb\xbf",
    b"\r",
    b"\x0b",
    b"\x1f",
    b"\\",
    b'"',
    b"{",
    b"]",
)

BASE: tuple[dict[str, Any], ...] = (
    {
        "id": "17244207331",
        "type": "PushEvent",
        "repo": {"id": 9007199254740993, "name": "apache/pinot"},
        "created_at": "2021-07-21T06:00:00Z",
        "payload": {"n": [1, 2.5, None, True], "text": "Grüße 😀\n"},
    },
    {
        "id": 7,
        "type": "thing.done",
        "repo": {"name": "s"},
        "created_at": 1626847200123,
        "lines": [{"price": 1.1}],
    },
    {"id": 1.5, "type": 4, "repo": {"name": 12}, "created_at": 1626847200.25},
)


def lines(rng: random.Random) -> Iterator[bytes]:
    """Yields lines without end, some of them good."""
    past = [_write(value, rng) for value in BASE]
    while True:
        value = json.loads(json.dumps(rng.choice(BASE)))
        for _ in range(rng.choice((0, 0, 1, 1, 1, 4))):
            _spoil(value, rng)
        line = _write(value, rng)
        for _ in range(rng.choice((0, 0, 0, 0, 1, 3))):
            line = _mutate(line, rng, past)
        past[rng.randrange(len(past))] = line
        if len(past) < 50:
            past.append(line)
        yield line.replace(b"\n", b"")


def _write(value: dict[str, Any], rng: random.Random) -> bytes:
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=None if rng.random() < 0.8 else 0)
    text = re.sub(f'"{MARK}([0-9]+){MARK}"', lambda match: NASTY[int(match[1])], text)
    return text.replace("\n", " ").encode("utf-8", "surrogatepass")


def _spoil(value: dict[str, Any], rng: random.Random) -> None:
    """Puts something nasty at a place that matters, or anywhere."""
    place: Any = value
    keys = [key for key in value if isinstance(value[key], dict)]
    if keys and rng.random() < 0.4:
        place = value[rng.choice(keys)]
    key = rng.choice([*place, "time", "new", rng.choice(("a\u202e", "é", "e\u0301", "a.b", ""))])
    place[key] = f"{MARK}{rng.randrange(len(NASTY))}{MARK}"
    if rng.random() < 0.1:
        del place[rng.choice(list(place))]


def _mutate(line: bytes, rng: random.Random, past: list[bytes]) -> bytes:
    start = rng.randrange(len(line) + 1)
    stop = min(len(line), start + rng.choice((0, 1, 1, 2, 8, 60)))
    match rng.randrange(6):
        case 0:
            return line[:start] + bytes(rng.randrange(256) for _ in range(stop - start)) + line[stop:]
        case 1:
            return line[:start] + line[stop:]
        case 2:
            return line[:stop] + line[start:]
        case 3:
            return line[:start] + rng.choice(BYTES) + line[start:]
        case 4:
            other = rng.choice(past)
            return line[:start] + other[rng.randrange(len(other) + 1) :]
        case _:
            return line[:start]


# --- what the contract says, written a second time


def acceptable(line: bytes) -> tuple[bool, Any]:
    """Returns whether §8 lets a line be stored as an object, and the object."""
    try:
        value = json.loads(
            line.decode(),
            object_pairs_hook=_pairs,
            parse_constant=_never,
            parse_int=_integer,
            parse_float=_float,
        )
    except (ValueError, RecursionError):
        return False, None
    return isinstance(value, dict) and storable(value), value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def _never(name: str) -> Any:
    raise ValueError(name)


def _integer(text: str) -> int:
    if len(text) > 30 or not -(2**63) <= int(text) < 2**64:
        raise ValueError("beyond 64 bits")
    return int(text)


def _float(text: str) -> float:
    value, digits = float(text), len(re.sub(r"[eE].*|[-.]", "", text).strip("0"))
    if not math.isfinite(value):
        raise ValueError("beyond what a number can hold")
    # As many digits as were written must come out again, 17 at most.
    written = {repr(value), *(f"{value:.{count}e}" for count in range(17))}
    if Decimal(value) != Decimal(text) and (digits > 17 or Decimal(text) not in map(Decimal, written)):
        raise ValueError("more digits than a number can hold")
    return value


def storable(value: Any, depth: int = 0) -> bool:
    """Whether a value keeps §8: text without lone surrogates and U+0000, containers no deeper than 100."""
    if isinstance(value, str):
        return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return depth < 100 and all(storable(key) and storable(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return depth < 100 and all(storable(item, depth + 1) for item in value)
    return True


def is_name(text: str) -> bool:
    """Whether a name keeps §8."""
    bidi = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    fine = not any(unicodedata.category(char) in {"Cc", "Cs"} or char in bidi for char in text)
    return 1 <= len(text) <= 255 and fine and unicodedata.normalize("NFC", text) == text


def is_time(microseconds: int) -> bool:
    """Whether a time can be written with a year of four digits."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds) is not None
    except OverflowError:
        return False


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same to the last digit, type and order of keys."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return repr(left) == repr(right)
