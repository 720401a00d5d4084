"""Compares two stores that have a beginning in common: streams, rows, messages, dead letters that differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from workbench.model.clock import rfc3339
from workbench.model.counts import counted
from workbench.model.dead_letter import LetterStatus
from workbench.model.json_values import write_json
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.projection import EXACT, plain_value
from workbench.model.row_conditions import AllOf
from workbench.store.paging import PAGE, typed_events

if TYPE_CHECKING:
    from workbench.model.projection import Projection
    from workbench.store.ports import Reader
    from workbench.store.stored_values import LogEntry

Row = dict[str, Any]
MOST = 10_000
"""Differences of one kind that are kept; more are counted."""
NOT_THERE = "not there"
BOTH = 2
Columns = Sequence[tuple[str, str]]
Told = Callable[[str], object]
"""Told what is compared; what it raises ends the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDifference:
    """One thing that is not the same in both.

    Attributes:
        kind: ``row``, ``stream``, ``message`` or ``letter``; of two models also ``command`` and ``event``.
        where: Read model, stream, topic or subscription.
        key: Of a row; of a state the place in it; of a command or an event its type.
        column: Of a row; empty where the whole row is in one of them only.
        ours: How it is in the first.
        theirs: How it is in the second.
        since: Position of the first event or message from which on they differ; 0 where that is not known.
        here: Whether that stands in the second; else in the first.
        times: Of a row which only columns that hold times tell from the other one.
    """

    kind: str
    where: str
    key: str = ""
    column: str = ""
    ours: str = ""
    theirs: str = ""
    since: int = 0
    here: bool = True
    times: bool = False


