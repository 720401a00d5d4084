"""What waited for subscriptions at a time that has passed, as far as a store still knows it (W9).

What acts of operators replaced since then is put back, the last first; letters that died since are waiting messages
with the tries that they had by then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec.structs import replace

from workbench.model.clock import MICROSECONDS
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.store.letter_values import without_tries
from workbench.store.operator_actions import KeptCursor, KeptDelivery, KeptReplay
from workbench.store.sqlite import rows
from workbench.store.sqlite.acts import put_delivery
from workbench.store.sqlite.kept import deliveries_where, read_kept
from workbench.store.sqlite.letters import new_delivery_of, promote_all, set_tries
from workbench.store.stored_values import Attempt, DeadLetter, Delivery
from workbench.store.waiter import Waiter

_encode = msgspec.json.Encoder().encode
_AT = "subscription_id = ? and position = ?"
_LIVING = "state <> 'dead'"
_SETTLED = (
    "update deliveries set lease_token = null, lease_until = null, lease_owner = null,"
    " state = case when key <> '' then 'blocked' when due_at is null then 'ready' else 'delayed' end,"
    " rank = case when key = '' then coalesce(due_at, enqueued_at - priority * 1000000)"
    " else enqueued_at - priority * 1000000 end where subscription_id = ? and " + _LIVING
)
_HELD_BACK = (
    "select s.name, m.position from messages m join topics t on t.id = m.topic_id join subscriptions s"
    " on s.topic = t.name where s.name <> ? and m.position <= min(?, s.cursor) and m.deliver_at > ?"
    " and not exists (select 1 from deliveries d where d.subscription_id = s.id and d.position = m.position)"
    " and not exists (select 1 from dead_letters l where l.subscription = s.name and l.position = m.position)"
    " and not exists (select 1 from replaced r where r.number = m.position and r.at < ? and"
    " json_extract(r.kept, '$.delivery.subscription') = s.name and json_extract(r.kept, '$.counts'))"
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
    "select 1 from dead_letters where subscription = :name and position = :position and died_at < :since"
    " union all select 1 from replaced where number = :position and at < :since"
    " and json_extract(kept, '$.delivery.subscription') = :name and json_extract(kept, '$.counts')"
)
_INDEXES = {"waited_letters": "dead_letters (position)", "waited_acts": "replaced (number)"}
"""Asked for each message that may have waited; gone at the end."""
EFFECTS = 16
"""As many effects of one delivery are looked for."""


class Waited:
    """Brings back what waited.

    Args:
        cut: Position up to which messages were there.
        began: What time it was then, microseconds since 1970.
        since: What happened then or later is undone.
        waiters: The subscriptions, by name; others are left alone.
    """

    def __init__(
        self, con: sqlite3.Connection, cut: int, began: int, since: int, waiters: Mapping[str, Waiter]
    ) -> None:
        self._con, self._cut, self._began, self._since = con, cut, began, since
        self._waiters = waiters
        self._numbers: dict[str, tuple[int, str]] = {
            name: (number, topic)
            for number, name, topic in con.execute("select id, name, topic from subscriptions").fetchall()
        }
        self._replayed_later: set[int] = set()

    def bring_back(self) -> None:
        """Has all that waited wait, and letters be what they were."""
        for name, table in _INDEXES.items():
            self._con.execute(f"create index {name} on {table}")
        self._undo_acts()
        self._undo_marks()
        self._undo_outcomes()
        self._forget_tries()
        self._undo_deaths()
        self._hold_back()
        self.block()

    def put_in_order(self) -> None:
        """Has what waits go on in the order of its keys, as the first or behind others (O1, I6)."""
        for name, waiter in self._waiters.items():
            if name in self._numbers:
                number, _ = self._numbers[name]
                self._con.execute(_SETTLED, (number,))
                promote_all(self._con, number, past_dead=waiter.past_dead)
        for name in _INDEXES:
            self._con.execute(f"drop index {name}")

    def wait(self, name: str, position: int) -> None:
        """Has a message wait that was not tried by then, unless it has a row."""
        if (own := self._seen(name, position)) is not None:
            self._wait(name, own)

    def _seen(self, name: str, position: int) -> Message | None:
        """Returns a message as a subscription sees it; None where it does not get it, or has a row of it."""
        number, topic = self._numbers[name]
        if self._rows(number, position):
            return None
        message = rows.message_at(self._con, position, topic)
        return self._waiters[name].own(message) if message is not None else None

    def _wait(self, name: str, own: Message) -> None:
        row = Delivery(
            number=0,
            subscription=name,
            position=own.position,
            message_id=own.id,
            key=own.key,
            state=DeliveryState.READY,
        )
        self._put(name, own, row, 0)

    # -- what operators did -------------------------------------------------------------------------------

    def _undo_acts(self) -> None:
        acts = "select kept from replaced where at >= ? order by id desc"
        for (text,) in self._con.execute(acts, (self._since,)).fetchall():
            kept = read_kept(text)
            if isinstance(kept, KeptDelivery):
                self._unskip(kept.delivery)
            elif isinstance(kept, KeptReplay):
                self._unreplay(kept)
            elif isinstance(kept, KeptCursor):
                back = "update subscriptions set cursor = ? where name = ?"
                self._con.execute(back, (kept.before, kept.subscription))

    def _unskip(self, row: Delivery) -> None:
        number, _ = self._numbers.get(row.subscription, (0, ""))
        if number and row.position <= self._cut:
            self._con.execute(f"delete from deliveries where {_AT}", (number, row.position))
            put_delivery(self._con, number, row, DeliveryState.READY)
            if row.dead_letter is not None:
                began = self._replays_of(row.dead_letter)[0]
                self._set_status(row.dead_letter, LetterStatus.REPLAYING, began)
                set_tries(self._con, row.dead_letter, row.attempts, without_tries)

    def _unreplay(self, kept: KeptReplay) -> None:
        found = self._con.execute(
            "select s.id, l.position from dead_letters l join subscriptions s on s.name = l.subscription"
            " where l.id = ?",
            (kept.letter,),
        ).fetchone()
        if found is None:
            return
        self._con.execute(f"delete from deliveries where {_AT}", found)
        if kept.delivery is not None:
            put_delivery(self._con, found[0], kept.delivery, DeliveryState.DEAD)
        self._con.execute(
            "update dead_letters set status = ?, changed_at = ?, edited = ? where id = ?",
            (kept.status, kept.changed_at, kept.edited, kept.letter),
        )
        self._con.execute("delete from letter_changes where letter_id = ?", (kept.letter,))
        self._con.executemany(
            "insert into letter_changes values (null,?,?,?,?)",
            [(act, kept.letter, status, at) for act, status, at in kept.changes],
        )
        self._replayed_later.add(kept.letter)

    def _undo_marks(self) -> None:
        """Has letters that were archived or purged since be what they were; what they blocked is blocked."""
        for letter in self._letters("status in ('archived', 'purged') and changed_at >= ? and died_at < ?"):
            found = self._con.execute(
                "select id, status, changed_at from letter_changes where letter_id = ? and changed_at < ?"
                " order by id desc limit 1",
                (letter.number, self._since),
            ).fetchone()
            if found is not None:
                change, status, changed_at = found
                self._set_status(letter.number, LetterStatus(status), changed_at)
                gone = "delete from letter_changes where letter_id = ? and id >= ?"
                self._con.execute(gone, (letter.number, change))
                self._lie_dead(letter)

    # -- letters ------------------------------------------------------------------------------------------

    def _letters(self, condition: str) -> list[DeadLetter]:
        """Returns letters where something is at or later than the time, and something else was before."""
        query = f"{rows.LETTERS}where {condition} order by id"
        return rows.letters(self._con.execute(query, (self._since,) * condition.count("?")).fetchall())

    def _set_status(self, letter: int, status: LetterStatus, changed_at: int | None = None) -> None:
        self._con.execute(
            "update dead_letters set status = ?, changed_at = coalesce(?, changed_at) where id = ?",
            (status, changed_at, letter),
        )

    def _undo_outcomes(self) -> None:
        """Has replays be under way that came to an end since; those that began since were taken back before."""
        ended = "status in ('resolved', 'failed_again') and changed_at >= ? and died_at < ?"
        for letter in self._letters(ended):
            before, later = self._replays_of(letter.number)
            if letter.number in self._replayed_later:
                continue
            if later:  # what its replay replaced is forgotten
                self._set_status(letter.number, LetterStatus.OPEN, letter.died_at)
                self._lie_dead(letter)
                self._replayed_later.add(letter.number)
            else:
                self._set_status(letter.number, LetterStatus.REPLAYING, before or letter.died_at)
                self._replay(letter, before or letter.died_at)

    def _replay(self, letter: DeadLetter, at: int) -> None:
        """Has a letter's replay wait, unless it does."""
        number, topic = self._numbers.get(letter.subscription, (0, ""))
        standing = self._rows(number, letter.position)
        if not any(one.state is not DeliveryState.DEAD for one in standing):
            self._con.execute(f"delete from deliveries where {_AT}", (number, letter.position))
            new_delivery_of(self._con, letter.number, at)
            message = rows.message_at(self._con, letter.position, topic)
            own = self._own(letter.subscription, message).key if message is not None else ""
            key = standing[0].key if standing else own
            self._con.execute(f"update deliveries set key = ? where {_AT}", (key, number, letter.position))

    def _replays_of(self, letter: int) -> tuple[int | None, bool]:
        """Returns when a letter was last replayed before the time, and whether it was later."""
        before, later = self._con.execute(
            "select max(iif(at < :since, at, null)), max(at >= :since) from replaced where number = :letter"
            " and json_extract(kept, '$.type') in ('replay', 'past') and json_extract(kept, '$.note') is null",
            {"since": self._since, "letter": letter},
        ).fetchone()
        return before, bool(later)

    def _lie_dead(self, letter: DeadLetter) -> None:
        """Has a letter that is open or archived have its dead delivery, which blocks its key."""
        number, topic = self._numbers.get(letter.subscription, (0, ""))
        message = rows.message_at(self._con, letter.position, topic)
        if number and message is not None and not self._rows(number, letter.position):
            own = self._own(letter.subscription, message)
            dead = _row_of(letter, own.key)
            put_delivery(self._con, number, replace(dead, dead_letter=letter.number), DeliveryState.DEAD)

    def _undo_deaths(self) -> None:
        """Has what died since wait, with the tries that were made by then."""
        for letter in self._letters("died_at >= ?"):
            number, topic = self._numbers.get(letter.subscription, (0, ""))
            parent = self._parent(letter)
            standing = self._rows(number, letter.position)
            awaited = any(one.state is not DeliveryState.DEAD and one.attempts for one in standing)
            if not number or letter.position > self._cut or parent == -1 or awaited:
                continue
            message = rows.message_to_deliver(self._con, letter.position, topic, parent or None)
            if message is not None and letter.subscription in self._waiters:
                own = self._own(letter.subscription, message)
                row = _row_of(letter, own.key)
                if standing:
                    row = replace(row, key=standing[0].key, enqueued_at=standing[0].enqueued_at)
                self._con.execute(f"delete from deliveries where {_AT}", (number, letter.position))
                same = letter.message_id == message.id
                row = replace(row, dead_letter=parent or None, data=None if same else letter.data)
                self._put(letter.subscription, own, row, letter.died_at)

    def _parent(self, letter: DeadLetter) -> int:
        """Returns the letter as whose replay it waited then; 0 for none, -1 where it did not wait as such."""
        if letter.parent is None:
            return 0
        found = self._con.execute(
            "select died_at, status from dead_letters where id = ?", (letter.parent,)
        ).fetchone()
        if found is None:
            return 0
        return letter.parent if found[0] < self._since and found[1] == LetterStatus.REPLAYING else -1

    # -- tries --------------------------------------------------------------------------------------------

    def _forget_tries(self) -> None:
        """Takes away what was tried since of what waits or waited then."""
        later = "died_at < ? and json_extract(attempts, '$[#-1].at') >= ?"
        for letter in self._letters(later):
            kept = _encode(self._by_then(letter.attempts)).decode()
            self._con.execute("update dead_letters set attempts = ? where id = ?", (kept, letter.number))
        for name, waiter in self._waiters.items():
            number, topic = self._numbers.get(name, (0, ""))
            tried = f"subscription_id = ? and {_LIVING} and attempts <> '[]'"
            for row in deliveries_where(self._con, name, tried, (number,)):
                message = rows.message_to_deliver(self._con, row.position, topic, row.dead_letter)
                if message is not None and len(self._by_then(row.attempts)) < len(row.attempts):
                    self._con.execute("delete from deliveries where id = ?", (row.number,))
                    self._put(name, waiter.own(message) or message, row, 0)

    def _by_then(self, tries: Sequence[Attempt]) -> tuple[Attempt, ...]:
        return tuple(one for one in tries if one.at + one.duration_us < self._since)

    def _put(self, name: str, message: Message, row: Delivery, ended: int) -> None:
        """Makes a row with the tries that were made by then.

        Args:
            message: As the subscription sees it.
            ended: When it ended behind its last try, microseconds since 1970; 0 where it did not.
        """
        tries = self._by_then(row.attempts)
        following = row.attempts[len(tries)].at if len(tries) < len(row.attempts) else ended
        if tries:
            last = tries[-1].at + tries[-1].duration_us
            low, high = (
                last + round(one * MICROSECONDS) for one in self._waiters[name].retry.bounds(len(tries))
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
        put_delivery(self._con, self._numbers[name][0], waits, state)

    def _hold_back(self) -> None:
        values = (COMMANDS_TOPIC, self._cut, self._began, self._since)
        for name, position in self._con.execute(_HELD_BACK, values).fetchall():
            if name in self._waiters:
                self.wait(name, position)

    def block(self) -> None:
        """Has messages wait behind those of their keys that wait, or are dead and block them (O1, O2)."""
        for name, waiter in self._waiters.items():
            number, topic = self._numbers.get(name, (0, ""))
            blocking = f"({_LIVING} and letter_id is null)" if waiter.past_dead else "1"
            first: dict[str, int] = dict(
                self._con.execute(
                    "select key, min(position) from deliveries where subscription_id = ? and key <> ''"
                    f" and position <= ? and {blocking} group by key",
                    (number, self._cut),
                ).fetchall()
            )
            values = {"topic": topic, "after": min(first.values(), default=0), "cut": self._cut, "name": name}
            for key in first if waiter.by_message else [""] if first else []:
                for query in (_MESSAGES_OF, _EVENTS_OF):
                    for (position,) in self._con.execute(query, {**values, "key": key}).fetchall():
                        own = self._seen(name, position)
                        behind = own is not None and first.get(own.key, position) < position
                        if own is not None and behind and not self._was_handled(name, position, own.id):
                            self._wait(name, own)

    def _was_handled(self, name: str, position: int, message: UUID) -> bool:
        """Whether a message was handled, skipped, or dead by then, as far as that is known."""
        known = self._con.execute(_KNOWN, {"name": name, "position": position, "since": self._since})
        if known.fetchone() is not None:
            return True
        made = [derived_id(name, message, number).bytes for number in range(EFFECTS)]
        marks = ",".join("?" * EFFECTS)
        return any(
            self._con.execute(
                f"select 1 from {one} in ({marks}) and position <= ?", (*made, self._cut)
            ).fetchone()
            for one in ("events where event_id", "messages where message_id")
        )

    # -- helpers ------------------------------------------------------------------------------------------

    def _own(self, name: str, message: Message) -> Message:
        waiter = self._waiters.get(name)
        return (waiter.own(message) if waiter is not None else None) or message

    def _rows(self, subscription: int, position: int) -> list[Delivery]:
        return deliveries_where(self._con, "", _AT, (subscription, position))


def _row_of(letter: DeadLetter, key: str) -> Delivery:
    return Delivery(
        number=0,
        subscription=letter.subscription,
        position=letter.position,
        message_id=letter.message_id,
        key=key,
        state=DeliveryState.DEAD,
        generation=letter.generation,
        failed=len(letter.attempts),
        attempts=letter.attempts,
    )
