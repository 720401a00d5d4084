"""Regular expressions of RE2, searched by the engine of pydantic in time in proportion to the text."""

from __future__ import annotations

import re

from pydantic_core import SchemaError, SchemaValidator, core_schema

from workbench.model.expressions.budget import Frame, step
from workbench.model.expressions.cel_values import Wrong
from workbench.model.expressions.re2 import translated

_PIECE = re.compile(
    r"\\(?:[pP](?:\{[^}]*\}|.)|x\{[^}]*\}|.)|(?P<class>\[\^?\]?)|(?P<repeat>\{[0-9,\s]*\})|(?P<more>[+*?])"
    r"|(?P<open>\()|(?P<close>\))|.", re.DOTALL,
)  # fmt: skip
_IN_CLASS = re.compile(r"\\.|\[:\^?[a-z]+:\]|(?P<open>\[\^?\]?)|(?P<close>\])", re.DOTALL)
LARGEST = 4_000
"""Size of a pattern; one of this size is compiled in some 12 ms."""
_KEPT = 20_000
"""Size of all patterns that are kept compiled."""
_EACH = 40
"""What keeping even the smallest pattern counts, so that there are never many."""
_COMPILED = 400
"""Steps that even the smallest pattern takes until it is compiled."""
_KNOWN: dict[str, tuple[SchemaValidator, int]] = {}


def size_of(pattern: str) -> int:
    """Returns about how many states a pattern of the engine has: a letter one, letters of all scripts 120."""
    sizes = [0]  # of the groups that are open
    last = at = 0
    while (found := _PIECE.match(pattern, at)) is not None:
        at = found.end() if not found["class"] else _end_of_class(pattern, found.end())
        text = pattern[found.start() : at]
        if found["open"]:
            sizes.append(1)
            continue
        if found["repeat"]:
            more = last * (max([int(one[:6]) for one in re.findall("[1-9][0-9]*", text)] or [1]) - 1)
            sizes[-1] += max(0, more)
            last += max(0, more)
            continue
        if found["more"]:  # repeats what stands before it, and may be repeated with it
            sizes[-1] += 1
            last += 1
            continue
        last = sizes.pop() if found["close"] and len(sizes) > 1 else _weight(text)
        sizes[-1] += last
    return sum(sizes)


def _end_of_class(pattern: str, at: int) -> int:
    """Returns where a class in brackets ends; others may stand in it."""
    depth = 1
    for found in _IN_CLASS.finditer(pattern, at):
        depth += bool(found["open"]) - bool(found["close"])
        if not depth:
            return found.end()
    return len(pattern)


def _weight(piece: str) -> int:
    if piece[0] == "\\" and piece[1:2] in "wWpPbB":
        return 120
    if piece[0] == "[":
        return 120 if re.search(r"\\[wWpP]|\[:", piece) else 8
    return 8 if piece[0] in "\\." else 1


def compiled(pattern: str) -> tuple[SchemaValidator, int]:
    """Returns what finds a pattern, and its size.

    Raises:
        Wrong: RE2 would not take it, or it is too large.
    """
    if (known := _KNOWN.get(pattern)) is not None:
        return known
    engine, size = _measured(pattern)
    if size > LARGEST:
        raise Wrong("the regular expression is too large; [A-Za-z] is smaller than \\pL")
    try:
        found = SchemaValidator(core_schema.str_schema(pattern=engine, regex_engine="rust-regex"))
    except SchemaError as error:
        said = str(error).strip().splitlines()[-1].strip().removeprefix("error: ").rstrip(".")
        raise Wrong(f"this is no regular expression: {said}") from None
    while _KNOWN and sum(one + _EACH for _, one in _KNOWN.values()) + size > _KEPT:
        _KNOWN.pop(next(iter(_KNOWN)), None)
    _KNOWN[pattern] = found, size
    return found, size


def cost_of(pattern: str) -> int:
    """Returns the size of a pattern, twice where it may look at letters in both cases; 0 if it is none."""
    try:
        return _measured(pattern)[1]
    except Wrong:
        return 0


def _measured(pattern: str) -> tuple[str, int]:
    """Returns a pattern as the engine takes it, and its size; what is too long is not looked at.

    Raises:
        Wrong: RE2 would not take it.
    """
    if len(pattern) > LARGEST:
        return "", len(pattern)
    engine = translated(pattern)
    return engine, size_of(engine) * (2 if "(?" in pattern else 1)


def matches(frame: Frame, text: str, pattern: str) -> bool:
    """Returns whether a pattern is found in a text; ``^`` and ``$`` stand for its ends."""
    if len(pattern) > 1000:
        step(frame, len(pattern) >> 8)
    if pattern not in _KNOWN and len(pattern) <= LARGEST:
        step(frame, _COMPILED + 10 * min(LARGEST, len(pattern)))
        step(frame, 20 * min(LARGEST, cost_of(pattern)))
    found, size = compiled(pattern)
    step(frame, 1 + len(text) * (size + 8) // 1000)
    return found.isinstance_python(text)