@dataclass(slots=True)
class Differences:
    """What differs.

    Attributes:
        counts: How many differences there are, by kind; of each at most `MOST` are listed.
        rows: How many rows differ; each is one difference for every column that does.
        in_times: How many of them in times alone.
        untold: Read models that were not compared, with the reason.
    """

    differences: list[StoreDifference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    in_times: int = 0
    untold: dict[str, str] = field(default_factory=dict)

    def note(self, one: StoreDifference) -> None:
        """Takes a difference in."""
        self.counts[one.kind] += 1
        if self.counts[one.kind] <= MOST:
            self.differences.append(one)


@dataclass(slots=True, kw_only=True)
class Comparison(Differences):
    """How two stores differ.

    Attributes:
        split: Up to this position both have the same.
        heads: Newest position of the first and of the second.
    """

    split: int
    heads: tuple[int, int]


def split_of(ours: Reader, theirs: Reader) -> int:
    """Returns the last position up to which both have the same, 0 if none: one look for each halving.

    Halving asks events alone: retention takes messages, in each store at its own time, and where nothing
    stands in both they are not the same by that.
    """
    low, high, split = 0, min(ours.head(), theirs.head()), 0
    while low < high:
        middle = (low + high + 1) // 2
        event = _newest_event(ours, low, middle)
        if event is None or event.id in {one.id for one in theirs.log_at([event.position])}:
            low, split = middle, event.position if event is not None else split
        else:
            high = event.position - 1
    behind = range(split + 1, split + 1 + PAGE)
    for mine, other in zip(ours.log_at(behind), theirs.log_at(behind), strict=False):
        if mine.id != other.id:
            break
        split = mine.position
    return split


def _newest_event(reader: Reader, after: int, upto: int) -> LogEntry | None:
    for last in range(upto, after, -PAGE):
        found = [one for one in reader.log_at(range(max(after, last - PAGE) + 1, last + 1)) if one.event]
        if found:
            return found[-1]
    return None


def compare(
    ours: Reader, theirs: Reader, projections: Iterable[Projection], told: Told, *, split: int | None = None
) -> Comparison:
    """Returns what differs; takes time with what was stored behind the split, and with all rows.

    Args:
        ours: Of the trunk, for one.
        projections: Read models whose rows are compared, where both have them.
        split: Up to which position both have the same, where that is known.
    """
    split = split_of(ours, theirs) if split is None else split
    found = Comparison(split=split, heads=(ours.head(), theirs.head()))
    told("streams")
    since = _streams(ours, theirs, found)
    for one in projections:
        told(f"the rows of {one.name}")
        _rows(one, ours, theirs, found, since)
    told("messages")
    _messages(ours, theirs, found)
    told("dead letters")
    _letters(ours, theirs, found)
    return found


# -- streams ------------------------------------------------------------------------------------------------


def _streams(ours: Reader, theirs: Reader, found: Comparison) -> dict[str, tuple[int, bool]]:
    """Notes the streams that differ; returns since where, and in which of both that stands."""
    (mine, other), since = (_tails(reader, found.split) for reader in (ours, theirs)), {}
    for name in sorted({*mine, *other}):
        first = _first_difference(mine[name], other[name])
        if first is None:
            continue
        since[name] = first
        versions = [info.version if info else 0 for info in (ours.stream(name), theirs.stream(name))]
        by = versions[1] - versions[0]
        more = f", {counted(abs(by), 'event')} {'more' if by > 0 else 'fewer'}" if by else ", by other events"
        found.note(
            StoreDifference(
                kind="stream",
                where=name,
                ours=str(versions[0]) if versions[0] else NOT_THERE,
                theirs=f"{versions[1]}{more if versions[0] else ''}" if versions[1] else NOT_THERE,
                since=first[0],
                here=first[1],
            )
        )
    return since


Tail = list[tuple[int, object]]
"""What came behind the split, in its order: positions, and what is compared."""


def _tails(reader: Reader, after: int) -> defaultdict[str, Tail]:
    found: defaultdict[str, Tail] = defaultdict(list)
    while page := reader.read_log(after, PAGE):
        for one in page:
            found[one.stream].append((one.position, (one.type, one.data)))
        after = page[-1].position
    return found


def _first_difference(ours: Tail, theirs: Tail) -> tuple[int, bool] | None:
    """Returns the position from which on two tails differ, and whether it stands in the second."""
    for mine, other in zip_longest(ours, theirs):
        if mine is None or other is None or mine[1] != other[1]:
            return (other[0], True) if other is not None else (mine[0], False)
    return None


# -- rows ---------------------------------------------------------------------------------------------------


def _rows(
    projection: Projection,
    ours: Reader,
    theirs: Reader,
    found: Comparison,
    since: dict[str, tuple[int, bool]],
) -> None:
    name = projection.name
    live = [one for reader in (ours, theirs) for one in reader.generations(name) if one.live]
    if len(live) < BOTH:
        found.untold[name] = "only one of both has it"
        return
    if live[0].columns != live[1].columns:
        found.untold[name] = "its columns are others there"
        return
    wanted = projection.handlers().__contains__
    both = zip(live, (ours, theirs), strict=True)
    if any(next(typed_events(reader, wanted, one.checkpoint, reader.head()), None) for one, reader in both):
        found.untold[name] = "it has not read all events yet"
    # The last one that is set is the earliest: of several streams of one thing, the first that differs.
    known = {name.partition("-")[2]: place for name, place in sorted(since.items(), key=itemgetter(1))[::-1]}
    compare_rows(name, live[0].columns, rows_listed(name, ours), rows_listed(name, theirs), found, known)


def compare_rows(
    name: str,
    columns: Columns,
    ours: Iterator[Row],
    theirs: Iterator[Row],
    found: Differences,
    since: Mapping[str, tuple[int, bool]],
) -> tuple[int, int]:
    """Notes how rows of a read model differ in columns that both have; returns of how many rows how many do.

    Args:
        columns: Names and kinds, that of the key first.
        ours: In the order of their keys, as are ``theirs``.
        since: By key, from which position on a row differs, and whether that stands in the second.
    """
    kinds = dict(columns)
    key, kind = columns[0]
    count, before = 0, found.rows

    def order(row: Row) -> Any:
        return Decimal(row[key]) if kind in EXACT else row[key]

    for mine, other in _pairs(order, ours, theirs):
        count += 1
        if mine == other:
            continue
        place = since.get(str((mine or other or {})[key]), (0, True))
        cells = list(_cells(mine, other, kinds))
        times = bool(cells) and all(kinds.get(column) == "time" for column, _ in cells)
        found.rows += bool(cells)
        found.in_times += times
        for column, said in cells:
            found.note(
                StoreDifference(
                    kind="row",
                    where=name,
                    key=str((mine or other or {})[key]),
                    column=column,
                    ours=said[0],
                    theirs=said[1],
                    since=place[0],
                    here=place[1],
                    times=times,
                )
            )
    return count, found.rows - before


def _cells(
    mine: Row | None, other: Row | None, kinds: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yields the columns of a row that differ; one without a name where only one of both has the row."""
    if mine is None or other is None:
        yield "", (NOT_THERE, "a row") if mine is None else ("a row", NOT_THERE)
        return
    for column in kinds:
        if mine[column] != other[column]:
            yield column, (_value(mine[column], kinds[column]), _value(other[column], kinds[column]))


def rows_listed(name: str, reader: Reader, generation: int | None = None) -> Iterator[Row]:
    """Yields the rows of a generation, by default the live one, in the order of their keys."""
    after: Any = None
    while True:
        page = reader.rows(name, where=AllOf(()), after=after, limit=PAGE, generation=generation)
        yield from page.rows
        if not page.more:
            return
        after = page.rows[-1]


def _pairs(
    key: Callable[[Row], Any], ours: Iterator[Row], theirs: Iterator[Row]
) -> Iterator[tuple[Row | None, Row | None]]:
    """Yields the rows of both side by side, each with the one that has its key, if there is one."""
    mine, other = next(ours, None), next(theirs, None)
    while mine is not None or other is not None:
        if other is None or (mine is not None and key(mine) < key(other)):
            yield mine, None
            mine = next(ours, None)
        elif mine is None or key(other) < key(mine):
            yield None, other
            other = next(theirs, None)
        else:
            yield mine, other
            mine, other = next(ours, None), next(theirs, None)


def _value(value: Any, kind: str) -> str:
    if value is None:
        return "empty"
    if kind == "time" and isinstance(value, int):
        with suppress(OverflowError):  # a whole number that no calendar has is said as it is
            return rfc3339(value)
    plain = bool(value) if kind == "boolean" and value in (0, 1) else plain_value(value)
    return plain if isinstance(plain, str) else write_json(plain)


# -- messages and letters -----------------------------------------------------------------------------------


def _messages(ours: Reader, theirs: Reader, found: Comparison) -> None:
    topics = {**ours.published(), **theirs.published(), COMMANDS_TOPIC: 0}
    for topic in sorted(topics):
        tails = [_published(reader, topic, found.split) for reader in (ours, theirs)]
        first = _first_difference(*tails)
        if first is not None:
            counts = [len(one) for one in tails]
            found.note(
                StoreDifference(
                    kind="message",
                    where=topic,
                    ours=f"{counts[0]:,} since",
                    theirs=f"{counts[1]:,} since" + (", others" if counts[0] == counts[1] else ""),
                    since=first[0],
                    here=first[1],
                )
            )


def _published(reader: Reader, topic: str, after: int) -> Tail:
    found: Tail = []
    head = reader.head()
    while after < head:
        page, after = reader.read_topic(topic, lambda _type: False, after, PAGE)
        found += [(one.position, (one.type, one.key, one.data)) for one in page]
    return found


def _letters(ours: Reader, theirs: Reader, found: Comparison) -> None:
    mine, other = (_by_subscription(reader) for reader in (ours, theirs))
    for name in sorted({*mine, *other}):
        both = mine[name], other[name]
        if both[0] == both[1]:
            continue
        changed = {number for number, _ in set(both[0].items()) ^ set(both[1].items())}
        positions = [
            (letter.position, here)
            for reader, here in ((theirs, True), (ours, False))
            for letter in reader.letters_numbered(sorted(changed)[:1])
        ]
        since, here = min(positions, default=(0, True))
        found.note(
            StoreDifference(
                kind="letter",
                where=name,
                ours=_statuses(both[0]),
                theirs=_statuses(both[1]),
                since=since,
                here=here,
            )
        )


def _by_subscription(reader: Reader) -> defaultdict[str, dict[int, str]]:
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    numbers = list(reader.letter_numbers(tuple(LetterStatus)))
    for at in range(0, len(numbers), PAGE):
        for one in reader.letters_listed(numbers[at : at + PAGE]):
            found[one.subscription][one.number] = one.status
    return found


def _statuses(letters: dict[int, str]) -> str:
    counts = Counter(letters.values())
    return ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items())) or "none"
