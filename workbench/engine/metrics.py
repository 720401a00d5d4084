"""What flows: counters and ring buffers of bounded size, read by the graphs without touching the database."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.model.clock import MICROSECONDS, Clock
from workbench.model.command import CommandOutcome

SECONDS = 600
"""How far back the graphs look."""
SAMPLES = 256
"""Latency samples kept of one second; more are counted but not kept."""


@dataclass(slots=True)
class Second:
    """What happened to one subscription in one second of the clock."""

    at: int
    counts: Counter[str] = field(default_factory=Counter)
    latencies: list[int] = field(default_factory=list)
    handling: list[int] = field(default_factory=list)


class SubscriptionMetrics:
    """The last ten minutes of one subscription and its totals since the start."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self.seconds: deque[Second] = deque(maxlen=SECONDS)

    def second(self, at: int) -> Second:
        """Returns the bucket of a second, which becomes the newest."""
        if not self.seconds or self.seconds[-1].at != at:
            self.seconds.append(Second(at))
        return self.seconds[-1]


class Metrics:
    """All counters of a running engine.

    Attributes:
        flow: Totals by what the board shows: ``command:create_user`` for what was accepted,
            ``rejected:create_user`` and so on for how it ended else, ``event:user.created``,
            ``delivery:welcome_mail:ok``.
        since: When counting began, microseconds since 1970.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.since = clock.now()
        self.flow: Counter[str] = Counter()
        self.subscriptions: dict[str, SubscriptionMetrics] = {}

    def of(self, subscription: str) -> SubscriptionMetrics:
        """Returns the metrics of a subscription."""
        if subscription not in self.subscriptions:
            self.subscriptions[subscription] = SubscriptionMetrics()
        return self.subscriptions[subscription]

    def count(self, subscription: str, what: str, number: int = 1) -> None:
        """Counts deliveries: ``ok``, ``failed``, ``retry``, ``dead``, ``filtered``, ``expired``."""
        if not number:
            return
        metrics = self.of(subscription)
        metrics.totals[what] += number
        metrics.second(self._clock.now() // MICROSECONDS).counts[what] += number
        self.flow[f"delivery:{subscription}:{what}"] += number

    def decided(self, command: str, outcome: CommandOutcome) -> None:
        """Counts a command by how it ended."""
        head = "command" if outcome is CommandOutcome.ACCEPTED else outcome.value
        self.flow[f"{head}:{command}"] += 1

    def timed(self, subscription: str, times: Sequence[tuple[int, int]]) -> None:
        """Notes how long successes took: from publish to ack, and in the handler; microseconds."""
        if not times:
            return
        second = self.of(subscription).second(self._clock.now() // MICROSECONDS)
        room = SAMPLES - len(second.latencies)
        for latency, handling in times[:room] if room > 0 else ():
            second.latencies.append(latency)
            second.handling.append(handling)

    def samples(self, subscription: str, what: str) -> list[int]:
        """Returns the kept ``latencies`` or ``handling`` times of the last ten minutes, sorted."""
        seconds = self.of(subscription).seconds
        return sorted(sample for second in seconds for sample in getattr(second, what))

    def rate(self, subscription: str, seconds: int = 5) -> float:
        """Returns deliveries per second over the last full seconds."""
        now = self._clock.now() // MICROSECONDS
        buckets = self.of(subscription).seconds
        recent = [bucket for bucket in list(buckets)[-seconds - 1 :] if now - seconds <= bucket.at < now]
        return sum(bucket.counts["ok"] for bucket in recent) / seconds

    def counted(self, first: int, end: int) -> dict[int, dict[str, Counter[str]]]:
        """Returns what was counted in the seconds from one up to another, by second and subscription."""
        found: dict[int, dict[str, Counter[str]]] = {}
        for name, metrics in self.subscriptions.items():
            for bucket in reversed(metrics.seconds):
                if bucket.at < first:
                    break
                if bucket.at < end:
                    found.setdefault(bucket.at, {})[name] = bucket.counts
        return found

    def percentiles(self, subscription: str, quantile: float, span: int = SECONDS) -> list[int]:
        """Returns publish-to-ack latencies in µs for each second of the span, 0 where nothing was."""
        now = self._clock.now() // MICROSECONDS
        return _spread(
            self.of(subscription), now, span, lambda bucket: percentile(bucket.latencies, quantile)
        )


def percentile(samples: list[int], quantile: float) -> int:
    """Returns the nearest-rank percentile, 0 of nothing."""
    if not samples:
        return 0
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]


def _spread(metrics: SubscriptionMetrics, now: int, span: int, value: Callable[[Second], int]) -> list[int]:
    out = [0] * span
    for bucket in metrics.seconds:
        index = bucket.at - (now - span)
        if 0 <= index < span:
            out[index] = value(bucket)
    return out
