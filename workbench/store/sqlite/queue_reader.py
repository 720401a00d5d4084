"""Reads subscriptions, deliveries, dead letters and jobs; every call is one short read (C5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.store.letter_jobs import Job
from workbench.store.letter_values import LetterCopy, delivered_copy
from workbench.store.rules import AT_ONCE, urgency
from workbench.store.sqlite import rows
from workbench.store.sqlite.column_shapes import ColumnShape, Count, Id, RowShape
from workbench.store.sqlite.connection import translated
from workbench.store.sqlite.deed_reader import SqliteDeedReader
from workbench.store.sqlite.word_conditions import hold_all
from workbench.store.stored_values import (
    DeadLetter,
    Delivery,
    Depth,
    Instance,
    SubscriptionState,
)

_STATES = ", ".join(f"'{state}'" for state in DeliveryState if state is not DeliveryState.DEAD)
_ALIVE = f"state in ({_STATES})"
"""Every state but that of the dead: an index leads to them, however many dead there are."""
_SUBSCRIPTIONS = (
    "select s.id, s.name, s.topic, s.cursor, s.claimed_to, s.paused, s.delivered, s.failed, s.filtered, s.created_at,"
    " s.retried, s.died, s.expired, s.skipped,"
    f" (select count(*) from deliveries d where d.subscription_id = s.id and d.{_ALIVE}),"
    " (select count(*) from deliveries d where d.subscription_id = s.id and d.state = 'delayed'),"
    " (select count(*) from dead_letters l where l.subscription = s.name and l.status = 'open'),"
    " s.claim_token, s.claim_owner, s.claim_until"
    " from subscriptions s "
)
_SUBSCRIPTION = RowShape(
    SubscriptionState,
    "select id, name, topic, cursor, claimed_to, paused, delivered, failed, filtered, created_at, retried, died,"
    " expired, skipped, waiting, retrying, dead, claim_token, claim_owner, claim_until from subscriptions",
    Count, str, str, Count, Count, Literal[0, 1], *[Count] * 3, int, *[Count] * 7, Id | None, Id | None, int | None,
)  # fmt: skip
_DUE = ColumnShape("select state, rank from deliveries", Literal["delayed", "leased"], int | None)
_WAITING = ColumnShape("select state, count, enqueued_at from deliveries", DeliveryState, Count, int)


def _tried(field: str) -> str:
    """Returns what all tries of a delivery say in one field."""
    return f"(select group_concat(json_extract(value, '$.{field}'), char(1)) from json_each(d.attempts))"


_OF_DELIVERIES = (
    "select d.id from deliveries d left join messages m on m.position = d.position"
    " left join events e on e.position = d.position left join types t on t.id = e.type_id"
    " where d.subscription_id = (select id from subscriptions where name = ?)"
)
_DELIVERY_TEXTS = (
    *("d.key", "d.state", "coalesce(m.type, t.name)", "m.key"),
    *(_tried("error_type"), _tried("error")),
)
_DELIVERY_WRITTEN = ("m.meta", "coalesce(d.data, m.data, e.data)")


class SqliteQueueReader(SqliteDeedReader):
    """The queue's part of a reader."""

    def commits(self) -> int:
        """Returns a number that is another one after every commit."""
        return int(self._one("pragma data_version")[0])

    def head(self) -> int:
        """Returns the highest position that was given away, 0 when empty; retention takes none back (I3)."""
        return int(self._one(rows.HEAD)[0])

    def subscription(self, name: str) -> SubscriptionState | None:
        """Returns where a subscription stands."""
        found = _SUBSCRIPTION(self._all(_SUBSCRIPTIONS + "where s.name = ?", (name,)))
        return found[0] if found else None

    def subscriptions(self) -> list[SubscriptionState]:
        """Returns where all subscriptions stand, by name."""
        return _SUBSCRIPTION(self._all(_SUBSCRIPTIONS + "order by s.name"))

    def due(self, subscription: str, now: int, limit: int) -> list[tuple[Delivery, Message]]:
        """Returns rows that can be leased now, most urgent first (R1), with their messages.

        Those in doubt after a crash come first, so that they can run alone.
        """
        found = self._maybe("select id, topic from subscriptions where name = ?", (subscription,))
        if found is None:
            return []
        number, topic = found
        query = rows.DELIVERIES + "where subscription_id = ? and "
        in_doubt = self._all(
            rows.DELIVERIES + "indexed by deliveries_suspects where subscription_id = ? and crashed > 0"
            " and state = 'ready' order by rank, position limit ?",
            (number, limit),
        )
        ready = self._all(query + "state = 'ready' order by rank, position limit ?", (number, limit))
        delayed = self._all(
            query + "state = 'delayed' and rank <= ? order by rank, position limit ?", (number, now, limit)
        )
        waiting = {row.number: row for row in rows.deliveries([*in_doubt, *ready, *delayed], subscription)}
        ordered = sorted(waiting.values(), key=urgency)[:limit]
        return self._with_messages(ordered, topic)

    def _with_messages(self, deliveries: Sequence[Delivery], topic: str) -> list[tuple[Delivery, Message]]:
        marks = ",".join("?" * len(deliveries))
        places = [delivery.position for delivery in deliveries]
        query = f"{rows.MESSAGES} where m.position in ({marks})"
        read, cut = self._some(query, tuple(places), rows.MESSAGE_DATA, AT_ONCE)
        if cut and len(deliveries) > 1:
            return self._few(deliveries, topic)
        published = rows.messages(read)
        known = {message.position: message for message in published}
        found = []
        for delivery in deliveries:
            message = known.get(delivery.position)
            if message is None:
                with translated(self._path), self._busy:
                    message = rows.message_to_deliver(
                        self._con, delivery.position, topic, delivery.dead_letter
                    )
            if message is not None:
                found.append((delivery, message))
        return found

    def _few(self, deliveries: Sequence[Delivery], topic: str) -> list[tuple[Delivery, Message]]:
        """Returns the first ones, whose messages are large, with these."""
        found: list[tuple[Delivery, Message]] = []
        for delivery in deliveries:
            found += self._with_messages((delivery,), topic)
            if sum(len(message.data) for _, message in found) >= AT_ONCE:
                break
        return found

    def in_order(self, subscription: str) -> bool:
        """Whether no message behind the cursor has a priority: the log's order is that of urgency (R1)."""
        (urgent,) = self._one(
            "select exists (select 1 from messages m join topics t on t.id = m.topic_id join subscriptions s"
            " on s.topic = t.name where s.name = ? and m.position > s.cursor and m.priority <> 0)",
            (subscription,),
        )
        return not urgent

    def due_times(self, subscription: str, held: Collection[UUID] = ()) -> tuple[int | None, int | None]:
        """Returns when the next delayed row is due, and when the next lease ends; see `ports.QueueReader`."""
        first = (
            "select '{0}', min(rank) from deliveries where subscription_id ="
            " (select id from subscriptions where name = ?) and state = '{0}'"
        )
        others = f" and lease_token not in ({','.join('?' * len(held))})"
        query = first.format("delayed") + " union all " + first.format("leased") + others
        found = self._all(query, (subscription, subscription, *(token.bytes for token in held)))
        times = dict(_DUE(found))
        return times["delayed"], times["leased"]

    def depth(self, subscription: str) -> Depth:
        """Returns what waits in the rows of a subscription, by state."""
        query = (
            "select state, count(*), min(enqueued_at) from deliveries where subscription_id ="
            f" (select id from subscriptions where name = ?) and {_ALIVE} group by state"
        )
        found = _WAITING(self._all(query, (subscription,)))
        counts = {state: count for state, count, _ in found}
        return Depth(**counts, oldest=min((oldest for _, _, oldest in found), default=None))

    def rows_from(self, subscription: str, after: int, upto: int) -> set[int]:
        """Returns the positions in a range not begun again: what stands in rows (I5), and open letters."""
        found = self._all(
            "select position from deliveries where subscription_id = (select id from subscriptions where name = ?)"
            " and position > ? and position <= ?"
            " union select position from dead_letters where subscription = ? and status = ?"
            " and position > ? and position <= ?",
            (subscription, after, upto, subscription, LetterStatus.OPEN, after, upto),
        )
        return {row[0] for row in found}

    def copies(self, subscription: str, after: int, upto: int) -> dict[int, LetterCopy]:
        """Returns the edited copies that succeeded of messages in a range, by position (L6)."""
        found = self._all(
            rows.LETTERS + "where subscription = ? and status = ? and position > ? and position <= ?"
            " and (edited is not null or generation > 0) order by id",
            (subscription, LetterStatus.RESOLVED, after, upto),
        )
        return {one.position: delivered_copy(one) for one in rows.letters(found)}

    def backlog(self, topic: str, subscriptions: Sequence[str], limit: int) -> int:
        """Returns how many messages of a topic wait for the subscription that has most to do, at most ``limit``."""
        most = 0
        for name in subscriptions:
            (behind,) = self._one(
                "select count(*) from (select 1 from messages where topic_id = (select id from topics where name = ?)"
                " and position > (select cursor from subscriptions where name = ?) limit ?)",
                (topic, name, limit),
            )
            (waiting,) = self._one(
                "select count(*) from (select 1 from deliveries where subscription_id ="
                f" (select id from subscriptions where name = ?) and {_ALIVE} limit ?)",
                (name, limit),
            )
            most = max(most, behind + waiting)
        return min(most, limit)

    def known_messages(self, ids: Collection[UUID]) -> set[UUID]:
        """Returns which of these message ids are stored (P2)."""
        with translated(self._path), self._busy:
            found = rows.stored_ids(self._con, "messages where message_id", [one.bytes for one in ids])
        return {one for one in ids if one.bytes in found}

    def position_before(self, time: int) -> int:
        """Returns the highest position that was recorded before a time, microseconds since 1970; 0 if none."""
        low, high = 0, self.head()
        while low < high:
            middle = (low + high + 1) // 2
            recorded = self._recorded_from(middle)
            if recorded is not None and recorded < time:
                low = middle
            else:
                high = middle - 1
        return low

    def _recorded_from(self, position: int) -> int | None:
        """Returns when the first thing at or behind a position was recorded."""
        events = self._maybe(
            "select position, recorded_at from events where position >= ? order by position limit 1",
            (position,),
        )
        messages = self._maybe(
            "select position, published_at from messages where position >= ? order by position limit 1",
            (position,),
        )
        found = [row for row in (events, messages) if row is not None]
        return min(found)[1] if found else None

    def job(self, number: int) -> Job | None:
        """Returns one bulk action."""
        found = rows.jobs(self._all(rows.JOBS + "where id = ?", (number,)))
        return found[0] if found else None

    def jobs(self, limit: int = 100, *, status: str | None = None) -> list[Job]:
        """Returns bulk actions, the newest first; with a status all that have it."""
        if status is not None:
            return rows.jobs(self._all(rows.JOBS + "where status = ? order by id desc", (status,)))
        return rows.jobs(self._all(rows.JOBS + "order by id desc limit ?", (limit,)))

    def busy_keys(self, subscription: str, keys: Sequence[str], *, dead_too: bool) -> dict[str, int]:
        """Returns which keys have unfinished rows, and behind which position messages wait for them (O1).

        An empty key is no key: it orders nothing.
        """
        marks = ",".join("?" * len(keys))
        states = "" if dead_too else " and state <> 'dead'"
        found = self._all(
            "select key, min(case when state = 'dead' then position else 0 end) from deliveries where subscription_id ="
            f" (select id from subscriptions where name = ?) and key in ({marks}) and key <> ''{states} group by key",
            (subscription, *keys),
        )
        return dict(found)

    def deliveries(self, subscription: str, limit: int = 200, words: Sequence[str] = ()) -> list[Delivery]:
        """Returns the rows of a subscription that are not dead, in message order, with all words in each."""
        holding, values = hold_all(words, _DELIVERY_TEXTS, _DELIVERY_WRITTEN)
        those = f"and id in ({_OF_DELIVERIES}{holding}) " if words else ""
        wanted = (subscription, *values) if words else ()
        query = (
            rows.DELIVERIES + "where subscription_id = (select id from subscriptions where name = ?)"
            f" and state <> 'dead' {those}order by position limit ?"
        )
        return rows.deliveries(self._all(query, (subscription, *wanted, limit)), subscription)

    def instances(
        self, process: str, limit: int = 200, words: Sequence[str] = ()
    ) -> list[tuple[str, Instance]]:
        """Returns the instances that a process has now, by their keys, each with all words in it."""
        holding, values = hold_all(words, ("key",), ("state",))
        query = f"select key, state, began from processes where process = ?{holding} order by key limit ?"
        found = self._all(query, (process, *values, limit))
        return [(key, Instance(state, began)) for key, state, began in found]

    def instance_count(self, process: str) -> int:
        """Returns how many instances a process has now."""
        return int(self._one("select count(*) from processes where process = ?", (process,))[0])

    def timeouts(self, instance: str) -> list[Message]:
        """Returns what an instance of a process issued for later and still waits, the next due first (K7)."""
        query = (
            rows.MESSAGES + "join timeouts t on t.position = m.position join subscriptions s on s.name = ?"
            " where t.instance = ? and (m.position > s.cursor or exists (select 1 from deliveries d"
            " where d.subscription_id = s.id and d.position = m.position and d.state <> 'dead'))"
            " order by m.deliver_at, m.position"
        )
        return rows.messages(self._all(query, (COMMANDS_TOPIC, instance)))

    def message(self, position: int, topic: str) -> Message | None:
        """Returns the message or event at a position."""
        with translated(self._path), self._busy:
            return rows.message_at(self._con, position, topic)

    def letter(self, number: int) -> DeadLetter | None:
        """Returns one dead letter."""
        found = rows.letters(self._all(rows.LETTERS + "where id = ?", (number,)))
        return found[0] if found else None

    def changed_by(self, act: str) -> list[int]:
        """Returns the dead letters that an act archived or purged, and that no later act changed (L9)."""
        found = self._all(
            "select letter_id from letter_changes c where act = ? and not exists (select 1 from letter_changes later"
            " where later.letter_id = c.letter_id and later.id > c.id) order by id",
            (act,),
        )
        return [row[0] for row in found]
