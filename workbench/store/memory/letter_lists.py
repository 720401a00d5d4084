"""Lists dead letters, deliveries and records in memory: the ports `LetterLists` and `RecordLists`."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from workbench.model.delivery_states import DeliveryState
from workbench.store.list_ports import ERROR_CHARACTERS, LINE_CHARACTERS
from workbench.store.memory import letters, queue
from workbench.store.memory.acts import stands
from workbench.store.memory.family_lists import MemoryFamilyLists
from workbench.store.memory.stream_lists import beginning
from workbench.store.operator_actions import (
    KeptNote,
    KeptPast,
    KeptReplay,
    LetterDeed,
    OperatorAction,
    deeds_of,
    place_of,
)
from workbench.store.stored_values import (
    CommandRecord,
    DeadLetter,
    Delivery,
    Glance,
    LetterFacts,
    LetterGroup,
    LetterLine,
    SubscriptionState,
)
from workbench.store.words_found import holds_all


class MemoryLetterLists(MemoryFamilyLists):
    """The part of a reader that lists dead letters and records."""

    def _letters(self, numbers: Iterable[int] | None = None) -> list[DeadLetter]:
        """Returns all dead letters, or those with these numbers, the newest first."""
        found = self._tables.letters.values()
        wanted = {letter.number for letter in found} if numbers is None else set(numbers)
        return sorted((one for one in found if one.number in wanted), key=lambda one: -one.number)

    def letters(
        self, *, statuses: Sequence[str], limit: int = 200, before: int | None = None, subscription: str = ""
    ) -> list[DeadLetter]:
        """Returns dead letters, the newest first; ``before`` is the last number of the page before."""
        return [
            letter
            for letter in self._letters()
            if letter.status in statuses
            and (before is None or letter.number < before)
            and subscription in ("", letter.subscription)
        ][:limit]

    def letters_numbered(self, numbers: Sequence[int]) -> list[DeadLetter]:
        """Returns the dead letters with these numbers, the newest first."""
        return self._letters(numbers)

    def letters_listed(self, numbers: Sequence[int]) -> list[LetterLine]:
        """Returns what a list shows of the dead letters with these numbers, in the order asked for."""
        by_number = {letter.number: letter for letter in self._letters(numbers)}
        return [_line(by_number[number]) for number in numbers if number in by_number]

    def letters_having(self, numbers: Sequence[int], statuses: Collection[str]) -> list[int]:
        """Returns those of these dead letters that have one of the statuses, the newest first."""
        return [letter.number for letter in self._letters(numbers) if letter.status in statuses]

    def letter_counts(self, numbers: Sequence[int] | None = None) -> dict[str, int]:
        """Returns how many dead letters, of all or of these, have each status."""
        return dict(Counter(letter.status.value for letter in self._letters(numbers)))

    def letters_in_order(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Returns these numbers, each once, in the order of their messages; those of no letter last."""
        positions = {letter.number: letter.position for letter in self._letters(numbers)}
        known = sorted(positions, key=lambda number: (positions[number], number))
        return (*known, *sorted(set(numbers).difference(positions)))

    def letters_of(self, subscription: str, position: int) -> list[DeadLetter]:
        """Returns the dead letters of one delivery, the oldest first."""
        place = (subscription, position)
        return [one for one in reversed(self._letters()) if (one.subscription, one.position) == place]

    def newest_letter(self) -> int:
        """Returns the highest number of a dead letter; 0 for none."""
        return max((letter.number for letter in self._letters()), default=0)

    def letters_after(self, numbers: Sequence[int]) -> list[int]:
        """Returns the dead letters that failed replays of these made (L4), the newest first."""
        return [letter.number for letter in self._letters() if letter.parent in set(numbers)]

    def letter_numbers(self, statuses: Sequence[str]) -> array[int]:
        """Returns the numbers of all dead letters with one of these statuses, the newest first."""
        return array("q", [letter.number for letter in self._letters() if letter.status in statuses])

    def letter_notes(self) -> dict[int, tuple[str, str]]:
        """Returns owner and note of the dead letters that have any, by number."""
        return dict(self._tables.notes.items())

    def letter_facts(self, numbers: Sequence[int]) -> list[LetterFacts]:
        """Returns what the dead letters with these numbers are searched and grouped by, the newest first."""
        return [self._facts(letter) for letter in self._letters(numbers)]

    def _facts(self, letter: DeadLetter) -> LetterFacts:
        owner, note = self._tables.notes.get(letter.number) or ("", "")
        return LetterFacts(
            number=letter.number,
            subscription=letter.subscription,
            topic=letter.topic,
            type=letter.type,
            key=letter.key,
            reason=letter.reason.value,
            error_type=letter.error_type,
            error=letter.error[:LINE_CHARACTERS],
            place=letter.place,
            data=letter.data,
            metadata=letter.metadata,
            tries=len(letter.attempts),
            died_at=letter.died_at,
            owner=owner,
            note=note,
            edited=letter.edited,
        )

    def letter_groups(self, statuses: Sequence[str]) -> list[LetterGroup]:
        """Returns dead letters by what they died of, the largest group first."""
        causes: dict[tuple[str, str, str], list[DeadLetter]] = defaultdict(list)
        for letter in reversed(self._letters()):
            if letter.status in statuses:
                causes[letter.subscription, letter.error_type, letter.place].append(letter)
        return [
            LetterGroup(
                subscription=cause[0],
                error_type=cause[1],
                place=cause[2],
                count=len(found),
                first_at=min(letter.died_at for letter in found),
                last_at=max(letter.died_at for letter in found),
                numbers=tuple(letter.number for letter in found),
            )
            for cause, found in sorted(causes.items(), key=lambda item: -len(item[1]))
        ]

    def letter_glance(self, number: int) -> Glance[DeadLetter] | None:
        """Returns a dead letter with the beginnings of its payload, its error and its traceback."""
        letter = self._tables.letters.get(number)
        if letter is None:
            return None
        text, size = beginning(letter.data)
        cut = replace(
            letter,
            data=text,
            edited=None if letter.edited is None else letter.edited[:ERROR_CHARACTERS],
            error=letter.error[:ERROR_CHARACTERS],
            traceback=letter.traceback[:ERROR_CHARACTERS],
        )
        return Glance(of=cut, size=size)

    def blocked_behind(self, letters: Sequence[int]) -> int:
        """Returns how many deliveries wait behind the deliveries of these dead letters."""
        wanted, rows = set(letters), self._tables.deliveries.values()
        dead = {
            (row.subscription, row.key)
            for row in rows
            if row.state is DeliveryState.DEAD and row.dead_letter in wanted
        }
        return sum(row.state is DeliveryState.BLOCKED and (row.subscription, row.key) in dead for row in rows)

    def blocking(self, subscription: str, keys: Collection[str]) -> dict[str, tuple[int, int]]:
        """Returns behind which dead letter the deliveries of these keys wait, and its position; by key."""
        rows = [one for one in letters.deliveries(self._tables, subscription) if one.key in keys and one.key]
        still = (DeliveryState.DEAD, DeliveryState.BLOCKED)
        busy = {one.key for one in rows if one.state not in still}
        dead = [one for one in rows if one.state is DeliveryState.DEAD and one.key not in busy]
        dead.sort(key=lambda one: -one.position)
        return {one.key: (one.dead_letter, one.position) for one in dead if one.dead_letter is not None}

    def replays_behind(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns those of these letters whose replay waits behind a dead letter of its key, with that."""
        wanted, found = set(numbers), dict[int, int]()
        for row in self._tables.deliveries.values():
            if row.state is not DeliveryState.BLOCKED or row.dead_letter not in wanted:
                continue
            of_key = [one for one in letters.deliveries(self._tables, row.subscription) if one.key == row.key]
            dead = [one for one in of_key if one.state is DeliveryState.DEAD and one.position < row.position]
            still = all(one.state in (DeliveryState.DEAD, DeliveryState.BLOCKED) for one in of_key)
            if still and dead and dead[0].dead_letter is not None:
                found[row.dead_letter] = dead[0].dead_letter
        return found

    def subscriptions(self) -> list[SubscriptionState]:
        """Returns where all subscriptions stand, by name."""
        return [queue.standing(self._tables, name) for name in sorted(self._tables.subscriptions)]

    def deliveries(self, subscription: str, limit: int = 200, words: Sequence[str] = ()) -> list[Delivery]:
        """Returns the rows of a subscription that are not dead, in message order, with all words in each."""
        rows = letters.deliveries(self._tables, subscription)
        alive = [row for row in rows if row.state is not DeliveryState.DEAD]
        return [row for row in alive if not words or holds_all(words, *self._delivery_texts(row))][:limit]

    def _delivery_texts(self, row: Delivery) -> tuple[list[str], list[str]]:
        """Returns in what words are looked for, and in what that is JSON."""
        message, event = self._tables.messages.get(row.position), self._tables.events.get(row.position)
        known = message or event
        tries = [text for one in row.attempts for text in (one.error_type, one.error)]
        of_it = [known.type] if known is not None else []
        data = row.data if row.data is not None else known.data if known is not None else ""
        key, metadata = (message.key, message.metadata or "") if message is not None else ("", "")
        return [row.key, row.state.value, *tries, *of_it, key], [data, metadata]

    def published(self) -> dict[str, int]:
        """Returns how many messages of each topic are stored."""
        counts = Counter(message.topic for message in self._tables.messages.values())
        return {topic: counts[topic] for topic in sorted(self._tables.topics)}

    def commands(
        self, *, limit: int = 200, before: int | None = None, numbers: Sequence[int] | None = None
    ) -> list[CommandRecord]:
        """Returns issued commands, the newest first; with ``numbers`` only those that have them."""
        found = sorted(self._tables.commands.values(), key=lambda one: -one.number)
        wanted = [one for one in found if numbers is None or one.number in numbers]
        return [one for one in wanted if before is None or one.number < before][:limit]

    def actions(self, *, limit: int = 200, kind: str = "") -> list[OperatorAction]:
        """Returns operators' actions, the newest first; those of a kind alone, if one is given."""
        found = (one for one in self._tables.actions.values() if kind in ("", one.action))
        return sorted(found, key=lambda one: -one.number)[:limit]

    def action(self, number: int = 0, *, act: str = "") -> OperatorAction | None:
        """Returns one of them, by its number or by its name; None if there is none."""
        found = [one for one in self._tables.actions.values() if one.act == act]
        return (found[0] if found else None) if act else self._tables.actions.get(number)

    def can_bring_back(self, act: str) -> bool:
        """Whether something of what an act replaced can be put back now, by `BringBack` (L10)."""
        kept = self._tables.replaced.get(act) or ()
        return any(stands(self._tables, act, one) for _, one in kept)

    def taken_back(self, act: str) -> list[int]:
        """Returns the dead letters at which an undo took back what an act had changed, in their order."""
        kept = self._tables.replaced.get(act) or ()
        return sorted({one.letter for _, one in kept if isinstance(one, KeptPast) and one.undone})

    def replay_fates(self, act: str) -> list[str]:
        """Returns which statuses the dead letters have whose replay by an act can be taken back (L10)."""
        kept = self._tables.replaced.get(act) or ()
        numbers = [place_of(one) for _, one in kept if not isinstance(one, KeptPast)]
        return sorted({letter.status.value for letter in self._letters(numbers)})

    def tried_replays(self, act: str) -> int:
        """Returns how many replays of an act wait still, and were tried already: these tries stay (L10)."""
        kept = [one for _, one in self._tables.replaced.get(act) or () if isinstance(one, KeptReplay)]
        rows = {row.dead_letter: row for row in self._tables.deliveries.values()}
        return sum(stands(self._tables, act, one) and bool(rows[one.letter].attempts) for one in kept)

    def letter_acts(self, numbers: Sequence[int]) -> dict[int, tuple[LetterDeed, ...]]:
        """Returns by letter what operators did to it and what of that was undone, the first act first."""
        tables, wanted = self._tables, set(numbers)
        kept = [
            (place_of(one), act, one)
            for act, found in tables.replaced.items()
            for _, one in found
            if isinstance(one, KeptNote | KeptReplay | KeptPast) and place_of(one) in wanted
        ]
        marked = [(one, act, None) for one in numbers for act, *_ in tables.changes.get(one) or ()]
        return deeds_of([*kept, *marked], tables.actions.values())


def _line(letter: DeadLetter) -> LetterLine:
    return LetterLine(
        number=letter.number,
        status=letter.status.value,
        type=letter.type,
        key=letter.key,
        error=(letter.error or letter.error_type)[:LINE_CHARACTERS],
        attempts=len(letter.attempts),
        died_at=letter.died_at,
        subscription=letter.subscription,
    )
