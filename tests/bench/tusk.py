"""Measures how the time to read a project file grows with its size, on texts made to be slow.

Run it as ``python -m tests.bench.tusk``. A text of twice the size should take twice the time; a parser that
goes back and forth would take four times as long, and eight times the size sixty-four times as long.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from itertools import pairwise

from workbench.tusk import TskError, parse
from workbench.tusk.parser import MAX_BYTES

SIZES = (MAX_BYTES // 8, MAX_BYTES // 4, MAX_BYTES // 2, MAX_BYTES)
ROUNDS = 3


def repeated(piece: str, before: str = "", behind: str = "") -> Callable[[int], str]:
    """Returns what makes a text of a size by repeating a piece."""

    def make(size: int) -> str:
        count = (size - len(before) - len(behind)) // len(piece)
        return before + piece * count + behind

    return make


def numbered(size: int) -> str:
    """Returns entries on one line, as many as a file may have."""
    count, text = 19_000, "x" * max(1, size // 19_000 - 12)
    return "a { " + " ".join(f'k{number}: "{text}",' for number in range(count)) + " }"


TEXTS: dict[str, Callable[[int], str]] = {
    "open quotes in one line": repeated('"\\"', "a { x "),
    "open quotes, one a line": repeated('a: "\n'),
    "escapes in one text": repeated("\\\\", 'a: "', '"'),
    "three quotes never closed": repeated('""x', 'a: """'),
    "one long text": repeated("x", 'a: "', '"'),
    "many lines in three quotes": repeated('x"\n', 'a: """', '"""'),
    "opening brackets": repeated("[", "a: "),
    "opening braces": repeated("a{"),
    "brackets of every kind": repeated("{[<>]}"),
    "blanks": repeated(" ", "a:", "1"),
    "comments": repeated("#\n", "a: [", "]"),
    "directives": repeated("#!\n"),
    "a long name": repeated("a-", "", "b: 1"),
    "a long number": repeated("9", "a: "),
    "commas": repeated(",", "a: [", "]"),
    "entries in one line": numbered,
    "junk": repeated("%&/ "),
}


def seconds(text: str) -> float:
    """Returns the shortest time of some rounds in which a text is read or refused."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with contextlib.suppress(TskError):
            parse(text)
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> None:
    """Prints for every text the time at one megabyte, and how it grew from an eighth of it."""
    print(f"{'text':<28}{'1 MB':>10}{'× from 1/8':>12}   per doubling")
    for name, make in TEXTS.items():
        times = [seconds(make(size)) for size in SIZES]
        steps = "  ".join(f"{after / before:4.1f}" for before, after in pairwise(times))
        print(f"{name:<28}{1000 * times[-1]:>7.0f} ms{times[-1] / times[0]:>12.1f}   {steps}")


if __name__ == "__main__":
    main()
