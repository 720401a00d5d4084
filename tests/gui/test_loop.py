"""Tests workbench.gui.loop."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from workbench.gui.loop import SLICE, WorkbenchLoop, finished, spawn


def running() -> WorkbenchLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WorkbenchLoop)
    return loop


async def test_tests_here_run_on_the_workbench_loop() -> None:
    assert isinstance(asyncio.get_running_loop(), WorkbenchLoop)


async def test_callbacks_run_in_the_order_they_were_queued() -> None:
    seen: list[int] = []
    for n in range(100):
        running().call_soon(seen.append, n)
    await asyncio.sleep(0)
    assert seen == list(range(100))


async def test_a_cancelled_callback_does_not_run() -> None:
    seen: list[int] = []
    running().call_soon(seen.append, 1).cancel()
    running().call_later(0, seen.append, 2).cancel()
    await asyncio.sleep(0.005)
    assert seen == []


async def test_what_is_no_callback_is_refused() -> None:
    with pytest.raises(TypeError):
        running().call_soon("nothing to call")  # type: ignore[arg-type]  # that is the test


async def test_callbacks_keep_their_context() -> None:
    variable = contextvars.ContextVar("variable", default="outside")
    context = contextvars.copy_context()
    context.run(variable.set, "inside")
    seen: list[str] = []
    running().call_soon(lambda: seen.append(variable.get()), context=context)
    running().call_later(0, lambda: seen.append(variable.get()), context=context)
    running().call_soon_threadsafe(lambda: seen.append(variable.get()), context=context)
    await asyncio.sleep(0.005)
    assert seen == ["inside"] * 3


@pytest.mark.parametrize("delay", [0.0004, 0.001, 0.0023, 0.0101])
async def test_a_timer_is_never_early(delay: float) -> None:
    loop = running()
    early = []
    for _ in range(10):
        due = loop.time() + delay
        future = loop.create_future()
        loop.call_at(due, future.set_result, None)
        await future
        early.append(due - loop.time())
    assert max(early) <= 0


async def test_timers_fire_in_the_order_of_their_deadlines_and_of_their_making() -> None:
    seen: list[str] = []
    now = running().time()
    for when, name in ((now + 0.004, "late"), (now + 0.001, "early"), (now + 0.004, "late too")):
        running().call_at(when, seen.append, name)
    await asyncio.sleep(0.01)
    assert seen == ["early", "late", "late too"]


async def test_a_sooner_timer_set_by_a_timer_fires_first() -> None:
    seen: list[str] = []
    loop = running()
    loop.call_later(0.030, seen.append, "second")
    loop.call_later(0.001, lambda: loop.call_later(0.001, seen.append, "first"))
    await asyncio.sleep(0.05)
    assert seen == ["first", "second"]


async def test_cancelled_timers_are_swept_from_the_heap() -> None:
    loop = running()
    before = len(loop._timers)
    for timer in [loop.call_later(3600, print) for _ in range(1000)]:
        timer.cancel()
    assert len(loop._timers) < before + 200


async def test_a_long_queue_gives_way_to_qt_after_each_slice() -> None:
    loop = running()
    qt_turns: list[float] = []
    ticker = QTimer()
    ticker.timeout.connect(lambda: qt_turns.append(time.monotonic()))
    ticker.start(0)
    for _ in range(20):
        loop.call_soon(time.sleep, SLICE / 2)
    await asyncio.sleep(0.001)
    ticker.stop()
    assert len(qt_turns) >= 5  # 20 half slices need ten turns


async def test_wake_ups_from_threads_all_arrive_in_order_with_few_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = running()
    turns = 0
    woken = loop.woken

    def counted() -> None:
        nonlocal turns
        turns += 1
        woken()

    while loop._wake_posted:  # of a thread of an earlier test
        await asyncio.sleep(0.001)
    monkeypatch.setattr(loop, "woken", counted)
    seen: list[int] = []
    done = loop.create_future()

    def flood() -> None:
        for n in range(5000):
            loop.call_soon_threadsafe(seen.append, n)
        loop.call_soon_threadsafe(done.set_result, None)

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join()  # the loop stands still meanwhile, so one event must do for all
    await done
    assert seen == list(range(5000))
    assert turns == 1


async def test_a_thread_wakes_an_idle_loop() -> None:
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 2) == 7


async def test_tasks_go_on_in_a_nested_qt_loop(qtbot: QtBot) -> None:
    ticks: list[int] = []

    async def tick() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0)

    task = asyncio.create_task(tick())
    await asyncio.sleep(0)
    me = asyncio.current_task()
    before = len(ticks)
    qtbot.wait(20)
    assert len(ticks) > before + 5
    assert asyncio.current_task() is me
    task.cancel()


async def test_a_timer_set_inside_a_nested_qt_loop_fires_there() -> None:
    nested = QEventLoop()
    QTimer.singleShot(5, lambda: running().call_later(0.005, nested.quit))
    QTimer.singleShot(2000, lambda: nested.exit(1))
    assert nested.exec() == 0


async def test_the_timeout_of_a_wait_works() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.005):
            await asyncio.sleep(60)


async def test_the_last_window_does_not_end_the_loop(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.close()
    await asyncio.sleep(0.01)
    assert running().is_running()
    assert not QApplication.quitOnLastWindowClosed()


# --- a loop of its own: what must not happen to the one that runs the tests


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[WorkbenchLoop]:
    loop = WorkbenchLoop(qapp)
    yield loop
    loop.close()


def test_nothing_runs_while_the_loop_does_not(loop: WorkbenchLoop, qapp: QApplication) -> None:
    seen: list[int] = []
    loop.call_soon(seen.append, 1)
    loop.call_later(0, seen.append, 2)
    qapp.processEvents()
    assert seen == []
    loop.run_until_complete(asyncio.sleep(0.002))
    assert seen == [1, 2]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_exit_in_a_callback_leaves_the_loop(loop: WorkbenchLoop, error: type[BaseException]) -> None:
    def leave() -> None:
        raise error

    loop.call_soon(leave)
    with pytest.raises(error):
        loop.run_forever()
    assert not loop.is_running()
    loop.run_until_complete(asyncio.sleep(0))  # and it can run again


def test_a_closed_loop_refuses_work(qapp: QApplication) -> None:
    loop = WorkbenchLoop(qapp)
    loop.call_later(3600, print)
    loop.close()
    loop.close()
    for call in (loop.call_soon, loop.call_soon_threadsafe):
        with pytest.raises(RuntimeError, match="closed"):
            call(print)


def test_a_dropped_async_generator_is_closed(loop: WorkbenchLoop) -> None:
    closed: list[bool] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    async def main() -> None:
        async for _ in numbers():
            break
        gc.collect()
        await asyncio.sleep(0.005)

    loop.run_until_complete(main())
    assert closed == [True]


def test_slow_callbacks_are_named_in_debug_mode(
    loop: WorkbenchLoop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 0.001
    loop.call_soon(time.sleep, 0.002)
    loop.run_until_complete(asyncio.sleep(0))
    assert "took" in caplog.text


def test_a_signal_reaches_an_idle_loop(loop: WorkbenchLoop) -> None:
    loop.on_interrupt(loop.stop)
    killer = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
    killer.start()
    try:
        loop.run_forever()  # would stay for ever
    finally:
        killer.join()
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)


@pytest.mark.skipif(os.name == "nt", reason="sends a Unix signal")
def test_ctrl_c_ends_an_idle_runner() -> None:
    program = (
        "import asyncio\nfrom workbench.gui.loop import WorkbenchLoop\n"
        "async def main():\n    print('ready', flush=True)\n    await asyncio.sleep(60)\n"
        "with asyncio.Runner(loop_factory=WorkbenchLoop) as runner:\n    runner.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in errors
    assert process.returncode in (1, -signal.SIGINT)


# --- spawn and finished


async def test_spawn_keeps_the_task_alive_and_names_it() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.002)
        done.set()

    assert spawn(work(), name="work").get_name() == "work"
    gc.collect()
    await asyncio.wait_for(done.wait(), 2)


async def test_spawn_hands_a_failure_to_its_handler() -> None:
    errors: list[Exception] = []

    async def fail() -> None:
        raise ValueError("broken")

    task = spawn(fail(), name="fail", on_error=errors.append)
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert [str(error) for error in errors] == ["broken"]


async def test_spawn_without_a_handler_reports_to_the_loop() -> None:
    reports: list[dict[str, Any]] = []
    running().set_exception_handler(lambda _, context: reports.append(context))

    async def fail() -> None:
        raise ValueError("broken")

    try:
        await asyncio.wait([spawn(fail(), name="the import")])
        await asyncio.sleep(0)
    finally:
        running().set_exception_handler(None)
    assert [report["message"] for report in reports] == ["the import failed"]


async def test_a_cancelled_task_has_not_failed() -> None:
    errors: list[Exception] = []
    task = spawn(asyncio.sleep(60), name="sleep", on_error=errors.append)
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert errors == []


def test_spawn_needs_a_running_loop() -> None:
    with pytest.raises(RuntimeError):
        spawn(asyncio.sleep(0), name="too early")


async def test_finished_gives_the_result_while_others_run(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    running().call_later(0.005, dialog.accept)
    assert await finished(dialog) == QDialog.DialogCode.Accepted.value
    running().call_later(0.005, dialog.done, 42)
    assert await finished(dialog) == 42


async def test_cancelling_the_wait_rejects_the_dialog(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    task = asyncio.create_task(finished(dialog))
    await asyncio.sleep(0)
    assert dialog.isVisible()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert not dialog.isVisible()


async def test_a_destroyed_dialog_counts_as_rejected() -> None:
    dialog = QDialog()
    running().call_later(0.002, dialog.deleteLater)
    assert await finished(dialog) == QDialog.DialogCode.Rejected.value


# --- the guard of these tests

_LEAKS = """
import asyncio, threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

