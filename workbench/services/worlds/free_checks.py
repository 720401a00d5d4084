"""Checks of a finished world that need no invariant: rows, what happened twice, what did not end."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import blake2b
from itertools import chain
from typing import Self

from workbench.engine.policy_runner import instance_name
from workbench.engine.projection_check import row_differences
from workbench.model.counts import counted
from workbench.model.event import RecordedEvent
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.model.registry import Registry
from workbench.services.monitor.lag import subscription_lag
from workbench.store.paging import PAGE
from workbench.store.ports import Reader

MOST = 10_000
"""Instances of a process that are looked at."""


class CheckFinding(str):
    """A sentence about what does not hold.

    Attributes:
        position, subscription, projection, key: What it is about, where it is about one.
    """

    __slots__ = ("key", "position", "projection", "subscription")
    position: int
    subscription: str
    projection: str
    key: str

    def __new__(
        cls, said: str, *, position: int = 0, subscription: str = "", projection: str = "", key: str = ""
    ) -> Self:
        """Says it."""
        made = super().__new__(cls, said)
        made.position, made.subscription = position, subscription
        made.projection, made.key = projection, key
        return made


def unlike_rebuilt(reader: Reader, registry: Registry) -> list[CheckFinding]:
    """Returns how the rows of read models differ from those of a clean rebuild, a sentence for each (I9)."""
    return [
        CheckFinding(said, projection=one.name)
        for one in registry.projections.values()
        for said in row_differences(one, registry, reader)
    ]


def happened_twice(reader: Reader, registry: Registry, since: int = 0) -> list[CheckFinding]:
    """Returns what one cause had twice: the same event, message or command, stored a second time.

    What one command emits at once may be alike; it is one effect.

    Args:
        since: Only what stands behind this position is looked at.
    """
    known: dict[bytes, int] = {}  # positions by digests: a log does not fit into memory
    found: list[CheckFinding] = []
    effects: Iterator[RecordedEvent | Message] = chain(
        _events(reader, since), _messages(reader, registry, since)
    )
    for one in effects:
        if one.causation_bytes is None:
            continue
        effect = _digest((*_place(one), one.causation_bytes, one.type, one.data))
        first = known.get(effect)
        if first is not None and not _at_once(reader, first, one):
            where = one.stream if isinstance(one, RecordedEvent) else one.topic
            said = f"{one.type} in {where} happened at position {first} and again at {one.position},"
            found.append(CheckFinding(f"{said} of one cause ({one.causation_id})", position=one.position))
        known[effect] = one.position
    return found


def _digest(effect: tuple[object, ...]) -> bytes:
    return blake2b(repr(effect).encode(), digest_size=16).digest()


def not_ended(reader: Reader, registry: Registry, awaited: Collection[str] = ()) -> list[CheckFinding]:
    """Returns the instances of processes that wait though nothing they issued is due.

    Args:
        awaited: Events from outside: an instance may wait for one of them.
    """
    found: list[CheckFinding] = []
    for name, kind in registry.reactors.items():
        if not kind.stateful or not set(awaited).isdisjoint(kind.events):
            continue
        for key, instance in reader.instances(name, MOST):
            if not reader.timeouts(instance_name(kind, key, instance.began)):
                events = ", ".join(kind.events)
                said = f"{name} {key} did not end: nothing is due, and it waits for {events}"
                found.append(CheckFinding(said, subscription=name, key=key))
    return found


def open_work(reader: Reader, registry: Registry) -> list[CheckFinding]:
    """Returns what is left to do, a sentence for each subscription; what dead letters block is not."""
    found: list[CheckFinding] = []
    for one in reader.subscriptions():
        depth = reader.depth(one.name)
        waiting = depth.ready + depth.leased + depth.delayed
        behind, _ = subscription_lag(registry, reader, one, one.cursor)
        if waiting:
            said = f"{one.name} has {counted(waiting, 'delivery', 'deliveries')} to do"
            found.append(CheckFinding(said, subscription=one.name))
        elif behind:
            found.append(
                CheckFinding(f"{one.name} lies {counted(behind, 'position')} behind", subscription=one.name)
            )
    return found


def _events(reader: Reader, after: int) -> Iterator[RecordedEvent]:
    while page := reader.read_log(after, PAGE):
        yield from page
        after = page[-1].position


def _messages(reader: Reader, registry: Registry, since: int) -> Iterator[Message]:
    """Yields what was published and issued."""
    for topic in (COMMANDS_TOPIC, *registry.topics):
        after, head = since, reader.head()
        while after < head:
            page, after = reader.read_topic(topic, lambda _type: False, after, PAGE)
            yield from page


def _place(one: RecordedEvent | Message) -> tuple[object, ...]:
    if isinstance(one, RecordedEvent):
        return "event", one.stream
    said = read_json(one.metadata) if one.metadata else {}
    return one.topic, one.key, said.get("origin", "") if isinstance(said, dict) else ""


def _at_once(reader: Reader, position: int, one: RecordedEvent | Message) -> bool:
    """Whether two events of one cause are of one append: right behind each other, at one time."""
    if not isinstance(one, RecordedEvent) or (first := reader.event_at(position)) is None:
        return False
    return one.version == first.version + 1 and one.recorded_at == first.recorded_at
