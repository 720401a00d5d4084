"""Says how many of something there are, for people."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """Returns a count with its noun, such as ``1 row`` or ``1,204 rows``.

    Args:
        many: The noun for any other number, where it is not just one with an s.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
