"""Rehearses a replay of many letters in a copy of the store, and says what would become of them."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from typing_extensions import override

from workbench.engine.staged_handlers import on_stage
from workbench.engine.timers import CallOff, VirtualTimer
from workbench.engine.world import World
from workbench.errors import NotAStore
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.command import CommandOutcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.json_values import write_json
from workbench.services.dead_letters.letter_facts import normalised
from workbench.services.dead_letters.letter_patch import LetterPatch, SchemaCheck, try_patch
from workbench.services.maintenance.store_checkup import backup
from workbench.store.operations import Operation, ReplayLetter
from workbench.store.store_file import open_store_file

if TYPE_CHECKING:
    from workbench.project.project import Project
    from workbench.store.ports import Reader
    from workbench.store.stored_values import DeadLetter

HORIZON = 600.0
"""Seconds of its own time that a rehearsal lasts: what waits longer is said to be tried still."""
SLICE = 200
"""Letters that are given back at once."""
PAGE = 1_000
STEPS = 4
"""Types of events that an outcome names."""
SEED = 1
Told = Callable[[str, int, int], object]
"""Told what is done, and how much of how much of it."""


class RehearsalStopped(Exception):  # no error: it was asked for
    """The rehearsal was cancelled; nothing of it is left."""


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


class _SecondsTimer(VirtualTimer):
    """Wakes at whole seconds, so that many retries are one; leaves housekeeping out."""

    @override
    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        if background:
            return lambda: None
        return super().call_at(-(-due // MICROSECONDS) * MICROSECONDS, callback)


class LetterRehearsal:
    """Replays letters, as they are or patched, in a world of its own that ends with it.

    The world has a copy of the store and a clock that is moved by hand. Handlers are told that it is a dry
    run; one of the project's code that does not ask acts on the outside anyway.
    """

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    async def run(self, numbers: Sequence[int], told: Told, *, patch: LetterPatch | None = None) -> Rehearsal:
        """Returns what would become of letters; cancelled, it leaves nothing behind.

        Raises:
            NotAStore: The store of this world is no file that could be copied.
            WorldError: There is no room for the copy, or the like.
        """
        project, clock = self._world.model, self._world.clock
        if not project.store_path.is_file():
            raise NotAStore("this store lies in memory: a rehearsal needs a file to copy")
        begun, monotonic, stop = clock.now(), clock.monotonic(), threading.Event()
        loop = asyncio.get_running_loop()
        tell = lambda *said: loop.call_soon_threadsafe(told, *said)  # noqa: E731  # from its thread
        play = _Play(project, tuple(numbers), patch, begun, tell, stop)
        try:
            outcomes = await asyncio.to_thread(play.run)
        finally:
            stop.set()
        return Rehearsal(outcomes=outcomes, seconds=clock.monotonic() - monotonic, at=begun)


class _Play:
    """One rehearsal, in a thread with a loop of its own."""

    def __init__(
        self,
        project: Project,
        numbers: tuple[int, ...],
        patch: LetterPatch | None,
        now: int,
        told: Told,
        stop: threading.Event,
    ) -> None:
        registry = replace(project.registry, handlers=on_stage(project.registry.handlers))
        self._real, self._project = project, replace(project, registry=registry)
        self._numbers, self._patch = numbers, patch
        self._clock, self._told, self._stop = ManualClock(now), told, stop
        self._timer = _SecondsTimer(self._clock)
        self._sent: dict[int, UUID] = {}

    def run(self) -> tuple[RehearsedOutcome, ...]:
        """Copies the store, replays in the copy, and reads what came of it."""
        with tempfile.TemporaryDirectory(prefix="workbench-rehearsal-") as folder:
            copy = Path(folder) / "events.db"
            backup(self._real.store_path, copy, lambda done, pages: self._tell("Copying", done, pages))
            return asyncio.run(self._play(copy))

    def _tell(self, what: str, done: int, of: int) -> None:
        if self._stop.is_set():
            raise RehearsalStopped
        self._told(what, done, of)

    async def _play(self, copy: Path) -> tuple[RehearsedOutcome, ...]:
        store = open_store_file(copy, self._clock, synchronous="normal")
        world = World(self._project, store, self._clock, timer=self._timer, seed=SEED)
        await world.start()
        try:
            await world.running().settle()
            last = max(world.reader.letter_numbers(tuple(LetterStatus)), default=0)
            before = world.reader.head()
            for first in range(0, len(self._numbers), SLICE):
                await self._give_back(world, self._numbers[first : first + SLICE])
                await self._settle(world)
                self._tell("Rehearsing", min(first + SLICE, len(self._numbers)), len(self._numbers))
            await self._timer.drain(lambda: self._settle(world), within=HORIZON)
            return _outcomes(
                world.reader, self._numbers, self._sent, _Consequences(world.reader, before, last)
            )
        finally:
            await world.stop()

    async def _settle(self, world: World[Any]) -> None:
        if self._stop.is_set():
            raise RehearsalStopped
        await world.running().settle()

    async def _give_back(self, world: World[Any], part: Sequence[int]) -> None:
        engine, check = world.running(), SchemaCheck(self._project.registry)
        self._sent |= {one.number: one.message_id for one in world.reader.letters_numbered(part)}
        replays: list[Operation] = []
        for letter in world.reader.letter_facts(part):
            if letter.subscription not in engine.handled:
                continue
            made = try_patch(check, self._patch, letter) if self._patch is not None else None
            if made is None or not (made.trouble or made.changed):
                replays.append(ReplayLetter(number=letter.number))
            elif not made.trouble:
                self._sent[letter.number] = sent = engine.new_id()
                data = write_json(made.after)
                replays.append(ReplayLetter(number=letter.number, data=data, message_id=sent))
        if replays:
            await engine.commit(*replays)


class _Consequences:
    """What followed from what, since the rehearsal began."""

    def __init__(self, reader: Reader, before: int, letter: int) -> None:
        self._below: dict[UUID, list[UUID]] = defaultdict(list)
        self._words: dict[UUID, tuple[int, str]] = {}
        while page := reader.read_log(before, PAGE):
            for event in page:
                self._words[event.id] = (event.position, event.type)
                if event.causation_id is not None:
                    self._below[event.causation_id].append(event.id)
            before = page[-1].position
        self._follow_commands(reader)
        self.later = _letters_behind(reader, letter)
        for one in self.later:
            position, said = self._words.get(one.message_id, (0, one.type))
            self._words[one.message_id] = (position, f"{said} (dies in {one.subscription})")

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
        """Returns the types of the events that a message led to, in order, each once."""
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
        by_number = {one.number: one for one in reader.letters_numbered(numbers[first : first + SLICE])}
        for number in numbers[first : first + SLICE]:
            if number in by_number:
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
            return shown or "handled, no event follows", True
        case LetterStatus.FAILED_AGAIN:
            last = made.get(letter.number, letter)
            return f"fails again: {normalised(last.error or last.error_type)}", False
        case LetterStatus.REPLAYING:
            return f"still tried after {HORIZON / 60:.0f} minutes", False
        case _:
            return "is not replayed: it does not fit, or nothing handles it", False
