"""A timer for worlds whose clock is moved by hand, in which much is due at nearly the same time."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import override

from workbench.engine.timers import CallOff, VirtualTimer
from workbench.model.clock import MICROSECONDS


class SecondsTimer(VirtualTimer):
    """Wakes at whole seconds, so that many retries are one; leaves housekeeping out."""

    @override
    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        if background:
            return lambda: None
        return super().call_at(-(-due // MICROSECONDS) * MICROSECONDS, callback)
