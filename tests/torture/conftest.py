"""The warm process that all torture tests share, and whether strace works here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.torture.trials import Trials

NOT_TORTURED = "NOT TORTURED"


def not_tortured(skipped: Sequence[Any]) -> list[str]:
    """Returns what is said of tests that were skipped because nothing can be traced; empty if none was."""
    reasons = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    found = sorted({reason for reason in reasons if NOT_TORTURED in reason})
    if not found:
        return []
    count = sum(NOT_TORTURED in reason for reason in reasons)
    return [
        f"{count} tests of faulty disks and lost power did NOT run:",
        *(f"  {reason.removeprefix('Skipped: ')}" for reason in found),
        "  install strace (apt-get install strace), and allow tracing, to have them run",
    ]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says loudly at the end what was left out."""
    for line in not_tortured(terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session")
def trials() -> Iterator[Trials]:
    if not hasattr(os, "fork"):
        pytest.skip("workers are forked, which this system cannot do")
    with Trials() as opened:
        yield opened


@pytest.fixture(scope="session")
def tracing(trials: Trials, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """The trials, where strace can be used; else the test is skipped, and the run's end says so loudly."""
    if reason := trials.reason_not_to_trace(tmp_path_factory.mktemp("tracing")):
        pytest.skip(f"{NOT_TORTURED}: {reason}")
    return trials


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"
