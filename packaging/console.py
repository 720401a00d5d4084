"""Speaks with the person who starts the scripts, and runs the programs that they need."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn


class Stop(Exception):
    """Work cannot go on.

    Args:
        what: What is in the way, as a sentence.
        remedy: What the person can do about it: sentences, or a command to type.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")


def say(text: str = "") -> None:
    """Prints at once, so that it stands above what a child process prints after it."""
    print(text, flush=True)


def ask(command: Sequence[str | Path]) -> str | None:
    """Runs a quick command and returns what it printed, or None if it failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def show(command: Sequence[str | Path], env: Mapping[str, str]) -> tuple[int, str]:
    """Runs a command in full view and keeps its complaints.

    Its output goes straight to the terminal, so that progress bars stay alive; errors are shown
    and also collected.

    Returns:
        The exit code, and what came on standard error.
    """
    heard: list[str] = []
    with subprocess.Popen(
        command,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        close_fds=False,  # a lock marked as inheritable is held until the child is done, too
    ) as child:
        try:
            for line in child.stderr or ():
                heard.append(line)
                sys.stderr.write(line)
                sys.stderr.flush()
        except BaseException:
            child.terminate()  # a signal may have reached this process alone
            raise
    return child.returncode, "".join(heard)


def _terminated(*_: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def guarded(work: Callable[[], int]) -> int:
    """Runs a script's work and turns what stops it into words and an exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return work()
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Type the same command again to go on.", file=sys.stderr)
        return 130
