"""The tests' end of the warm process: asks for trials, under strace or not, and reads how they ended."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.conftest import ROOT

KILLED = -9
WRITING = ("pwrite64", "fdatasync", "fsync", "ftruncate")
"""The calls through which SQLite changes files on Linux; its shared memory is no file that has to last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a worker ended.

    Attributes:
        status: Exit code, negative for the signal that ended it.
        said: All lines that it said.
        refused: Why it was not traced, where it should have been.
    """

    status: int
    said: tuple[str, ...]
    refused: str
    pid: int

    @property
    def told(self) -> dict[int, str]:
        """What it was told of each step that it finished: ``ok``, or outcome and class of the error."""
        pairs = (line.partition(" ")[::2] for line in self.said)
        return {int(step): outcome for step, outcome in pairs if step.isdigit()}

    @property
    def acknowledged(self) -> set[int]:
        """The steps that it was told are stored."""
        return {step for step, outcome in self.told.items() if outcome == "ok"}

    @property
    def odd(self) -> list[str]:
        """What it met that is in no tree of errors."""
        return [line for line in self.said if "UNEXPECTED" in line]


@dataclass(slots=True, kw_only=True)
class Trials:
    """Runs workers, each forked from one warm process; a context manager."""

    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.communicate()

    def run(self, *jobs: dict[str, Any]) -> list[Ending]:
        """Runs workers that begin at the same moment; returns when all have ended."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(jobs) + "\n")
        process.stdin.flush()
        answers = json.loads(process.stdout.readline())
        return [Ending(**{**answer, "said": tuple(answer["said"])}) for answer in answers]

    def one(self, path: Path, *, strace: Sequence[str] = (), **job: Any) -> Ending:
        """Runs one worker on a store, traced if words for strace are given."""
        job = {"path": str(path), "run": "r", "steps": 0, **job}
        if strace:
            job |= {"strace": list(strace), "log": str(path.parent / "strace.log")}
        (ending,) = self.run(job)
        return ending

    def reason_not_to_trace(self, folder: Path) -> str:
        """Returns why nothing can be traced here, or nothing."""
        try:
            subprocess.run(["strace", "-V"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            return f"strace does not run here: {error}"
        path = folder / "trial.db"
        ending = self.one(path, steps=1, strace=on_files(path, "signal=SIGKILL:when=1", "pwrite64"))
        return "" if ending.status == KILLED else f"strace cannot reach into a process here: {ending.refused}"


def on_files(path: Path, fault: str, *calls: str) -> list[str]:
    """Returns the words that have strace do something to calls on a store's files, and count no others.

    The file is made under another name, which carries the process id of its maker.
    """
    ends = ["", "-wal", "-journal", ".{pid}.new", ".{pid}.new-journal", ".{pid}.new-wal"]
    words = [word for end in ends for word in ("-P", f"{path}{end}")]
    return [*words, "-e", f"trace={','.join(calls)}", "-e", f"inject={','.join(calls)}:{fault}"]


def counted(trials: Trials, path: Path, **job: Any) -> Counter[str]:
    """Runs a worker unharmed and counts the calls by which it changes the store's files."""
    words = on_files(path, "delay_enter=0", *WRITING)[:-2]
    ending = trials.one(path, strace=words, **job)
    assert (ending.status, ending.odd) == (0, []), ending
    log = (path.parent / "strace.log").read_text()
    return Counter(re.findall(rf"^\d+ +({'|'.join(WRITING)})\(", log, re.MULTILINE))
