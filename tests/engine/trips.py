"""Trips with a hotel and a time to pay, on an engine that can be killed at any of its commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from workbench.engine.command_handler import Issue as Order
from workbench.engine.engine import Engine
from workbench.engine.timers import VirtualTimer
from workbench.errors import CommandRejected, StoreReadOnly, WorkbenchError
from workbench.model.aggregate import Aggregate
from workbench.model.clock import ManualClock
from workbench.model.command import Command
from workbench.model.event import Event, RecordedEvent
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC, Subscription
from workbench.model.policy import After, Issue, Process, Reaction, Refusal, Withdraw
from workbench.model.registry import Definitions, build_registry
from workbench.store.memory.store import MemoryStore
from workbench.store.sqlite.store import SqliteStore

HOUR = 3600.0


class Booked(Event, frozen=True):
    event_type: ClassVar[str] = "booked"
    hotel: str


class Paid(Event, frozen=True):
    event_type: ClassVar[str] = "paid"


class Ended(Event, frozen=True):
    event_type: ClassVar[str] = "ended"
    why: str


class Reserved(Event, frozen=True):
    event_type: ClassVar[str] = "reserved"


class Book(Command):
    command_type: ClassVar[str] = "book"
    creates: ClassVar[bool] = True
    id: str
    hotel: str = "ritz"


class Pay(Command):
    command_type: ClassVar[str] = "pay"
    id: str


class End(Command):
    command_type: ClassVar[str] = "end"
    id: str
    why: str


class Expire(Command):
    command_type: ClassVar[str] = "expire"
    id: str


class Reserve(Command):
    command_type: ClassVar[str] = "reserve"
    creates: ClassVar[bool] = True
    id: str
    trip: str


class Trip(msgspec.Struct, frozen=True):
    """What is known of a trip."""

    paid: bool = False
    ended: str = ""


def decide(state: Trip | None, command: Any) -> list[Event]:
    match command:
        case Book():
            return [Booked(hotel=command.hotel)]
        case Reserve(id="full" | "shut"):
            raise CommandRejected("no room", field="id")
        case Reserve():
            return [Reserved()]
    assert state is not None
    if state.ended:
        raise CommandRejected(f"it ended: {state.ended}")
    match command:
        case Pay():
            return [Paid()]
        case Expire() if state.paid:
            raise CommandRejected("it is paid")
        case End():
            return [Ended(why=command.why)]
        case _:
            return [Ended(why="not paid in time")]


def evolve(state: Trip | None, event: Any) -> Trip:
    match event:
        case Paid():
            return Trip(paid=True)
        case Ended():
            return Trip(ended=event.why)
        case _:
            return state or Trip()


def react(state: Trip | None, event: Any, context: Any) -> Reaction:
    key = context.record.stream.partition("-")[2]
    match event:
        case Booked():
            yield Issue(After(HOUR, Expire(id=key)))
            yield Issue(Reserve(id=event.hotel, trip=key), "no_room")
        case Paid() if state and state.paid:
            yield Withdraw(Expire, Reserve)
            yield Issue(After(2 * HOUR, End(id=key, why="travelled")), "ended")


def no_room(refusal: Refusal) -> Reaction:
    if refusal.command.id == "shut":
        return [Issue(Reserve(id="full", trip=refusal.command.trip), "no_room")]
    why = f"{refusal.command.id}: {refusal.message}, {refusal.field}, {refusal.state}, {refusal.event.hotel}"
    return [End(id=refusal.command.trip, why=why)]


def ended(refusal: Refusal) -> Reaction:
    return [Withdraw(Expire), End(id=refusal.command.id, why=refusal.message)]


def trip_of(_event: Any, record: RecordedEvent) -> str:
    return record.stream.partition("-")[2]


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="trip",
            state=Trip,
            events=(Booked, Paid, Ended),
            commands=(Book, Pay, End, Expire),
            decide=decide,
            evolve=evolve,
        ),
        Aggregate(
            name="room",
            state=Trip,
            events=(Reserved,),
            commands=(Reserve,),
            decide=decide,
            evolve=evolve,
        ),
    ),
    processes=(
        Process(
            name="trips",
            on=(Booked, Paid, Ended),
            correlate=trip_of,
            state=Trip,
            evolve=evolve,
            react=react,
            issues=(Expire, Reserve, End),
            refused={"no_room": no_room, "ended": ended},
        ),
    ),
)


class Mortal:
    """A store whose process dies before one of its commits.

    Args:
        left: Commits until then; -1 for no end.
    """

    def __init__(self, store: Any, left: int) -> None:
        self._store, self._left = store, left
        self.dead = False

    def write(self, operations: Any) -> list[Any]:
        if self.dead or self._left == 0:
            self.dead = True
            raise StoreReadOnly("the process has ended")
        self._left -= 1
        answers: list[Any] = self._store.write(operations)
        return answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class Office:
    """An engine for trips.

    Attributes:
        die_at: Commits after which it is killed; then another one goes on to the end.
        died: Whether it was.
    """

    path: Path
    kind: str
    die_at: int = -1
    definitions: Definitions = DEFINITIONS
    subscriptions: tuple[Subscription, ...] = ()
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.memory = MemoryStore(self.clock)
        self.died = False
        self.orders = 0
        self.engine: Engine

    async def open(self) -> None:
        """Opens the store, with what it holds, and an engine."""
        if self.kind == "memory":
            self.memory.reopen()
        store = self.memory if self.kind == "memory" else SqliteStore(self.path, self.clock)
        self.store = Mortal(store, -1 if self.died else self.die_at)
        self.timer = VirtualTimer(self.clock)
        registry = build_registry([self.definitions], subscriptions=self.subscriptions)
        self.engine = Engine(
            self.store, registry, self.clock, lambda _: None, timer=self.timer, seed=1 + self.died
        )
        try:
            await self.engine.start()
        except WorkbenchError:
            await self._bury()

    async def _bury(self) -> None:
        """Ends the engine as a dying process does, and opens another one."""
        assert self.store.dead
        self.died = True
        self.engine._housekeeping.stop()
        await self.engine.tasks.stop()
        await self.engine.writer.close()
        self.store.close()
        await self.open()

    async def close(self) -> None:
        """Stops engine and store."""
        await self.engine.stop()
        self.store.close()

    async def do(self, command: str, **values: Any) -> None:
        """Issues a command; again, with the same id, where the engine dies of it."""
        self.orders += 1
        order = Order(type=command, values=values, id=derived_id("order", self.orders))
        try:
            await self.engine.commands.handle(order)
        except WorkbenchError:
            await self._bury()
            await self.engine.commands.handle(order)

    async def settle(self) -> None:
        """Returns when nothing moves."""
        await self.engine.settle()
        if self.store.dead:
            await self._bury()
            await self.engine.settle()

    async def finish(self) -> float:
        """Goes on until nothing more is due; returns how many seconds that took."""
        begun = self.clock.now()
        await self.settle()
        timer = None
        while timer is not self.timer:  # one that dies meanwhile leaves the rest to another one
            timer = self.timer
            await timer.drain(self.settle, within=10 * HOUR)
        return (self.clock.now() - begun) / 1_000_000

    def story(self) -> list[str]:
        """Returns what happened, how commands ended, and what died of it."""
        reader = self.engine.reader
        events = [f"{one.stream} {one.type} {one.data}" for one in reader.read_log(0, 1000)]
        issued, _ = reader.read_topic(COMMANDS_TOPIC, lambda _type: False, 0, 1000)
        events += [f"withdrawn {one.type} {one.data}" for one in issued if one.withdrawn]
        letters = []
        number = 1
        while (letter := reader.letter(number)) is not None:
            letters.append(f"dead {letter.type}: {letter.error}")
            number += 1
        return [*events, *letters]
