"""Shortens long texts so that laying them out takes no time that a person notices (contract V4)."""

from __future__ import annotations

SCALAR = 1_000
"""Characters of one value that are shown."""
LINES = 1_000
"""Lines that are shown."""
LINE = 2_000
"""Characters of one line that are shown."""


def shortened(text: str, most: int = SCALAR) -> str:
    """Returns the beginning of a text, and how much more there is."""
    return text[:most] + more(len(text) - most)


def more(count: int) -> str:
    """Says how many characters are not shown; nothing for none."""
    return f"… {count:,} more character{'' if count == 1 else 's'}" if count > 0 else ""


def shortened_lines(text: str, most: int = LINES, width: int = LINE) -> str:
    """Returns the first lines of a text, long ones shortened, and how much more there is."""
    whole = most * width
    lines = text[:whole].split("\n", most)
    rest = len(lines[most]) if len(lines) > most else 0
    shown = [shortened(line, width) for line in lines[:most]]
    left = rest + max(0, len(text) - whole)
    return "\n".join([*shown, more(left)] if left else shown)
