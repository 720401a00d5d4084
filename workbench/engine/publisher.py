"""Publishes messages to topics: lives, priorities, and the word that there is no room (P2, T1, B2)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from workbench.engine.group_commit import Commits
from workbench.engine.large_reads import LARGE
from workbench.errors import BackPressure, InvalidValue, TopicNotFound
from workbench.model.calendar_spans import later
from workbench.model.clock import Clock
from workbench.model.ids import NewId
from workbench.model.json_values import check_name, fits_within, write_json
from workbench.model.messaging import Priority, Topic, expiry
from workbench.model.registry import Registry
from workbench.store.operations import Atomic, NewMessage
from workbench.store.ports import QueueReader


class OutgoingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is to be published.

    Attributes:
        id: Chosen by a caller that may publish the same message twice (P2); None takes a new one.
        priority: None takes the topic's.
        delay: Seconds before it is delivered.
        at: When it is delivered where there is no delay, microseconds since 1970.
        ttl: Seconds that it lives; the topic's may be shorter (T1).
    """

    topic: str
    data: Any
    type: str = ""
    key: str = ""
    id: UUID | None = None
    priority: Priority | None = None
    delay: float = 0.0
    at: int | None = None
    ttl: float | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


class Publisher:
    """Publishes to topics for callers that are no handlers."""

    def __init__(
        self, registry: Registry, reader: QueueReader, writer: Commits, clock: Clock, new_id: NewId
    ) -> None:
        self._registry = registry
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._new_id = new_id
        self._backlogs: dict[str, int] = {}

    async def publish(self, draft: OutgoingMessage) -> int:
        """Publishes a message; returns its position.

        Raises:
            TopicNotFound: The project has no such topic (P4).
            InvalidValue: The data is no JSON that can be stored, or the calendar has no such time.
            BackPressure: As many messages wait as the topic may hold (B2).
            MessageIdReused: The id belongs to another message (P2).
            WorldError: The store could not write.
        """
        topic = self._topic(draft.topic)
        (message,) = await self._messages([draft], {topic.name: topic})
        self.make_room(topic, (message.id,))
        return int(await self._writer.write(message))

    async def publish_many(self, drafts: Sequence[OutgoingMessage]) -> list[int]:
        """Publishes messages together, all or none; returns their positions.

        Raises:
            Whatever `publish` raises.
        """
        topics = {draft.topic: self._topic(draft.topic) for draft in drafts}
        messages = await self._messages(drafts, topics)
        for topic in topics.values():
            self.make_room(topic, {message.id for message in messages if message.topic == topic.name})
        return list(await self._writer.write(Atomic(operations=tuple(messages))))

    def _topic(self, name: str) -> Topic:
        topic = self._registry.topics.get(name)
        if topic is None:
            known = ", ".join(sorted(self._registry.topics)) or "none"
            raise TopicNotFound(f"there is no topic {name}", hint=f"topics of this project: {known}")
        return topic

    async def _messages(
        self, drafts: Sequence[OutgoingMessage], topics: Mapping[str, Topic]
    ) -> list[NewMessage]:
        """Returns what drafts become; large ones are checked and written beside the loop (V4)."""
        now, ids = self._clock.now(), [draft.id or self._new_id() for draft in drafts]

        def made() -> list[NewMessage]:
            return [
                new_message(draft, topics[draft.topic], one, now)
                for draft, one in zip(drafts, ids, strict=True)
            ]

        small = fits_within([draft.data for draft in drafts], LARGE)
        return made() if small else await asyncio.to_thread(made)

    def make_room(self, topic: Topic, ids: Collection[UUID]) -> None:
        """Refuses messages that are new where the backlog is at its limit; a repeat needs no room (P2).

        It is counted when it may be so: what was published since the last count could all be waiting still.

        Raises:
            BackPressure: As many messages wait as the topic may hold (B2).
        """
        if topic.max_backlog is None:
            return
        count = len(ids)
        waiting = self._backlogs.get(topic.name, topic.max_backlog)
        if waiting + count > topic.max_backlog:
            readers = [one.name for one in self._registry.subscriptions.values() if one.topic == topic.name]
            waiting = self._reader.backlog(topic.name, readers, topic.max_backlog)
            count -= len(self._reader.known_messages(ids))
        if waiting + count > topic.max_backlog:
            raise BackPressure(
                f"topic {topic.name} is full: {waiting:,} wait to be delivered",
                hint="publish later, or raise max_backlog; nothing was dropped",
            )
        self._backlogs[topic.name] = waiting + count


def new_message(draft: OutgoingMessage, topic: Topic, identity: UUID, now: int) -> NewMessage:
    """Returns what a draft becomes, published by a caller or by a handler.

    Args:
        now: Microseconds since 1970.

    Raises:
        InvalidName: Its type or its key is no name.
        InvalidValue: A time is none, or the data is nothing that JSON can hold.
    """
    if draft.type:
        check_name(draft.type, what="the message's type")
    if draft.key:
        check_name(draft.key, what="the message's key")
    if draft.delay:
        _check_seconds("delay", draft.delay)
    if draft.ttl is not None:
        _check_seconds("ttl", draft.ttl)
    return NewMessage(
        id=identity,
        topic=topic.name,
        type=draft.type or topic.name,
        key=draft.key,
        data=write_json(draft.data),
        priority=topic.priority if draft.priority is None else draft.priority,
        deliver_at=later(now, draft.delay, "delay") if draft.delay else draft.at,
        expires_at=expiry(now, draft.ttl, topic.ttl),
        correlation_id=draft.correlation_id or identity,
        causation_id=draft.causation_id,
    )


def _check_seconds(name: str, seconds: Any) -> None:
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not number or not seconds > 0:
        raise InvalidValue(f"takes a number of seconds above 0, not {seconds!r}", path=name)
