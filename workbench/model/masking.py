"""Replaces values of chosen fields by made-up ones of the same shape, for what is handed on (W22)."""

from __future__ import annotations

import hmac
import itertools
import json
import math
import re
import string
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from workbench.model.json_values import read_json, read_text, write_json
from workbench.model.known_texts import WORD, KnownTexts
from workbench.model.secrets import is_secret, shown_forms

LETTERS = "jkqvwxz"
"""Of made-up texts: words have them seldom beside each other, so one sees that something was masked."""
TRIES, LONGER = 64, 64
"""For another value than all that were made up before; behind the half of them letters may be any. Then as
often with each of some longer shapes."""
MARK = "masked"
"""Key in the metadata of an event or message that lists the JSON paths of what was masked in it."""
SHORTEST, SHORTEST_NUMBER = 3, 4
"""Characters of a text, digits of a number from which on it is looked for in other texts: shorter ones stand
everywhere."""
SURE_NUMBER = 6
"""Digits of a number from which on the same number in another field is taken for the same."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?\Z", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
"""What of a number stands before its point and exponent."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?\Z", re.ASCII)
_DATE_RANGES = {5: (1, 12), 8: (1, 28), 11: (0, 23), 14: (0, 59), 17: (0, 59)}
"""Of a written time: where two digits begin, and what they may be."""


