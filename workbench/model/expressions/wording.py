"""Says what CEL finds wrong with a text, in words for people and with the character that it is about."""

from __future__ import annotations

import re
from collections.abc import Callable

from workbench.model.expressions.checking import Flaw

_ERROR = re.compile(r"ERROR: <input>:([0-9]+):([0-9]+): (?:Syntax error: )?([^\n]*)")
_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]]] = [
    (
        re.compile(r"token recognition error at: '= ?.?'"),
        lambda _found: ("a single = means nothing", "write == to compare"),
    ),
    (
        re.compile(r"token recognition error at: '(?P<said>['\"].*)'"),
        lambda _found: ("the text is not closed", "text in an expression stands between single quotes"),
    ),
    (
        re.compile(r"token recognition error at: '(?P<said>.*)'"),
        lambda found: (f"{found['said'].strip() or 'this'} means nothing in an expression", ""),
    ),
    (
        re.compile(r"(?:mismatched|extraneous|no viable alternative at) input '(?:<EOF>|.*<EOF>)'.*"),
        lambda _found: ("the expression ends too early", ""),
    ),
    (
        re.compile(r"(?:mismatched|extraneous) input '(?P<said>.*?)' expecting .*"),
        lambda found: (f"{found['said']} is not expected here", ""),
    ),
    (
        re.compile(r"missing '(?P<said>.*?)' at .*"),
        lambda found: (f"{found['said']} is missing", ""),
    ),
    (
        re.compile(r"no viable alternative at input '(?P<said>.*)'"),
        lambda _found: ("this cannot stand here", ""),
    ),
    (re.compile(r"invalid int literal"), lambda _found: ("this number is too large", "")),
]


def syntax_flaws(text: str) -> list[Flaw]:
    """Returns what CEL finds wrong with a text that could not be read, in words for people."""
    import cel

    if not text.strip():
        return [Flaw(0, 1, "the expression is empty")]
    try:
        cel.compile(text)
    except ValueError as error:
        found = _ERROR.search(str(error))
        if found is None:
            return [Flaw(0, len(text), "no CEL expression")]
        at = min(_offset(text, int(found[1]), int(found[2])), len(text))
        message, hint = _sentence(found[3])
        return [Flaw(at, at + 1, message, hint)]
    said = "bytes, raw or triple-quoted text, unsigned numbers, optional values and comments are not read"
    return [Flaw(0, len(text), "this form of CEL is not read", said)]


def _offset(text: str, line: int, column: int) -> int:
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1


def _sentence(said: str) -> tuple[str, str]:
    for pattern, words in _RULES:
        if (found := pattern.fullmatch(said)) is not None:
            return words(found)
    return f"no CEL expression: {said}", ""
