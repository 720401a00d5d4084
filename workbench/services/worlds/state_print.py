"""Tells states of a stepped world apart by all that can still come of them, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, event_as_message
from workbench.services.worlds.moves import Fault

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.services.worlds.stepped_world import SteppedWorld

_BEGAN = re.compile(r"@(\d+):")


class StatePrint:
    """Follows one run; states with the same print have the same futures (W8).

    Part of it are the events of each stream, what waits for each subscription in its order, the rows of
    deliveries, the memory of processes, the time, and how far the scenario is. No part of it are ids, and
    positions in the log: the order of two events of different streams counts only where one subscription, or
    one read model that matters, is yet to get both, or has got both.

    Args:
        ordered: Types of events whose order across streams counts anyway, as a read model that an invariant
            looks at folds them.
    """

    def __init__(self, world: SteppedWorld, ordered: Collection[str] = ()) -> None:
        self._world = world
        self._ordered = frozenset(ordered)
        self._upto = 0
        self._content: dict[int, int] = {0: 0}
        self._streams: dict[str, int] = {}
        self._order = 0
        self._waiting: dict[str, list[int]] = {name: [] for name in world.engine.subscriptions}

    def take(self) -> int:
        """Returns the print of the present state."""
        world, tables = self._world, self._world.tables
        self._follow()
        content = self._content
        return hash(
            (
                frozenset(self._streams.items()),
                self._order,
                tuple(self._pending()),
                frozenset(
                    (
                        row.subscription,
                        content.get(row.position, 0),
                        row.state,
                        row.due_at,
                        row.failed,
                        row.crashed,
                        row.generation,
                        self._handled(row.position),
                    )
                    for row in tables.deliveries.values()
                ),
                frozenset(
                    (one.subscription, content.get(one.position, 0), one.status)
                    for one in tables.letters.values()
                ),
                frozenset(
                    (*place, one.state, content.get(one.began, 0)) for place, one in tables.processes.items()
                ),
                tuple(self._rows()),
                world.clock_now,
                world.progress,
                frozenset(world.left.items()),
                self._last_delivered() if world.left[Fault.DUPLICATE] else 0,
            )
        )

    def _follow(self) -> None:
        """Takes what was stored since."""
        tables, head = self._world.tables, self._world.reader.head()
        for position in range(self._upto + 1, head + 1):
            message, event = tables.messages.get(position), tables.events.get(position)
            if event is not None:
                self._content[position] = self._event(event)
            elif message is not None:
                self._content[position] = self._message(message)
            for name, runner in self._world.engine.subscriptions.items():
                topic = runner.subscription.topic
                found = message if event is None else event_as_message(event, topic)
                if found is not None and runner.gets(found):
                    self._waiting[name].append(position)
        self._upto = head

    def _event(self, event: RecordedEvent) -> int:
        own = hash(
            (event.stream, event.version, event.type, event.data, event.occurred_at, event.recorded_at)
        )
        self._streams[event.stream] = hash((self._streams.get(event.stream, 0), own))
        if event.type in self._ordered:
            self._order = hash((self._order, own))
        return own

    def _message(self, message: Message) -> int:
        said: dict[str, Any] = read_json(message.metadata) if message.metadata else {}
        instance = said.get("instance", "")
        if (began := _BEGAN.search(instance)) is not None:
            instance = (instance[: began.start()], self._content.get(int(began[1])), instance[began.end() :])
        about = self._content.get(said.get("about", 0))
        facts = (said.get("origin"), said.get("answer"), about, instance)
        times = (message.published_at, message.deliver_at, message.expires_at)
        return hash((message.topic, message.type, message.key, message.data, message.priority, *times, facts))

    def _pending(self) -> Iterator[tuple[Any, ...]]:
        """Yields what waits for each subscription behind its cursor, in order."""
        messages = self._world.tables.messages
        for name, runner in self._world.engine.subscriptions.items():
            waiting, cursor = self._waiting[name], runner.position
            if waiting and waiting[0] <= cursor:
                self._waiting[name] = waiting = [one for one in waiting if one > cursor]
            if name != COMMANDS_TOPIC:
                yield tuple(self._content[one] for one in waiting)
                continue
            yield tuple(
                (self._content[one], self._handled(one))
                for one in waiting
                if (message := messages.get(one)) is not None and not message.withdrawn
            )

    def _handled(self, position: int) -> bool:
        """Whether the command at a position was handled, though its delivery did not end."""
        tables = self._world.tables
        message = tables.messages.get(position)
        return message is not None and message.id_bytes in tables.commands

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        """Yields the rows at which something looks that decides, and how far they are behind."""
        world = self._world
        if not world.deciding:
            return
        for place, row in world.tables.rows.items():
            if place[0] in world.deciding:
                yield (place[0], *map(repr, sorted(row.items())))
        for name in sorted(world.deciding & set(world.engine.projections)):
            runner = world.engine.projections[name]
            types = runner.projection.handlers()
            behind = world.reader.read_log(runner.position, self._upto)
            yield (name, *(self._content[one.position] for one in behind if one.type in types))

    def _last_delivered(self) -> frozenset[tuple[str, int]]:
        return frozenset((name, self._content.get(at, 0)) for name, at in self._world.last_delivered)
