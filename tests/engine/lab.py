"""An engine on a clock that is moved by hand, on either store, with a handler that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from workbench.engine.engine import Engine
from workbench.engine.publisher import OutgoingMessage
from workbench.engine.timers import VirtualTimer
from workbench.errors import PermanentError, StoreReadOnly
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.event import Event
from workbench.model.messaging import Message, Mode, OnDead, Ordering, Subscription, Topic
from workbench.model.projection import Column, ColumnKind, Projection
from workbench.model.registry import Definitions, build_registry
from workbench.model.retry import Backoff, RetryPolicy
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import ConfigureSubscription, MarkLetters, Operation, ReplayLetter
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import DeadLetter, Delivery

SENT = Projection(name="sent", columns=(Column(name="id"), Column(name="n", kind=ColumnKind.INTEGER)))
RETRY = RetryPolicy(max_attempts=3, delay=10, backoff=Backoff.FIXED, jitter=0)
MODES = (Mode.PUBLISH_SUBSCRIBE, Mode.POINT_TO_POINT)
QUEUE = {"mode": Mode.POINT_TO_POINT, "ordering": Ordering.NONE, "on_dead": OnDead.CONTINUE}


class Handled(Event, frozen=True):
    """The effect of a success."""

    event_type: ClassVar[str] = "handled"
    n: int


@dataclass(frozen=True)
class Seen:
    """A handler that began."""

    n: int
    attempt: int
    at: int
    subscription: str
    redelivered: bool


async def nothing() -> None:
    """Nothing to settle between two times."""


@dataclass
class Lab:
    """A topic ``work`` with the subscriptions that a test declares, and what their handlers saw.

    Attributes:
        fates: For each message what its attempts come to, in order; then it succeeds.
        act: What a success does beside its standard effects.
    """

    path: Path
    kind: str
    clock: ManualClock = field(default_factory=ManualClock)
    topic: dict[str, Any] = field(default_factory=dict)
    fates: dict[int, list[str]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    act: Callable[[Message, Any], None] | None = None
    changes: list[Changes] = field(default_factory=list)
    subscriptions: tuple[Subscription, ...] = ()
    projections: tuple[Projection, ...] = (SENT,)
    detached: bool = False

    def __post_init__(self) -> None:
        self.memory = MemoryStore(self.clock)
        self.timer = VirtualTimer(self.clock)
        self.hangs = asyncio.Event()
        self.crashing = False
        self.store: Any = None
        self.engine: Engine | None = None
        self.begun = self.clock.now()
        self.opened = 0

    # -- life -----------------------------------------------------------------------------------------

    def declare(self, name: str = "sub", **more: Any) -> None:
        """Adds a subscription."""
        settings = {"retry": RETRY, "ordering": Ordering.KEY, "handler": "handle", "topic": "work", **more}
        self.subscriptions += (Subscription(name=name, **settings),)

    async def open(self, *, paused: bool = False) -> Engine:
        """Opens the store, with what it held, and an engine."""
        self.store = self.open_store()
        definitions = Definitions(
            projections=self.projections,
            handlers={} if self.detached else {"handle": self.handle, "plain": self.plain},
        )
        registry = build_registry(
            [definitions],
            topics=(Topic(name="work", **self.topic), Topic(name="out")),
            subscriptions=self.subscriptions or (Subscription(name="sub", topic="work", handler="handle"),),
        )
        self.timer = VirtualTimer(self.clock)
        self.crashing = False
        self.opened += 1  # another run, other ids
        self.engine = Engine(self.store, registry, self.clock, self.hear, timer=self.timer, seed=self.opened)
        await self.engine.start(paused=paused)
        return self.engine

    def open_store(self) -> Any:
        """Opens the store, as a process does that has it alone."""
        if self.kind == "memory":
            self.memory.reopen()
            return self.memory
        return SqliteStore(self.path, self.clock, synchronous="normal")

    def hear(self, changes: Changes) -> None:
        """Is told what went stale."""
        self.changes.append(changes)

    async def close(self) -> None:
        """Stops engine and store in good order."""
        if self.engine is not None:
            await self.engine.stop()
            self.store.close()
        self.engine = None

    async def crash(self) -> None:
        """Ends the engine as a dying process does: nothing more is written."""
        assert self.engine is not None
        engine, self.engine = self.engine, None
        engine.writer._store = _Dead()
        engine._housekeeping.stop()
        await engine.tasks.stop()
        await engine.writer.close()
        self.store.close()

    # -- handlers -------------------------------------------------------------------------------------

    async def handle(self, message: Message, context: Any) -> None:
        """Has its effects, and ends as it is told."""
        fate = self._begin(message, context)
        if fate in ("timeout", "crash"):
            self.crashing |= fate == "crash"
            self.hangs.set()
            await asyncio.Event().wait()
        _end(fate)

    def plain(self, message: Message, context: Any) -> None:
        """Does the same as a plain function."""
        _end(self._begin(message, context))

    def _begin(self, message: Message, context: Any) -> str:
        n = message.json()["n"]
        name = context.idempotency_key.partition(":")[0]
        self.seen.append(Seen(n, context.attempt, self.clock.now(), name, context.redelivered))
        context.append(f"handled-{name}-{n}", Handled(n=n))
        context.publish("out", {"n": n}, key=name)
        if self.act is not None:
            self.act(message, context)
        waiting = self.fates.get(n)
        return waiting.pop(0) if waiting else "ok"

    # -- what tests do --------------------------------------------------------------------------------

    @property
    def running(self) -> Engine:
        assert self.engine is not None
        return self.engine

    async def publish(self, *numbers: int, key: str = "k", **more: Any) -> None:
        """Publishes messages that are numbers."""
        for n in numbers:
            await self.running.publisher.publish(
                OutgoingMessage(topic="work", data={"n": n}, key=key, **more)
            )

    async def messages(self) -> list[Message]:
        """Returns the messages of the topic `work`."""
        return self.running.reader.read_topic("work", lambda _type: False, 0, 1000)[0]

    async def reset(self, position: int) -> None:
        """Moves the cursor of the subscription `sub`."""
        await self.write(ConfigureSubscription(subscription="sub", cursor=position))

    async def purge(self, number: int, *, skip_on: bool) -> Any:
        """Purges an open dead letter."""
        mark = MarkLetters(numbers=(number,), before=("open",), after="purged", skip_on=skip_on)
        return await self.write(mark)

    async def restore(self, number: int) -> Any:
        """Opens a purged dead letter again."""
        return await self.write(MarkLetters(numbers=(number,), before=("purged",), after="open"))

    async def write(self, operation: Operation) -> Any:
        """Writes as services do."""
        return await self.running.writer.write(operation)

    async def settle(self) -> None:
        """Returns when nothing moves; what hangs is given its time, what crashes is opened again."""
        while True:
            idle = asyncio.ensure_future(self.running.settle())
            hung = asyncio.ensure_future(self.hangs.wait())
            async with asyncio.timeout(20):
                await asyncio.wait((idle, hung), return_when=asyncio.FIRST_COMPLETED)
            done = idle.done()
            for task in (idle, hung):
                task.cancel()
            await asyncio.gather(idle, hung, return_exceptions=True)
            if self.crashing:
                self.hangs.clear()
                await self.crash()
                await self.open()
            elif self.hangs.is_set():
                self.hangs.clear()
                await self.timer.advance(60, nothing)
            elif done:
                return

    async def advance(self, seconds: float) -> None:
        """Moves the clock, stopping at all that is due."""
        end = self.clock.now() + round(seconds * MICROSECONDS)
        await self.settle()
        while (due := self.timer.next_due()) is not None and due <= end:
            await self.timer.advance(max(0, due - self.clock.now()) / MICROSECONDS, nothing)
            await self.settle()
        if end > self.clock.now():
            self.clock.advance((end - self.clock.now()) / MICROSECONDS)
        await self.settle()

    async def finish(self, seconds: float = 3600) -> None:
        """Runs until nothing is to be retried."""
        await self.advance(seconds)

    def numbers(self, subscription: str = "sub") -> list[int]:
        """Returns what a subscription's handler saw, in order."""
        return [one.n for one in self.seen if one.subscription == subscription]

    def effects(self, subscription: str = "sub") -> list[int]:
        """Returns which messages took effect, by the events in their order; each must be there once."""
        prefix = f"handled-{subscription}-"
        events = self.running.reader.read_log(0, 10_000)
        return [int(one.stream.removeprefix(prefix)) for one in events if one.stream.startswith(prefix)]

    def letters(self, *statuses: str) -> list[DeadLetter]:
        """Returns dead letters by status, the oldest first."""
        found = [self.running.reader.letter(number) for number in range(1, 200)]
        return [one for one in found if one is not None and one.status in (statuses or ("open",))]

    def rows(self, subscription: str = "sub") -> list[Delivery]:
        """Returns the rows that can be leased at any time, the most urgent first."""
        return [row for row, _ in self.running.reader.due(subscription, 2**60, 1000)]

    async def replay(self, *letters: DeadLetter, **more: Any) -> list[bool]:
        """Replays dead letters."""
        return [await self.write(ReplayLetter(number=one.number, **more)) for one in letters]

    def since(self, time: int) -> float:
        """Returns the seconds between the lab's beginning and a time."""
        return (time - self.begun) / MICROSECONDS


class _Dead:
    """The store of a process that is no more."""

    def write(self, _operations: Any) -> list[Any]:
        raise StoreReadOnly("the process has ended")

    dry_run = write

    def tidy(self) -> None:
        """Does nothing any more."""

    close = tidy


def _end(fate: str) -> None:
    if fate == "fail":
        raise ConnectionError("not now")
    if fate == "reject":
        raise PermanentError("never")
    if fate == "exit":
        raise SystemExit(3)
    if fate == "cancel":
        raise asyncio.CancelledError
