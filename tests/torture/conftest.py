"""The warm process that all torture tests share, and whether strace works here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.trials import Trials

NOT_TRIED = "what happens to a store that is killed at its writes was not tried"
HINT = "on Debian type: apt-get install strace; a container needs the right to trace (SYS_PTRACE)"


@pytest.fixture(scope="session")
def trials() -> Iterator[Trials]:
    if not hasattr(os, "fork"):
        pytest.skip("workers are forked, which this system cannot do")
    with Trials() as opened:
        yield opened


@pytest.fixture(scope="session")
def tracing(trials: Trials, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Trials:
    """The trials, where strace can be used; else the test is skipped, aloud, or fails in a long run."""
    if reason := trials.reason_not_to_trace(tmp_path_factory.mktemp("tracing")):
        if pytestconfig.option.markexpr == "long":
            pytest.fail(f"{reason}; {HINT}")
        pytest.skip(f"{NOT_TRIED}: {reason}; {HINT}")
    return trials


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud that nothing was killed at its writes."""
    reports = terminalreporter.stats.get("skipped", [])
    told = [one.longrepr[2] for one in reports if isinstance(one.longrepr, tuple)]
    if untried := [text for text in told if NOT_TRIED in text]:
        terminalreporter.section(f"{len(untried)} tests were not run", sep="!", red=True, bold=True)
        terminalreporter.line(untried[0].removeprefix("Skipped: "))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"
