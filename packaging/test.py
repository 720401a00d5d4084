"""Runs every check of the project, on a machine that has little more than Python.

python3 packaging/test.py                     format, style, types, layers, tests, a run without a screen
python3 packaging/test.py --long              the long forms of tests, in parts, with the time that each took
python3 packaging/test.py tests/tusk -x       arguments are those of pytest, which then runs alone
"""

import sys

# This file keeps to syntax that old Pythons can parse, so that they come as far as this sentence.
if sys.hexversion < 0x030B0000:
    sys.exit(
        f"Event Workbench needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Start it with a newer one, such as: python3.11 packaging/test.py"
    )

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bootstrap import DEVELOPMENT, ROOT, prepare
from console import guarded, say
from libraries import supply_program

_SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""Tests run in as many processes as there are cores; those of one file stay together, in their order.

Files keep their order, too: else those of a few long tests come last, and one process waits for another.
"""
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-logo'])"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that must hold.

    Attributes:
        name: What it is about.
        words: What the environment's Python is told.
        again: What to type to see it alone, or to mend it.
        quiet: Whether its output matters only when it fails.
    """

    name: str
    words: tuple[str, ...]
    again: str
    quiet: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a check went; `seconds` is how long it took."""

    check: Check
    code: int
    seconds: float


CHECKS = (
    Check(name="format", words=("-m", "ruff", "format", "--check"), again="{python} -m ruff format"),
    Check(name="style", words=("-m", "ruff", "check"), again="{python} -m ruff check --fix"),
    Check(name="types", words=("-m", "mypy"), again="{python} -m mypy"),
    Check(
        name="layers",
        words=("-c", _LINT_IMPORTS),
        again="{python} packaging/test.py tests/test_architecture.py",
    ),
    Check(
        name="tests",
        words=("-m", "pytest", *_SIDE_BY_SIDE),
        again="{python} packaging/test.py --last-failed",
    ),
    Check(
        name="a run without a screen",
        words=("-m", "workbench", "run", "--sample", "users", "--json"),
        again="{python} -m workbench run --sample users --json",
        quiet=True,
    ),
)


def _long(name: str, *places: str) -> Check:
    words = ("-m", "pytest", "-vv", "-m", "long", *places)
    return Check(name=name, words=words, again=f"{{python}} packaging/test.py -m long {' '.join(places)}")


_PROPERTIES = "hypothesis and not long"
"""Tests of what holds of any example; each run tries a few, the long one many."""
LONG = (
    _long("project files of nonsense", "tests/tusk", "tests/project"),
    _long("gestures on the board", "tests/services/design"),
    _long("expressions", "tests/model"),
    _long(
        "lives of deliveries",
        "tests/engine/test_delivery_attempt_machine.py",
        "tests/engine/test_issued_commands.py",
        "tests/engine/test_leases_machine.py",
    ),
    _long("histories of the store", "tests/store/test_machine.py"),
    _long(
        "orders that are explored",
        "tests/services/worlds/test_explored_promises.py",
        "tests/services/worlds/test_schedule_runs.py",
    ),
    _long("killed at every write", "tests/torture/test_dying.py"),
    _long(
        "a workbench that is killed", "tests/journeys/test_killed.py", "tests/journeys/test_killed_rebuild.py"
    ),
    _long("many letters in the window", "tests/journeys/test_operator_journeys.py"),
    _long("a disk that fails", "tests/torture/test_faulty_disk.py"),
    _long("power that is lost", "tests/torture/test_power_loss.py"),
    _long(
        "several processes",
        "tests/torture/test_consuming.py",
        "tests/torture/test_linearizable.py",
        "tests/torture/test_saga.py",
        "tests/torture/test_together.py",
    ),
    _long("events of nonsense", "tests/torture/test_fuzzed_import.py"),
    Check(
        name="many examples",
        words=("-m", "pytest", "-vv", "-m", _PROPERTIES, "--hypothesis-profile=many"),
        again=f"{{python}} packaging/test.py -m '{_PROPERTIES}' --hypothesis-profile=many",
    ),
)
"""The long forms of tests; each shows its tests as they begin."""


def run(check: Check, python: Path, env: Mapping[str, str]) -> Verdict:
    """Runs a check in the checkout and shows what it says."""
    started = perf_counter()
    done = subprocess.run(
        [python, *check.words],
        cwd=ROOT,
        env=env,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if check.quiet else None,
        stderr=subprocess.STDOUT if check.quiet else None,
    )
    if done.returncode and done.stdout:
        say(done.stdout.rstrip())
    return Verdict(check=check, code=done.returncode, seconds=perf_counter() - started)


def run_all(checks: Sequence[Check], python: Path, env: Mapping[str, str]) -> list[Verdict]:
    """Runs the checks one after the other, all of them, whatever fails."""
    verdicts = []
    for number, check in enumerate(checks, start=1):
        say(f"\n== {number}/{len(checks)}  {check.name}")
        verdict = run(check, python, env)
        say(f"-> {_word(verdict)} in {verdict.seconds:.1f} s")
        verdicts.append(verdict)
    return verdicts


def _word(verdict: Verdict) -> str:
    return "FAILED" if verdict.code else "ok"


def summary(verdicts: Sequence[Verdict], python: str) -> str:
    """Returns the table of verdicts and what to type next."""
    width = max(len(verdict.check.name) for verdict in verdicts)
    lines = [f"  {_word(v):7} {v.check.name:{width}} {v.seconds:7.1f} s" for v in verdicts]
    failed = [verdict.check for verdict in verdicts if verdict.code]
    if not failed:
        return "\n".join([*lines, "", "Everything holds. To see it: python3 packaging/run.py"])
    again = [f"  {check.again.format(python=python)}" for check in failed]
    return "\n".join([*lines, "", "Not everything holds. To go on, type:", *again])


def main() -> int:
    """Prepares, then runs the checks.

    Returns:
        0 if everything holds.
    """
    python = prepare(DEVELOPMENT, "offscreen")
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_API": "pyside6"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that a test starts compiles all it imports
    checks = CHECKS
    if sys.argv[1:] == ["--long"]:
        supply_program("strace")
        checks = LONG
    elif sys.argv[1:]:
        words = ["-m", "pytest", *sys.argv[1:]]
        return subprocess.run([python, *words], cwd=ROOT, env=env, check=False).returncode
    verdicts = run_all(checks, python, env)
    say(f"\n== Summary\n{summary(verdicts, os.path.relpath(python))}")
    return int(any(verdict.code for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(guarded(main))
