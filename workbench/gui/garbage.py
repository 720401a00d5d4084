"""Collects garbage on the window's thread alone, a little at a time: no look takes long enough to be felt."""

from __future__ import annotations

import gc
from collections.abc import Callable

A_TURN = 20_000
"""Objects that one turn of the loop may look at: about 20 milliseconds."""
AGAIN, LEAST = 250_000, 1_000_000
"""Objects set aside before they are counted again, and how many all are before they are looked at again."""
AT_ONCE = 3
"""How many times as many are looked at again though a person is at work."""


class GarbageCollector:
    """Takes the place of Python's own collector, which works on whichever thread happens to allocate.

    A card or a row of a tree in a reference cycle would then be deleted beside Qt's loop, which ends in a
    crash or in a loop that never comes to an end.

    What was looked at once and stays is set aside, and so is what is too much for a turn, as a model that a
    thread has read: a look at everything holds the window for half a second. Most of that ends without a
    collector; where what was set aside became twice as much, all of it is looked at again. To count it and to
    look at it take a second or two, so that waits for a pause.

    Args:
        rests: Whether keyboard and mouse have not been used for a while.
    """

    _gone = False
    """Whether most of what was set aside has ended; of the class, as Python keeps one set of it."""

    def __init__(self, rests: Callable[[], bool]) -> None:
        self._took, self._rests = False, rests
        self._new = self._aside = self._counted = self._kept = 0

    def take_over(self) -> None:
        """Has nothing but `collect` collect from now on; a second call does nothing."""
        self._took = self._took or gc.isenabled()
        gc.disable()

    def give_back(self) -> None:
        """Lets Python collect again by itself, unless something else kept it from that."""
        if self._took:
            gc.enable()
        self._took = False

    @classmethod
    def let_go(cls) -> None:
        """Tells that most of what was set aside has ended: it is looked at in the next pause."""
        cls._gone = True

    def collect(self) -> None:
        """Collects what is due; called on the window's thread, often."""
        if GarbageCollector._gone and self._rests() and not gc.isenabled():
            GarbageCollector._gone = False
            if self._counted + self._aside > AGAIN:
                self._aside = self._new = 0
                self._look_again()
            return
        young = gc.get_count()[0]
        if young <= gc.get_threshold()[0] or gc.isenabled():
            return
        self._new += young
        if self._new <= A_TURN:
            gc.collect(0)
            return
        if young <= A_TURN:
            gc.collect()
        gc.freeze()
        self._aside, self._new = self._aside + self._new, 0
        many = max(LEAST, 2 * self._kept)
        held = self._counted + self._aside
        if self._aside > AGAIN and self._is_due(held, many):
            self._aside, self._counted = 0, gc.get_freeze_count()
            if self._is_due(self._counted, many):  # most of what was set aside may have ended meanwhile
                self._look_again()

    def _is_due(self, held: int, many: int) -> bool:
        return held > many and (held > AT_ONCE * many or self._rests())

    def _look_again(self) -> None:
        """Looks at all that was set aside."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._kept = self._counted = gc.get_freeze_count()
