"""Rows of messages that waited at a time that has passed, in the order of their keys (W9, O1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from uuid import UUID

from msgspec.structs import replace

from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.store.sqlite import rows
from workbench.store.sqlite.acts import put_delivery
from workbench.store.sqlite.kept import deliveries_where
from workbench.store.sqlite.letters import promote_all
from workbench.store.stored_values import Attempt, DeadLetter, Delivery
from workbench.store.waiter import Waiter

AT = "subscription_id = ? and position = ?"
LIVING = "state <> 'dead'"
_SETTLED = (
    "update deliveries set lease_token = null, lease_until = null, lease_owner = null,"
    " state = case when key <> '' then 'blocked' when due_at is null then 'ready' else 'delayed' end,"
    " rank = case when key = '' then coalesce(due_at, enqueued_at - priority * 1000000)"
    " else enqueued_at - priority * 1000000 end where subscription_id = ? and " + LIVING
)
LATER = (
    "case ifnull(json_extract(kept, '$.head'), 0) when 0 then at >= :since when :cut then at > :began"
    " else json_extract(kept, '$.head') > :cut end"
)
"""Whether what was replaced was replaced later: how far the log was says so, where it is kept, else the time."""
DIED_LATER = "id in (select id from died_later)"
"""Of a letter, once `WaitingRows` was made."""
_DEATHS = (
    "insert or ignore into died_later select l.id from dead_letters l left join replaced on number = l.id"
    " and act = '' and json_extract(kept, '$.type') = 'died'"
    f" where case when kept is null then l.died_at >= :since else {LATER} end"
)
_TRIES = (
    "select json_extract(kept, '$.subscription'), number, json_extract(kept, '$.at'), json_extract(kept, '$.attempt'),"
    f" {LATER} from replaced where act = '' and json_extract(kept, '$.type') = 'try'"
    " and at between :began and :since"
)
"""Tries that were noted at the time of the position itself."""
_HELD_BACK = (
    "select s.name, m.position from messages m join topics t on t.id = m.topic_id join subscriptions s"
    " on s.topic = t.name where s.name <> :commands and m.position <= min(:cut, s.cursor) and m.deliver_at > :began"
    " and not exists (select 1 from deliveries d where d.subscription_id = s.id and d.position = m.position)"
    " and not exists (select 1 from dead_letters l where l.subscription = s.name and l.position = m.position)"
    f" and not exists (select 1 from replaced where number = m.position and not {LATER} and"
    " json_extract(kept, '$.delivery.subscription') = s.name and json_extract(kept, '$.counts'))"
)
"""Delayed messages that were due later, but for those that an operator skipped or had made before."""
_UPTO = "position > :after and position <= min(:cut, (select cursor from subscriptions where name = :name))"
_MESSAGES_OF = (
    "select position from messages where topic_id = (select id from topics where name = :topic)"
    f" and (:key = '' or key = :key) and {_UPTO} order by position"
)
_EVENTS_OF = (
    "select position from events where (:key = '' or stream_id = (select id from streams where name = :key))"
    f" and {_UPTO} order by position"
)
_KNOWN = (
    f"select 1 from dead_letters where subscription = :name and position = :position and not {DIED_LATER}"
    f" union all select 1 from replaced where number = :position and not {LATER}"
    " and json_extract(kept, '$.delivery.subscription') = :name and json_extract(kept, '$.counts')"
)
_PUT_OFF = (
    f"select 1 from deliveries d where {AT} and (due_at > ? or key <> '' and exists (select 1 from deliveries e"
    " where e.subscription_id = d.subscription_id and e.key = d.key and e.position < d.position))"
)
INDEXES = {"waited_letters": "dead_letters (position)", "waited_acts": "replaced (number)"}
"""Asked for each message that may have waited; gone at the end."""
EFFECTS = 16
"""As many effects of one delivery are looked for."""


class WaitingRows:
    """Makes rows of what waited.

    Args:
        cut: Position up to which messages were there.
        began: What time it was then, microseconds since 1970.
        since: What happened then or later is undone.
        waiters: The subscriptions, by name; others are left alone.
    """

    def __init__(
        self, con: sqlite3.Connection, cut: int, began: int, since: int, waiters: Mapping[str, Waiter]
    ) -> None:
        self.con, self._cut, self._began, self.since = con, cut, began, since
        self.times = {"cut": cut, "began": began, "since": since}
        self.waiters = waiters
        self.numbers: dict[str, tuple[int, str]] = {
            name: (number, topic)
            for number, name, topic in con.execute("select id, name, topic from subscriptions").fetchall()
        }
        self._later = dict[tuple[str, int, int, int], bool]()
        con.execute("create temp table died_later (id integer primary key)")

    def look(self) -> None:
        """Looks at what was noted of that time, before anything is changed."""
        for name, table in INDEXES.items():
            self.con.execute(f"create index {name} on {table}")
        self.con.execute(_DEATHS, self.times)
        for name, position, at, attempt, later in self.con.execute(_TRIES, self.times).fetchall():
            self._later[name, position, at, attempt] = bool(later)

    def put_in_order(self) -> None:
        """Has what waits go on in the order of its keys, as the first or behind others (O1, I6)."""
        for name, waiter in self.waiters.items():
            if name in self.numbers:
                number, _ = self.numbers[name]
                self.con.execute(_SETTLED, (number,))
                promote_all(self.con, number, past_dead=waiter.past_dead)
        for name in INDEXES:
            self.con.execute(f"drop index {name}")

    def wait(self, name: str, position: int) -> None:
        """Has a message wait that was not tried by then, unless it has a row."""
        if (own := self._seen(name, position)) is not None:
            self._wait(name, own)

    def _seen(self, name: str, position: int) -> Message | None:
        """Returns a message as a subscription sees it; None where it does not get it, or has a row of it."""
        number, topic = self.numbers[name]
        if self.rows_at(number, position):
            return None
        message = rows.message_at(self.con, position, topic)
        return self.waiters[name].own(message) if message is not None else None

    def _wait(self, name: str, own: Message) -> None:
        row = Delivery(
            number=0,
            subscription=name,
            position=own.position,
            message_id=own.id,
            key=own.key,
            state=DeliveryState.READY,
        )
        self.put(name, own, row, 0)

    def by_then(self, of: Delivery | DeadLetter) -> tuple[Attempt, ...]:
        """Returns the tries that had ended by then."""
        return tuple(one for one in of.attempts if not self._was_later(of, one))

    def _was_later(self, of: Delivery | DeadLetter, one: Attempt) -> bool:
        noted = self._later.get((of.subscription, of.position, one.at, one.number))
        return one.at + one.duration_us >= self.since if noted is None else noted

    def put(self, name: str, message: Message, row: Delivery, ended: int) -> None:
        """Makes a row with the tries that were made by then.

        Args:
            message: As the subscription sees it.
            ended: When it ended behind its last try, microseconds since 1970; 0 where it did not.
        """
        tries = self.by_then(row)
        following = row.attempts[len(tries)].at if len(tries) < len(row.attempts) else ended
        if tries:
            last = tries[-1].at + tries[-1].duration_us
            low, high = (
                last + round(one * MICROSECONDS) for one in self.waiters[name].retry.bounds(len(tries))
            )
            due: int | None = min(max(following, low), high)
        else:
            due = None if row.generation else message.deliver_at
        if due is not None and message.expires_at is not None and not row.generation:
            due = min(due, message.expires_at)
        replayed = row.generation > 0
        waits = replace(
            row,
            failed=len(tries),
            acquired=len(tries),
            crashed=0,
            due_at=due,
            priority=message.priority,
            enqueued_at=row.enqueued_at or message.published_at,
            expires_at=None if replayed else message.expires_at,
            attempts=tries,
        )
        state = DeliveryState.READY if due is None else DeliveryState.DELAYED
        put_delivery(self.con, self.numbers[name][0], waits, state)

    def hold_back(self) -> None:
        """Has messages wait that were due later."""
        values = {**self.times, "commands": COMMANDS_TOPIC}
        for name, position in self.con.execute(_HELD_BACK, values).fetchall():
            if name in self.waiters:
                self.wait(name, position)

    def is_put_off(self, name: str, position: int) -> bool:
        """Whether a message has a row, and is due later or waits behind another of its key."""
        values = (self.numbers[name][0], position, self._began)
        return self.con.execute(_PUT_OFF, values).fetchone() is not None

    def block(self) -> None:
        """Has messages wait behind those of their keys that wait, or are dead and block them (O1, O2)."""
        for name, waiter in self.waiters.items():
            number, topic = self.numbers.get(name, (0, ""))
            blocking = f"({LIVING} and letter_id is null)" if waiter.past_dead else "1"
            first: dict[str, int] = dict(
                self.con.execute(
                    "select key, min(position) from deliveries where subscription_id = ? and key <> ''"
                    f" and position <= ? and {blocking} group by key",
                    (number, self._cut),
                ).fetchall()
            )
            values = {"topic": topic, "after": min(first.values(), default=0), "cut": self._cut, "name": name}
            for key in first if waiter.by_message else [""] if first else []:
                for query in (_MESSAGES_OF, _EVENTS_OF):
                    for (position,) in self.con.execute(query, {**values, "key": key}).fetchall():
                        own = self._seen(name, position)
                        behind = own is not None and first.get(own.key, position) < position
                        if own is not None and behind and not self._was_handled(name, position, own.id):
                            self._wait(name, own)

    def _was_handled(self, name: str, position: int, message: UUID) -> bool:
        """Whether a message was handled, skipped, or dead by then, as far as that is known."""
        known = self.con.execute(_KNOWN, {**self.times, "name": name, "position": position})
        if known.fetchone() is not None:
            return True
        made = [derived_id(name, message, number).bytes for number in range(EFFECTS)]
        marks = ",".join("?" * EFFECTS)
        return any(
            self.con.execute(
                f"select 1 from {one} in ({marks}) and position <= ?", (*made, self._cut)
            ).fetchone()
            for one in ("events where event_id", "messages where message_id")
        )

    def own_of(self, name: str, message: Message) -> Message:
        """Returns a message as a subscription sees it, also one that it does not get any more."""
        waiter = self.waiters.get(name)
        return (waiter.own(message) if waiter is not None else None) or message

    def rows_at(self, subscription: int, position: int) -> list[Delivery]:
        """Returns the row of a message, if there is one."""
        return deliveries_where(self.con, "", AT, (subscription, position))
