r"""Regular expressions as RE2 reads them, rewritten for the engine that searches.

What RE2 refuses is refused. The engine reads another dialect: its ``\d``, ``\w``, ``\s`` and ``\b`` know all
scripts, its classes have operators, and it knows further flags and escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.model.expressions.cel_values import Wrong

_ASCII = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_CONTROLS = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_ENDS = {"A": r"\A", "z": r"\z", "b": r"(?-u:\b)", "B": r"(?-u:\B)"}
_META = frozenset(r"\.+*?()|[]{}^$#&-~")
_POSIX = re.compile("alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit")
_CATEGORY = re.compile("C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?")
_SCRIPT = re.compile("[A-Z][A-Za-z_]*")
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))")
_NUMBER = re.compile(r"\\(?:x\{([0-9A-Fa-f]{1,8})\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2}))")
_NAMED = re.compile(r"\[:(\^?)([^\]:]*):\]")
_REPEAT = re.compile(r"(?:[*+?]|\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*)?)?\})\??")
_GROUP = re.compile(r"\((?!\?)|\(\?P?<\w+>|\(\?(?=[imsU:-])[imsU]*(?:-[imsU]+)?[:)]")
_AROUND = re.compile(r"\(\?<?[=!]")
_MOST = 1000
"""Repetitions that a pattern may ask for."""


def translated(pattern: str) -> str:
    """Returns a pattern of RE2 as the engine takes it.

    Raises:
        Wrong: RE2 would not take it.
    """
    return "".join(_pieces(pattern))


def _pieces(text: str) -> Iterator[str]:
    at, repeated = 0, False
    while at < len(text):
        if (found := _REPEAT.match(text, at)) is not None:
            if repeated:
                raise _no(f"{found[0]} repeats a repetition")
            if any(int(count[:9]) > _MOST for count in found.groups() if count):
                raise _no(f"{found[0]} repeats more than {_MOST:,} times")
            piece, at, repeated = found[0], found.end(), True
        else:
            (piece, at), repeated = _piece(text, at), False
        yield piece


def _piece(text: str, at: int) -> tuple[str, int]:
    """Returns a piece that is no repetition, and where the next one begins."""
    char = text[at]
    if char == "[":
        return _class(text, at)
    if char == "(":
        found = _GROUP.match(text, at)
        if found is None:
            around = _AROUND.match(text, at)
            raise _no("look-around is not supported" if around else f"there is no group {text[at : at + 4]}")
        return "(" if "<" in found[0] else found[0], found.end()
    if char != "\\":
        return (char, at + 1) if char in ".^$|)" else (_literal(char), at + 1)
    if text.startswith(r"\Q", at):
        end = text.find(r"\E", at + 2)
        quoted = text[at + 2 :] if end < 0 else text[at + 2 : end]
        return "".join(map(_literal, quoted)), len(text) if end < 0 else end + 2
    letter = text[at + 1 : at + 2]
    if letter in _ENDS:
        return _ENDS[letter], at + 2
    if (several := _several(text, at)) is not None:
        return several
    one, at = _character(text, at)
    return _literal(one), at


def _class(text: str, at: int) -> tuple[str, int]:
    """Returns a class in brackets."""
    start, at = at, at + 1
    made = "["
    if text.startswith("^", at):
        made, at = "[^", at + 1
    first = True
    while first or not text.startswith("]", at):
        if at >= len(text):
            raise _no(f"{text[start : start + 20]} has no ]")
        first = False
        if (several := _several(text, at) or _named(text, at)) is not None:
            piece, at = several
            made += piece
            continue
        low, at = _character(text, at)
        high = low
        if text.startswith("-", at) and at + 1 < len(text) and text[at + 1] != "]":
            high, at = _character(text, at + 1)
        if high < low:
            raise _no(f"the range {low}-{high} goes backwards")
        made += _literal(low) if low == high else f"{_literal(low)}-{_literal(high)}"
    return made + "]", at + 1


def _named(text: str, at: int) -> tuple[str, int] | None:
    r"""Returns a class such as ``[:alpha:]``, None where there is none."""
    found = _NAMED.match(text, at)
    if found is None:
        return None
    if not _POSIX.fullmatch(found[2]):
        raise _no(f"there is no class {found[0]}")
    return found[0], found.end()


def _several(text: str, at: int) -> tuple[str, int] | None:
    r"""Returns what stands for several characters, such as ``\d`` and ``\pL``; None where there is none."""
    if not text.startswith("\\", at):
        return None
    letter = text[at + 1 : at + 2]
    if letter and letter in "dwsDWS":
        return f"[{'^' if letter.isupper() else ''}{_ASCII[letter.lower()]}]", at + 2
    if letter not in {"p", "P"}:
        return None
    found = _PROPERTY.match(text, at)
    name = (found[3] or found[4]) if found else ""
    if found is None or not (_CATEGORY.fullmatch(name) or _SCRIPT.fullmatch(name)):
        raise _no(f"there is no class {text[at : at + 12]}")
    kind = "" if name == "Any" else "gc=" if _CATEGORY.fullmatch(name) else "sc="
    sign = "P" if (found[1] == "P") is not bool(found[2]) else "p"
    return rf"\{sign}{{{kind}{name}}}", found.end()


def _character(text: str, at: int) -> tuple[str, int]:
    """Returns one character, as it stands there or behind a backslash."""
    if text[at] != "\\":
        return text[at], at + 1
    if (found := _NUMBER.match(text, at)) is not None:
        number = int(found[3], 8) if found[3] else int(found[1] or found[2], 16)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise _no(f"there is no character {found[0]}")
        return chr(number), found.end()
    letter = text[at + 1 : at + 2]
    if letter in _CONTROLS:
        return chr(_CONTROLS[letter]), at + 2
    if letter and letter.isascii() and not letter.isalnum():
        return letter, at + 2
    if letter and letter in "123456789":
        raise _no("backreferences are not supported")
    raise _no(f"there is no {text[at : at + 2]}" if letter else "nothing stands behind the last \\")


def _literal(char: str) -> str:
    return f"\\{char}" if char in _META else char


def _no(said: str) -> Wrong:
    return Wrong(f"this is no regular expression: {said}")
