"""Replaces values of chosen fields by made-up ones of the same shape, for what is handed on (W22)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import string
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from workbench.model.json_values import read_json, read_text, write_json
from workbench.model.secrets import is_secret, shown_forms

LETTERS = "jkqvwxz"
"""Of made-up texts: words have them seldom beside each other, so one sees that something was masked."""
TRIES = 64
"""For another value than all that were made up before; behind the half of them letters may be any."""
MARK = "masked"
"""Key in the metadata of an event or message that lists the JSON paths of what was masked in it."""
SHORTEST = 4
"""Digits of a number from which on it is looked for in texts as well: a shorter one stands everywhere."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?\Z", re.IGNORECASE | re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?\Z", re.ASCII)
_DATE_RANGES = {5: (1, 12), 8: (1, 28), 11: (0, 23), 14: (0, 59), 17: (0, 59)}
"""Of a written time: where two digits begin, and what they may be."""


_Known = dict[str, dict[str, tuple[int, str]]]
"""By its first word each value with the place of that word in it, and what stands for it."""


class Masking:
    """Made-up values for those of some fields: the same for the same, wherever it stands.

    Texts keep their length, upper and lower case, digits and what joins them; numbers their digits' number,
    sign and places; times stay times, ids stay ids. True, false and null stay: there is nothing else to be.
    A value must be learned before it is known in texts that only mention it.

    Args:
        fields: Names of fields: keys of objects, and columns.
        secrets: Whether fields that look like secrets are masked, too.
        key: Makes the values; without it they cannot be made again.
    """

    def __init__(self, fields: Collection[str], key: bytes, *, secrets: bool) -> None:
        self._fields, self._secrets = frozenset(fields), secrets
        self._key = key
        self._made: dict[str, str] = {}
        self._taken: set[str] = set()
        self._mentions: _Known = defaultdict(dict)
        self._short: _Known = defaultdict(dict)

    def hides(self, field: str) -> bool:
        """Whether the values of a field are masked."""
        return field in self._fields or (self._secrets and is_secret(field))

    # -- learning -----------------------------------------------------------------------------------------

    def learn(self, value: Any, field: str = "") -> None:
        """Learns what is to be masked in a value, which may be a JSON text."""
        for leaf in self._hidden(value, hidden=self.hides(field)):
            text = leaf if isinstance(leaf, str) else _digits(leaf)
            self._mention(text, self._of(text), whole=isinstance(leaf, str))

    def _hidden(self, value: Any, *, hidden: bool) -> Iterator[str | int | float]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from self._hidden(item, hidden=hidden or self.hides(str(key)))
        elif isinstance(value, list | tuple):
            for item in value:
                yield from self._hidden(item, hidden=hidden)
        elif isinstance(value, str) and (inner := _inner(value)) is not None:
            yield from self._hidden(inner, hidden=hidden)
        elif hidden and isinstance(value, str | int | float) and not isinstance(value, bool):
            yield value

    def _mention(self, text: str, made: str, *, whole: bool) -> None:
        digits = _NUMBER.match(text)
        if not whole or digits:
            self._note(text, made, self._mentions if len(text) >= SHORTEST else self._short)
            return
        for one in shown_forms(text):
            self._note(one, made if one == text else self._shaped(one, 0))
        if text.count("@") == 1:  # messages name the server of an address alone
            for piece, other in zip(text.split("@"), made.split("@"), strict=True):
                self._note(piece, other)

    def _note(self, text: str, made: str, known: _Known | None = None) -> None:
        if (first := _WORD.search(text)) is not None:
            (self._mentions if known is None else known)[first[0]][text] = first.start(), made

    # -- masking ------------------------------------------------------------------------------------------

    def json(self, text: str, field: str = "") -> tuple[str, list[str]]:
        """Returns a stored JSON text with what is masked in it, and the paths of fields that were.

        Args:
            field: The column whose value it is; empty for none that could be masked as a whole.
        """
        paths: list[str] = []
        value = read_json(text)
        shown = self._value(value, "$", paths, hidden=self.hides(field))
        return (text, []) if shown == value else (write_json(shown), paths)

    def line(self, text: str) -> str:
        """Returns a line that may be JSON with what is masked in it."""
        try:
            read_text(text)
        except ValueError:
            return self._replaced(text)
        return self.json(text)[0]

    def mentions(self, text: str) -> int:
        """Returns how many values stand in a text that are known."""
        return sum(1 for _ in self._found(text))

    def text(self, text: str, field: str = "", *, names: bool = False) -> str:
        """Returns a text with what is known replaced; as a whole where it is the value of a field.

        Args:
            names: It is a name or key, in which short numbers are values as well.
        """
        if self.hides(field):
            return self._of(text) if text else text
        return self._replaced(text, names=names)

    def number(self, value: float, field: str) -> float:
        """Returns the number of a column, made up where that is masked."""
        return self._number(value) if self.hides(field) else value

    def _value(self, value: Any, path: str, paths: list[str], *, hidden: bool) -> Any:
        if isinstance(value, dict):
            return {
                self._replaced(key): self._value(
                    item, f"{path}.{self._replaced(key)}", paths, hidden=hidden or self.hides(key)
                )
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._value(item, f"{path}[{at}]", paths, hidden=hidden) for at, item in enumerate(value)]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and (inner := _inner(value)) is not None:
            shown = self._value(inner, path, paths, hidden=hidden)
            return value if shown == inner else json.dumps(shown, ensure_ascii=False)
        if not hidden:
            return self._replaced(value) if isinstance(value, str) else value
        paths.append(path)
        return self._of(value) if isinstance(value, str) else self._number(value)

    def _number(self, value: float) -> float:
        return type(value)(self._of(_digits(value)))

    def _replaced(self, text: str, *, names: bool = False) -> str:
        parts, done = [], 0
        for at, length, made in self._found(text, names=names):
            parts += [text[done:at], made]
            done = at + length
        return "".join([*parts, text[done:]]) if done else text

    def _found(self, text: str, *, names: bool = False) -> Iterator[tuple[int, int, str]]:
        """Yields where known values stand in a text, how long they are, and what stands for them."""
        done = 0
        for word in _WORD.finditer(text) if self._mentions or names else ():
            known = self._mentions.get(word[0], {}) if word.start() >= done else {}
            known = known or (self._short.get(word[0], {}) if names and word.start() >= done else {})
            fits = [
                (len(one), word.start() - before, made)
                for one, (before, made) in known.items()
                if word.start() - before >= done and text.startswith(one, word.start() - before)
            ]
            if fits:
                length, at, made = max(fits)
                done = at + length
                yield at, length, made

    # -- making up ----------------------------------------------------------------------------------------

    def _of(self, text: str) -> str:
        """Returns what stands for a text, and for no other one as far as its shape has enough of them.

        Both parts of an address have a mask of their own: those of one server stay so.
        """
        if text.count("@") == 1:
            return "@".join(self._of(part) if part else "" for part in text.split("@"))
        if (known := self._made.get(text)) is None:
            tries = (self._shaped(text, number) for number in range(TRIES))
            known = next((one for one in tries if one != text and one not in self._taken), "")
            known = known or self._shaped(text, TRIES)
            self._made[text] = known
            self._taken.add(known)
        return known

    def _shaped(self, text: str, number: int) -> str:
        stream = self._stream(f"{number}:{text}")
        if _UUID.match(text):
            return "".join(
                _one_of(string.hexdigits[:16], stream)
                if char in string.hexdigits and at not in (14, 19)
                else char
                for at, char in enumerate(text.lower())
            )
        if _TIME.match(text):
            return _other_time(text, stream)
        if _NUMBER.match(text):
            return _other_number(text, stream)
        kept = scheme[0] if (scheme := _SCHEME.match(text)) else ""
        letters = LETTERS if number < TRIES // 2 else string.ascii_lowercase
        return kept + "".join(_other(char, letters, stream) for char in text[len(kept) :])

    def _stream(self, text: str) -> Iterator[int]:
        block = 0
        while True:
            said = f"{block}:{text}".encode("utf-8", "surrogatepass")
            yield from hmac.new(self._key, said, hashlib.sha256).digest()
            block += 1


