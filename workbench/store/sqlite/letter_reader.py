"""Reads dead letters for lists, searches and groups (contract §6)."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Sequence

from sqlmodel import col, select

from workbench.store.list_ports import LINE_CHARACTERS
from workbench.store.sqlite import rows
from workbench.store.sqlite.list_reader import ListReader
from workbench.store.sqlite.tables import LetterRow
from workbench.store.stored_values import DeadLetter, LetterFacts, LetterGroup, LetterLine

MANY = 100
_FACTS = (
    "select l.id, subscription, topic, type, key, reason, error_type,"
    f" {rows.beginning('error', LINE_CHARACTERS)}, place, data, meta, json_array_length(attempts), died_at,"
    " coalesce(n.owner, ''), coalesce(n.note, ''), edited from dead_letters l left join letter_notes n on n.letter_id = l.id"
    " where l.id in (select value from json_each(?)) order by l.id desc"
)
_GROUPS = (
    "select subscription, error_type, place, count(*), min(died_at), max(died_at), group_concat(id) from dead_letters"
    " where status in (select value from json_each(?)) group by 1, 2, 3 order by 4 desc, min(id)"
)
_KEY = "subscription_id = k.subscription_id and key = k.key and key <> ''"
_BEHIND = (
    "with waiting as materialized (select letter_id, subscription_id, key, position from deliveries"
    " where letter_id in (select value from json_each(?)) and state = 'blocked'),"
    f" held as materialized (select *, (select min(position) from deliveries where {_KEY} and state = 'dead') dead"
    " from (select distinct subscription_id, key from waiting) k where not exists"
    f" (select 1 from deliveries where {_KEY} and state not in ('dead', 'blocked')))"
    " select w.letter_id, d.letter_id from waiting w join held h using (subscription_id, key)"
    " cross join deliveries d on d.subscription_id = w.subscription_id and d.position = h.dead"
    " where h.dead < w.position"
)
_BLOCKING = (
    "select key, letter_id, position from deliveries d where state = 'dead' and letter_id is not null and key <> ''"
    " and subscription_id = (select id from subscriptions where name = ?)"
    " and key in (select value from json_each(?)) and not exists (select 1 from deliveries o where"
    " o.subscription_id = d.subscription_id and o.key = d.key and o.state not in ('dead', 'blocked'))"
    " order by position desc"
)
"""The first of a key comes last."""

_SAID = rows.beginning("case error when '' then error_type else error end", LINE_CHARACTERS)


class LetterReader(ListReader):
    """The part of a reader that lists dead letters."""

    def letters(
        self, *, statuses: Sequence[str], limit: int = 200, before: int | None = None, subscription: str = ""
    ) -> list[DeadLetter]:
        """Returns dead letters, the newest first; ``before`` is the number of the last one of the page before."""
        query = select(col(LetterRow.id)).where(col(LetterRow.status).in_(statuses))
        if before is not None:
            query = query.where(col(LetterRow.id) < before)
        if subscription:
            query = query.where(LetterRow.subscription == subscription)
        numbers = [row[0] for row in self._select(query.order_by(col(LetterRow.id).desc()).limit(limit))]
        return self.letters_numbered(numbers)

    def letters_numbered(self, numbers: Sequence[int]) -> list[DeadLetter]:
        """Returns the dead letters with these numbers, the newest first."""
        of = "where id in (select value from json_each(?)) order by id desc"
        return rows.letters(self._all(rows.LETTERS + of, (json.dumps(list(numbers)),)))

    def letters_in_order(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Returns these numbers, each once, in the order of their messages; those of no letter last."""
        found = self._all(
            "select distinct n.value from json_each(?) n left join dead_letters l on l.id = n.value"
            " order by l.position is null, l.position, n.value",
            (json.dumps(list(numbers)),),
        )
        return tuple(row[0] for row in found)

    def letters_of(self, subscription: str, position: int) -> list[DeadLetter]:
        """Returns the dead letters of one delivery, the oldest first."""
        of = "where subscription = ? and position = ? order by id"
        return rows.letters(self._all(rows.LETTERS + of, (subscription, position)))

    def newest_letter(self) -> int:
        """Returns the highest number of a dead letter; 0 for none."""
        (newest,) = self._one("select coalesce(max(id), 0) from dead_letters")
        return int(newest)

    def letters_after(self, numbers: Sequence[int]) -> list[int]:
        """Returns the dead letters that failed replays of these made (L4), the newest first."""
        found = self._all(
            "select id from dead_letters where id > ? and parent in (select value from json_each(?))"
            " order by id desc",
            (min(numbers, default=0), json.dumps(list(numbers))),
        )
        return [row[0] for row in found]

    def letters_listed(self, numbers: Sequence[int]) -> list[LetterLine]:
        """Returns what a list shows of the dead letters with these numbers, in the order asked for.

        Payloads and tracebacks are not read, and of an error only the beginning (contract §8).
        """
        found = self._all(
            f"select id, status, type, key, {_SAID}, json_array_length(attempts), died_at, subscription"
            " from dead_letters where id in (select value from json_each(?))",
            (json.dumps(list(numbers)),),
        )
        by_number = {row[0]: LetterLine(*row) for row in found}
        return [by_number[number] for number in numbers if number in by_number]

    def letters_having(self, numbers: Sequence[int], statuses: Collection[str]) -> list[int]:
        """Returns those of these dead letters that have one of the statuses, the newest first."""
        marks = ",".join("?" * len(statuses))
        found = self._all(
            f"select id from dead_letters where id in (select value from json_each(?)) and +status in ({marks})"
            " order by id desc",
            (json.dumps(list(numbers)), *statuses),
        )
        return [row[0] for row in found]

    def letter_counts(self, numbers: Sequence[int] | None = None) -> dict[str, int]:
        """Returns how many dead letters, of all or of these, have each status."""
        query = "select status, count(*) from dead_letters {} group by status"
        if numbers is None:
            return dict(self._all(query.format("")))
        # With many, the index that knows each status is read once; with few, each letter is looked up.
        by = "indexed by dead_letters_status" if len(numbers) > MANY else ""
        of_these = query.format(f"{by} where id in (select value from json_each(?))")
        return dict(self._all(of_these, (json.dumps(list(numbers)),)))

    def letter_groups(self, statuses: Sequence[str]) -> list[LetterGroup]:
        """Returns dead letters by what they died of, the largest group first."""
        return [
            LetterGroup(
                subscription=row[0],
                error_type=row[1],
                place=row[2],
                count=row[3],
                first_at=row[4],
                last_at=row[5],
                numbers=tuple(sorted(rows.numbers(row[6]))),
            )
            for row in self._all(_GROUPS, (json.dumps(list(statuses)),))
        ]

    def blocked_behind(self, letters: Sequence[int]) -> int:
        """Returns how many deliveries wait behind the deliveries of these dead letters."""
        (count,) = self._one(
            "select count(*) from deliveries where state = 'blocked' and (subscription_id, key) in"
            " (select subscription_id, key from deliveries where state = 'dead'"
            " and letter_id in (select value from json_each(?)))",
            (json.dumps(list(letters)),),
        )
        return int(count)

    def blocking(self, subscription: str, keys: Collection[str]) -> dict[str, tuple[int, int]]:
        """Returns behind which dead letter the deliveries of these keys wait, and its position; by key."""
        found = self._all(_BLOCKING, (subscription, json.dumps(list(keys))))
        return {key: (letter, position) for key, letter, position in found}

    def replays_behind(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns those of these letters whose replay waits behind a dead letter of its key, with that."""
        return dict(self._all(_BEHIND, (json.dumps(list(numbers)),)))

    def letter_numbers(self, statuses: Sequence[str]) -> array[int]:
        """Returns the numbers of all dead letters with one of these statuses, the newest first."""
        marks = ",".join("?" * len(statuses))
        query = f"select group_concat(id) from dead_letters where status in ({marks})"
        (said,) = self._one(query, tuple(statuses))
        return array("q", sorted(rows.numbers(said), reverse=True))

    def letter_notes(self) -> dict[int, tuple[str, str]]:
        """Returns owner and note of the dead letters that have any, by number."""
        return {
            row[0]: (row[1], row[2]) for row in self._all("select letter_id, owner, note from letter_notes")
        }

    def letter_facts(self, numbers: Sequence[int]) -> list[LetterFacts]:
        """Returns what the dead letters with these numbers are searched and grouped by, the newest first."""
        return [LetterFacts(*row) for row in self._all(_FACTS, (json.dumps(list(numbers)),))]
