"""Cuts a line of TuskLang into words, right or wrong: for colours, and for what can stand at a place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.tusk.document import Path

_IDENT = r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*"
_HEADER = re.compile(rf"[ \t]*(\[[ \t]*({_IDENT}(?:[ \t]*\.[ \t]*{_IDENT})*)[ \t]*\])[ \t\r]*(?=#|\Z)")
_WORD = re.compile(
    rf"""(?P<comment>\#.*)
    |(?P<text>\"{{3}}|'{{3}}|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|'(?:[^'\\]|\\.)*(?:'|\\?\Z))
    |(?P<variable>\${_IDENT})
    |(?P<operator>@[A-Za-z_][A-Za-z0-9_/.-]*)
    |(?P<number>-?[0-9][A-Za-z0-9_.+-]*)
    |(?P<name>{_IDENT})
    |(?P<mark>[:={{}}\[\]<>,])""",
    re.VERBOSE,
)
_BEHIND_KEY = re.compile(r"[ \t]*[:={>]")
_OPENS = {"{": "}", ">": "<", "[": "]"}
_CONSTANTS = frozenset({"true", "false", "null"})


class WordKind(StrEnum):
    """What a word of a line is."""

    SECTION = "section"
    KEY = "key"
    TEXT = "text"
    NUMBER = "number"
    CONSTANT = "constant"
    VARIABLE = "variable"
    OPERATOR = "operator"
    COMMENT = "comment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line; marks such as ``:`` are none.

    Attributes:
        start, end: Offsets in the line.
        path: Keys around it inside its section; of a value with its own key.
    """

    kind: WordKind
    start: int
    end: int
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is open where a line begins.

    Attributes:
        section: Dotted name of the section; empty before the first.
        blocks: Keys and marks of the blocks and arrays that are open; those of items have no key.
        key: The key whose value comes next; empty where a key is expected.
        quotes: Three quotes, inside a text that they close.
    """

    section: str = ""
    blocks: tuple[tuple[str, str], ...] = ()
    key: str = ""
    quotes: str = ""

    @property
    def path(self) -> Path:
        """Keys of the blocks around, and the key whose value comes next."""
        keys = [key for key, _ in self.blocks if key]
        return (*keys, self.key) if self.key else tuple(keys)

    @property
    def in_array(self) -> bool:
        """Whether the innermost thing that is open is an array."""
        return bool(self.blocks) and self.blocks[-1][1] == "["


def header_in(line: str) -> str:
    """Returns the dotted name of the section that a line begins; empty for none."""
    found = _HEADER.match(line)
    return re.sub(r"[ \t]", "", found[2]) if found is not None else ""


def words_in(line: str, around: Around) -> tuple[list[Word], Around]:
    """Returns the words of a line, and what is open behind it.

    Args:
        around: What is open where it begins.
    """
    cut = _Line(line, around)
    words = list(cut.words())
    left = cut.around
    return words, left if left.quotes else replace(left, key="")


@dataclass(slots=True)
class _Line:
    text: str
    around: Around
    at: int = field(default=0)

    def words(self) -> Iterator[Word]:
        """Yields the words, and moves `around` forward."""
        if self.around.quotes:
            yield self._long(0)
        elif name := header_in(self.text):
            found = _HEADER.match(self.text)
            self.around = Around(section=name)
            if found is not None:
                yield Word(WordKind.SECTION, found.start(1), found.end(1))
                self.at = found.end()
        while found := _WORD.search(self.text, self.at):
            self.at = found.end()
            kind = str(found.lastgroup)
            if kind == "mark":
                self._mark(found[0])
            elif kind == "text":
                yield self._text(found)
            elif kind == "name":
                yield self._name(found)
            elif kind == "variable" and self._takes_key():
                yield self._key(found[0], found)
            else:
                yield Word(WordKind(kind), found.start(), found.end(), self.around.path)

    def _takes_key(self) -> bool:
        return not self.around.key and not self.around.in_array

    def _mark(self, mark: str) -> None:
        around = self.around
        if mark in _OPENS and (mark != ">" or around.key):
            self.around = replace(around, blocks=(*around.blocks, (around.key, mark)), key="")
        elif mark in "}]<":
            at = next((at for at in range(len(around.blocks) - 1, -1, -1) if _closes(around, at, mark)), None)
            self.around = replace(around, blocks=around.blocks[:at] if at is not None else (), key="")
        elif mark == ",":
            self.around = replace(around, key="")

    def _name(self, found: re.Match[str]) -> Word:
        if self._takes_key():
            return self._key(found[0], found)
        kind = WordKind.CONSTANT if found[0] in _CONSTANTS else WordKind.OTHER
        return Word(kind, found.start(), found.end(), self.around.path)

    def _text(self, found: re.Match[str]) -> Word:
        if found[0] in ('"""', "'''"):
            self.around = replace(self.around, quotes=found[0])
            return self._long(found.start())
        if self._takes_key() and _BEHIND_KEY.match(self.text, found.end()):
            return self._key(found[0][1:-1].replace('\\"', '"'), found)
        return Word(WordKind.TEXT, found.start(), found.end(), self.around.path)

    def _key(self, name: str, found: re.Match[str]) -> Word:
        word = Word(WordKind.KEY, found.start(), found.end(), self.around.path)
        self.around = replace(self.around, key=name)
        return word

    def _long(self, start: int) -> Word:
        """Passes a text between three quotes, as far as it goes in this line."""
        around = self.around
        end = self.text.find(around.quotes, self.at)
        while end > 0 and self.text[end - 1] == "\\":
            end = self.text.find(around.quotes, end + 1)
        self.at = len(self.text) if end < 0 else end + 3
        self.around = around if end < 0 else replace(around, quotes="")
        return Word(WordKind.TEXT, start, self.at, around.path)


def _closes(around: Around, at: int, mark: str) -> bool:
    return _OPENS[around.blocks[at][1]] == mark
