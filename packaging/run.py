"""Starts the workbench on a machine that has little more than Python, with a sample project.

    python3 packaging/run.py                      a copy of the sample project in a window
    python3 packaging/run.py tour FOLDER          arguments are those of `python -m workbench`

Without a display it makes a tour instead: it drives the window unseen and saves pictures of it.
"""

import sys

# This file keeps to syntax that old Pythons can parse, so that they come as far as this sentence.
if sys.hexversion < 0x030B0000:
    sys.exit(
        f"Event Workbench needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Start it with a newer one, such as: python3.11 packaging/run.py"
    )

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bootstrap import ROOT, RUNTIME, prepare
from console import Stop, guarded, say
from libraries import screen

OPEN = ("open", "--sample", "users")


def choose(arguments: Sequence[str], drawn_on: str) -> list[str]:
    """Returns what to tell the workbench.

    Args:
        arguments: What the person typed; nothing means the sample.
        drawn_on: ``window`` or ``offscreen``.

    Raises:
        Stop: A window was asked for where there is no display.
    """
    if drawn_on == "window":
        return list(arguments or OPEN)
    if arguments and arguments[0] != "open":
        return list(arguments)
    if arguments:
        raise Stop(
            "There is no display here, so no window can be opened.",
            "Without one these work: run.py tour FOLDER, run.py run PROJECT, run.py --help",
        )
    folder = _tour_folder()
    say("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be opened.")
    say(f"Instead the workbench makes a tour of itself; its pictures will be in {folder}")
    return ["tour", str(folder)]


def _tour_folder() -> Path:
    folder = ROOT / "build" / "tour"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a checkout that only others may write to
        return Path(tempfile.mkdtemp(prefix="event-workbench-tour-"))
    return folder


def main() -> int:
    """Prepares, then becomes the workbench."""
    drawn_on = screen(os.environ)
    python = prepare(RUNTIME, drawn_on)
    words = [str(python), "-m", "workbench", *choose(sys.argv[1:], drawn_on)]
    env = dict(os.environ)
    if drawn_on == "offscreen":
        env["QT_QPA_PLATFORM"] = "offscreen"
    say(f"Starting: {' '.join(words)}")
    if os.name != "nt":
        os.execve(python, words, env)  # noqa: S606 - signals and the exit code then need no go-between
    return subprocess.run(words, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(guarded(main))
