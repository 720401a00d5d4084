"""Collects garbage on the window's thread alone: what belongs to Qt must not end on another one."""

from __future__ import annotations

import gc
from collections.abc import Callable

WHOLE_EVERY = 10.0
"""Seconds at least between two looks at everything that there is."""
SHARE = 0.005
"""Part of the time at most that looks at everything may take."""


class GarbageCollector:
    """Takes the place of Python's own collector, which works on whichever thread happens to allocate.

    A card or a row of a tree in a reference cycle would then be deleted beside Qt's loop, which ends in a
    crash or in a loop that never comes to an end.

    Args:
        time: Returns seconds of a clock that never goes back.
    """

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._next_whole = 0.0
        self._took = False

    def take_over(self) -> None:
        """Has nothing but `collect` collect from now on; a second call does nothing."""
        self._took = self._took or gc.isenabled()
        gc.disable()

    def give_back(self) -> None:
        """Lets Python collect again by itself, unless something else kept it from that."""
        if self._took:
            gc.enable()
        self._took = False

    def collect(self) -> None:
        """Collects what is due, by the thresholds of `gc`; called on the window's thread, often."""
        counts, limits = gc.get_count(), gc.get_threshold()
        if counts[0] <= limits[0] or gc.isenabled():
            return
        now = self._time()
        if counts[1] <= limits[1]:
            gc.collect(0)
        elif counts[2] <= limits[2] or now < self._next_whole:
            gc.collect(1)
        else:
            gc.collect()
            self._next_whole = now + max(WHOLE_EVERY, (self._time() - now) / SHARE)
