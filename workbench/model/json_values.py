"""JSON values as the contract allows them (§8): checked with a path, written in one canonical form."""

from __future__ import annotations

import json
import math
import re
import threading
import unicodedata
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from workbench.errors import InvalidName, InvalidValue, StoreCorrupt

Json = None | bool | int | float | str | list[Any] | dict[str, Any]

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 100
LONG = 256 * 1024
"""Characters that are read at once."""
SPACES = 64
"""Of which one is no space in a text that is read part by part."""
_READ_DEPTH = 400
"""Nesting that every Python reads; where it is deeper, how far a parser comes differs."""
_NESTING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{}]', re.DOTALL)
MAX_NAME = 255
SURE_DIGITS, EXACT_DIGITS = 15, 17
"""A number always keeps 15 decimal digits; 17 tell any two numbers apart (IEEE 754 binary64)."""

_INT_MIN, _INT_MAX = -(2**63), 2**64 - 1
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_BAD_TEXT = re.compile("[\ud800-\udfff\x00]")
_BAD_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""What moves a cursor, turns the direction of writing, ends a line, or takes no room where it stands."""
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def write_json(value: Any) -> str:
    """Writes a checked value as canonical JSON text: no spaces, key order kept, UTF-8 as it is.

    Raises:
        InvalidValue: The value breaks contract §8; says where.
    """
    check_json(value)
    text = _encode(value).decode()
    if len(text) > MAX_BYTES // 4 and len(text.encode()) > MAX_BYTES:
        raise InvalidValue(
            f"larger than {MAX_BYTES // 1024 // 1024} MiB", hint="store a reference to it instead"
        )
    return text


def read_text(text: str | bytes) -> Any:
    """Reads a text that may be JSON or not.

    Raises:
        ValueError: It is none, or nested too deep to be read.
    """
    try:
        if len(text) > LONG and threading.current_thread() is not threading.main_thread():
            return _in_pieces(text.encode() if isinstance(text, str) else text)
        return _decode(text)
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from None


def _in_pieces(text: bytes | msgspec.Raw) -> Any:
    """Reads a long text part by part, so that the main thread gets its turn: the parser gives none (V4)."""
    if len(text) <= LONG:
        return _decode(text)
    match bytes(memoryview(text)[:SPACES]).lstrip()[:1]:
        case b"{":
            return {name: _in_pieces(value) for name, value in _members(text).items()}
        case b"[":
            return [_in_pieces(value) for value in _items(text)]
    return _decode(text)


def read_json(text: str | bytes) -> Any:
    """Reads JSON that the store itself wrote.

    Raises:
        StoreCorrupt: It is none.
    """
    try:
        return read_text(text)
    except ValueError as error:
        raise StoreCorrupt(
            f"what the store holds as JSON is none: {error}",
            hint="run: workbench doctor; take the newest backup",
        ) from error


def fits_within(value: Any, most: int) -> bool:
    """Whether a value surely is small: of texts it takes the characters, of everything else eight.

    Looks at no more of it than that.
    """
    waiting = [value]
    while waiting and most >= 0:
        one = waiting.pop()
        kind = type(one)
        most -= len(one) if kind is str else 8
        inner: Collection[Any] = (
            one.values() if kind is dict else one if kind is list or kind is tuple else ()
        )
        if len(inner) > most:
            return False
        waiting.extend(inner)
    return most >= 0


def check_json(value: Any) -> None:
    """Refuses what JSON cannot say or what other programs would change silently.

    Raises:
        InvalidValue: NaN, ±inf, an integer beyond 64 bits, a lone surrogate, U+0000, a key that is no text,
            nesting over 100, or a type that JSON does not have; with the JSON path.
    """
    found = _fault(value, 0)
    if found is not None:
        path, said = found
        raise InvalidValue(said, path="$" + path)


def _fault(value: Any, depth: int) -> tuple[str, str] | None:
    """Returns path and description of the first fault below a value; the path is built only for a fault."""
    kind = type(value)
    if kind is str:
        return _text_fault(value)
    if kind is int:
        return None if _INT_MIN <= value <= _INT_MAX else ("", "integer beyond 64 bits; write it as text")
    if value is None or kind is bool:
        return None
    if kind is float:
        return None if math.isfinite(value) else ("", f"{value} is not a JSON number")
    if depth >= MAX_DEPTH:
        return "", f"nested deeper than {MAX_DEPTH}"
    if kind is dict:
        return _dict_fault(value, depth)
    if kind is list or kind is tuple:
        for index, item in enumerate(value):
            if (found := _fault(item, depth + 1)) is not None:
                return f"[{index}]{found[0]}", found[1]
        return None
    if kind is _Refused:
        return "", value.said
    return "", f"{kind.__name__} is not a JSON type"


def _dict_fault(value: dict[Any, Any], depth: int) -> tuple[str, str] | None:
    for key, item in value.items():
        kind = type(item)
        # What is nearly always there: a plain key with plain text, a number of usual size, yes or no.
        if type(key) is str and key.isprintable():
            if kind is str and item.isprintable():
                continue
            if kind is bool or (kind is int and _INT_MIN <= item <= _INT_MAX):
                continue
        if type(key) is not str:
            return "", f"key {key!r} is not text"
        if (found := _text_fault(key)) is not None:
            return _step(key), f"key: {found[1]}"
        if (found := _fault(item, depth + 1)) is not None:
            return _step(key) + found[0], found[1]
    return None


def _text_fault(text: str) -> tuple[str, str] | None:
    if text.isascii():
        return ("", "U+0000 in text") if "\x00" in text else None
    match = _BAD_TEXT.search(text)
    if match is None:
        return None
    return "", "U+0000 in text" if match[0] == "\x00" else f"lone surrogate U+{ord(match[0]):04X} in text"


def _step(key: str) -> str:
    shown = key.encode("unicode_escape", "backslashreplace").decode()
    return f".{key}" if _PLAIN_KEY.match(key) else f"['{shown}']"


class _Refused:
    """Stands where the parser met what JSON must not hold, until its path is known."""

    __slots__ = ("said",)

    def __init__(self, said: str) -> None:
        self.said = said


class ForeignJsonError(ValueError):
    """Text from outside is no JSON that may be stored; says why."""


def parse_foreign_json(text: str) -> Any:
    """Reads JSON from outside, strictly: what `json` silently accepts or drops is refused (contract §8).

    Raises:
        ForeignJsonError: No JSON, or nested too deep to be read.
        InvalidValue: A duplicate key, NaN, Infinity, a number out of range, or whatever else breaks
            contract §8; says where.
    """
    if _is_nested_deeper(text, _READ_DEPTH):
        raise ForeignJsonError(f"nested deeper than {MAX_DEPTH}")
    try:
        value = _FOREIGN.decode(text)
    except json.JSONDecodeError as error:
        said = error.msg.removesuffix(" at")
        line = f" of its line {error.lineno}" if error.lineno > 1 else ""
        raise ForeignJsonError(f"not JSON: {said} at column {error.colno}{line}") from None
    except RecursionError:
        raise ForeignJsonError(f"nested deeper than {MAX_DEPTH}") from None
    check_json(value)
    return value


def _is_nested_deeper(text: str, most: int) -> bool:
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for part in _NESTING.finditer(text):
        depth += (part[0] in "[{") - (part[0] in "]}")
        if depth > most:
            return True
    return False


def _pairs(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                return _Refused(f"the key {key!r} stands twice in one object")
            seen.add(key)
    return value


def _constant(name: str) -> Any:
    return _Refused(f"{name} is not JSON")


def _integer(text: str) -> Any:
    if len(text) > 21:
        return _Refused("integer beyond 64 bits; write it as text")
    return int(text)


def _float(text: str) -> Any:
    value = float(text)
    if math.isinf(value):
        return _Refused("the number is beyond what a number can hold")
    if (len(text) > SURE_DIGITS or "e" in text or "E" in text) and not _keeps(value, text):
        return _Refused("the number has more digits than a number can hold; write it as text")
    return value


def _keeps(value: float, text: str) -> bool:
    """Whether a number says what its text said: written with as many digits it is the same (B3)."""
    try:
        wanted = Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        return False
    if wanted in {Decimal(value), Decimal(repr(value))}:
        return True
    digits = len("".join(map(str, wanted.as_tuple().digits)).strip("0"))
    return digits <= EXACT_DIGITS and Decimal(f"{value:.{digits - 1}e}") == wanted


_FOREIGN = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float
)


def check_name(name: str, *, what: str) -> str:
    """Returns the name if it keeps contract §8: 1–255 characters, NFC, no control or bidi characters.

    Raises:
        InvalidName: It does not; says why.
    """
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidName(f"{what} must have 1 to {MAX_NAME} characters, has {len(name)}", path="")
    if not name.isascii() or not name.isprintable():
        if (bad := _BAD_NAME.search(name)) is not None:
            raise InvalidName(f"{what} {visible(name)!s} contains U+{ord(bad[0]):04X}", path="")
        if not unicodedata.is_normalized("NFC", name):
            raise InvalidName(f"{what} {name!r} is not in Unicode form NFC", path="")
    return name


def check_new_name(name: str, *, what: str) -> str:
    """Returns a name that a person gives if it keeps `check_name` and each of its characters is seen.

    The joiners that some languages write words with are let through.

    Raises:
        InvalidName: It does not; says why.
    """
    check_name(name, what=what)
    bad = next((one for one in _HIDDEN.findall(name) if one not in "\u200c\u200d"), "")
    if bad or not name.strip():
        said = f"contains U+{ord(bad):04X}, which is not seen" if bad else "consists of blanks"
        raise InvalidName(f"{what} {visible(name)} {said}", path="")
    return name


def check_words(text: str, *, what: str, most: int) -> str:
    """Returns what a person writes beside an act, such as why, if it can be kept.

    Raises:
        InvalidValue: It has more characters than it may, or some that cannot be stored.
    """
    if len(text) > most:
        raise InvalidValue(f"{what} may have {most:,} characters, and has {len(text):,}", path="")
    if (fault := _text_fault(text)) is not None:
        raise InvalidValue(f"{what} has {fault[1]}", path="")
    return text


def visible(text: str) -> str:
    """Shows what hides or moves text as escapes, so that nothing disguises itself: one line, each sign seen.

    These are control, bidi, zero-width and line-separating characters, tags and fillers.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Shows text of several lines as `visible` does each of them; tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: found[0] if found[0] in "\n\t" else _escape(found), text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def at_path(value: Any, path: str) -> tuple[bool, Any]:
    """Looks a dotted path up in nested mappings and lists: ``lines.0.price``.

    A key may hold dots itself: the whole path as one key comes first, then the shortest key that leads on.

    Returns:
        Whether it exists, and its value.
    """
    if isinstance(value, Mapping):
        if path in value:
            return True, value[path]
        return _below(value, path)
    if isinstance(value, list):
        part, dot, rest = path.partition(".")
        if part.isdecimal() and int(part) < len(value):
            return at_path(value[int(part)], rest) if dot else (True, value[int(part)])
    return False, None


def _below(value: Mapping[Any, Any], path: str) -> tuple[bool, Any]:
    dot = path.find(".")
    while dot >= 0:
        if path[:dot] in value:
            found = at_path(value[path[:dot]], path[dot + 1 :])
            if found[0]:
                return found
        dot = path.find(".", dot + 1)
    return False, None
