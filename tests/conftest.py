"""What all tests share: the repository's root, a clock that stands still, ids that repeat."""

from __future__ import annotations

import random
from collections.abc import Iterator
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
