"""A project that a program opened for itself: commands, queries, messages, streams and dead letters."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, overload
from uuid import UUID

from typing_extensions import override

from workbench.engine.publisher import OutgoingMessage
from workbench.engine.world import World
from workbench.errors import ANY, CallerError, CommandRejected, NotFound, WrongExpectedVersion
from workbench.model.changes import Changes
from workbench.model.clock import SystemClock
from workbench.model.command import Command, CommandOutcome, CommandResult, Query
from workbench.model.dead_letter import LetterStatus
from workbench.model.event import RecordedEvent
from workbench.model.messaging import Priority
from workbench.project.module_import import forget
from workbench.project.project import Project, load_project
from workbench.services import embedded_arguments as given
from workbench.services.commands import Commands
from workbench.services.dead_letters import DeadLetters, Report
from workbench.services.maintenance.store_owner import open_own_store
from workbench.services.maintenance.store_watch import StoreWatch
from workbench.services.messages import Messages
from workbench.services.monitor import Drain, Monitor, ProjectionView
from workbench.services.project.project_trust import not_trusted, trust_of
from workbench.store.memory.store import MemoryStore
from workbench.store.stored_values import DeadLetter

PAGE = 500
"""Events that are read at once; the loop turns between two pages."""


class EmbeddedProject:
    """An open project whose engine runs; everything is asked on the loop that opened it.

    Once it is closed, all that is asked raises `StoreReadOnly`, and feeds of changes end.
    """

    def __init__(self, world: World[Project]) -> None:
        self._world = world
        self._commands, self._messages = Commands(world), Messages(world)
        self._letters, self._monitor = DeadLetters(world), Monitor(world)
        self._drain = Drain(world, self._monitor)
        self._watch = StoreWatch(world.store, lambda: world.announce(Changes(engine=True)))
        self._feeds: set[ChangeFeed] = set()

    @overload
    async def issue(
        self, command: Command, /, *, expected: int | None = None, command_id: UUID | None = None
    ) -> CommandResult: ...
    @overload
    async def issue(
        self,
        command: str,
        values: Mapping[str, Any],
        /,
        *,
        expected: int | None = None,
        command_id: UUID | None = None,
    ) -> CommandResult: ...
    async def issue(
        self,
        command: Command | str,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        expected: int | None = None,
        command_id: UUID | None = None,
    ) -> CommandResult:
        """Issues a command, as an object or by name and values; returns once its events are stored.

        Args:
            expected: The version of the stream that the caller saw, `NO_STREAM` or `STREAM_EXISTS`; None and
                `ANY` decide on the present one (K2).
            command_id: Given where the same command may be issued twice: it takes effect once (K3).

        Raises:
            CommandRejected: A rule of the domain refuses it.
            WrongExpectedVersion: The stream is at another version, or others were first again and again.
            InvalidValue: An argument is of a wrong type; names it.
            InvalidCommand: Its fields are wrong.
            NoHandler: The model has no such command.
            CallerError: What it decided cannot be stored.
            ModelFailed: The project's own code raised what it did not mean to.
            WorldError: The store could not write.
        """
        name, fields = given.request("command", command, values, Command)
        wanted, identity = given.version(expected), given.identity("command_id", command_id)
        result = await self._commands.issue(
            name, fields, expected=wanted, origin="program", command_id=identity
        )
        match result.outcome:
            case CommandOutcome.ACCEPTED:
                return result
            case CommandOutcome.REJECTED:
                raise CommandRejected(result.message, field=result.field)
            case CommandOutcome.CONFLICT:
                expected = ANY if result.expected is None else result.expected
                raise WrongExpectedVersion(result.stream, expected=expected, actual=result.version)
            case CommandOutcome.FAILED:
                raise CallerError(result.message, hint=result.hint)

    @overload
    async def query(self, query: Query, /) -> Any: ...
    @overload
    async def query(self, query: str, values: Mapping[str, Any], /) -> Any: ...
    async def query(self, query: Query | str, values: Mapping[str, Any] | None = None, /) -> Any:
        """Answers a query, as an object or by name and values, from rows as they stand now.

        Raises:
            NoHandler: The model has no such query.
            InvalidValue: An argument is of a wrong type, or one with which it asks a read model (Q1).
            InvalidCommand: Its fields are wrong.
        """
        name, fields = given.request("query", query, values, Query)
        self._world.running()
        return self._commands.ask(name, fields)

    async def wait_for(self, projection: str, after: CommandResult | int) -> None:
        """Returns when a projection has seen what a command did, or a position: then queries show it (J5).

        Raises:
            NotFound: There is no such projection, or handlers write it.
            InvalidValue: An argument is of a wrong type, or nothing stands at that position yet.
            ProjectionFaulted: It is faulted, paused or to be rebuilt: says which, why, and what to do.
        """
        position = after.last_position if isinstance(after, CommandResult) else given.whole("after", after)
        await self._commands.wait_for(given.text("projection", projection), position)

    async def projections(self) -> list[ProjectionView]:
        """Returns the read models: how far each is, and whether and why it is paused or faulted (J2)."""
        self._world.running()
        return self._monitor.projections()

    async def publish(
        self,
        topic: str,
        data: Any,
        *,
        type: str = "",
        key: str = "",
        message_id: UUID | None = None,
        delay: float = 0.0,
        ttl: float | None = None,
        priority: Priority | None = None,
    ) -> int:
        """Publishes a message; returns its position.

        Args:
            data: Plain values.
            message_id: Given where the same message may be published twice: it is stored once (P2).
            delay: Seconds before it is delivered.
            ttl: Seconds that it lives; the topic's may be shorter (T1).
            priority: None takes the topic's.

        Raises:
            TopicNotFound: There is no such topic.
            InvalidValue: The data is nothing that JSON can hold, or an argument is of a wrong type; names it.
            BackPressure: The topic is full; nothing was published.
            WorldError: The store could not write.
        """
        message = OutgoingMessage(
            topic=given.text("topic", topic),
            data=data,
            type=given.text("type", type),
            key=given.text("key", key),
            id=given.identity("message_id", message_id),
            delay=given.seconds("delay", delay),
            ttl=None if ttl is None else given.seconds("ttl", ttl),
            priority=given.priority(priority),
        )
        return await self._messages.publish(message)

    async def read(self, stream: str, *, after: int = 0) -> AsyncIterator[RecordedEvent]:
        """Yields the events of a stream in order, those above a version; none where there is no stream.

        Raises:
            InvalidValue: An argument is of a wrong type.
        """
        name, seen = given.text("stream", stream), given.whole("after", after)
        while page := self._read(name, seen):
            for event in page:
                yield event
            seen = page[-1].version
            await asyncio.sleep(0)

    def _read(self, stream: str, after: int) -> list[RecordedEvent]:
        self._world.running()
        return self._world.reader.read_stream(stream, after, PAGE)

    def changes(self) -> ChangeFeed:
        """Tells what went stale after each commit from now on, until the feed or the project is closed."""
        feed = ChangeFeed(self._world, self._feeds)
        if self._world.engine is None:
            feed.close()
        return feed

    async def settle(self, seconds: float = 60.0) -> bool:
        """Returns when all was delivered, retried or died; False if it takes too long, or something is stuck.

        What was put off for longer than that is not waited for.

        Raises:
            InvalidValue: It is no number of seconds.
        """
        return await self._drain.settle(given.seconds("seconds", seconds))

    async def dead_letters(self) -> list[DeadLetter]:
        """Returns the open dead letters, the newest first; 500 at most."""
        self._world.running()
        return self._letters.page(("open",))

    async def replay(self, *letters: DeadLetter | int) -> Report:
        """Gives dead letters, or those of these numbers, back to the subscriptions that failed (L3).

        One that is not open any more is left alone, and counted as skipped. One whose subscription nothing
        handles, or that the store could not write, is counted as failed, and the report says why.

        Raises:
            InvalidValue: One is neither a dead letter nor a number.
            NotFound: There is no dead letter of a number; none was replayed.
        """
        self._world.running()
        numbers = dict.fromkeys(
            one.number if isinstance(one, DeadLetter) else given.whole("letters", one, least=1)
            for one in letters
        )
        if unknown := numbers.keys() - set(self._letters.having(list(numbers), tuple(LetterStatus))):
            raise NotFound(f"there is no dead letter {min(unknown)}")
        return await self._letters.replay(list(numbers))

    async def start(self) -> None:
        """Begins to run; jobs on dead letters go on."""
        self._world.running()
        await self._world.start()
        self._letters.jobs.take_up()
        self._watch.start()

    async def close(self) -> None:
        """Ends what waits for changes, stops the engine and closes the store."""
        self._watch.stop()
        for feed in list(self._feeds):
            feed.close()
        await self._world.stop()


class ChangeFeed(AsyncIterator[Changes]):
    """What went stale, one value at a time; what comes before it is taken is merged into one.

    Args:
        feeds: Those of the project that are open.
    """

    def __init__(self, world: World[Project], feeds: set[ChangeFeed]) -> None:
        self._feeds = feeds
        self._pending: Changes | None = None
        self._wake = asyncio.Event()
        self._closed = False
        self._leave = world.listen(self._add)
        feeds.add(self)

    def _add(self, changes: Changes) -> None:
        self._pending = changes if self._pending is None else self._pending.merged(changes)
        self._wake.set()

    @override
    async def __anext__(self) -> Changes:
        while self._pending is None:
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        changes, self._pending = self._pending, None
        return changes

    def close(self) -> None:
        """Ends the feed: its reader gets what is left."""
        self._leave()
        self._feeds.discard(self)
        self._closed = True
        self._wake.set()


@asynccontextmanager
async def opened(path: Path | str, *, trusted: bool, in_memory: bool) -> AsyncIterator[EmbeddedProject]:
    """Opens a project, runs its engine, and closes it at the end of the block; see `workbench.api.open`."""
    root = given.folder(path)
    environ, clock = dict(os.environ), SystemClock()
    model = load_project(root, environ=environ, trusted=trusted or trust_of(environ))
    try:
        if model.restricted:
            raise not_trusted(model, "opening it", hint="read it; if you trust it: trusted=True")
        store = MemoryStore(clock) if in_memory else open_own_store(model, environ, clock, allow=trusted)
        project = EmbeddedProject(World(model, store, clock))
        try:
            await project.start()
            yield project
        finally:
            await project.close()
    finally:
        forget(model.package)
