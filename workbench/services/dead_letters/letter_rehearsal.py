"""Rehearses a replay of many letters in a copy of the store, and says what would become of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.model.clock import ManualClock
from workbench.model.command import CommandOutcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.json_values import write_json
from workbench.model.messaging import COMMANDS_TOPIC, called
from workbench.services.dead_letters.letter_facts import normalised
from workbench.services.dead_letters.letter_patch import LetterPatch, SchemaCheck, try_patch
from workbench.services.worlds.seconds_timer import SecondsTimer
from workbench.services.worlds.store_copy import StoreCopy, Told, in_a_copy
from workbench.store.letter_values import copy_id
from workbench.store.operations import Operation, ReplayLetter

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.project.project import Project
    from workbench.store.ports import Reader
    from workbench.store.stored_values import DeadLetter

HORIZON = 600.0
"""Seconds of its own time that a rehearsal lasts: what waits longer is said to be tried still."""
SLICE = 200
"""Letters that are given back at once."""
PAGE = 1_000
BEHIND = "waits behind a dead letter of its key, which fails again"
STEPS = 4
"""Types of events, and messages, that an outcome names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedOutcome:
    """What would become of some letters.

    Attributes:
        words: Such as ``payment.confirmed, then order.shipped``.
        resolved: Whether they would be resolved.
    """

    words: str
    resolved: bool
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would become of all of them, the most frequent outcome first.

    Attributes:
        seconds: Of real time that it took, the copy of the store among them.
        at: When it began, microseconds since 1970: what was stored later it does not know.
    """

    outcomes: tuple[RehearsedOutcome, ...]
    seconds: float
    at: int

    @property
    def count(self) -> int:
        """How many letters were rehearsed."""
        return sum(len(one.numbers) for one in self.outcomes)


class LetterRehearsal:
    """Replays letters, as they are or patched, in a copy of the store, on a clock that is moved by hand."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world
        self._last: tuple[str, Rehearsal] | None = None

    def last_of(self, numbers: Collection[int], patch: LetterPatch | None = None) -> Rehearsal | None:
        """Returns what the last rehearsal said of these letters, if it was of any, with the same patch."""
        if self._last is None or self._last[0] != _text_of(patch):
            return None
        chosen = frozenset(numbers)
        kept = (
            replace(one, numbers=tuple(filter(chosen.__contains__, one.numbers)))
            for one in self._last[1].outcomes
        )
        found = tuple(one for one in kept if one.numbers)
        return replace(self._last[1], outcomes=found) if found else None

    async def run(self, numbers: Sequence[int], told: Told, *, patch: LetterPatch | None = None) -> Rehearsal:
        """Returns what would become of letters; errors as of `in_a_copy`."""
        clock = self._world.clock
        begun, monotonic = clock.now(), clock.monotonic()
        outcomes = await in_a_copy(
            self._world, lambda copy: _Play(copy, tuple(numbers), patch, begun).run(), told
        )
        found = Rehearsal(outcomes=outcomes, seconds=clock.monotonic() - monotonic, at=begun)
        self._last = _text_of(patch), found
        return found


def _text_of(patch: LetterPatch | None) -> str:
    """Returns what tells patches apart; empty for one that changes nothing."""
    return patch.text if patch is not None and patch.says else ""


class _Play:
    """One rehearsal, in a copy."""

    def __init__(
        self, copy: StoreCopy, numbers: tuple[int, ...], patch: LetterPatch | None, now: int
    ) -> None:
        self._copy, self._numbers, self._patch = copy, numbers, patch
        self._clock = ManualClock(now)
        self._timer = SecondsTimer(self._clock)
        self._sent: dict[int, UUID] = {}

    async def run(self) -> tuple[RehearsedOutcome, ...]:
        """Replays in the copy, and reads what came of it."""
        async with self._copy.world(self._clock, self._timer) as world:
            await world.running().settle()
            last = max(world.reader.letter_numbers(tuple(LetterStatus)), default=0)
            before = world.reader.head()
            for first in range(0, len(self._numbers), SLICE):
                await self._give_back(world, self._numbers[first : first + SLICE])
                await self._settle(world)
                self._copy.tell("Rehearsing", min(first + SLICE, len(self._numbers)), len(self._numbers))
            await self._timer.drain(lambda: self._settle(world), within=HORIZON)
            topics = [name for name in world.registry.topics if name != COMMANDS_TOPIC]
            followed = _Consequences(world.reader, before, last, topics)
            return _outcomes(world.reader, self._numbers, self._sent, followed)

    async def _settle(self, world: World[Any]) -> None:
        self._copy.check()
        await world.running().settle()

    async def _give_back(self, world: World[Any], part: Sequence[int]) -> None:
        engine, check = world.running(), SchemaCheck(self._copy.project.registry)
        self._sent |= {one.number: one.message_id for one in world.reader.letters_numbered(part)}
        replays: list[Operation] = []
        facts = {one.number: one for one in world.reader.letter_facts(part)}
        for letter in (facts[number] for number in part if number in facts):  # as the replay itself goes
            if letter.subscription not in engine.handled:
                continue
            made = try_patch(check, self._patch, letter) if self._patch is not None else None
            if made is None or not (made.trouble or made.changed):
                replays.append(ReplayLetter(number=letter.number))
            elif not made.trouble:
                data = write_json(made.after)
                self._sent[letter.number] = copy_id(self._sent[letter.number], data)
                replays.append(ReplayLetter(number=letter.number, data=data))
        if replays:
            await engine.commit(*replays)


