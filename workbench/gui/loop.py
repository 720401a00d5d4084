"""Runs asyncio inside Qt's event loop: fast turns, exact timers, tasks that never fail unseen."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import math
import os
import signal
import sys
import threading
from asyncio.tasks import _enter_task, _leave_task
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimerEvent
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.garbage import GarbageCollector
from workbench.gui.lent_call import Lent
from workbench.gui.window_keys import rests

os.environ["QT_API"] = "pyside6"  # qasync reads it when imported and would take another binding first

import qasync

if TYPE_CHECKING:
    _BaseLoop = asyncio.SelectorEventLoop  # qasync is untyped; this is what it derives from on Unix
else:
    _BaseLoop = qasync.QEventLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_log = logging.getLogger("asyncio")

SLICE = 0.004
"""Longest stretch of asyncio work in one turn of Qt's loop, in seconds."""

_PRUNE_FROM = 64
_LONGEST_ALARM_MS = 2_000_000_000
_WAKE = QEvent.Type(QEvent.registerEventType())
_run_handle = asyncio.Handle._run  # noqa: SLF001 - to run handles is what an event loop is for


class _Timer(asyncio.TimerHandle):
    """A timer that knows whether it still waits in the loop's heap."""

    __slots__ = ("queued",)
    queued: bool


class _Driver(QObject):
    """Receives from Qt the turns, the alarms and the wake-ups of one loop."""

    def __init__(self, loop: WorkbenchLoop) -> None:
        super().__init__()
        self._loop = loop

    @override
    def timerEvent(self, event: QTimerEvent) -> None:
        self._loop.turn(event.timerId())

    @override
    def customEvent(self, event: QEvent) -> None:
        self._loop.woken()


