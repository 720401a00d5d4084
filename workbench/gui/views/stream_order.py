"""Streams in the order in which they changed, and their categories: found once, then what came since."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.services.streams import Streams


class StreamOrder:
    """Numbers of the streams that fit, the last changed first; one thread at a time may ask for them.

    Args:
        text: Part of the name; empty for all.
        category: The whole category; empty for all.
    """

    def __init__(self, text: str, category: str) -> None:
        self.text, self.category = text, category
        self._known = 0, array("q")

    def numbers(self, streams: Streams) -> array[int]:
        """Returns the numbers; looks at the whole store at first, then at what came since (V4)."""
        upto, before = self._known
        head = streams.head()  # first, so that what comes meanwhile is found once more
        changed = streams.find(text=self.text, category=self.category, order="-updated", behind=upto)
        if len(before) and len(changed):
            known = np.asarray(before)
            changed.frombytes(known[~np.isin(known, changed)].tobytes())
        self._known = head, changed or before
        return self._known[1]


class CategoryCounts:
    """How many streams there are of each category; one thread at a time may ask."""

    def __init__(self) -> None:
        self._known: Counter[str] = Counter()

    def counted(self, streams: Streams) -> Counter[str]:
        """Returns the counts, by name; counts all streams at first, then those that came since (V4)."""
        found = self._known + Counter(dict(streams.categories(self._known.total())))
        self._known = Counter(dict(sorted(found.items())))
        return self._known
