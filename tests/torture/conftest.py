"""The warm process that all torture tests share, and whether strace works here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.trials import Trials


@pytest.fixture(scope="session")
def trials() -> Iterator[Trials]:
    if not hasattr(os, "fork"):
        pytest.skip("workers are forked, which this system cannot do")
    with Trials() as opened:
        yield opened


@pytest.fixture(scope="session")
def tracing(trials: Trials, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """The trials, where strace can be used; else the test is skipped."""
    if reason := trials.reason_not_to_trace(tmp_path_factory.mktemp("tracing")):
        pytest.skip(reason)
    return trials


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"
