"""Which messages of a topic a subscription is to be delivered: types, filter, key and life (P3, T1, I5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from workbench.engine.batch_size import LARGE
from workbench.engine.delivery_attempt import DeliveryAttempt, Failure, describe
from workbench.engine.delivery_outcome import expired
from workbench.engine.runtime import KeyOf, Runtime
from workbench.engine.subscription_cursor import SubscriptionCursor
from workbench.model.clock import MICROSECONDS
from workbench.model.messaging import Message, OnExpired, Ordering, Subscription, Topic
from workbench.store.letter_values import LetterCopy
from workbench.store.ports import Reader
from workbench.store.rules import AT_ONCE
from workbench.store.stored_values import Delivery, Reason

FILTER_SECONDS = 0.005
"""Filters that take longer end a stretch sooner: the loop is held for a moment only (X2)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the log, and what is to be delivered of it.

    Attributes:
        token: Under which it is claimed.
        upto: The position that it ends with.
        filtered: How many messages the filter kept back.
    """

    token: UUID
    upto: int
    tasks: list[DeliveryAttempt]
    filtered: int

    def with_passed(self, following: Stretch) -> Stretch:
        """Returns this one with what follows it, of which nothing is delivered."""
        return replace(self, upto=following.upto, filtered=self.filtered + following.filtered)


class TopicReader:
    """Reads a topic as one subscription sees it.

    Args:
        cursor: Knows up to where messages may stand in rows already.
        key_of: What orders messages; by default the message's own key.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscription: Subscription,
        cursor: SubscriptionCursor,
        key_of: KeyOf | None = None,
    ) -> None:
        self._runtime = runtime
        self._faults = runtime.faults.at(subscription)
        self._subscription = subscription
        self._topic = runtime.registry.topics.get(subscription.topic) or Topic(name=subscription.topic)
        self._cursor = cursor
        self._key_of = key_of or (lambda message: message.key)
        self._ordered = subscription.ordering is Ordering.KEY
        self._matches = subscription.filter.matcher()
        self._unfiltered = subscription.filter.empty

    def wants(self, event_type: str) -> bool:
        """Whether the topic gets events of that type and the subscription is not limited to others."""
        return self._runtime.registry.gets(self._subscription, event_type)

    def gets(self, message: Message) -> bool:
        """Whether a message is to be delivered: of a wanted type, or the topic's, and the filter lets it."""
        if message.topic != self._subscription.topic or (message.event and not self.wants(message.type)):
            return False
        return self._passes(message) is not False

    def ordering_key(self, message: Message) -> str:
        """Returns the key that orders a message here; empty for none."""
        return self._as_own(message, message).key if self._ordered else ""

    async def read(self, after: int, limit: int) -> Stretch | None:
        """Returns what `read_here` does; where payloads may be large, beside the loop (V4)."""
        runtime = self._runtime
        part = await runtime.large.read(
            after, runtime.reader, lambda reader: self._part(reader, after, limit)
        )
        return self._stretch(part, after)

    def read_here(self, after: int, limit: int, last: int | None = None) -> Stretch | None:
        """Returns what follows a position; None at the log's end.

        What the filter keeps back does not count: it reads on until there is enough to deliver, for a moment,
        so that one that only filters gets far in its turn (P3, X2).

        Args:
            limit: How many messages to deliver at most.
            last: Nothing behind this position is taken.
        """
        return self._stretch(self._part(self._runtime.reader, after, limit, last), after)

    def _stretch(self, part: tuple[list[DeliveryAttempt], int, int], after: int) -> Stretch | None:
        tasks, filtered, upto = part
        largest = max((len(task.message.data) for task in tasks), default=0)
        self._runtime.large.note(upto, largest)  # for others who read it
        self._faults.hold(tasks)
        return None if upto == after else Stretch(self._runtime.new_id(), upto, tasks, filtered)

    def _part(
        self, reader: Reader, after: int, limit: int, last: int | None = None
    ) -> tuple[list[DeliveryAttempt], int, int]:
        """Returns what is to be delivered, how many messages are not, and up to where it looked."""
        clock, tasks, filtered, upto, size = self._runtime.clock, list[DeliveryAttempt](), 0, after, limit
        over = clock.monotonic() + FILTER_SECONDS
        while len(tasks) < limit and (last is None or upto < last):
            before = upto
            upto, kept_back = self._read_on(reader, tasks, limit, before, size, last, over)
            filtered += kept_back
            if upto == before or clock.monotonic() > over:
                break
            size = max(limit, min(LARGE, 2 * size))
        return tasks, filtered, upto

    def glance(self, after: int, limit: int) -> tuple[list[DeliveryAttempt], int]:
        """Returns what is to be delivered of the next messages, and up to where it looked."""
        tasks: list[DeliveryAttempt] = []
        over = self._runtime.clock.monotonic() + FILTER_SECONDS
        upto, _ = self._read_on(self._runtime.reader, tasks, limit, after, limit, None, over)
        return tasks, upto

    def _read_on(
        self,
        reader: Reader,
        tasks: list[DeliveryAttempt],
        limit: int,
        after: int,
        size: int,
        last: int | None,
        over: float,
    ) -> tuple[int, int]:
        """Adds what is to be delivered of the next messages; returns up to where, and how many are not."""
        found, upto = reader.read_topic(self._subscription.topic, self.wants, after, size, most=AT_ONCE)
        (standing, copies), filtered = self._before(reader, after, upto), 0
        for message in found:
            if last is not None and message.position > last:
                break
            sent, generation = _as_delivered(message, copies)
            passes = self._passes(sent)
            if passes is False:
                filtered += 1
            elif message.position not in standing:
                own = self._as_own(message, sent)
                key = own.key if self._ordered else ""
                failure = passes if isinstance(passes, Failure) else None
                tasks.append(DeliveryAttempt(message=own, key=key, failure=failure, generation=generation))
            slow = not self._unfiltered and self._runtime.clock.monotonic() > over
            if slow or len(tasks) == limit:
                return message.position, filtered
        return upto, filtered

    def _before(self, reader: Reader, after: int, upto: int) -> tuple[set[int], dict[int, LetterCopy]]:
        """Returns what is delivered from rows (I5), and the copies that succeeded (L6)."""
        if after >= self._cursor.passed:
            return set(), {}
        name = self._subscription.name
        return reader.rows_from(name, after, upto), reader.copies(name, after, upto)

    def _passes(self, message: Message) -> bool | Failure:
        if message.history or message.withdrawn:
            return False
        if self._unfiltered:
            return True
        try:
            return self._matches(message.facts())
        except Exception as error:  # noqa: BLE001  # a filter that raises makes a dead letter (P3)
            failure = describe(error, message)
            failure.permanent, failure.reason = True, Reason.FILTER_ERROR
            return failure

    def _as_own(self, message: Message, sent: Message) -> Message:
        """Returns a message as this subscription sees it: with its key, and the topic's life (T1).

        Args:
            sent: It, or its edited copy, which takes its place in the order of its key (L6).
        """
        try:
            key = self._key_of(message)
        except Exception:  # noqa: BLE001  # its handler meets the same error, and fails with it
            key = ""
        ttl = self._topic.ttl if message.event else None
        if key == message.key and ttl is None:
            return sent
        expires = message.expires_at if ttl is None else message.published_at + round(ttl * MICROSECONDS)
        return msgspec.structs.replace(sent, key=key, expires_at=expires)

    def task_of(self, delivery: Delivery, message: Message) -> DeliveryAttempt:
        """Returns what is to be delivered of a row."""
        own = msgspec.structs.replace(
            message,
            id_bytes=delivery.message_id.bytes,
            expires_at=delivery.expires_at,
            data=message.data if delivery.data is None else delivery.data,
            key=delivery.key or message.key,
        )
        passes = self._passes(own)  # it may not have been asked for while the message had to wait (P3)
        failure = passes if isinstance(passes, Failure) else None
        return DeliveryAttempt(
            message=own,
            key=delivery.key,
            delivery=delivery,
            failure=failure,
            generation=delivery.generation,
        )

    def too_late(self, task: DeliveryAttempt) -> bool:
        """Whether a message expired before a handler saw it (I11); its task then knows."""
        expires = task.message.expires_at
        if expires is None or expires > self._runtime.clock.now():
            return False
        task.failure = expired(dropped=self._topic.on_expired is OnExpired.DROP)
        return True


def _as_delivered(message: Message, copies: Mapping[int, LetterCopy]) -> tuple[Message, int]:
    """Returns a message, or the edited copy as which it succeeded (L6) and the generation of that."""
    copy = copies.get(message.position)
    if copy is None or copy.message_id == message.id:
        return message, 0
    return msgspec.structs.replace(message, id_bytes=copy.message_id.bytes, data=copy.data), copy.generation
