"""How fast things may be done: a number a second that begins and ends (L5)."""

from __future__ import annotations

from workbench.errors import InvalidValue

SLOWEST, FASTEST = 0.001, 1_000_000.0
"""A second: less would not move in sight, more is no pace; neither is what is no finite number."""


def check_rate(rate: float) -> float:
    """Returns a rate that can be kept: 0 for unlimited, or from `SLOWEST` to `FASTEST`.

    Raises:
        InvalidValue: It is none.
    """
    if rate != 0 and not SLOWEST <= rate <= FASTEST:
        raise InvalidValue(
            f"{rate:g} a second is no pace",
            path="",
            hint=f"give {SLOWEST:g} to {FASTEST:,.0f}, or 0 for none",
        )
    return rate
