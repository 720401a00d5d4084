"""The walks of the architecture are taken: what each names is called, in that order."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.services.conftest import passing, settle
from workbench.engine import group_commit

TEXT = (ROOT / "resources" / "docs" / "architecture.md").read_text(encoding="utf-8")
PROGRAM = str(ROOT / "workbench") + "/"


def walk(title: str) -> list[str]:
    """Returns what a walk names below the window, each as module and function."""
    (_, _, chapter) = TEXT.partition(f"## The walk of {title}\n")
    rows = re.findall(r"^\| `([\w/]+\.py)` \| (.+?) \|", chapter.partition("\n## ")[0], re.MULTILINE)
    return [f"{module}:{name}" for module, names in rows for name in re.findall(r"`([\w.]+)`", names)]


@contextmanager
def traced() -> Iterator[list[str]]:
    """Lists the calls of functions of the program, also in threads that begin meanwhile."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _arg: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PROGRAM):
            called.append(f"{code.co_filename.removeprefix(PROGRAM)}:{code.co_qualname}")

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def missed(title: str, called: list[str]) -> list[str]:
    """Returns what a walk names from where on it was not taken."""
    wanted = [step for step in walk(title) if not step.startswith("gui/")]
    assert len(wanted) > 5
    calls = iter(called)
    for number, step in enumerate(wanted):
        if not any(f"{name}.".startswith(f"{step}.") for name in calls):
            return wanted[number:]
    return []


@pytest.fixture
def on_file() -> bool:
    """Projects keep their events in files here, as they do for people."""
    return True


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    """Has everything written on the loop, where it is seen."""
    monkeypatch.setattr(group_commit, "INLINE_SECONDS", 1e9)


async def test_the_walks_of_a_command_and_of_a_delivery_are_taken(workspace):
    values = {"user_id": "cyd", "username": "Cyd", "email": "cyd@x.invalid"}
    with traced() as called:
        assert (await workspace.commands.issue("create_user", values)).accepted
        await settle(workspace)
    assert missed("a command", called) == []
    assert missed("a delivery", called) == []


async def test_the_walk_of_a_replay_is_taken(broken):
    numbers = [letter.number for letter in broken.dead_letters.page()]
    with traced() as called:
        report = await broken.dead_letters.replay(numbers)
        await passing(broken, broken.dead_letters.jobs.counts.settled(report.act, report.changed))
    assert missed("a dead-letter replay", called) == []
