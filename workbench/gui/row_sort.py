"""Finds numbers in an ordered sequence of them: where the rows of a sorted table stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from workbench.gui.paged_model import Key


class RowSort:
    """Where the members of an ordered sequence of numbers stand in it.

    Args:
        numbers: Each once.
        wanted: What will be looked for: where this is made in a thread, that search is done there.
    """

    def __init__(self, numbers: Sequence[int], wanted: Collection[Key] = ()) -> None:
        self.numbers = numbers
        self._known: dict[Key, int] = {}
        self.find(wanted)

    def count(self) -> int:
        """Returns how many there are."""
        return len(self.numbers)

    def keys(self, first: int, limit: int) -> Sequence[int]:
        """Returns up to ``limit`` of them from a place on."""
        return self.numbers[first : first + limit]

    def find(self, wanted: Collection[Key]) -> Mapping[Key, int]:
        """Returns the places of numbers that are in it."""
        unknown = [key for key in wanted if key not in self._known]
        if unknown:
            self._known.update(dict.fromkeys(unknown, -1))
            numbers, sought = np.asarray(self.numbers), [key for key in unknown if isinstance(key, int)]
            places = np.flatnonzero(np.isin(numbers, sought))
            self._known.update(zip(numbers[places].tolist(), places.tolist(), strict=True))
        known = self._known
        return {key: known[key] for key in wanted if known[key] >= 0}
