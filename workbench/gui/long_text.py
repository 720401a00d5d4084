"""Shortens long texts so that laying them out takes no time that a person notices (contract V4)."""

from __future__ import annotations

SCALAR = 1_000
"""Characters of one value that are shown."""
LINES, LINE = 500, 2_000
"""Lines that are shown, and characters of each."""
CHARACTERS = 48 * 1024
"""Characters of all lines together that are shown."""


def shortened(text: str, most: int = SCALAR) -> str:
    """Returns the beginning of a text, and how much more there is."""
    return text[:most] + more(len(text) - most)


def more(count: int) -> str:
    """Says how many characters are not shown; nothing for none."""
    return f"… {count:,} more character{'' if count == 1 else 's'}" if count > 0 else ""


def shortened_lines(text: str) -> str:
    """Returns the first lines of a text, long ones shortened, and how much more there is."""
    whole = text[: LINES * LINE].split("\n", LINES)
    shown: list[str] = []
    room, used = CHARACTERS, 0
    for line in whole[:LINES]:
        if room <= 0:
            break
        shown.append(shortened(line, LINE))
        room -= len(shown[-1])
        used += len(line) + 1
    left = len(text) - used
    return "\n".join([*shown, more(left)] if left > 0 else shown)
