"""A warm process that forks workers on demand, under strace where wanted, and says how they ended.

A worker needs milliseconds instead of the second that Python and its imports take, so hundreds of deaths fit
into a test run. Jobs come in as lines of JSON, answers go out the same way.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

from tests.torture import plan
from workbench.errors import Outcome, WorkbenchError, WorldError
from workbench.model.clock import ManualClock
from workbench.store.sqlite import connection
from workbench.store.sqlite.schema import ddl
from workbench.store.sqlite.store import SqliteStore

PR_SET_PTRACER, ANYBODY = 0x59616D61, 2**64 - 1
"""Where only ancestors may trace a process, it may let others: strace is a worker's sibling."""
UNHARMED, ODD = 0, 3
STAYING = "staying"


def say(*words: object) -> None:
    """Says a line to whoever waits for it, at once."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def told(error: BaseException) -> str:
    """Says what an error says of the write that it ended."""
    if isinstance(error, WorldError):
        return f"{error.outcome.name} {type(error).__name__}"
    return f"UNEXPECTED {type(error).__name__}: {error}".replace("\n", " ")


class Worker:
    """Does the steps of a plan and says after each what it was told.

    Args:
        job: ``path``, ``run`` and ``steps``; ``beside``, a run whose steps go into the same transactions;
            ``checkpoint_pages`` and ``synchronous`` for the store; ``lie`` to say ok before it is true;
            ``stay`` to keep the store open until all workers have done their steps.
        leaving: A pipe that is written to when all have.
    """

    def __init__(self, job: dict[str, Any], leaving: int) -> None:
        self.job = job
        self.leaving = leaving
        self.path = Path(job["path"])
        self.runs = [job["run"], *([job["beside"]] if "beside" in job else [])]
        self.store: SqliteStore | None = None

    def work(self) -> None:
        """Does it all."""
        connection.CHECKPOINT_PAGES = self.job.get("checkpoint_pages", connection.CHECKPOINT_PAGES)
        if not self.open():
            return
        for step in range(self.job["steps"]):
            if self.job.get("lie"):
                say(step, "ok")
            self.step(step)
        if self.job.get("stay"):
            say(STAYING)
            os.read(self.leaving, 1)
        self.close()

    def open(self) -> bool:
        """Opens the store; says if it cannot."""
        try:
            self.store = SqliteStore(
                self.path, ManualClock(), synchronous=self.job.get("synchronous", "full")
            )
        except Exception as error:  # noqa: BLE001 # any error is news for the test
            say("open", told(error))
            return False
        say("open", "ok", self.store.observer)
        return True

    def step(self, step: int) -> None:
        """Writes one step; opens the store anew where that is the only way on."""
        if self.store is None and not self.open():
            return
        assert self.store is not None
        group = [one for run in self.runs for one in plan.operations(run, step)]
        size = len(group) // len(self.runs)
        wanted = {place + n * size for place in plan.refusals(step) for n in range(len(self.runs))}
        try:
            answers = self.store.write(group)
        except WorldError as error:
            say(step, told(error))
            if error.outcome is Outcome.UNKNOWN:
                self.close()
            return
        except Exception as error:  # noqa: BLE001 # any error is news for the test
            say(step, told(error))
            return
        refused = {place for place, one in enumerate(answers) if isinstance(one, WorkbenchError)}
        if refused != wanted:
            say(step, "UNEXPECTED", f"refusals at {refused}: {answers}"[:500])
        elif not self.job.get("lie"):
            say(step, "ok")

    def close(self) -> None:
        """Closes the store, if it is open."""
        store, self.store = self.store, None
        if store is None:
            return
        try:
            store.close()
        except Exception as error:  # noqa: BLE001 # any error is news for the test
            say("close", told(error))
        else:
            say("close", "ok")


def fork(job: dict[str, Any], gate: int, leaving: int) -> tuple[int, TextIO]:
    """Forks a worker that begins when the gate is opened; returns its process id and what it says."""
    said, saying = os.pipe()
    pid = os.fork()
    if pid:
        os.close(saying)
        return pid, os.fdopen(said, encoding="utf-8")
    code = ODD
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(ANYBODY), 0, 0, 0)
        os.close(said)
        os.dup2(saying, 1)
        os.close(saying)
        os.read(gate, 1)
        Worker(job, leaving).work()
        code = UNHARMED
    except BaseException as error:  # noqa: BLE001 # nothing may escape into the parent's code
        say("worker", told(error))
    finally:
        os._exit(code)
    raise AssertionError("a worker ends above")


def attach(pid: int, words: list[str], log: str) -> tuple[subprocess.Popen[str] | None, str]:
    """Puts a process under strace; returns the tracer, or None and why not."""
    words = [word.replace("{pid}", str(pid)) for word in words]
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", log, *words, "-p", str(pid)], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr is not None
    said = ""
    for line in tracer.stderr:
        said += line
        if "attached" in line and "Process" in line:
            return tracer, said
    with tracer:
        tracer.wait()
    return None, said


def trial(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs workers that begin at the same moment; says of each how it ended and what it said."""
    gate, leaving = os.pipe(), os.pipe()
    running = [(job, *fork(job, gate[0], leaving[0])) for job in jobs]
    tracers, refused = [], ""
    for job, pid, _ in running:
        if "strace" in job and not refused:
            tracer, said = attach(pid, job["strace"], job["log"])
            if tracer is None:
                refused = said
            else:
                tracers.append(tracer)
    if refused:
        for _, pid, _ in running:
            os.kill(pid, signal.SIGKILL)
    os.write(gate[1], b"g" * len(running))
    heard = [_listen(*worker) for worker in running]
    os.write(leaving[1], b"g" * len(running))
    answers = [
        {
            "said": [*first, *_listen(*worker)],
            "pid": worker[1],
            "status": _end(*worker[1:]),
            "refused": refused,
        }
        for worker, first in zip(running, heard, strict=True)
    ]
    for tracer in tracers:
        tracer.communicate()
    for end in (*gate, *leaving):
        os.close(end)
    return answers


def _listen(job: dict[str, Any], pid: int, said: TextIO) -> list[str]:
    """Returns what a worker says until it stays or ends; kills it where its job asks for that."""
    heard: list[str] = []
    for line in said:
        heard.append(line.rstrip("\n"))
        if len(heard) == job.get("kill_after"):
            os.kill(pid, signal.SIGKILL)
        if heard[-1] == STAYING:
            break
    return heard


def _end(pid: int, said: TextIO) -> int:
    said.close()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Serves until the input ends."""
    ddl()  # warms what every opening needs
    for line in sys.stdin:
        answer = json.dumps(trial(json.loads(line)))
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
