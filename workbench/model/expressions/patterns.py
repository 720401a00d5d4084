"""Regular expressions whose search takes time in proportion to the text: RE2's, by the engine of pydantic."""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

from workbench.model.expressions.budget import Frame, step
from workbench.model.expressions.values import Wrong

_PIECE = re.compile(
    r"\\(?:[pP](?:\{[^}]*\}|.)|x\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|(?P<repeat>\{[0-9,]*\})|(?P<open>\()|(?P<close>\))|."
    , re.DOTALL,
)  # fmt: skip
_LARGEST = 6_000
"""Size of a pattern; one of this size is compiled in some 20 ms."""


def size_of(pattern: str) -> int:
    """Returns about how many states a pattern has: a letter one, a class of letters of all scripts 120."""
    sizes = [0]  # of the groups that are open
    last = 0
    for found in _PIECE.finditer(pattern):
        text = found[0]
        if found["open"]:
            sizes.append(1)
            continue
        if found["repeat"]:
            more = last * (max([int(one[:6]) for one in re.findall("[0-9]+", text)] or [1]) - 1)
            sizes[-1] += max(0, more)
            last += max(0, more)
            continue
        last = sizes.pop() if found["close"] and len(sizes) > 1 else _weight(text)
        sizes[-1] += last
    return sum(sizes)


def _weight(piece: str) -> int:
    if piece[0] == "\\" and piece[1:2] in "wWpPbB":
        return 120
    if piece[0] == "[":
        return 120 if re.search(r"\\[wWpP]|\[:", piece) else 8
    return 8 if piece[0] in "\\." else 1


@lru_cache(maxsize=256)
def compiled(pattern: str) -> tuple[SchemaValidator, int]:
    """Returns what finds a pattern, and its size.

    Raises:
        Wrong: It is no regular expression, looks around or back, or is too large.
    """
    size = size_of(pattern) * (2 if "(?" in pattern else 1)
    if size > _LARGEST:
        raise Wrong("the regular expression is too large")
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex")), size
    except SchemaError as error:
        said = str(error).strip().splitlines()[-1].strip().removeprefix("error: ").rstrip(".")
        raise Wrong(f"this is no regular expression: {said}") from None


def matches(frame: Frame, text: str, pattern: str) -> bool:
    """Returns whether a pattern is found in a text; ``^`` and ``$`` stand for its ends."""
    if len(pattern) > 100:
        step(frame, len(pattern) >> 2)
    found, size = compiled(pattern)
    step(frame, 1 + len(text) * (size + 8) // 1000)
    return found.isinstance_python(text)
