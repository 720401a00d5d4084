"""Conditions of SQL on texts that hold words, in any case."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.store.search_port import needles


def hold_all(words: Sequence[str], texts: Sequence[str]) -> tuple[str, list[str]]:
    """Returns the condition that each word stands in one of some texts, begun by ``and``, and its values.

    Args:
        words: As `searched` folds them; the connection knows that function.
    """
    said, values = "", list[str]()
    for word in words:
        condition, more = holds(word, texts)
        said += f" and ({condition})"
        values += more
    return said, values


def holds(word: str, texts: Sequence[str]) -> tuple[str, list[str]]:
    """Returns the condition that a word stands in one of some texts, and its values."""
    tests = [(occurs(text), like(needle), needle) for needle in needles(word) for text in texts]
    return " or ".join(test[0] for test in tests) or "0", [value for test in tests for value in test[1:]]


def occurs(text: str) -> str:
    """Returns the condition that a text holds what two values say: a pattern of LIKE, and a folded word.

    LIKE alone knows the cases of ASCII, and nothing is quicker; everything else is folded.
    """
    plain = f"length({text}) is length(cast({text} as blob))"
    return f"case when {plain} then {text} like ? escape '\\' else ifnull(instr(searched({text}), ?), 0) end"


def like(needle: str) -> str:
    """Returns the pattern of a text that holds another, as `occurs` takes it first."""
    escaped = needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
