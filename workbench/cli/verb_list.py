"""The list of all verbs, what the top help says of them, and where each of them is.

A further verb is a `VerbSpec` in a module of this folder and one line in `VERBS`. Only the module of the verb
that was asked for is imported.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import __version__
from workbench.cli.arguments import Options, VerbSpec
from workbench.model.hints import did_you_mean, nearest


@dataclass(frozen=True, slots=True)
class Verb:
    """A line of the top help.

    Attributes:
        place: Module of this package and the name of the `VerbSpec` in it.
    """

    name: str
    summary: str
    place: str

    def command(self) -> VerbSpec:
        """Imports what is behind the verb."""
        module, _, name = self.place.partition(":")
        found: VerbSpec = getattr(importlib.import_module(f"workbench.cli.{module}"), name)
        return found


VERBS = {
    "The window": (
        Verb("open", "open a project or a bundle in the window (the default)", "window_options:OPEN"),
        Verb("tour", "drive a sample by itself and save a picture of every view", "window_options:TOUR"),
    ),
    "A project": (
        Verb("new", "begin a project in a new folder, from a template", "project_verbs:NEW"),
        Verb("check", "name every problem of a project's files", "project_verbs:CHECK"),
        Verb("test", "run the project's scenarios", "test_verb:TEST"),
        Verb(
            "coverage",
            "say what scenarios try of the model, and what ever happened",
            "coverage_verb:COVERAGE",
        ),
        Verb("explore", "look for an order in which a scenario goes wrong", "explore_verb:EXPLORE"),
        Verb("run", "issue commands, drain the queues, print a summary", "run_verb:RUN"),
        Verb("fork", "make a folder of it as it was at a position", "fork_verb:FORK"),
        Verb("compare", "say how two that were one differ", "fork_verb:COMPARE"),
        Verb("bundle", "put it and what matters of its store into one file", "bundle_verb:BUNDLE"),
        Verb("rehearse-deploy", "say what another model would do to what is stored", "deploy_verb:DEPLOY"),
        Verb("docs", "write the model down as Markdown with diagrams", "project_verbs:DOCS"),
    ),
    "Looking": (
        Verb("streams", "list streams, the last changed first", "log_verbs:STREAMS"),
        Verb("show", "show a stream's history and its state at a version", "log_verbs:SHOW"),
        Verb("find", "find whatever is stored, by words, expression and time", "find_verb:FIND"),
        Verb("events", "list events of the log, by stream, type and position", "log_verbs:EVENTS"),
        Verb("story", "tell what one command caused", "story_verb:STORY"),
        Verb("since", "say since when an invariant does not hold", "since_verb:SINCE"),
        Verb("subscriptions", "show how far subscriptions are", "subscription_verbs:SUBSCRIPTIONS"),
        Verb("rates", "tell what subscriptions did over time", "rates_verb:RATES"),
        Verb("projections", "show how far read models are, rebuild one", "projection_verb:PROJECTIONS"),
        Verb("traffic", "run the traffic of a range again, in a copy", "traffic_verb:TRAFFIC"),
        Verb("metrics", "write counters and gauges as OpenMetrics text", "metrics_verb:METRICS"),
    ),
    "Repairing": (
        Verb(
            "dead-letters",
            "list, show, replay, edit, purge and restore dead letters",
            "dead_letter_verb:LETTERS",
        ),
        Verb("operations", "list what operators did, and what can be undone", "operation_verbs:OPERATIONS"),
        Verb("undo", "undo one operation", "operation_verbs:UNDO"),
    ),
    "Moving events": (
        Verb("append", "append one event by hand, with the reason for it", "append_verb:APPEND"),
        Verb("import", "bring the events of a file in", "transfer_verbs:IMPORT"),
        Verb("export", "write events into a file that can be brought in again", "transfer_verbs:EXPORT"),
    ),
    "The store's file": (
        Verb("doctor", "examine it: the file, its rules, its sizes, what to do", "store_verbs:DOCTOR"),
        Verb("backup", "copy it while it is in use", "store_verbs:BACKUP"),
    ),
}
"""All verbs by group, in the order of the help."""

NAMES = {verb.name: verb for group in VERBS.values() for verb in group}

OTHERS = {
    "log": ("operations", "events", "find"),
    "history": ("operations", "show", "events"),
    "search": ("find",),
    "init": ("new",),
    "status": ("subscriptions", "projections", "doctor"),
}
"""Words that other programs have for what these verbs do."""

HEAD = """\
usage: workbench VERB …          workbench VERB --help says what it takes, with examples

Design, run, break, understand and repair event-sourced flows.
"""
TAIL = """\
examples:
  workbench open --sample users                a copy of the users sample, in the window
  workbench new shop --template orders         a project of your own
  workbench check shop
  workbench run shop --json
  workbench show shop order-7 --at 3

exit codes: 0 done; 1 it failed, or was stopped; 2 the command line is wrong; 3 done, but problems were found
"""


def top_help() -> str:
    """Returns what ``workbench --help`` says."""
    lines = [HEAD]
    for group, verbs in VERBS.items():
        lines += [f"{group}:", *(f"  {verb.name:<14} {verb.summary}" for verb in verbs), ""]
    return "\n".join([*lines, TAIL])


def parse(words: Sequence[str]) -> tuple[str, VerbSpec, Options]:
    """Reads a whole command line; returns the verb, what is to be done, and with what.

    Raises:
        SystemExit: With 0 for help and version, with 2 where the words are wrong.
    """
    _never_fail_on_a_letter()
    name, *rest = with_verb(list(words))
    if name in {"-h", "--help"}:
        print(top_help(), end="")
        raise SystemExit(0)
    if name == "--version":
        print(f"Event Workbench {__version__}")
        raise SystemExit(0)
    if name not in NAMES:
        others = " or ".join(OTHERS.get(name, ()))
        meant = f"did you mean {others}?" if others else did_you_mean(name, NAMES) or _action_meant(name)
        said = f" ({meant})" if meant else ", and there is no folder of that name"
        print(f"workbench: unknown command {name}{said}\n  see workbench --help", file=sys.stderr)
        raise SystemExit(2)
    command, options = NAMES[name].command().parse(name, rest)
    return name, command, options


def _action_meant(name: str) -> str:
    """Returns which action of a verb a word may mean, with the verb in front; empty for none."""
    actions = {action: verb for verb, one in NAMES.items() for action in one.command().actions}
    meant = nearest(name, actions)
    return f"did you mean {actions[meant]} {meant}?" if meant else ""


def with_verb(words: list[str]) -> list[str]:
    """Puts ``open`` where nothing else was said: before options, and before what is a file or folder."""
    first = words[0] if words else ""
    if first in {"-h", "--help", "--version"} or first in NAMES:
        return words
    return ["open", *words] if not first or first.startswith("-") or Path(first).exists() else words


def _never_fail_on_a_letter() -> None:
    """Has letters that the terminal's encoding lacks shown as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
