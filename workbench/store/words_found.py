"""Whether words stand in a text, or in the keys and values of JSON; never in how JSON writes these."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from workbench.model.text_folding import searched

PIECE = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"|[^\s"{}\[\]:,]+', re.DOTALL)
"""A string of JSON, or anything else in it that says something: a number, true, false, null."""
_WRITTEN = re.compile(r'[\s"\\{}\[\]:,\x00-\x1f\x7f-\x9f]+')
_SPACE = re.compile(r"\s")


def plain_parts(word: str) -> list[str]:
    """Returns the parts of a word that JSON writes as they are, in order; the word alone where it all is."""
    return [part for part in _WRITTEN.split(word) if part]


def text_parts(word: str) -> list[str]:
    """Returns the parts of a word between white space, which a text may have more of or of another kind."""
    return _SPACE.split(word)


def in_text(word: str, text: str) -> bool:
    """Whether a folded word stands in a text; white space of any kind and length is the same."""
    return word in searched(text)


def in_json(word: str, text: str) -> bool:
    """Whether a folded word stands in a key or a value of JSON."""
    simple = plain_parts(word) == [word]
    if simple and "\\" not in text:
        return word in searched(text)
    return any(word in searched(piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    for found in PIECE.finditer(text):
        written = found[1]
        if written is None:
            yield found[0]
        elif "\\" not in written:
            yield written
        else:
            yield _read(written)


def _read(written: str) -> str:
    try:
        return str(json.loads(f'"{written}"', strict=False))
    except ValueError:
        return written


def holds_all(words: Sequence[str], texts: Sequence[str], written: Sequence[str] = ()) -> bool:
    """Whether each word stands in one of some texts, or in some that are JSON."""
    return all(
        any(in_text(word, text) for text in texts) or any(in_json(word, text) for text in written)
        for word in words
    )