class Masking:
    """Made-up values for those of some fields: the same for the same, wherever it stands.

    Texts keep their length, upper and lower case, digits and what joins them; numbers their digits' number,
    sign and places; times stay times, ids stay ids. Only where no other value of a shape is left, a text or
    number gets longer, a time another year. True, false and null stay: there is nothing else to be.
    A value must be learned before it is known in texts that only mention it.

    Args:
        fields: Names of fields: keys of objects, and columns.
        secrets: Whether fields that look like secrets are masked, too.
        key: Makes the values; without it they cannot be made again.
        model: Names that the model gives to fields, types and the like: a key that is one is no value, and
            what is one is looked for in names and keys alone.
    """

    def __init__(
        self, fields: Collection[str], key: bytes, *, secrets: bool, model: Collection[str] = ()
    ) -> None:
        self._fields, self._secrets = frozenset(fields), secrets
        self._key = key
        self._model = frozenset(model) | {word for name in model for word in WORD.findall(name)}
        self._made: dict[str, str] = {}
        self._taken: set[str] = set(self._model)
        self._everywhere, self._in_names = KnownTexts(), KnownTexts()
        self.left: Counter[str] = Counter()
        """By field, how many of its values stay though a masked field had the same: they are too short."""

    def hides(self, field: str) -> bool:
        """Whether the values of a field are masked."""
        return field in self._fields or (self._secrets and is_secret(field))

    # -- learning -----------------------------------------------------------------------------------------

    def learn(self, value: Any, field: str = "") -> None:
        """Learns what is to be masked in a value, which may be a JSON text."""
        for leaf in self._hidden(value, hidden=self.hides(field)):
            if isinstance(leaf, str):
                self._mention(leaf)
            else:
                text = _digits(leaf)
                (self._everywhere if len(text) >= SHORTEST_NUMBER else self._in_names).note(text, whole=True)

    def avoid(self, name: str) -> None:
        """Has nothing be made up that is part of a name which stays; all must be learned before."""
        for one in (self._split(name)[1], *WORD.findall(name)):
            if one not in self._everywhere.texts and one not in self._in_names.texts:
                self._taken.add(one)

    def _hidden(self, value: Any, *, hidden: bool) -> Iterator[str | int | float]:
        if isinstance(value, dict):
            for key, item in value.items():
                if hidden and not self._is_name(key):
                    yield key
                yield from self._hidden(item, hidden=hidden or self.hides(key))
        elif isinstance(value, list | tuple):
            for item in value:
                yield from self._hidden(item, hidden=hidden)
        elif isinstance(value, str) and (inner := _inner(value)) is not None:
            yield from self._hidden(inner, hidden=hidden)
        elif hidden and isinstance(value, str | int | float) and not isinstance(value, bool):
            yield value

    def _is_name(self, key: str) -> bool:
        """Whether a key is surely the name of a field, and no value."""
        return key in self._model or self.hides(key)

    def _mention(self, text: str) -> None:
        if text in self._model or len(text) < (SHORTEST_NUMBER if _NUMBER.match(text) else SHORTEST):
            self._in_names.note(text, whole=True)
            return
        for one in shown_forms(text):
            self._everywhere.note(one, whole=one == text)
        if text.count("@") == 1:  # messages name the server of an address alone
            for piece in filter(None, text.split("@")):
                known = self._in_names if piece in self._model else self._everywhere
                known.note(piece, whole=True)

    # -- masking ------------------------------------------------------------------------------------------

    def json(self, text: str, field: str = "") -> tuple[str, list[str]]:
        """Returns a stored JSON text with what is masked in it, and the paths of fields that were.

        Args:
            field: The column whose value it is; empty for none that could be masked as a whole.
        """
        paths: list[str] = []
        value = read_json(text)
        shown = self._value(value, "$", paths, self.hides(field)) if field else self._top(value, "$", paths)
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
            names: It is a name or key, in which short values are known as well; its category stays.
        """
        if self.hides(field):
            return self._of(text) if text else text
        return self._in_name(text) if names else self._replaced(text)

    def number(self, value: float, field: str) -> float:
        """Returns the number of a column, made up where that is masked, or it surely is one that is."""
        return self._number(value) if self.hides(field) or self._is_known(value) else value

    def _top(self, value: Any, path: str, paths: list[str]) -> Any:
        """Masks what is below names of fields: those of an event, a message, a state, a list of such."""
        if isinstance(value, dict):
            return {
                key: self._value(item, f"{path}.{key}", paths, self.hides(key)) for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._top(item, f"{path}[{at}]", paths) for at, item in enumerate(value)]
        return self._value(value, path, paths, hidden=False)

    def _value(self, value: Any, path: str, paths: list[str], hidden: bool) -> Any:
        if isinstance(value, dict):
            shown = {}
            for key, item in value.items():
                name = self._key_of(key, hidden=hidden)
                before = len(paths)
                shown[name] = self._value(item, f"{path}.{name}", paths, hidden or self.hides(key))
                if name != key and hidden and len(paths) == before:
                    paths.append(f"{path}.{name}")
            return shown
        if isinstance(value, list):
            return [self._value(item, f"{path}[{at}]", paths, hidden) for at, item in enumerate(value)]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and (inner := _inner(value)) is not None:
            shown = self._value(inner, path, paths, hidden)
            return value if shown == inner else json.dumps(shown, ensure_ascii=False)
        if hidden:
            paths.append(path)
            return self._of(value) if isinstance(value, str) else self._number(value)
        if isinstance(value, str):
            if value in self._in_names.texts and value not in self._model and not _NUMBER.match(value):
                self.left[path.rpartition(".")[2].partition("[")[0]] += 1
            return self._replaced(value)
        return self._number(value) if self._is_known(value) else value

    def _key_of(self, key: str, *, hidden: bool) -> str:
        if self._is_name(key):
            return key
        return self._of(key) if hidden else self._in_name(key)

    def _is_known(self, value: float) -> bool:
        text = _digits(value)
        return text in self._everywhere.texts and sum(map(str.isdigit, text)) >= SURE_NUMBER

    def _number(self, value: float) -> float:
        text = self._of(_digits(value))
        if type(value) is float:
            return float(text) if math.isfinite(float(text)) else float(text.replace("e+308", "e+307"))
        made = int(text)
        return made if -(2**63) <= made < 2**63 else int(text[:-2])  # no store has a larger one

    def _split(self, name: str) -> tuple[str, str]:
        """Returns the category of a name with its joint, empty where it has none, and what is behind."""
        category, joint, key = name.partition("-")
        return (category + joint, key) if joint and category in self._model else ("", name)

    def _in_name(self, name: str) -> str:
        kept, key = self._split(name)
        return kept + self._replaced(key, self._everywhere, self._in_names)

    def _replaced(self, text: str, *known: KnownTexts) -> str:
        parts, done = [], 0
        for at, piece, made in self._found(text, *known):
            parts += [text[done:at], made]
            done = at + len(piece)
        return "".join([*parts, text[done:]]) if done else text

    def _found(self, text: str, *known: KnownTexts) -> Iterator[tuple[int, str, str]]:
        """Yields where known values stand in a text, how they are written there, and what stands for them.

        Behind a category and its joint, as in ``trip-b1``, it is a name wherever it stands.
        """
        done, before = 0, -1
        known = known or (self._everywhere,)
        named = (self._everywhere, self._in_names)
        for word in WORD.finditer(text) if any(one.places for one in named) else ():
            behind = word.start() == before + 1 and text[before] == "-"
            before = word.end() if word[0] in self._model else -1
            if word.start() < done:
                continue
            for one in named if behind else known:
                at, piece = one.at(word, done)
                if piece:
                    done = at + len(piece)
                    yield at, piece, self._instead(piece, one)
                    break

    def _instead(self, piece: str, known: KnownTexts) -> str:
        """Returns what stands for a known value that may be written in other cases."""
        text = piece if piece in known.texts else known.alike[piece.lower()]
        made = self._of(text) if known.texts[text] else self._shaped(text, 0)
        if text == piece:
            return made
        return made.upper() if piece.isupper() else made.lower() if piece.islower() else made

    # -- making up ----------------------------------------------------------------------------------------

    def _of(self, text: str) -> str:
        """Returns what stands for a text, and for no other one.

        Both parts of an address have a mask of their own: those of one server stay so.
        """
        if text.count("@") == 1:
            return "@".join(self._of(part) if part else "" for part in text.split("@"))
        if (known := self._made.get(text)) is None:
            known = next(one for one in self._tries(text) if one not in self._taken)
            self._made[text] = known
            self._taken.add(known)
        return known

    def _tries(self, text: str) -> Iterator[str]:
        """Yields what could stand for a text: of its shape, then of longer ones."""
        changed = False
        for more in range(LONGER):
            shape = _longer(text, more)
            for number in range(TRIES):
                made = self._shaped(shape, number)
                changed = changed or made != text
                if made != text:
                    yield made
            if not changed:  # nothing in it can be another
                break
        self._taken.discard(made)
        yield made

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
        seed = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
        for block in itertools.count():
            yield from hmac.digest(seed, b"%d" % block, "sha256")


def _longer(text: str, more: int) -> str:
    """Returns a text whose shape has other values: more of its last letter or digit, or another year."""
    if _TIME.match(text):
        return f"{1 + (int(text[:4]) + more - 1) % 9_999:04}{text[4:]}"
    ends = _WHOLE.match(text) if _NUMBER.match(text) else None
    at = ends.end() if ends else max((at for at, char in enumerate(text, 1) if char.isalnum()), default=0)
    return text[:at] + text[at - 1 : at] * more + text[at:]


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
