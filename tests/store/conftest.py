"""Stores of every kind, opened anew for every test: what runs against one runs against all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from workbench.model.clock import Clock, ManualClock
from workbench.store.memory.store import MemoryStore
from workbench.store.ports import Store
from workbench.store.sqlite.store import SqliteStore


class Kind(Protocol):
    """One kind of store, as the conformance suite sees it: opened, and opened again."""

    def open(self) -> Store:
        """Opens the store, with all that was committed before."""


class InMemory:
    """The reference."""

    def __init__(self, _path: Path, clock: Clock) -> None:
        self._store = MemoryStore(clock)

    def open(self) -> Store:
        """Opens the store."""
        self._store.reopen()
        return self._store


class OnSqlite:
    """A file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock

    def open(self) -> Store:
        """Opens the store."""
        return SqliteStore(self._path, self._clock)


KINDS: dict[str, Callable[[Path, Clock], Kind]] = {"memory": InMemory, "sqlite": OnSqlite}
"""A further adapter is a further line here, and nothing else."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, path: Path, clock: ManualClock) -> Kind:
    return KINDS[request.param](path, clock)


@pytest.fixture
def store(kind: Kind) -> Iterator[Store]:
    opened = kind.open()
    yield opened
    opened.close()


@pytest.fixture
def file_store(path: Path, clock: ManualClock) -> Iterator[SqliteStore]:
    """A store on a file, for what only files have."""
    opened = SqliteStore(path, clock)
    yield opened
    opened.close()