def masked_words(metadata: str | None) -> str:
    """Returns which fields the metadata of an event or message say are masked; empty for none (W22)."""
    try:
        said = read_text(metadata or "{}")
    except ValueError:
        return ""
    paths = said.get(MARK) if isinstance(said, dict) else None
    if not isinstance(paths, list) or not all(isinstance(one, str) for one in paths):
        return ""
    names = dict.fromkeys(one.removeprefix("$.") for one in paths)
    return f"masked: {', '.join(names)}" if names else ""


def _inner(text: str) -> Any:
    """Returns what a text holds that is itself JSON, an object or a list; else None."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return read_text(text)
    except ValueError:
        return None


def _digits(value: float) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _one_of(letters: str, stream: Iterator[int]) -> str:
    return letters[next(stream) % len(letters)]


def _other(char: str, letters: str, stream: Iterator[int]) -> str:
    if char.isdigit():
        return _one_of(string.digits, stream)
    if char.isalpha():
        made = _one_of(letters, stream)
        return made.upper() if char.isupper() else made
    return char


def _other_number(text: str, stream: Iterator[int]) -> str:
    """Changes the digits of a number, but a first or last zero, and makes none of those: its form is kept."""
    ends = text.lower().find("e")
    whole, behind = (text, "") if ends < 0 else (text[:ends], text[ends:])
    at = [index for index, char in enumerate(whole) if char.isdigit()]
    made = list(whole)
    for index in at:
        edge = index in (at[0], at[-1])
        if not edge or whole[index] != "0":
            made[index] = _one_of(string.digits[1:] if edge else string.digits, stream)
    return "".join(made) + behind


def _other_time(text: str, stream: Iterator[int]) -> str:
    made = text
    for at, (low, high) in _DATE_RANGES.items():
        if text[at : at + 2].isdigit() and (at < 14 or text[at - 1] == ":"):
            made = f"{made[:at]}{low + next(stream) % (high - low + 1):02}{made[at + 2 :]}"
    return made
