"""What an editor of TuskLang adds to what is typed: indentation, closing marks, comments."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tusk.write import INDENT

PAIRS = {"{": "}", "[": "]", "(": ")", '"': '"', "'": "'"}
"""Marks that come in pairs."""
_OPENS = ("{", "[", "(")


def indentation(line: str) -> str:
    """Returns the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def new_line(before: str, behind: str) -> tuple[str, int]:
    """Returns what Enter inserts, and how many characters from its end the cursor comes to stand.

    Args:
        before: The line up to the cursor.
        behind: The rest of it.
    """
    indent = indentation(before)
    opened = before.rstrip().endswith(_OPENS)
    if opened and behind.lstrip()[:1] in ("}", "]", ")"):
        tail = f"\n{indent}"
        return f"\n{indent}{INDENT}{tail}", len(tail)
    return f"\n{indent}{INDENT if opened else ''}", 0


def closing(before: str, behind: str, typed: str) -> str:
    """Returns the mark that closes what was typed; empty where none is wanted.

    Args:
        before: The line up to the cursor.
        behind: The rest of it.
    """
    if typed not in PAIRS or behind[:1].isalnum() or behind[:1] in {"_", '"', "'", "$"} - {typed}:
        return ""
    if typed in "\"'" and (before[-1:].isalnum() or before[-1:] in (typed, "\\") or _is_open(before, typed)):
        return ""
    return PAIRS[typed]


def steps_over(before: str, behind: str, typed: str) -> bool:
    """Whether a closing mark that is typed stands behind the cursor already; a quote closes what is open."""
    there = typed in PAIRS.values() and behind[:1] == typed
    return there and (typed not in PAIRS or _is_open(before, typed))


def taken_back(before: str, behind: str) -> tuple[int, int]:
    """Returns how many characters Backspace takes away before and behind the cursor, where not one before it.

    Those are the blanks of one step of indentation, and two marks with nothing between them.
    """
    if before and not before.strip(" "):
        return (len(before) - 1) % len(INDENT) + 1, 0
    return (1, 1) if PAIRS.get(before[-1:]) == behind[:1] != "" else (0, 0)


def pair_at(text: str, at: int, *, most: int = 20_000) -> tuple[int, int] | None:
    """Returns the places of the bracket behind or before an offset and of its counterpart; None for none.

    Args:
        most: Characters that are looked at for the counterpart.
    """
    for place in (at, at - 1):
        sign = text[place : place + 1] if place >= 0 else ""
        step = 1 if sign and sign in "{[(" else -1 if sign and sign in "}])" else 0
        if step and (other := _counterpart(text, place, step, most)) is not None:
            return place, other
    return None


def _counterpart(text: str, place: int, step: int, most: int) -> int | None:
    sign = text[place]
    other = {**PAIRS, **{shut: opened for opened, shut in PAIRS.items()}}[sign]
    depth, end = 0, min(len(text), place + most) if step > 0 else max(-1, place - most)
    for at in range(place, end, step):
        depth += (text[at] == sign) - (text[at] == other)
        if not depth:
            return at
    return None


def _is_open(before: str, quote: str) -> bool:
    return bool(before.replace(f"\\{quote}", "").count(quote) % 2)


def commented(lines: Sequence[str]) -> list[str]:
    """Returns lines as comments; where all are comments already, as they were without."""
    said = [line for line in lines if line.strip()]
    if said and all(line.lstrip().startswith("#") for line in said):
        return [_uncommented(line) for line in lines]
    least = min((len(indentation(line)) for line in said), default=0)
    return [f"{line[:least]}# {line[least:]}" if line.strip() else line for line in lines]


def _uncommented(line: str) -> str:
    before, _, behind = line.partition("#")
    return before + behind.removeprefix(" ")


def moved(lines: Sequence[str], *, back: bool) -> list[str]:
    """Returns lines one step further in, or back."""
    if back:
        return [line[min(len(indentation(line)), len(INDENT)) :] for line in lines]
    return [INDENT + line if line.strip() else line for line in lines]
