"""Reads the command line and wires the layers: the one place that knows every face of the program."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from workbench import __version__

EXAMPLES = """
examples:
  workbench open --sample users          the users sample, on a copy of your own
  workbench open my-project              a project folder
  workbench import my-project log.ndjson bring events in from a file
  workbench run --sample users --json    play the sample's story without a window
  workbench tour pictures                drive the sample by itself and save a picture of every view
  workbench streams my-project           list streams, the newest first
  workbench doctor my-project            examine its store
  workbench backup my-project copy.db    copy its store while it is in use

exit codes: 0 done, 1 something failed, 2 the command line is wrong, 3 lines or commands had problems
"""


def parser() -> argparse.ArgumentParser:
    """Returns the parser of the whole command line."""
    root = argparse.ArgumentParser(
        prog="workbench",
        description="Design, run, break, understand and repair event-sourced flows.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"Event Workbench {__version__}")
    verbs = root.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    opening = verbs.add_parser("open", help="open a project in the window (the default)")
    _project(opening)
    _window(opening)
    opening.add_argument("--trust", action="store_true", help="trust the project's Python modules")
    tour = verbs.add_parser("tour", help="drive a sample by itself and save a picture of every view")
    tour.add_argument("folder", type=Path, help="where the pictures go")
    tour.add_argument("--sample", default="users", choices=("users", "orders"))
    bring = verbs.add_parser("import", help="bring the JSON objects of a file in as events")
    bring.add_argument("project", type=Path)
    bring.add_argument("file", type=Path, help="one JSON object a line")
    for name in ("stream", "type", "id", "time", "category"):
        bring.add_argument(
            f"--{name}", help=f"field of the {name}" if name != "category" else "begin of stream names"
        )
    bring.add_argument("--dry-run", action="store_true", help="say what would come in, store nothing")
    bring.add_argument("--json", action="store_true", help="answer as JSON")
    run = verbs.add_parser("run", help="issue commands from a file, drain the queues, print a summary")
    _project(run)
    run.add_argument("--commands", type=Path, help="NDJSON of commands; by default the sample's story")
    run.add_argument("--json", action="store_true", help="answer as JSON")
    streams = verbs.add_parser("streams", help="list streams, the newest first")
    streams.add_argument("project", type=Path)
    streams.add_argument("--find", default="", help="part of the name")
    streams.add_argument("--limit", type=int, default=50)
    streams.add_argument("--json", action="store_true", help="answer as JSON")
    doctor = verbs.add_parser("doctor", help="examine a store: the file, its rules, its sizes, what to do")
    copy = verbs.add_parser("backup", help="copy a store while it is in use")
    for verb in (doctor, copy):
        verb.add_argument("project", type=Path, help="a project folder, or the store's file itself")
        verb.add_argument("--json", action="store_true", help="answer as JSON")
    copy.add_argument("file", type=Path, help="where the copy goes; it must not exist")
    return root


SAMPLES = ("users", "orders", "users-declared", "orders-declared")
VERBS = ("open", "tour", "import", "run", "streams", "doctor", "backup")


def _project(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("project", type=Path, nargs="?", help="a project folder")
    verb.add_argument("--sample", choices=SAMPLES, help="a copy of a sample instead")


def _window(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--theme", choices=("system", "light", "dark"), default=None)
    verb.add_argument("--fresh", action="store_true", help="begin the sample anew: the old copy is put aside")


def with_verb(arguments: list[str]) -> list[str]:
    """Puts ``open`` where nothing else was said: before options, and before what is a file or folder."""
    first = arguments[0] if arguments else ""
    if first in {"-h", "--help", "--version"} or first in VERBS:
        return arguments
    return ["open", *arguments] if not first or first.startswith("-") or Path(first).exists() else arguments


def run(arguments: list[str]) -> int:
    """Runs one command line; returns the exit code."""
    options = parser().parse_args(with_verb(arguments))
    if options.verb in {"open", "tour"}:
        return _desktop(options)
    from workbench.cli import execute

    return execute(options, dict(os.environ))


def _desktop(options: argparse.Namespace) -> int:
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        if options.verb == "open":
            print(
                "There is no display here, so no window can be shown.\n"
                "Try: workbench tour FOLDER, which saves pictures of every view.",
                file=sys.stderr,
            )
            return 1
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from workbench.gui.application import show

    if options.verb == "tour":
        from workbench.gui.tour import tour

        return tour(options.folder, options.sample, dict(os.environ))
    return show(options, dict(os.environ))
