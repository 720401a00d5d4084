"""A world: store, engine, clock, timer and seed that belong together, and the model that runs in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Generic, TypeVar

from workbench.engine.engine import Engine, EngineState
from workbench.engine.faults import Faults
from workbench.engine.listeners import Listener, Listeners
from workbench.engine.paced_work import PacedWork
from workbench.engine.reload_lock import ReloadLock
from workbench.engine.retention import forgotten
from workbench.engine.runnable_model import Model
from workbench.engine.tasks import to_the_end
from workbench.engine.thread_readers import ThreadReaders
from workbench.engine.timers import Timer, timer_of
from workbench.errors import CallerError, StoreBusy, StoreReadOnly
from workbench.model.changes import Changes
from workbench.model.clock import Clock, ManualClock
from workbench.model.operator_acts import OperatorAct
from workbench.model.registry import Registry
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Operation, RecordAction
from workbench.store.operator_actions import OperatorAction
from workbench.store.ports import Reader, Store, way_out

M = TypeVar("M", bound=Model)
T = TypeVar("T")
AGAIN = 1.0
"""Seconds between two attempts to start an engine that a failed reload left standing."""


class World(Generic[M]):
    """One store, and one model that runs on it at a time.

    Callers that act enter by `at_work` or `act`: neither meets an engine that is being changed.

    Args:
        store: Whatever it is kept in; one that may only be looked at gets no engine (C8).
        clock: The machine's, or one that is moved by hand.
        timer: By default the one that goes with the clock.
        seed: Of ids and jitter; None for a new one every time.
        who: Name of the person who acts here, for the records of that (L9).
        stepped: Nothing moves by itself; see `Engine`.

    Attributes:
        model: The model that runs.
        engine: None where nothing runs: the store is only looked at, or the world was stopped.
        faults: What goes wrong on purpose; they end with the world.
        stopped: Empty, or why no engine runs since a reload failed; every second it is tried to start one.
    """

    def __init__(
        self,
        model: M,
        store: Store,
        clock: Clock,
        *,
        timer: Timer | None = None,
        seed: int | None = None,
        who: str = "",
        stepped: bool = False,
    ) -> None:
        self.store = store
        self._take(model)
        self.clock = clock
        self.timer = timer or timer_of(clock)
        self.paced = PacedWork(clock, self.timer, lambda: self.announce(Changes(engine=True)))
        self.seed, self.who, self._stepped = seed, who, stepped
        self.stopped = ""
        self._return: asyncio.Task[None] | None = None
        self._readers = ThreadReaders(store.reader)
        self._listeners = Listeners()
        self.faults = Faults(clock)
        self.faults.crashed = self._begin_again
        self._dying = False
        self._restart: asyncio.Task[None] | None = None
        self._lock = ReloadLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.engine = None if self.observer else self._engine(model)

    @property
    def observer(self) -> str:
        """Empty, or why this world may only be looked at (C8, F5)."""
        return self.store.observer

    @classmethod
    def in_memory(
        cls,
        model: M,
        clock: ManualClock,
        *,
        timer: Timer | None = None,
        seed: int = 1,
        stepped: bool = False,
    ) -> World[M]:
        """Makes a world that ends with the process, on a clock that is moved by hand."""
        return cls(model, MemoryStore(clock), clock, timer=timer, seed=seed, stepped=stepped)

    @property
    def registry(self) -> Registry:
        """What the model declares."""
        return self.model.registry

    @property
    def reader(self) -> Reader:
        """The reader of the thread that asks (C5)."""
        return self._readers.here()

    async def ask(self, read: Callable[[], T]) -> T:
        """Returns what a function reads, which is called in a thread for reads; few are at a time (C5).

        Raises:
            ReadTooLong: It took too long, or another model took over meanwhile.
        """
        return await self._readers.answer(read)

    def _engine(self, model: M, before: Engine | None = None) -> Engine:
        return Engine(
            self.store,
            model.registry,
            self.clock,
            self.announce,
            retry=model.retry,
            snapshot_every=model.snapshot_every,
            timer=self.timer,
            seed=self.seed,
            before=before,
            stepped=self._stepped,
            faults=self.faults,
        )

    # -- life -------------------------------------------------------------------------------------------

    async def start(self, *, paused: bool = False) -> None:
        """Begins to run, without what an earlier run left in topics that keep messages in memory only."""
        self._loop = asyncio.get_running_loop()
        if self.engine is not None:
            for operation in forgotten(self.registry):
                await self.engine.commit(operation)
            await self.engine.start(paused=paused)

    async def stop(self) -> None:
        """Stops the engine and closes the store, also if cancelled; a second call does nothing."""
        await to_the_end(self._stop())

    async def _stop(self) -> None:
        self.faults.disarm()
        if self._restart is not None:
            await asyncio.wait([self._restart])
        if self._return is not None:
            self._return.cancel()
            await asyncio.wait([self._return])
        engine, self.engine = self.engine, None
        stopped, self.stopped = self.stopped, ""
        try:
            if engine is not None and not stopped:
                await engine.stop(last=forgotten(self.registry))
        finally:
            self.store.close()
            self._readers.close()

    async def crash(self) -> None:
        """Has another engine take over a store in memory as after kill -9; the one before is stepped."""
        if self.engine is not None and isinstance(self.store, MemoryStore):
            self.store.reopen()
            self._new_seed()
            self.engine = self._engine(self.model)
            await self.engine.start(paused=True)

    def _new_seed(self) -> None:
        self.seed = None if self.seed is None else self.seed + 1  # no id is given twice

    def _begin_again(self) -> None:
        """Has another engine take over from one that a fault ends (W11)."""
        self._dying = not self._stepped
        if self._dying and (self._restart is None or self._restart.done()):
            self._restart = asyncio.get_running_loop().create_task(self._restart_all())

    async def _restart_all(self) -> None:
        while self._dying:  # the next engine may die at once, too
            await self._exchange(self._restarted)

    async def _restarted(self) -> None:
        engine = None if self.stopped else self.engine
        self._dying = False
        if engine is not None:
            await engine.die()
            engine.reader.close()
            self._new_seed()
            await self._go_on(engine)

    async def settle(self) -> None:
        """Returns when everything has caught up, also in an engine that took over meanwhile.

        What goes on at a pace counts while it is at work, not while it waits for its time.
        """
        while True:
            async with self.at_work() as engine:
                pass  # a restart or a reload is waited for
            await engine.settle()
            if self._restart is not None and not self._restart.done():
                await asyncio.wait([self._restart])
            elif self.paced.at_work:
                await self.paced.settled()
            elif engine is self.engine:
                return

    async def adopt(self, model: M) -> None:
        """Lets another model take over on the same store; running acts and handlers are waited for.

        Cancelled once the handlers have ended, it is completed anyway: an engine runs then.

        Raises:
            WorldError: The store refused it; the earlier model goes on, as soon as the store lets it (F4).
        """
        await self._exchange(partial(self._adopt, model))

    async def start_again(self) -> None:
        """Starts the engine that a failed reload left standing; does nothing where one runs.

        Raises:
            WorldError: The store still refuses it.
        """
        if self.stopped:
            await self._exchange(self._start_again)

    async def _exchange(self, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Changes the engine while nothing else is done, and tells of it."""
        before = self.model, self.engine, self.stopped
        try:
            async with self._lock.alone():
                await to_the_end(change())
        finally:
            if self.model is not before[0]:
                self._readers.interrupt()
            if before != (self.model, self.engine, self.stopped):
                self.announce(Changes(model=True, engine=True, everything=True))

    async def _adopt(self, model: M) -> None:
        before, engine = self.model, self.engine
        if engine is not None and not self.stopped:
            await engine.stop()
            engine.reader.close()
        if engine is None:
            self._take(model)
            return
        try:
            self._take(model)
            await self._run(engine)
        except Exception:
            self._take(before)
            await self._go_on(engine)
            raise

    def _take(self, model: M) -> None:
        """Has the store call types of events as a model does (U3)."""
        self.model = model
        self.store.name_types(model.registry.stored_names())

    async def _go_on(self, engine: Engine) -> None:
        """Starts an engine like the one that was stopped, now or as soon as the store lets it (F4)."""
        try:
            await self._run(engine)
        except Exception as error:  # noqa: BLE001  # it is told, and tried again
            self.stopped = str(error)
            if self._return is None or self._return.done():
                self._return = asyncio.get_running_loop().create_task(self._keep_trying())

    async def _keep_trying(self) -> None:
        while self.stopped:
            await self.paced.wait(AGAIN)
            with suppress(Exception):  # why is told already
                await self.start_again()

    async def _start_again(self) -> None:
        if self.engine is not None and self.stopped:
            await self._run(self.engine)

    async def _run(self, before: Engine) -> None:
        """Starts an engine in the place of one that was stopped, paused if that was; it goes on counting."""
        engine = self._engine(self.model, before)
        try:
            await engine.start(paused=before.state is EngineState.PAUSED)
        except BaseException:
            await engine.stop()
            engine.reader.close()
            raise
        self.engine, self.stopped = engine, ""

    # -- acting -----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Engine]:
        """Gives the engine, which stays until the end of the block; a reload is waited for, and waits.

        Not to be nested.

        Raises:
            StoreReadOnly: This world is only looked at, or was stopped.
            CallerError: It runs on another event loop than the caller's.
        """
        if self._loop not in (None, asyncio.get_running_loop()):
            raise CallerError(
                "this project was opened on another event loop, that of another thread or of an earlier run",
                hint="call it there: asyncio.run_coroutine_threadsafe(…, loop)",
            )
        async with self._lock.passing():
            yield self.running()

    async def act(self, *operations: Operation) -> list[Any]:
        """Commits what an operator does, its record among it: all or nothing; returns the answers (L9).

        One that meets a reload waits for it; the engine follows what was committed.

        Raises:
            StoreReadOnly: This world is only looked at, or was stopped.
            WorkbenchError: What the first operation that refused failed with; nothing was done.
        """
        async with self.at_work() as engine:
            return await engine.commit(*operations)

    def record(
        self,
        action: OperatorAct,
        subject: str,
        detail: str = "",
        *,
        act: str = "",
        count: int = 0,
        counts: bool = True,
        undoes: int = 0,
        if_done: bool = False,
    ) -> RecordAction:
        """Returns the record of what an operator does, to be committed behind it (L9).

        Args:
            subject: What it is done to, such as ``projection users``.
            act: The name under which it can be undone.
            count: On how many things it takes effect, beside what the operations before it answer.
            counts: Whether these answer on how many things they took effect.
            undoes: Number of the record of the act that it undoes.
            if_done: Whether it is none where it took effect on nothing.
        """
        said = OperatorAction(
            at=self.clock.now(),
            action=action,
            subject=subject,
            detail=detail,
            who=self.who,
            count=count,
            act=act,
        )
        return RecordAction(action=said, counts=counts, undoes=undoes, if_done=if_done)

    @property
    def reloading(self) -> bool:
        """Whether the model is being replaced, or is about to be."""
        return self._lock.closed

    def running(self) -> Engine:
        """Returns the engine.

        Raises:
            StoreReadOnly: This world is only looked at, or was stopped.
            StoreBusy: The model is being reloaded, or a reload failed and left no engine.
        """
        if self.stopped:
            raise StoreBusy(
                f"no engine runs since a reload failed: {self.stopped}",
                hint="it starts by itself once the store can be written",
            )
        if self.reloading:
            raise StoreBusy("the model is being reloaded", hint="try again in a moment")
        if self.engine is None:
            if not self.observer:
                raise StoreReadOnly("the project was closed", hint="open it again")
            raise StoreReadOnly(
                f"the store is open for reading only: {self.observer}", hint=way_out(self.observer)
            )
        return self.engine

    # -- telling ----------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls a function with what went stale after every commit; returns how to end that."""
        return self._listeners.add(listener)

    def announce(self, changes: Changes) -> None:
        """Tells every listener what went stale; one that fails does not keep the others from it (C11)."""
        failed = self._listeners.tell(changes)
        if failed is not None and self.engine is not None:
            self.engine.note(f"a listener failed: {type(failed).__name__}: {failed}")
            self._listeners.tell(Changes(engine=True))  # those that still listen can show it
