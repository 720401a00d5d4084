"""What a command comes to, and how that is appended: in the order in which it was decided (K8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from workbench.engine.aggregate_loader import Loaded
from workbench.errors import CallerError
from workbench.model.event import NewEvent
from workbench.store.operations import Append


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command comes to on the states that it is decided over: events, or why not.

    Attributes:
        loaded: The states, that of its own aggregate first.
        events: In order, each with the number of the state that it is for.
        after: The states with the events.
    """

    loaded: tuple[Loaded, ...]
    events: tuple[tuple[int, NewEvent], ...] = ()
    after: tuple[Loaded, ...] = ()
    refusal: CallerError | None = None

    def appends(self, streams: Sequence[str]) -> Iterator[Append]:
        """Yields an append for each run of events of one stream; each stream is expected as it was loaded.

        The first one is that of the command's own stream; a stream without events is only expected.
        """
        if len(streams) == 1:  # nearly always
            events = tuple(event for _, event in self.events)
            yield Append(stream=streams[0], events=events, expected=self.loaded[0].version)
            return
        versions = [one.version for one in self.loaded]
        runs = [(at, tuple(event for _, event in run)) for at, run in groupby(self.events, itemgetter(0))]
        if not runs or runs[0][0]:
            runs.insert(0, (0, ()))
        runs += [(at, ()) for at in {*range(len(streams))} - {at for at, _ in runs}]
        for at, events in runs:
            yield Append(stream=streams[at], events=events, expected=versions[at])
            versions[at] += len(events)
