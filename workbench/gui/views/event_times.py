"""When the events of a stream happened, by version and along time; read and sorted beside the loop (V4)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.gui.reads import takes_time

if TYPE_CHECKING:
    from workbench.services.streams import Streams

PART = 20_000
"""Times that are read at once; a stream with more events is read in a thread."""


class EventTimes:
    """Times in microseconds since 1970; they are sorted while it is made.

    Args:
        times: By version, from version 1.
    """

    def __init__(self, times: array[int]) -> None:
        self._times = times
        seen = np.asarray(times)
        self._versions = np.argsort(seen, kind="stable")
        self._ordered = seen[self._versions]

    def __len__(self) -> int:
        return len(self._times)

    def of(self, version: int) -> int:
        """Returns when the event of a version happened."""
        return self._times[version - 1]

    def ends(self) -> tuple[int, int]:
        """Returns the earliest and the latest time; zeros where there is none."""
        return (int(self._ordered[0]), int(self._ordered[-1])) if len(self) else (0, 0)

    def nearest(self, wanted: float) -> int:
        """Returns the version whose event happened nearest to a time; of several, the newest."""
        at = int(self._ordered.searchsorted(wanted))
        near = [int(self._ordered[index]) for index in (at - 1, at) if 0 <= index < len(self)]
        time = min(near, key=lambda time: (abs(time - wanted), -time))
        return int(self._versions[self._ordered.searchsorted(time, "right") - 1]) + 1

    def counts(self, ends: Sequence[int]) -> list[int]:
        """Returns how many events happened before each of these times, and not before the one in front."""
        before = self._ordered.searchsorted(ends).tolist()
        return [end - start for start, end in zip([0, *before], before, strict=False)]

    def with_newer(self, streams: Streams, stream: str, length: int) -> EventTimes:
        """Returns the times of a stream of this length, of which these are the first.

        Raises:
            ReadTooLong: See `takes_time`.
        """
        if length > PART:
            takes_time()
        times = self._times[:]
        while len(times) < length and (
            part := streams.times(stream, len(times), min(PART, length - len(times)))
        ):
            times.extend(part)
        return EventTimes(times)


NO_TIMES = EventTimes(array("q"))
