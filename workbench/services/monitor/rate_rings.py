"""Keeps what each second brought to each subscription, in rings of three resolutions, for 24 hours."""

from __future__ import annotations

import math
import sys
import zlib
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeVar

import msgspec

GRAINS = ((1, 900), (10, 720), (60, 1440))
"""Seconds that a slot holds, and how many slots there are."""
REACH = GRAINS[-1][0] * GRAINS[-1][1]
"""Seconds that are remembered at most."""
MOST = 200
"""Subscriptions that are kept; each takes about 60 kB."""
HIGHEST = 2**32 - 1
LARGEST = 64_000_000
"""Bytes that a file may unpack to."""
VERSION = 1
READ_MODEL = "read model "
"""What stands before the name of a read model where subscriptions have their names, too."""
A = TypeVar("A", "array[int]", list[int])


class Measure(Enum):
    """What can be seen over time."""

    RATE = "rate"
    LAG = "lag"
    DEATHS = "deaths"
    RETRIES = "retries"
    FOLDED = "folded"
    FOLD_LAG = "fold-lag"

    @property
    def of_read_models(self) -> bool:
        """Whether it is one of read models, not of subscriptions."""
        return self in {Measure.FOLDED, Measure.FOLD_LAG}

    @property
    def kind(self) -> Measure:
        """Which measure of subscriptions it is like."""
        return {Measure.FOLDED: Measure.RATE, Measure.FOLD_LAG: Measure.LAG}.get(self, self)


class Sample(NamedTuple):
    """What one second brought to a subscription: deliveries, retries and deaths, and the lag at its end.

    To a read model, whose name stands behind `READ_MODEL`: events that were folded, a rebuild's among them.
    """

    delivered: int = 0
    retried: int = 0
    died: int = 0
    lag: int = 0


