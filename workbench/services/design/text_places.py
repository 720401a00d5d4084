"""Finds out what stands at an offset of a text, whether or not the text is right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.tusk.document import Path
from workbench.tusk.line_words import Around, Word, WordKind, header_in, words_in

_QUOTES = ('"""', "'''", '"', "'")


class Part(StrEnum):
    """What can be typed at a place."""

    SECTION = "section"
    KEY = "key"
    VALUE = "value"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """What stands at an offset.

    Attributes:
        section: Dotted name of the section around it; empty before the first.
        path: Keys around it inside the section; of a value with its own key.
        start, end: Span of what stands there: a name, a word, or a text without its quotes.
        typed: What of it stands before the offset.
        said: All of it.
        quoted: Whether a key stands between quotes.
        in_array: Whether it is an item of a list.
    """

    part: Part
    section: str
    path: Path
    start: int
    end: int
    typed: str = ""
    said: str = ""
    quoted: bool = False
    in_array: bool = False


def place_at(text: str, offset: int) -> TextPlace:
    """Returns what stands at an offset, counted in characters."""
    begin = text.rfind("\n", 0, offset) + 1
    around = _around(text, begin)
    stop = text.find("\n", offset)
    line = text[begin : len(text) if stop < 0 else stop]
    typed = line[: offset - begin]
    if typed.lstrip().startswith("[") and "]" not in typed and not around.quotes and not around.in_array:
        return _header(text, around, begin, line, offset)
    words, _ = words_in(line, around)
    at = offset - begin
    word = next((one for one in words if _holds(line, one, at)), None)
    before = words_in(line[: word.start if word is not None else at], around)
    if word is None:
        return _between(replace(before[1], key=_pending(line[:at], around)), offset)
    return _on(line, word, begin, at, before[1], _section(line, around))


def _section(line: str, around: Around) -> str:
    return header_in(line) or around.section


def _around(text: str, begin: int) -> Around:
    """Returns what is open where a line begins: read from the header of its section on."""
    lines = text[:begin].split("\n")[:-1]
    first = next((at for at in range(len(lines) - 1, -1, -1) if header_in(lines[at])), 0)
    around = Around()
    for line in lines[first:]:
        around = words_in(line, around)[1]
    return around


def _pending(before: str, around: Around) -> str:
    """Returns the key whose value comes next, at the end of a piece of a line."""
    _, left = words_in(before + ' "', around)
    words, _ = words_in(before + ' ""', around)
    last = words[-1] if words else None
    if last is not None and last.kind is WordKind.TEXT and before.rstrip().endswith((":", "=")):
        return last.path[-1] if last.path else left.key
    return ""


def _holds(line: str, word: Word, at: int) -> bool:
    """Whether an offset belongs to a word: behind a name that is being typed, too, but not behind a text."""
    if word.kind is WordKind.TEXT or line[word.start] in "\"'":
        return word.start < at < word.end or (at == word.end and not _is_closed(line, word))
    if word.kind is WordKind.SECTION:
        return word.start < at < word.end
    if word.kind is WordKind.COMMENT:
        return word.start < at
    return word.start < at <= word.end


def _is_closed(line: str, word: Word) -> bool:
    said = line[word.start : word.end]
    mark = next((one for one in _QUOTES if said.startswith(one)), "")
    return bool(mark) and len(said) >= 2 * len(mark) and said.endswith(mark)


def _header(text: str, around: Around, begin: int, line: str, offset: int) -> TextPlace:
    start = begin + line.index("[") + 1
    end = min((at for mark in "]#" if (at := line.find(mark)) >= 0), default=len(line.rstrip())) + begin
    said = text[start : max(start, end)]
    return TextPlace(
        part=Part.SECTION,
        section=around.section,
        path=(),
        start=start,
        end=max(start, end),
        typed=text[start:offset],
        said=said,
    )


def _between(around: Around, offset: int) -> TextPlace:
    wants_value = bool(around.key) or around.in_array
    return TextPlace(
        part=Part.NOTHING if around.quotes else Part.VALUE if wants_value else Part.KEY,
        section=around.section,
        path=around.path,
        start=offset,
        end=offset,
        in_array=around.in_array,
    )


def _on(line: str, word: Word, begin: int, at: int, around: Around, section: str) -> TextPlace:
    start, end = word.start, word.end
    part = {WordKind.KEY: Part.KEY, WordKind.TEXT: Part.TEXT}.get(word.kind, Part.VALUE)
    if word.kind is WordKind.COMMENT or word.kind is WordKind.SECTION:
        part = Part.SECTION if word.kind is WordKind.SECTION else Part.NOTHING
    said = line[start:end]
    mark = next((one for one in _QUOTES if said.startswith(one)), "")
    if mark and part in (Part.TEXT, Part.KEY) and not around.quotes:
        start += len(mark)
        end -= len(mark) if _is_closed(line, word) else 0
    elif part is Part.SECTION:
        start, end = start + 1, end - 1
    return TextPlace(
        part=part,
        section=section,
        path=word.path,
        start=begin + start,
        end=begin + max(start, end),
        typed=line[start:at],
        said=line[start:end],
        quoted=bool(mark) and part is Part.KEY,
        in_array=around.in_array,
    )
