"""What all tests share: the repository's root, a clock that stands still, ids that repeat."""

from __future__ import annotations

import gc
import random
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from workbench.gui.garbage import GarbageCollector
from workbench.model.clock import ManualClock
from workbench.model.ids import NewId, id_source
from workbench.services import workspace as workspace_module
from workbench.store.memory.store import MemoryStore
from workbench.store.sqlite import store

ROOT = Path(__file__).resolve().parent.parent

# A machine that is busy with other things is slow: no example fails for that. Each run tries a few examples
# of its own; `packaging/test.py --long` tries many, by the profile of that name.
_few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", _few)
settings.register_profile("many", _few, max_examples=500)
settings.load_profile("few")

_garbage = GarbageCollector(lambda: True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Looks for no garbage while tests are read: all of it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_look_at_garbage_goes_over_all_tests() -> Iterator[None]:
    """Sets aside what stays to the end: modules and thousands of tests, else looked at with every window.

    Python keeps one set of what is aside; what a window would add to it becomes old instead.
    """
    gc.freeze()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", partial(gc.collect, 1))
        patch.setattr(gc, "unfreeze", lambda: None)
        yield
    gc.unfreeze()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def new_id(clock: ManualClock) -> NewId:
    return id_source(clock, random.Random(7))


@pytest.fixture
def on_file() -> bool:
    """Whether projects keep what they store in a file; a test about files, or of two processes, says yes."""
    return False


@pytest.fixture
def stores(on_file: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every project that is opened keep what it stores where `on_file` says."""
    if not on_file:
        monkeypatch.setattr(store, "SqliteStore", lambda _path, clock, **_: MemoryStore(clock))


@pytest.fixture
def by_hand(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every project that is opened go by the clock that is moved by hand."""
    monkeypatch.setattr(workspace_module, "SystemClock", lambda: clock)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps every test away from the person's own settings and samples."""
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def _garbage_is_collected() -> Iterator[None]:
    """Collects where Python does not: once tests ran on Qt's loop, which stays open, it is left to that."""
    yield
    _garbage.collect()