kept = []

async def test_task():
    asyncio.create_task(asyncio.sleep(60))

def test_timer():
    kept.append(QTimer())
    kept[-1].start(9)

def test_window():
    kept.append(QWidget())
    kept[-1].show()

def test_thread():
    kept.append(threading.Event())
    threading.Thread(target=kept[-1].wait, args=(9,), daemon=True).start()

async def test_clean():
    await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(print))
    QWidget().show()
    QTimer().start(9)
"""


def test_the_guard_fails_tests_that_leave_something(tmp_path: Path) -> None:
    here = Path(__file__).parent
    guard = (here / "conftest.py").read_text().replace("_GRACE = 2.0", "_GRACE = 0.01")
    (tmp_path / "conftest.py").write_text(guard)
    (tmp_path / "test_leaks.py").write_text(_LEAKS)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nqt_api=pyside6\nasyncio_mode=auto\nfilterwarnings=error\n"
        "asyncio_default_test_loop_scope=session\nasyncio_default_fixture_loop_scope=session\n"
    )
    env = os.environ | {"PYTHONPATH": str(here.parent.parent)}
    command = [sys.executable, "-m", "pytest", "-q", str(tmp_path)]
    output = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, check=False).stdout
    for leaker in ("task", "timer", "window", "thread"):
        assert f"test_leaks.py::test_{leaker}" in output, output
    assert "5 passed, 4 errors" in output, output
    for line in (9, 13, 21):  # where the task, the timer and the thread were started
        assert f"test_leaks.py:{line}" in output, output
