"""Runs the tests of the desktop face on one application and one loop; fails what leaks."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from tests.services.conftest import given_back, retry_delay, scratch, settle, workspace
from workbench.gui import reads
from workbench.gui.desk import Desk
from workbench.gui.loop import WorkbenchLoop
from workbench.project.samples import PROJECT_FILE, copy_sample, samples_folder
from workbench.services.workspace import Workspace

__all__ = ["given_back", "retry_delay", "scratch", "settle", "workspace"]
_GRACE = 2.0  # seconds that a thread has to end after it was told to
_failed = pytest.StashKey[bool]()
_origins: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
_timers: weakref.WeakSet[QTimer] = weakref.WeakSet()
_loops: weakref.WeakSet[WorkbenchLoop] = weakref.WeakSet()
_MACHINERY = (
    "asyncio",
    "_pytest",
    "pluggy",
    "qasync",
    "threading.py",
    "concurrent",
    Path(__file__).name,
    "loop.py",
)


class Until(Protocol):
    """What the `until` fixture gives."""

    def __call__(self, predicate: Callable[[], object], within: float = 2.0) -> Awaitable[None]: ...


def _application() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["tests"])
        app.setStyle("Fusion")
        app.setQuitOnLastWindowClosed(False)  # the loop ends when the tests do
    return app


def _loop() -> WorkbenchLoop:
    loop = WorkbenchLoop(_application())
    loop.set_task_factory(_task)
    _loops.add(loop)
    return loop


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], Any]]:
    return {"qt": _loop}


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The one application of the session, the same that the loop runs."""
    return _application()


@pytest.fixture
def until() -> Until:
    """Waits, while the loop runs, until a predicate holds."""

    async def wait(predicate: Callable[[], object], within: float = 30.0) -> None:
        deadline = asyncio.get_running_loop().time() + within
        while not predicate():
            assert asyncio.get_running_loop().time() < deadline, f"did not come true within {within} s"
            await asyncio.sleep(0.002)

    return wait


@pytest.fixture(autouse=True)
def _quick_answers_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no busy machine decide what is answered at once: what takes no time on it is, always."""
    monkeypatch.setattr(reads, "AT_ONCE", 60.0)


def turn_wheel(widget: QWidget, by: int = 120) -> bool:
    """Turns the wheel over a widget; says whether that took it, so that nothing around it is scrolled."""
    place, keys = QPointF(5, 5), Qt.KeyboardModifier.NoModifier
    phase, turn = Qt.ScrollPhase.NoScrollPhase, QPoint(0, by)
    event = QWheelEvent(place, place, QPoint(), turn, Qt.MouseButton.NoButton, keys, phase, False)
    widget.event(event)
    return event.isAccepted()


# --- the guard: what a test starts, it must stop


def _origin() -> str:
    """Names the nearest line of the stack that belongs to neither the machinery nor the libraries."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not any(part in name for part in _MACHINERY):
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return "an unknown place"


