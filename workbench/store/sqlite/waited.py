"""What waited for subscriptions at a time that has passed, as far as a store still knows it (W9).

What acts of operators replaced since then is put back, the last first; letters that died since are waiting messages
with the tries that they had by then.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.store.letter_values import without_tries
from workbench.store.operator_actions import KeptCursor, KeptDelivery, KeptReplay
from workbench.store.sqlite import rows
from workbench.store.sqlite.acts import put_delivery
from workbench.store.sqlite.kept import deliveries_where, read_kept
from workbench.store.sqlite.letters import new_delivery_of, set_tries
from workbench.store.sqlite.waiting_rows import AT, DIED_LATER, LATER, LIVING, WaitingRows
from workbench.store.stored_values import DeadLetter, Delivery

_encode = msgspec.json.Encoder().encode


_PUT_BACK = "json_extract(kept, '$.type') in ('delivery', 'replay', 'cursor')"
_MARKED = (
    f"status in ('archived', 'purged') and changed_at >= :since and not {DIED_LATER} and not exists (select 1"
    " from replaced where number = dead_letters.id and act = '' and at = dead_letters.changed_at"
    f" and json_extract(kept, '$.type') = 'marked' and not {LATER})"
)
"""Letters that were archived or purged later."""
_ENDED = (
    f"status in ('resolved', 'failed_again') and changed_at >= :since and not {DIED_LATER}"
    " and not exists (select 1 from replaced where number = dead_letters.position and act = ''"
    f" and json_extract(kept, '$.delivery.dead_letter') = dead_letters.id and not {LATER})"
    " and not exists (select 1 from dead_letters c where c.parent = dead_letters.id"
    f" and not c.{DIED_LATER})"
)
"""Letters whose replays ended later."""


class Waited(WaitingRows):
    """Brings back what waited; arguments are those of `WaitingRows`."""

    def bring_back(self) -> None:
        """Has all that waited wait, and letters be what they were."""
        self._replayed_later = set[int]()
        self.look()
        self._undo_acts()
        self._undo_marks()
        self._undo_outcomes()
        self._forget_tries()
        self._undo_deaths()
        self.hold_back()
        self.block()

    # -- what operators did -------------------------------------------------------------------------------

    def _undo_acts(self) -> None:
        acts = f"select kept from replaced where {_PUT_BACK} and {LATER} order by id desc"
        for (text,) in self.con.execute(acts, self.times).fetchall():
            kept = read_kept(text)
            if isinstance(kept, KeptDelivery):
                self._unskip(kept.delivery)
            elif isinstance(kept, KeptReplay):
                self._unreplay(kept)
            elif isinstance(kept, KeptCursor):
                back = "update subscriptions set cursor = ? where name = ?"
                self.con.execute(back, (kept.before, kept.subscription))

    def _unskip(self, row: Delivery) -> None:
        number, _ = self.numbers.get(row.subscription, (0, ""))
        if number and row.position <= self._cut:
            self.con.execute(f"delete from deliveries where {AT}", (number, row.position))
            put_delivery(self.con, number, row, DeliveryState.READY)
            if row.dead_letter is not None:
                began = self._replays_of(row.dead_letter)[0]
                self._set_status(row.dead_letter, LetterStatus.REPLAYING, began)
                set_tries(self.con, row.dead_letter, row.attempts, without_tries)

    def _unreplay(self, kept: KeptReplay) -> None:
        found = self.con.execute(
            "select s.id, l.position from dead_letters l join subscriptions s on s.name = l.subscription"
            " where l.id = ?",
            (kept.letter,),
        ).fetchone()
        if found is None:
            return
        self.con.execute(f"delete from deliveries where {AT}", found)
        if kept.delivery is not None:
            put_delivery(self.con, found[0], kept.delivery, DeliveryState.DEAD)
        self.con.execute(
            "update dead_letters set status = ?, changed_at = ?, edited = ? where id = ?",
            (kept.status, kept.changed_at, kept.edited, kept.letter),
        )
        self.con.execute("delete from letter_changes where letter_id = ?", (kept.letter,))
        self.con.executemany(
            "insert into letter_changes values (null,?,?,?,?)",
            [(act, kept.letter, status, at) for act, status, at in kept.changes],
        )
        self._replayed_later.add(kept.letter)

    def _undo_marks(self) -> None:
        """Has letters that were archived or purged since be what they were; what they blocked is blocked."""
        for letter in self._letters(_MARKED):
            found = self.con.execute(
                "select id, status, changed_at from letter_changes where letter_id = ?"
                " and (changed_at < ? or changed_at = ?) order by id desc limit 1",
                (letter.number, self.since, letter.died_at),
            ).fetchone()
            if found is not None:
                change, status, changed_at = found
                self._set_status(letter.number, LetterStatus(status), changed_at)
                gone = "delete from letter_changes where letter_id = ? and id >= ?"
                self.con.execute(gone, (letter.number, change))
                self._lie_dead(letter)

    # -- letters ------------------------------------------------------------------------------------------

    def _letters(self, condition: str) -> list[DeadLetter]:
        """Returns letters where something is at or later than the time, and something else was before."""
        return rows.letters(
            self.con.execute(f"{rows.LETTERS}where {condition} order by id", self.times).fetchall()
        )

    def _set_status(self, letter: int, status: LetterStatus, changed_at: int | None = None) -> None:
        self.con.execute(
            "update dead_letters set status = ?, changed_at = coalesce(?, changed_at) where id = ?",
            (status, changed_at, letter),
        )

    def _undo_outcomes(self) -> None:
        """Has replays be under way that came to an end since; those that began since were taken back before."""
        for letter in self._letters(_ENDED):
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
        number, topic = self.numbers.get(letter.subscription, (0, ""))
        standing = self.rows_at(number, letter.position)
        if not any(one.state is not DeliveryState.DEAD for one in standing):
            self.con.execute(f"delete from deliveries where {AT}", (number, letter.position))
            new_delivery_of(self.con, letter.number, at)
            message = rows.message_at(self.con, letter.position, topic)
            own = self.own_of(letter.subscription, message).key if message is not None else ""
            key = standing[0].key if standing else own
            self.con.execute(f"update deliveries set key = ? where {AT}", (key, number, letter.position))

    def _replays_of(self, letter: int) -> tuple[int | None, bool]:
        """Returns when a letter was last replayed before the time, and whether it was later."""
        before, later = self.con.execute(
            f"select max(iif({LATER}, null, at)), max({LATER}) from replaced where number = :letter"
            " and json_extract(kept, '$.type') in ('replay', 'past') and json_extract(kept, '$.note') is null",
            {**self.times, "letter": letter},
        ).fetchone()
        return before, bool(later)

    def _lie_dead(self, letter: DeadLetter) -> None:
        """Has a letter that is open or archived have its dead delivery, which blocks its key."""
        number, topic = self.numbers.get(letter.subscription, (0, ""))
        message = rows.message_at(self.con, letter.position, topic)
        if number and message is not None and not self.rows_at(number, letter.position):
            own = self.own_of(letter.subscription, message)
            dead = _row_of(letter, own.key)
            put_delivery(self.con, number, replace(dead, dead_letter=letter.number), DeliveryState.DEAD)

    def _undo_deaths(self) -> None:
        """Has what died since wait, with the tries that were made by then."""
        for letter in self._letters(DIED_LATER):
            number, topic = self.numbers.get(letter.subscription, (0, ""))
            parent = self._parent(letter)
            standing = self.rows_at(number, letter.position)
            awaited = any(one.state is not DeliveryState.DEAD and one.attempts for one in standing)
            if not number or letter.position > self._cut or parent == -1 or awaited:
                continue
            message = rows.message_to_deliver(self.con, letter.position, topic, parent or None)
            if message is not None and letter.subscription in self.waiters:
                own = self.own_of(letter.subscription, message)
                row = _row_of(letter, own.key)
                if standing:
                    row = replace(row, key=standing[0].key, enqueued_at=standing[0].enqueued_at)
                self.con.execute(f"delete from deliveries where {AT}", (number, letter.position))
                same = letter.message_id == message.id
                row = replace(row, dead_letter=parent or None, data=None if same else letter.data)
                self.put(letter.subscription, own, row, letter.died_at)

    def _parent(self, letter: DeadLetter) -> int:
        """Returns the letter as whose replay it waited then; 0 for none, -1 where it did not wait as such."""
        if letter.parent is None:
            return 0
        found = self.con.execute(
            f"select {DIED_LATER}, status from dead_letters where id = ?", (letter.parent,)
        ).fetchone()
        if found is None:
            return 0
        return letter.parent if not found[0] and found[1] == LetterStatus.REPLAYING else -1

    def _forget_tries(self) -> None:
        """Takes away what was tried since of what waits or waited then."""
        later = f"not {DIED_LATER} and json_extract(attempts, '$[#-1].at') >= :began"
        for letter in self._letters(later):
            kept = _encode(self.by_then(letter)).decode()
            self.con.execute("update dead_letters set attempts = ? where id = ?", (kept, letter.number))
        for name, waiter in self.waiters.items():
            number, topic = self.numbers.get(name, (0, ""))
            tried = f"subscription_id = ? and {LIVING} and attempts <> '[]'"
            for row in deliveries_where(self.con, name, tried, (number,)):
                message = rows.message_to_deliver(self.con, row.position, topic, row.dead_letter)
                if message is not None and len(self.by_then(row)) < len(row.attempts):
                    self.con.execute("delete from deliveries where id = ?", (row.number,))
                    self.put(name, waiter.own(message) or message, row, 0)


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