class _Slots(NamedTuple):
    """Sums of a subscription by slot; of the lag and of the deliveries of one second the highest."""

    delivered: array[int]
    retried: array[int]
    died: array[int]
    lag: array[int]
    peak: array[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a measure came to in a stretch of time.

    Attributes:
        average: Over the seconds that were watched; of deaths and retries how many a minute.
        highest: Of one second; of deaths and retries that of a point.
        total: Sum; of the lag the newest value.
    """

    average: float
    highest: float
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateWindow:
    """A measure over a stretch of time.

    Attributes:
        step: Seconds between two points.
        times: End of each point, seconds since 1970.
        values: By subscription a value for each point; NaN where the workbench was not running. Rates and lag
            are a second's, deaths and retries those of a point.
        figures: By subscription.
        last: The newest second that was watched, 0 if none was.
    """

    measure: Measure
    step: int
    times: Sequence[float]
    values: Mapping[str, Sequence[float]]
    figures: Mapping[str, Figures]
    last: int


class RingFile(msgspec.Struct, frozen=True, kw_only=True):
    """A ring as it is written."""

    step: int
    slots: int
    numbers: bytes
    seconds: bytes
    series: dict[str, list[bytes]]


class RatesFile(msgspec.Struct, frozen=True, kw_only=True):
    """All rings as they are written.

    Attributes:
        order: Of the bytes of numbers.
        head: Newest position of the store then.
    """

    version: int
    order: str
    head: int
    last: int
    rings: list[RingFile]


class Ring:
    """The newest slots of one resolution.

    Attributes:
        numbers: Which stretch of time a slot holds: its first second since 1970 by the seconds of a slot.
        seconds: How many seconds of it were watched.
    """

    def __init__(self, step: int, slots: int) -> None:
        self.step, self.slots = step, slots
        self.numbers = array("q", [-1]) * slots
        self.seconds = array("I", [0]) * slots
        self.series: dict[str, _Slots] = {}

    def add(self, at: int, samples: Mapping[str, Sample]) -> None:
        """Adds what a second brought."""
        number = at // self.step
        slot = number % self.slots
        if self.numbers[slot] != number:
            self._begin(slot, number)
        self.seconds[slot] += 1
        for name, sample in samples.items():
            self._add(self._of(name), slot, sample)

    def _begin(self, slot: int, number: int) -> None:
        self.numbers[slot], self.seconds[slot] = number, 0
        for sums in self.series.values():
            for one in sums:
                one[slot] = 0

    def _add(self, sums: _Slots, slot: int, sample: Sample) -> None:
        sums.delivered[slot] = min(HIGHEST, sums.delivered[slot] + sample.delivered)
        sums.retried[slot] = min(HIGHEST, sums.retried[slot] + sample.retried)
        sums.died[slot] = min(HIGHEST, sums.died[slot] + sample.died)
        sums.lag[slot] = min(HIGHEST, max(sums.lag[slot], sample.lag))
        sums.peak[slot] = min(HIGHEST, max(sums.peak[slot], sample.delivered))

    def _of(self, name: str) -> _Slots:
        if name not in self.series:
            self.series[name] = _Slots(*(array("I", [0]) * self.slots for _ in _Slots._fields))
        return self.series[name]

    def keep(self, names: Collection[str]) -> None:
        """Forgets all other subscriptions."""
        for name in set(self.series) - set(names):
            del self.series[name]

    def taken(self, values: A, first: int, count: int) -> A:
        """Returns the values of some stretches of time in a row, whether their slots hold these or others."""
        begin = first % self.slots
        found = values[begin : begin + count]
        return found + values[: count - len(found)]

    def watched(self, first: int, count: int) -> list[int]:
        """Returns how many seconds of some stretches in a row were watched."""
        numbers, seconds = self.taken(self.numbers, first, count), self.taken(self.seconds, first, count)
        return [
            watched if number == wanted else 0
            for wanted, (number, watched) in enumerate(zip(numbers, seconds, strict=True), first)
        ]

    def sums(self, sums: _Slots, first: int, watched: Sequence[int]) -> _Slots:
        """Returns the sums of some stretches in a row, 0 where a stretch was not watched."""
        found = _Slots(*(self.taken(one, first, len(watched)) for one in sums))
        for at in [at for at, seconds in enumerate(watched) if not seconds]:  # others may stand in its slot
            for one in found:
                one[at] = 0
        return found

    def deaths(self, first: int, count: int) -> Iterator[tuple[int, str, int]]:
        """Returns runs of deaths in some stretches in a row, see `RateRings.deaths`."""
        watched = self.watched(first, count)
        for name, sums in self.series.items():
            for begin, total in _runs(self.sums(sums, first, watched).died):
                yield (first + begin + 1) * self.step, name, total


class RateRings:
    """What every second of the last 24 hours brought, as far as it was watched.

    Attributes:
        last: The newest second that was added, 0 if none was.
    """

    def __init__(self) -> None:
        self.rings = [Ring(step, slots) for step, slots in GRAINS]
        self.last = 0

    def add(self, at: int, samples: Mapping[str, Sample]) -> None:
        """Adds what a second brought to each subscription; those beyond `MOST` are left out."""
        if len(samples) > MOST:
            samples = dict(list(samples.items())[:MOST])
        for ring in self.rings:
            ring.add(at, samples)
        self.last = at

    def keep(self, names: Collection[str]) -> None:
        """Forgets all other subscriptions."""
        for ring in self.rings:
            ring.keep(names)

    @property
    def names(self) -> list[str]:
        """Subscriptions of which something is known."""
        return list(self.rings[0].series)

    # -- reading ------------------------------------------------------------------------------------------

    def window(
        self, measure: Measure, low: float, high: float, most: int, names: Collection[str] | None = None
    ) -> RateWindow:
        """Returns a measure from a second to another one, in the finest resolution that reaches so far back.

        Args:
            most: Points at most; several slots make one where there are more.
            names: Of these subscriptions, or read models, alone; by default of all.
        """
        ring = next((one for one in self.rings if low > self.last - one.step * one.slots), self.rings[-1])
        low = max(low, self.last - ring.step * (ring.slots - 1))
        joined = max(1, math.ceil((high - low) / ring.step / most))
        first = math.floor(low / ring.step) // joined * joined
        count = max(0, math.ceil(high / ring.step) - first)
        watched = ring.watched(first, count)
        groups = [slice(at, min(at + joined, count)) for at in range(0, count, joined)]
        ends = [(first + group.stop) * ring.step for group in groups]
        lit = [sum(watched[group]) for group in groups]
        values, figures = {}, {}
        for name, sums in ring.series.items():
            told = name.removeprefix(READ_MODEL)
            if (told != name) is not measure.of_read_models or (names is not None and told not in names):
                continue
            slots = ring.sums(sums, first, watched)
            values[told] = [*_points(measure.kind, slots, groups, lit)]
            figures[told] = _figures(measure.kind, slots, watched, values[told])
        return RateWindow(
            measure=measure,
            step=ring.step * joined,
            times=[float(min(end, max(self.last + 1, end - ring.step * joined))) for end in ends],
            values=values,
            figures=figures,
            last=self.last,
        )

    def deaths(self, low: float, high: float) -> list[tuple[int, str, int]]:
        """Returns when deliveries became dead letters, of which subscription, and how many; in their order.

        A run of slots without a pause of two is one; its time, in seconds since 1970, is the end of the
        first, as that of a point of a graph: never before what led to it.
        """
        found: list[tuple[int, str, int]] = []
        end, coarsest = math.ceil(high), self.rings[-1].step
        for ring in self.rings:  # each tells what the finer ones have forgotten
            oldest = (self.last // ring.step - ring.slots + 1) * ring.step
            begin = max(math.floor(low / ring.step) * ring.step, -(-oldest // coarsest) * coarsest)
            if low < end and begin < end:
                found += ring.deaths(begin // ring.step, -(-end // ring.step) - begin // ring.step)
                end = begin
        return sorted(found)

    # -- keeping ------------------------------------------------------------------------------------------

    def packed(self, head: int) -> RatesFile:
        """Returns all of it to be written; what is added later does not change that."""
        rings = [
            RingFile(
                step=ring.step,
                slots=ring.slots,
                numbers=ring.numbers.tobytes(),
                seconds=ring.seconds.tobytes(),
                series={name: [one.tobytes() for one in sums] for name, sums in ring.series.items()},
            )
            for ring in self.rings
        ]
        return RatesFile(version=VERSION, order=sys.byteorder, head=head, last=self.last, rings=rings)


def encoded(file: RatesFile) -> bytes:
    """Returns the bytes of a file."""
    return zlib.compress(msgspec.msgpack.encode(file), 1)


def decoded(data: bytes, head: int) -> RateRings | None:
    """Returns what a file holds; None where it is damaged, of another program, or of another store.

    Args:
        head: Newest position of the store: a file that knows of later ones is that of another store.
    """
    try:
        plain = zlib.decompressobj().decompress(data, LARGEST)
        file = msgspec.msgpack.decode(plain, type=RatesFile)
        if (file.version, file.order) != (VERSION, sys.byteorder) or file.head > head:
            return None
        return _unpacked(file)
    except (zlib.error, msgspec.MsgspecError, ValueError, TypeError):
        return None


def _unpacked(file: RatesFile) -> RateRings | None:
    made = RateRings()
    if [(one.step, one.slots) for one in file.rings] != list(GRAINS):
        return None
    for ring, told in zip(made.rings, file.rings, strict=True):
        ring.numbers, ring.seconds = array("q", told.numbers), array("I", told.seconds)
        for name, sums in list(told.series.items())[:MOST]:
            ring.series[name] = _Slots(*(array("I", one) for one in sums))
        lengths = {len(one) for sums in ring.series.values() for one in sums}
        if {len(ring.numbers), len(ring.seconds), *lengths} != {ring.slots}:
            return None
    made.last = file.last
    return made


def _points(
    measure: Measure, slots: _Slots, groups: Sequence[slice], watched: Sequence[int]
) -> Iterator[float]:
    for group, seconds in zip(groups, watched, strict=True):
        if not seconds:
            yield math.nan
        elif measure is Measure.RATE:
            yield sum(slots.delivered[group]) / seconds
        elif measure is Measure.LAG:
            yield float(max(slots.lag[group]))
        else:
            yield float(sum((slots.died if measure is Measure.DEATHS else slots.retried)[group]))


def _figures(measure: Measure, slots: _Slots, watched: Sequence[int], points: Sequence[float]) -> Figures:
    seconds = sum(watched)
    known = [point for point in points if point == point]  # noqa: PLR0124  # without NaN
    if not seconds or not known:
        return Figures(average=0.0, highest=0.0, total=0)
    if measure is Measure.LAG:
        middle = sum(lag * part for lag, part in zip(slots.lag, watched, strict=True)) / seconds
        return Figures(average=middle, highest=max(known), total=round(known[-1]))
    counted = {Measure.RATE: slots.delivered, Measure.DEATHS: slots.died, Measure.RETRIES: slots.retried}[
        measure
    ]
    total = sum(counted)
    if measure is Measure.RATE:
        return Figures(average=total / seconds, highest=float(max(slots.peak)), total=total)
    return Figures(average=total * 60 / seconds, highest=max(known), total=total)


def _runs(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Returns where each run of numbers begins, and its sum."""
    begin, total, still = -1, 0, 0
    for at, count in enumerate(counts):
        if count:
            begin, total, still = (at if begin < 0 else begin), total + count, 0
        elif begin >= 0:
            still += 1
            if still > 1:
                yield begin, total
                begin, total, still = -1, 0, 0
    if begin >= 0:
        yield begin, total
