"""A small model on a real store and engine: things that are done, handlers that fail as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from tests.engine.lab import Lab
from workbench.engine.command_handler import Issue
from workbench.engine.engine import Engine
from workbench.errors import CommandRejected, PermanentError
from workbench.model.aggregate import Aggregate
from workbench.model.changes import Changes
from workbench.model.clock import SystemClock
from workbench.model.command import Command, CommandResult
from workbench.model.event import Event
from workbench.model.filter import Filter
from workbench.model.messaging import LOG_TOPIC, Message, OnDead, Ordering, Subscription, Topic
from workbench.model.projection import Column, ColumnKind, On, Projection
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.model.retry import Backoff, RetryPolicy
from workbench.store.sqlite.store import SqliteStore


class Counted(Event, frozen=True):
    """A number was added."""

    event_type: ClassVar[str] = "counted"
    by: int


class Count(msgspec.Struct, frozen=True):
    """The sum."""

    total: int


class Open(Command):
    """Begins a counter."""

    command_type: ClassVar[str] = "open"
    creates: ClassVar[bool] = True
    id: str
    by: int = 0


class Add(Command):
    """Adds to a counter."""

    command_type: ClassVar[str] = "add"
    id: str
    by: int
    times: int = 1


def decide(state: Count | None, command: Any) -> list[Event]:
    if command.by < 0:
        raise CommandRejected("only upwards", field="by")
    if command.by > 1000 and (state is None or state.total < 100):
        raise CommandRejected("too much for a small counter", field="by")
    return [Counted(by=command.by)] * getattr(command, "times", 1)


def evolve(state: Count | None, event: Any) -> Count:
    return Count((state.total if state else 0) + event.by)


def counted(event: Counted, record: Any, rows: Any) -> None:
    key = record.stream.partition("-")[2]
    row = rows.get(key)
    if event.by == 13:
        rows.put(id="unlucky", total=1)
        raise ValueError("unlucky number")
    rows.put(id=key, total=(row["total"] if row else 0) + event.by)


TOTALS = Projection(
    name="totals",
    columns=(Column(name="id"), Column(name="total", kind=ColumnKind.INTEGER)),
    on=(On(Counted, counted),),
)


COUNT = Aggregate(
    name="count", state=Count, events=(Counted,), commands=(Open, Add), decide=decide, evolve=evolve
)


class Rig:
    """A running engine and what its handlers saw."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = SystemClock()
        self.seen: list[tuple[str, int, str]] = []
        self.fail: Callable[[Message], Exception | None] = lambda message: None
        self.gate: asyncio.Event | None = None
        self.changes: list[Changes] = []
        self.max_attempts = 3
        self.ordering = Ordering.KEY
        self.on_dead = OnDead.BLOCK_KEY
        self.filter = Filter()
        self.totals = TOTALS
        self.store: SqliteStore | None = None
        self.engine: Engine | None = None

    async def handler(self, message: Message, context: Any) -> None:
        """Notes what came, waits where told, fails where told."""
        self.seen.append((message.key, message.json().get("by", -1), message.data))
        if self.gate is not None:
            await self.gate.wait()
        context.publish("out", {"by": message.json().get("by", -1)})
        if (error := self.fail(message)) is not None:
            raise error

    async def out(self, message: Message, context: Any) -> None:
        """Takes what the first handler published."""

    def registry(self, *, detached: bool = False) -> Registry:
        """Returns the model."""
        definitions = Definitions(
            aggregates=(COUNT,),
            projections=(self.totals,),
            handlers={} if detached else {"handler": self.handler, "out": self.out},
        )
        return build_registry(
            [definitions],
            topics=(Topic(name="out"),),
            subscriptions=(
                Subscription(
                    name="sub",
                    topic=LOG_TOPIC,
                    handler="handler",
                    retry=RetryPolicy(
                        max_attempts=self.max_attempts, delay=0.01, backoff=Backoff.FIXED, jitter=0
                    ),
                    ordering=self.ordering,
                    on_dead=self.on_dead,
                    filter=self.filter,
                ),
                Subscription(name="out", topic="out", handler="out", ordering=Ordering.NONE),
            ),
        )

    async def open(self, *, paused: bool = False, detached: bool = False) -> Engine:
        """Opens store and engine."""
        registry = self.registry(detached=detached)
        self.store = SqliteStore(self.path, self.clock)
        self.engine = Engine(self.store, registry, self.clock, self.changes.append, snapshot_every=5, seed=1)
        await self.engine.start(paused=paused)
        return self.engine

    async def close(self) -> None:
        """Stops engine and store."""
        if self.engine is not None:
            await self.engine.stop()
        if self.store is not None:
            self.store.close()
        self.engine = self.store = None

    async def do(self, name: str, identity: str, by: int = 1, **more: Any) -> CommandResult:
        """Issues a command."""
        assert self.engine is not None
        issue = Issue(
            type=name, values={"id": identity, "by": by}, id=more.pop("id", self.engine.new_id()), **more
        )
        return await self.engine.commands.handle(issue)

    async def quiet(self) -> None:
        """Waits until nothing moves and nothing is to be retried."""
        assert self.engine is not None
        assert self.store is not None
        reader = self.store.reader()
        async with asyncio.timeout(10):
            await self.engine.settle()
            while any(state.retrying for state in reader.subscriptions()):
                await asyncio.sleep(0.005)
                await self.engine.settle()

    def letters(self, *statuses: str) -> list[Any]:
        """Returns dead letters by status."""
        assert self.store is not None
        return list(self.store.reader().letters(statuses=statuses or ("open",)))


def boom(*numbers: int, permanent: bool = False) -> Callable[[Message], Exception | None]:
    """Returns what makes the handler fail for these numbers."""

    def fail(message: Message) -> Exception | None:
        if message.json().get("by") in numbers:
            return PermanentError("never") if permanent else ConnectionError("not now")
        return None

    return fail


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path / "events.db")
    yield made
    await made.close()


@pytest.fixture(params=["memory", "sqlite"])
async def lab(request, tmp_path):
    made = Lab(tmp_path / "events.db", request.param)
    yield made
    await made.close()