class _Consequences:
    """What followed from what, since the rehearsal began."""

    def __init__(self, reader: Reader, before: int, letter: int, topics: Sequence[str]) -> None:
        self._below: dict[UUID, list[UUID]] = defaultdict(list)
        self._words: dict[UUID, tuple[int, str]] = {}
        after = before
        while page := reader.read_log(after, PAGE):
            for event in page:
                self._follow(event, event.type)
            after = page[-1].position
        for topic in topics:
            self._follow_messages(reader, topic, before)
        self._follow_commands(reader)
        self.later = _letters_behind(reader, letter)
        for one in self.later:
            position, said = self._words.get(one.message_id, (0, one.type))
            self._words[one.message_id] = (position, f"{said} (dies in {called(one.subscription)})")

    def _follow(self, one: RecordedEvent | Message, words: str) -> None:
        self._words[one.id] = (one.position, words)
        if one.causation_id is not None:
            self._below[one.causation_id].append(one.id)

    def _follow_messages(self, reader: Reader, topic: str, after: int) -> None:
        upto, head = after, reader.head()
        while upto < head:
            after = upto
            found, upto = reader.read_topic(topic, lambda _type: False, after, PAGE)
            for message in found:
                self._follow(message, f"{message.type or 'a message'} published to {topic}")
            if upto == after:
                break

    def _follow_commands(self, reader: Reader) -> None:
        page = reader.commands(limit=PAGE)
        while page:
            for one in page:
                if one.causation_id is not None:
                    self._below[one.causation_id].append(one.command_id)
                if one.outcome != CommandOutcome.ACCEPTED:
                    self._words.setdefault(one.command_id, (2**62 + one.number, f"{one.type} {one.outcome}"))
            page = reader.commands(limit=PAGE, before=page[-1].number)

    def of(self, message: UUID) -> list[str]:
        """Returns what a message led to, in order, each once: types of events, and what was published."""
        found: dict[UUID, None] = {}
        waiting = list(self._below.get(message, ()))
        while waiting:
            one = waiting.pop()
            if one not in found:
                found[one] = None
                waiting += self._below.get(one, ())
        words = sorted(self._words[one] for one in found if one in self._words)
        return list(dict.fromkeys(word for _, word in words))


def _letters_behind(reader: Reader, number: int) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    before: int | None = None
    while page := reader.letters(statuses=tuple(LetterStatus), before=before):
        found += [one for one in page if one.number > number]
        if page[-1].number <= number:
            break
        before = page[-1].number
    return found


def _outcomes(
    reader: Reader, numbers: Sequence[int], sent: Mapping[int, UUID], followed: _Consequences
) -> tuple[RehearsedOutcome, ...]:
    made = {one.parent: one for one in followed.later if one.parent is not None}
    groups: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for first in range(0, len(numbers), SLICE):
        part = numbers[first : first + SLICE]
        by_number = {one.number: one for one in reader.letters_numbered(part)}
        behind = reader.replays_behind(part)
        for number in part:
            if number in behind:
                groups[BEHIND, False].append(number)
            elif number in by_number:
                groups[_outcome(by_number[number], sent, made, followed)].append(number)
    ordered = sorted(groups.items(), key=lambda pair: -len(pair[1]))
    return tuple(
        RehearsedOutcome(words=words, resolved=resolved, numbers=tuple(some))
        for (words, resolved), some in ordered
    )


def _outcome(
    letter: DeadLetter, sent: Mapping[int, UUID], made: Mapping[int, DeadLetter], followed: _Consequences
) -> tuple[str, bool]:
    match letter.status:
        case LetterStatus.RESOLVED:
            steps = followed.of(sent[letter.number])
            shown = ", then ".join(steps[:STEPS]) + (" and more" if len(steps) > STEPS else "")
            return shown or "handled, no event or message follows", True
        case LetterStatus.FAILED_AGAIN:
            last = made.get(letter.number, letter)
            return f"fails again: {normalised(last.error or last.error_type)}", False
        case LetterStatus.REPLAYING:
            return f"still tried after {HORIZON / 60:.0f} minutes", False
        case _:
            return "is not replayed: it does not fit, or nothing handles it", False
