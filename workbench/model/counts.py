"""Says how many of something there are, and how far a long piece of work is, for people."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """Returns a count with its noun, such as ``1 row`` or ``1,204 rows``.

    Args:
        many: The noun for any other number, where it is not just one with an s.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def how_far(done: int, total: int, unit: str, us: int) -> str:
    """Says how much is done of how much, at what rate, and about how long the rest takes.

    Args:
        us: Microseconds that it took so far.
    """
    said, paced = f"{done:,} of {total:,} {unit}", pace(done, total - done, us)
    return f"{said} · {paced}" if paced else said


def pace(done: int, left: int, us: int) -> str:
    """Says at what rate something is done, and about how long the rest takes; empty while that is not known.

    Args:
        us: Microseconds that it took so far.
    """
    if us <= 0 or done <= 0:
        return ""
    rate = done * 1_000_000 / us
    return f"{rate:,.0f}/s · about {duration(max(0, left) / rate)} left"


def duration(seconds: float) -> str:
    """Says a span of time in its largest unit."""
    if seconds < 120:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60):,} min" if seconds < 7200 else f"{round(seconds / 3600):,} h"
