"""What a run of traffic came to: figures, how they differ from then, and the lags along its time."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

POINTS = 600
"""Points of a curve at most."""
THEN = "then"
"""How is called what happened in the range itself."""


class SubscriptionRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to for a subscription.

    Attributes:
        letters: Deliveries that became dead letters, and in the range itself.
        highest: Its highest lag, in positions; then: None where nothing was watched.
        behind: Seconds of the machine from the last arrival until nothing was left for it; below 0: there is.
    """

    name: str
    delivered: int
    retried: int
    letters: int
    letters_then: int
    highest: int
    highest_then: int | None
    behind: float


class TrafficRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        pace: Seconds of the traffic in one of the machine's; 0 for as fast as it can.
        at: When it ran, microseconds since 1970.
        begin: When the range began, likewise.
        seconds: Of the machine that it took, from the first arrival on.
        arrivals: How much came from outside in the range; `sent` is how much of it was stored.
        refused: Why how much of it could not be stored.
        stopped: A person stopped it before its end.
        waiting: Deliveries that still waited at its end.
        faults: What stopped by itself, and why.
        types: By event type how many there were in the range, and how many there are now.
        times: Of the points of the curves, in seconds of the traffic since it began.
        lags: By subscription a lag for each of the times, in positions.
    """

    name: str
    first: int
    upto: int
    pace: float
    at: int
    begin: int
    seconds: float = 0.0
    arrivals: int = 0
    sent: int = 0
    refused: dict[str, int] = {}
    stopped: bool = False
    waiting: int = 0
    faults: dict[str, str] = {}
    types: dict[str, tuple[int, int]] = {}
    subscriptions: list[SubscriptionRun] = []
    times: list[float] = []
    lags: dict[str, list[float]] = {}

    @property
    def events(self) -> tuple[int, int]:
        """How many events there were in the range, and how many there are now."""
        return sum(one for one, _ in self.types.values()), sum(one for _, one in self.types.values())

    @property
    def slowest(self) -> SubscriptionRun | None:
        """The one that fell behind most; None where none did."""
        most = max(
            self.subscriptions, key=lambda one: (one.behind < 0, one.highest, one.behind), default=None
        )
        return most if most is not None and (most.highest or most.behind) else None

    def summary(self) -> str:
        """Says it in one line."""
        then, now = self.events
        delivered = sum(one.delivered for one in self.subscriptions)
        retried = sum(one.retried for one in self.subscriptions)
        letters = sum(one.letters for one in self.subscriptions)
        letters_then = sum(one.letters_then for one in self.subscriptions)
        said = [
            f"{self.sent:,} of {self.arrivals:,} arrivals {pace_text(self.pace)}, {self.seconds:,.1f} s",
            f"{now:,} events ({then:,} then)",
            f"{delivered:,} deliveries, {retried:,} retries",
            f"{letters:,} dead letters ({letters_then:,} then)",
        ]
        if (one := self.slowest) is not None:
            ends = "is not done" if one.behind < 0 else f"done {one.behind:.1f} s behind the last arrival"
            said.append(f"furthest behind {one.name}, at most {one.highest:,}, {ends}")
        if self.waiting:
            said.append(f"{self.waiting:,} still wait")
        return "; ".join([*said, *(["stopped"] if self.stopped else [])])


def pace_text(pace: float) -> str:
    """Returns how fast traffic runs: ``at 10×``."""
    return f"at {pace:g}×" if pace else "as fast as it can"


def at_common_times(run: TrafficRun, end: float, most: int) -> dict[str, list[float]]:
    """Returns the curves of a run at times that other runs share, from 0 to an end in even steps.

    Between two looks the earlier one holds, of several in one step the highest; NaN where there was none.

    Args:
        end: In seconds of the traffic since it began.
        most: Steps.
    """
    places = [min(most, int(at * most / end)) if end else 0 for at in run.times]
    found = {}
    for name, lags in run.lags.items():
        points = [math.nan] * (most + 1)
        for place, lag in zip(places, lags, strict=True):
            points[place] = lag if math.isnan(points[place]) else max(lag, points[place])
        for place in range((places or [0])[0] + 1, (places or [0])[-1]):
            if math.isnan(points[place]):
                points[place] = points[place - 1]
        found[name] = points
    return found


class LagCurves:
    """Lags along time, thinned so that there are never too many points: of two, the higher lag stays.

    Attributes:
        times: In seconds, rising.
        lags: By subscription a lag for each of the times.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.lags: dict[str, list[float]] = {}
        self._share, self._got = 1, 0

    def add(self, at: float, lags: Mapping[str, int]) -> None:
        """Adds a look at all lags."""
        if self._got % self._share:
            for name, lag in lags.items():
                self._of(name)[-1] = max(self._of(name)[-1], float(lag))
        else:
            self.times.append(at)
            for name in {*self.lags, *lags}:
                self._of(name, len(self.times) - 1).append(float(lags.get(name, 0)))
        self._got += 1
        if len(self.times) > POINTS:
            self.times = self.times[::2]
            self.lags = {name: _halved(some) for name, some in self.lags.items()}
            self._share, self._got = self._share * 2, 0

    def _of(self, name: str, known: int | None = None) -> list[float]:
        return self.lags.setdefault(name, [0.0] * (len(self.times) if known is None else known))


def _halved(lags: list[float]) -> list[float]:
    return [max(lags[at : at + 2]) for at in range(0, len(lags), 2)]
