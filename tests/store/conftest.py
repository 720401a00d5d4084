"""A store on a file, opened anew for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.model.clock import ManualClock
from workbench.store.sql.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def store(path: Path, clock: ManualClock) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, clock)
    yield opened
    opened.close()
