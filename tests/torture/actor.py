"""A process that opens a store and then does what it is told, line by line; says an answer to each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.torture import plan
from workbench.errors import WorldError
from workbench.model.clock import SystemClock
from workbench.store.sqlite.store import SqliteStore


class Actor:
    """The tests' end of such a process."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.actor", str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> Any:
        """Returns the next answer; the first one says why the process only observes, or is empty."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def tell(self, *words: object) -> None:
        """Says what to do, without waiting for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def ask(self, *words: object) -> Any:
        """Says what to do and returns the answer."""
        self.tell(*words)
        return self.hear()

    def kill(self) -> list[Any]:
        """Kills the process; returns what it still had said."""
        self.process.kill()
        said, _ = self.process.communicate()
        return [json.loads(line) for line in said.splitlines()]

    def end(self) -> None:
        """Has the process close its store and waits until it has ended."""
        self.process.communicate()


def say(answer: object) -> None:
    """Says an answer at once."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Opens the store and obeys until the input ends."""
    store = SqliteStore(Path(sys.argv[1]), SystemClock())
    reader = store.reader()
    say(store.observer)
    for line in sys.stdin:
        match line.split():
            case ["write", run, first, last]:
                for step in range(int(first), int(last)):
                    try:
                        store.write(plan.operations(run, step))
                        say(step)
                    except WorldError as error:
                        say(f"{type(error).__name__}: {error} ({error.hint})")
            case ["limit", size]:
                import resource  # not on Windows

                _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(size) if int(size) >= 0 else most, most))
                say(size)
            case ["read"]:
                with reader.steady():
                    events = reader.read_log(0, 1_000_000)
                    say([[event.position, str(event.id)] for event in events])
    store.close()


if __name__ == "__main__":
    main()