class WorkbenchLoop(_BaseLoop):
    """An asyncio event loop that Qt drives, at asyncio's own speed.

    qasync gives the frame (sockets, running, stopping). Ready callbacks wait in one queue that a zero timer
    drains in slices of at most `SLICE` seconds; timers wait in one heap behind one precise Qt timer and never
    fire early; wake-ups from other threads are merged. Nested Qt loops (a menu, a drag) keep tasks running.
    A `KeyboardInterrupt` or `SystemExit` from a callback leaves `run_forever`, as it does in asyncio.

    From its first turn until it is closed, garbage is collected in its turns alone, never on another thread:
    also while it pauses, as threads go on meanwhile.
    Closing the last window no longer ends the application: the caller of the loop decides when it is over.

    Args:
        app: The application; the running one by default, made if there is none.
    """

    def __init__(self, app: QCoreApplication | None = None) -> None:
        app = app or QApplication.instance() or QApplication(sys.argv[:1])
        if isinstance(app, QApplication):
            app.setQuitOnLastWindowClosed(False)
        self._queue: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()
        self._cancelled_timers = 0
        self._zero = 0
        self._alarm = 0
        self._alarm_at = 0.0
        self._turning = False
        self._wake_posted = False
        self._fatal: BaseException | None = None
        self._driver = _Driver(self)
        self._garbage = GarbageCollector(partial(rests, app))
        super().__init__(app)  # type: ignore[arg-type]  # qasync's constructor takes the application

    @override
    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Calls a function in a thread of asyncio's pool, which is never the last to release it."""
        lent = Lent(self, partial(func, *args))
        future = asyncio.SelectorEventLoop.run_in_executor(self, executor, lent)
        future.add_done_callback(lent.take_back)
        return future

    # qasync keeps its own exception handler, which asyncio's tools do not see.
    set_default_executor = asyncio.SelectorEventLoop.set_default_executor  # type: ignore[assignment]  # as in asyncio
    set_exception_handler = asyncio.SelectorEventLoop.set_exception_handler
    default_exception_handler = asyncio.SelectorEventLoop.default_exception_handler
    call_exception_handler = asyncio.SelectorEventLoop.call_exception_handler

    @override
    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self._check(callback)
        if self.get_debug():
            self._check_thread()  # type: ignore[attr-defined]  # asyncio's own check, which typeshed leaves out
        handle = asyncio.Handle(callback, args, self, context)
        self._add_callback(handle)
        return handle

    @override
    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self._check(callback)
        handle = asyncio.Handle(callback, args, self, context)
        self._queue.append(handle)
        if not self._wake_posted:  # one event wakes the loop for all that came meanwhile
            self._wake_posted = True
            QCoreApplication.postEvent(self._driver, QEvent(_WAKE))
        return handle

    @override
    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    @override
    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self._check(callback)
        timer = _Timer(when, callback, args, self, context)
        timer.queued = True
        heapq.heappush(self._timers, (when, next(self._order), timer))
        if self._timers[0][2] is timer and not (self._turning and self._zero):
            self._set_alarm()  # else the turn that runs now sets it when it ends
        return timer

    def turn(self, timer: int = 0) -> None:
        """Runs due timers and ready callbacks for one slice; Qt calls this, and nested Qt loops may.

        Args:
            timer: The number of the Qt timer that fired, if one did.
        """
        if timer and timer == self._alarm:
            self._stop_alarm()
        if not self.is_running():
            self._stop_zero()
            return
        interrupted = asyncio.current_task(
            self
        )  # a task that waits in a nested Qt loop further down the stack
        if interrupted is not None:
            _leave_task(self, interrupted)
        outer, self._turning = self._turning, True
        # Qt does not fire a timer inside its own event, so a nested loop needs a fresh one to go on.
        self._stop_zero()
        self._start_zero()
        try:
            self._run_slice()
        except (KeyboardInterrupt, SystemExit) as error:
            self._fatal = error
            self.stop()
        finally:
            self._turning = outer
            if interrupted is not None:
                _enter_task(self, interrupted)
            if not self._queue:
                self._stop_zero()
            self._set_alarm()
        self._garbage.collect()

    def woken(self) -> None:
        """Takes up what other threads have queued; Qt calls this once for all that came meanwhile."""
        self._wake_posted = False  # before the queue is read, so that nothing can slip between
        self.turn()

    def on_interrupt(self, callback: Callable[[], object]) -> None:
        """Calls `callback` on the loop when the process is asked to end (Ctrl+C, SIGTERM)."""
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self.add_signal_handler(number, callback)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_: self.call_soon_threadsafe(callback))

    @override
    def run_forever(self) -> None:
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)  # type: ignore[attr-defined]  # as above
        self._start_zero()
        try:
            self._garbage.take_over()
            with self._signals_wake_qt():
                super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)
            self._stop_zero()
        fatal, self._fatal = self._fatal, None
        if fatal is not None:
            raise fatal

    @override
    def close(self) -> None:
        if not self.is_closed() and not self.is_running():
            self._stop_zero()
            self._stop_alarm()
            self._queue.clear()
            self._timers.clear()
            self._garbage.give_back()
        super().close()

    def _check(self, callback: object) -> None:
        self._check_closed()  # type: ignore[attr-defined]  # asyncio's own check
        if not callable(callback) or (self.get_debug() and asyncio.iscoroutinefunction(callback)):
            raise TypeError(f"a callback is needed, not {callback!r}")

    def _add_callback(self, handle: asyncio.Handle) -> None:
        """Queues a handle; asyncio's code for signals and sockets calls this too."""
        self._queue.append(handle)
        self._start_zero()

    def _timer_handle_cancelled(self, timer: _Timer) -> None:
        """Counts cancelled timers and sweeps the heap when they are the greater part; asyncio calls this."""
        if not timer.queued:
            return
        self._cancelled_timers += 1
        if self._cancelled_timers > _PRUNE_FROM and self._cancelled_timers * 2 > len(self._timers):
            self._timers = [entry for entry in self._timers if not entry[2].cancelled()]
            heapq.heapify(self._timers)
            self._cancelled_timers = 0

    def _run_slice(self) -> None:
        now = self.time()
        end = now + SLICE
        while self._timers and self._timers[0][0] <= now:
            timer = self._pop_timer()
            if not timer.cancelled():
                self._queue.append(timer)
        run = self._run_timed if self.get_debug() else _run_handle
        queue = self._queue
        while queue:
            handle = queue.popleft()
            if handle.cancelled():
                continue
            run(handle)
            if self.time() >= end:
                break

    def _run_timed(self, handle: asyncio.Handle) -> None:
        started = self.time()
        _run_handle(handle)
        took = self.time() - started
        if took >= self.slow_callback_duration:
            _log.warning("Executing %r took %.3f seconds", handle, took)

    def _pop_timer(self) -> _Timer:
        timer = heapq.heappop(self._timers)[2]
        timer.queued = False
        if timer.cancelled():
            self._cancelled_timers -= 1
        return timer

    def _set_alarm(self) -> None:
        while self._timers and self._timers[0][2].cancelled():
            self._pop_timer()
        if not self._timers:
            self._stop_alarm()
            return
        when = self._timers[0][0]
        if self._alarm and self._alarm_at == when:
            return
        self._stop_alarm()
        wait = max(0, math.ceil((when - self.time()) * 1000))  # rounded up: late by a fraction, never early
        self._alarm = self._driver.startTimer(min(wait, _LONGEST_ALARM_MS), Qt.TimerType.PreciseTimer)
        self._alarm_at = when

    def _stop_alarm(self) -> None:
        if self._alarm:
            self._driver.killTimer(self._alarm)
            self._alarm = 0

    def _start_zero(self) -> None:
        if not self._zero:
            self._zero = self._driver.startTimer(0)

    def _stop_zero(self) -> None:
        if self._zero:
            self._driver.killTimer(self._zero)
            self._zero = 0

    @contextlib.contextmanager
    def _signals_wake_qt(self) -> Iterator[None]:
        """Lets a signal's arrival wake Qt, so that Python's handler runs at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.set_wakeup_fd(self._csock.fileno(), warn_on_full_buffer=False)  # type: ignore[attr-defined]  # asyncio's own pipe
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)


_spawned: set[asyncio.Task[Any]] = set()


def spawn(
    coro: Coroutine[Any, Any, T], *, name: str, on_error: Callable[[Exception], object] | None = None
) -> asyncio.Task[T]:
    """Starts a coroutine from a slot, keeps it alive until it is done, and reports its failure.

    Args:
        coro: What to run.
        name: What it does, for messages and for the list of running tasks.
        on_error: Receives the exception of a failed task; without it the loop's exception handler does.
            A cancelled task has not failed.

    Returns:
        The task; the caller need not keep it.

    Raises:
        RuntimeError: No event loop is running.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        coro.close()
        raise
    task = loop.create_task(coro, name=name)
    _spawned.add(task)

    def done(task: asyncio.Task[T]) -> None:
        _spawned.discard(task)
        error = None if task.cancelled() else task.exception()
        if not isinstance(error, Exception):
            return  # what is no Exception (an exit) has left the loop already
        if on_error is None:
            loop.call_exception_handler({"message": f"{name} failed", "exception": error, "task": task})
        else:
            on_error(error)

    task.add_done_callback(done)
    return task


async def finished(dialog: QDialog) -> int:
    """Opens a dialog and waits until it is closed, while everything else goes on.

    Args:
        dialog: The dialog; it stays the caller's. Cancelling the waiting task rejects it.

    Returns:
        The dialog's result code; that of a rejected dialog if it was destroyed.
    """
    result: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(code: object) -> None:
        if not result.done():
            result.set_result(code if isinstance(code, int) else int(QDialog.DialogCode.Rejected))

    dialog.finished.connect(settle)
    dialog.destroyed.connect(settle)
    dialog.open()
    try:
        return await result
    finally:
        if isValid(dialog):
            dialog.finished.disconnect(settle)
            dialog.destroyed.disconnect(settle)
            if dialog.isVisible():
                dialog.reject()
