"""What errors of foreign code say, as text that can be stored and shown, whatever that code does wrong."""

from __future__ import annotations

from typing import Any

from workbench.errors import WorkbenchError


def error_text(error: BaseException) -> str:
    """Returns what an error says, empty where it says nothing; its own code may fail at that."""
    try:
        return as_text(error.message if isinstance(error, WorkbenchError) else str(error))
    except Exception as second:  # noqa: BLE001  # its `__str__` is the project's code, too
        return f"it cannot be told, because its own __str__ raised {error_name(second)}"


def error_name(error: BaseException) -> str:
    """Returns the name of an error's class."""
    return as_text(type(error).__name__)


def error_sentence(error: BaseException) -> str:
    """Returns an error's name and what it says: ``ValueError: no such user``."""
    return f"{error_name(error)}: {error_text(error)}"


def in_short(text: str, most: int = 1000) -> str:
    """Returns a text whose long lines lose their middle: what was typed is said again, and why behind it.

    Args:
        most: Characters of a line that is not shortened.
    """
    return "\n".join(line if len(line) <= most else _without_middle(line, most) for line in text.split("\n"))


def _without_middle(line: str, most: int) -> str:
    left, right = most * 2 // 3, most // 3
    return f"{line[:left]}… {len(line) - left - right:,} more characters …{line[-right:]}"


def as_text(value: Any) -> str:
    """Returns a value as text that a store can hold: lone surrogates, which are no characters, as escapes."""
    text = value if isinstance(value, str) else str(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
