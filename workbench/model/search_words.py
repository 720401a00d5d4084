"""Reads the words of a search: all must occur, in any case, and what stands in quotes is one of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from workbench.errors import InvalidValue
from workbench.model.text_folding import searched

_WHERE = re.compile(r"(?:^|\s)where\s+(.*)\Z", re.DOTALL)
MOST_WORDS, LONGEST_WORD = 50, 1_000
_WORD = re.compile(r'"([^"]*)"?|(\S+)')


def parts_of(line: str) -> tuple[str, str]:
    """Returns the words and the expression of a line such as ``declined where data.amount > 100``."""
    found = _WHERE.search(line)
    return (line.strip(), "") if found is None else (line[: found.start()].strip(), found[1].strip())


def split_words(text: str) -> list[str]:
    """Returns the words of a text, what stands in quotes as one of them."""
    return [quoted or plain for quoted, plain in _WORD.findall(text)]


def read_words(text: str, fold: Callable[[str], str] = searched) -> tuple[str, ...]:
    """Returns the words of a text as they are looked for, each once.

    Args:
        fold: Makes texts one that differ in case alone.

    Raises:
        InvalidValue: There are too many, or one is too long.
    """
    found = map(fold, split_words(text))
    words = tuple(dict.fromkeys(word for word in found if word.strip()))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        said = f"a search has at most {MOST_WORDS} words of at most {LONGEST_WORD:,} characters"
        raise InvalidValue(said, path="", hint="put a phrase into quotes, or look for less of it")
    return words


def as_words(text: str) -> str:
    """Returns what is typed to look for a text as one word, as far as its own quotes let it."""
    return f'"{text}"' if re.search(r"\s", text) and '"' not in text else text
