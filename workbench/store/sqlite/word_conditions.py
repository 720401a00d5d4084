"""Conditions of SQL on texts that hold words, in any case.

LIKE is a first sieve of texts of ASCII, and nothing is quicker; what it may find too much of is looked at once
more by the functions `searched` and `in_json`, which a connection must know. All other texts are theirs alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.store.words_found import plain_parts, text_parts

Condition = tuple[str, list[str]]
"""A condition and the values that it has bound."""


def hold_all(words: Sequence[str], texts: Sequence[str], written: Sequence[str]) -> Condition:
    """Returns the condition that each word stands in one of some texts, begun by ``and``; see `holds`.

    Args:
        words: As `searched` folds them.
    """
    said, values = "", list[str]()
    for word in words:
        condition, more = holds(word, texts, written)
        said += f" and ({condition})"
        values += more
    return said, values


def holds(word: str, texts: Sequence[str], written: Sequence[str] = ()) -> Condition:
    """Returns the condition that a word stands in one of some texts, or in some that are JSON."""
    tests = [*(_in_text(word, text) for text in texts), *(_in_json(word, text) for text in written)]
    return " or ".join(test[0] for test in tests) or "0", [value for test in tests for value in test[1]]


def _in_text(word: str, text: str) -> Condition:
    parts = text_parts(word)
    exactly = f"instr(searched({text}), ?) > 0"
    again, more = (exactly, [word]) if len(parts) > 1 else ("1", [])
    return _sieved(text, "", again, exactly), [word, _like(parts), *more]


def _in_json(word: str, text: str) -> Condition:
    parts = plain_parts(word)
    exactly = f"in_json(?, {text})"
    again = f"case when {text} like '%\\%' then {exactly} else 1 end" if parts == [word] else exactly
    also = "" if word.isascii() else f" or {text} like '%\\%'"
    return _sieved(text, also, again, exactly), [word, _like(parts), word]


def _sieved(text: str, also: str, again: str, exactly: str) -> str:
    """Returns the condition that LIKE finds a text and so does `again`; one that is not ASCII, `exactly` alone.

    No function of Python is called for what LIKE leaves out, nor for null: both sides of an OR would be.
    """
    like = f"{text} like ? escape '\\'{also}"
    return f"case when not {_ascii(text)} then {exactly} when {like} then {again} else 0 end"


def _ascii(text: str) -> str:
    return f"(length({text}) is length(cast({text} as blob)))"


def _like(parts: Sequence[str]) -> str:
    """Returns the pattern of a text that holds parts one behind the other."""
    escaped = (part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for part in parts)
    return "%".join(["", *escaped, ""])