def _task(loop: asyncio.AbstractEventLoop, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
    task = asyncio.Task(coro, loop=loop, **kwargs)
    _origins[task] = _origin()
    return task


def _note_starts(patch: pytest.MonkeyPatch) -> None:
    start_timer, start_thread = QTimer.start, threading.Thread.start

    def timer_start(self: QTimer, *args: Any) -> None:
        _timers.add(self)
        _origins[self] = _origin()
        start_timer(self, *args)

    def thread_start(self: threading.Thread) -> None:
        _origins[self] = _origin()
        start_thread(self)

    patch.setattr(QTimer, "start", timer_start)
    patch.setattr(threading.Thread, "start", thread_start)


@pytest.fixture(scope="session", autouse=True)
def _starts_are_noted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _note_starts(patch)
        yield


def _live() -> list[Any]:
    """Everything that could go on after a test: windows, timers, tasks, threads."""
    found: list[Any] = [w for w in QApplication.topLevelWidgets() if isValid(w) and w.isVisible()]
    found += [t for t in _timers if isValid(t) and t.isActive()]
    found += [task for loop in _loops if not loop.is_closed() for task in asyncio.all_tasks(loop)]
    pools = ("asyncio_", "Dummy-")  # the loop's own pool lives as long as the loop
    found += [t for t in threading.enumerate() if not t.name.startswith(pools)]
    return found


def _left(before: set[int]) -> list[Any]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [thing for thing in _live() if id(thing) not in before and not _ended(thing)]


def _ended(thing: Any) -> bool:
    """Whether it is a thread that ends by itself; it was told to, and gets the time that it needs."""
    if isinstance(thing, threading.Thread):
        thing.join(_GRACE)
    return isinstance(thing, threading.Thread) and not thing.is_alive()


def _end(thing: Any) -> None:
    if isinstance(thing, QWidget):
        thing.close()
        thing.deleteLater()
    elif isinstance(thing, QTimer):
        thing.stop()
    elif isinstance(thing, asyncio.Task):
        thing.cancel()
        thing.get_loop().run_until_complete(asyncio.wait([thing], timeout=_GRACE))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a window, a timer, a task or a thread, and names where it was started."""
    kept = _live()  # references, so that no id is used again
    yield
    before = {id(thing) for thing in kept}
    left = _left(before)
    if left:
        del left
        gc.collect()  # what hangs in a reference cycle has not leaked
        left = _left(before)
    message = "\n".join(f"{thing!r} started at {_origins.get(thing, 'an unknown place')}" for thing in left)
    for thing in left:
        _end(thing)
    if left and not request.node.stash.get(
        _failed, False
    ):  # a failed test's traceback keeps its locals alive
        pytest.fail(f"the test left behind:\n{message}", pytrace=False)


@pytest.fixture(autouse=True)
def _the_application_stays_as_it_is(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves the application with another look: later ones would measure otherwise."""
    before = qapp.styleSheet(), qapp.font()
    yield
    assert (qapp.styleSheet(), qapp.font()) == before, "the test leaves the application with another look"


@pytest.fixture(autouse=True)
def _no_button_stays_down(qapp: QApplication) -> Iterator[None]:
    """Releases the mouse: a double click of `QTest` ends pressed, and notices of the next test would wait."""
    yield
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        somewhere = QWidget()
        QTest.mouseRelease(somewhere, Qt.MouseButton.LeftButton)


class Numbers:
    """A source of rows of any length; row n has the key n, unless some went or came at the top.

    Attributes:
        asked: First row and limit of each page that was asked for.
        gone: Keys that left.
        fault: What reading raises, if anything.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self.asked: list[tuple[int, int]] = []
        self.gone: set[int] = set()
        self.first = 0
        self.fault: Exception | None = None

    def _read(self) -> list[int] | range:
        if self.fault is not None:
            raise self.fault
        there = range(self.first, self.length)
        return [key for key in there if key not in self.gone] if self.gone else there

    def count(self) -> int:
        return len(self._read())

    def page(self, first: int, limit: int) -> list[tuple[int, str]]:
        self.asked.append((first, limit))
        return [(number, f"row {number}") for number in self._read()[first : first + limit]]

    def key(self, row: tuple[int, str]) -> int:
        return row[0]

    def keys(self, first: int, limit: int) -> list[int] | range:
        return self._read()[first : first + limit]

    def find(self, keys: Collection[Any]) -> dict[Any, int]:
        there = self._read()
        return {key: there.index(key) for key in keys if key in there}


# --- a real project on a desk: the users sample, its engine running


@pytest.fixture
async def desk(workspace: Workspace) -> AsyncIterator[Desk]:
    made = Desk(workspace)
    yield made
    await made.close()


def take_turn(desk: Desk) -> None:
    """Does what views are to do in one turn."""
    desk._turns.take()


@pytest.fixture
async def broken(workspace: Workspace) -> Workspace:
    """Two mails to a server that is down are dead letters 2 and 3, one to nowhere is 1."""
    await workspace.commands.issue("report_outage", {"domain": "slow.example"})
    for name, domain in (("cyd", "x.invalid"), ("ann", "slow.example"), ("bob", "slow.example")):
        values = {"user_id": name, "username": name.title(), "email": f"{name}@{domain}"}
        assert (await workspace.commands.issue("create_user", values)).accepted
        await settle(workspace)
    assert [letter.key for letter in workspace.dead_letters.page()] == ["user-bob", "user-ann", "user-cyd"]
    return workspace


async def play_story(session: Any) -> None:
    """Plays the story of a session's project; what a command causes is done before the next comes."""
    await session.workspace.story.play(pace=0, between=session.workspace.world.settle)


@pytest.fixture
async def trunk(start: Any, until: Any, scratch: Path, tmp_path: Path) -> AsyncIterator[Any]:
    """A session whose story was played; its forks are discarded at the end. The module has `start`."""
    project = (
        copy_sample("users", samples_folder({"WORKBENCH_DATA": str(tmp_path / "data")}) / "users")
        / PROJECT_FILE
    )
    project.write_text(project.read_text().replace('retry_delay: "500ms"', 'retry_delay: "1ms"'))
    session = await start()
    await play_story(session)
    await until(lambda: not any(one.waiting for one in session.workspace.monitor.subscriptions()), within=20)
    yield session
    for fork in session.forks:
        fork.discard_fork()
    await until(lambda: session.forks == [])
