"""Holds the house to its plan: layers, one clock, small documented modules, tests that mirror the code."""

from __future__ import annotations

import ast
import logging.config
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = sorted((ROOT / "workbench").rglob("*.py"))
SCRIPTS = sorted((ROOT / "packaging").glob("*.py"))
SAMPLES = sorted((ROOT / "resources").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name_of(file: Path) -> str:
    """Returns a file's path inside the checkout, for lists and messages."""
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    """Returns a file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


# --- layers


def test_every_layer_imports_only_what_it_may(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)  # would silence all loggers there are
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert not broken, capsys.readouterr().out


# --- W1: one clock

CLOCK = "workbench/model/clock.py"

WALL_CLOCKS = {
    *(f"time.{name}" for name in ("time", "time_ns", "ctime", "localtime", "gmtime", "asctime", "strftime")),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"PySide6.QtCore.QDateTime.current{name}" for name in ("DateTime", "DateTimeUtc")),
    *(f"PySide6.QtCore.QDateTime.current{name}SinceEpoch" for name in ("MSecs", "Secs")),
    "PySide6.QtCore.QDate.currentDate",
    "PySide6.QtCore.QTime.currentTime",
}

STOPWATCHES = {f"time.{name}" for name in ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")}

MAY_USE_A_STOPWATCH = {
    "workbench/gui/loop.py",  # slices of work are measured on the machine, whatever the clock says
    "workbench/engine/metrics.py",  # so are latencies
}


def imported_names(module: ast.Module) -> dict[str, str]:
    """Returns what each imported name stands for, such as ``{"dt": "datetime.datetime"}``."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def meaning(node: ast.expr, names: dict[str, str]) -> str | None:
    """Returns the full name of an expression such as ``dt.now``, or None if it is no imported thing."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and (owner := meaning(node.value, names)):
        return f"{owner}.{node.attr}"
    return None


def uses(module: ast.Module, banned: set[str]) -> list[tuple[int, str]]:
    """Returns line and name of every use of a clock, called or handed on."""
    names = imported_names(module)
    nodes = [node for node in ast.walk(module) if isinstance(node, ast.Name | ast.Attribute)]
    return [(node.lineno, said) for node in nodes if (said := meaning(node, names)) in banned]


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "import time as t\nfield(default_factory=t.time_ns)",
        "from time import time\ntime()",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime as dt, UTC\ndt.now(UTC)",
        "from datetime import date\ndate.today()",
        "from PySide6.QtCore import QDateTime\nQDateTime.currentDateTime()",
    ],
)
def test_W1_a_forbidden_clock_is_found(text: str) -> None:
    assert [line for line, _ in uses(ast.parse(text), WALL_CLOCKS)] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.sleep(1)",
        "from datetime import datetime\ndatetime.fromisoformat('2024-05-01')",
        "def at(clock):\n    return clock.time.now()",
        "import asyncio\nasyncio.get_running_loop().time()",
    ],
)
def test_W1_what_asks_no_machine_for_the_time_is_free(text: str) -> None:
    assert uses(ast.parse(text), WALL_CLOCKS) == []


def test_W1_only_the_clock_asks_the_machine_for_the_time() -> None:
    found = {}
    for file in PROGRAM:
        watches = set() if name_of(file) in MAY_USE_A_STOPWATCH else STOPWATCHES
        if name_of(file) != CLOCK and (said := uses(tree(file), WALL_CLOCKS | watches)):
            found[name_of(file)] = said
    assert not found, "take the time from an injected Clock"


# --- what a process that is killed leaves among the temporary folders goes at the next start

KNOWS_TEMPORARY_FOLDERS = {
    "workbench/tusk/scratch.py",
    "workbench/services/bundles/bundle_draft.py",  # a file, which goes with the next bundle (W21)
}


def test_only_scratch_makes_temporary_folders() -> None:
    found = {name_of(file) for file in PROGRAM if "tempfile" in imported_names(tree(file)).values()}
    assert found == KNOWS_TEMPORARY_FOLDERS


# --- H3, H6: nothing but trusted modules runs as code, and nothing reaches a network

RUNS_CODE = {"workbench/project/served_modules.py"}
NAMES_A_LOCK = {"workbench/store/lock.py"}
NETWORKS = {
    *("socket", "socketserver", "ssl", "urllib.request", "http", "ftplib", "smtplib", "xmlrpc"),
    *("PySide6.QtNetwork", "PySide6.QtWebEngineCore", "PySide6.QtWebSockets"),
}


def test_H3_only_trusted_modules_are_run_as_code() -> None:
    found = {
        name_of(file)
        for file in PROGRAM
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    }
    assert found == RUNS_CODE


def test_H6_nothing_imports_a_network() -> None:
    found = {
        name_of(file)
        for file in PROGRAM
        for name in imported_names(tree(file)).values()
        if any(f"{name}.".startswith(f"{network}.") for network in NETWORKS)
    }
    assert found == NAMES_A_LOCK


# --- small modules that say what they are for

LONGEST = 400


def test_a_module_holds_one_idea() -> None:
    lengths = {
        name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in PROGRAM + SCRIPTS
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST}, "name the two ideas"


def opening(module: ast.Module) -> str:
    """Returns the first paragraph of a module's docstring."""
    return (ast.get_docstring(module) or "").split("\n\n")[0]


def test_a_module_opens_with_its_duty() -> None:
    files = [
        file for file in PROGRAM + SCRIPTS + SAMPLES + TESTS if tree(file).body
    ]  # some __init__.py are empty
    silent = [name_of(file) for file in files if not opening(tree(file)).endswith((".", ":"))]
    assert not silent, "the first thing in a module is one sentence: its duty"


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public_definitions(
    owner: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[tuple[str, Definition]]:
    """Yields the public classes, functions and methods that others read about."""
    for node in owner.body:
        if not isinstance(node, Definition) or node.name.startswith("_") or needs_no_words(node):
            continue
        yield f"{prefix}{node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node, f"{prefix}{node.name}.")


def needs_no_words(node: Definition) -> bool:
    """Tells whether the words stand elsewhere: at what is overridden or overloaded, or at the getter."""
    said = [ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list]
    return not {"override", "overload", "setter", "deleter"}.isdisjoint(said)


def test_what_is_public_says_what_it_does() -> None:
    silent = [
        f"{name_of(file)}: {name}"
        for file in PROGRAM + SCRIPTS
        for name, node in public_definitions(tree(file))
        if not ast.get_docstring(node)
    ]
    assert not silent


# --- the tests' tree mirrors the program's

MIRROR_NOTHING = ("bench", "journeys", "packaging", "torture")
CONFORMANCE = "store"  # its own files follow the contract's chapters and run against every adapter


def mirrored(test: Path) -> bool:
    """Tells whether a test file stands where the module or folder stands that it tests.

    ``tests/store/test_append.py`` mirrors ``workbench/store/append.py`` or ``workbench/store/append/``;
    ``test_append_crash.py`` is one aspect of it.
    """
    inside = test.relative_to(ROOT / "tests")
    if len(inside.parts) == 1 or inside.parts[0] in MIRROR_NOTHING or inside.parent == Path(CONFORMANCE):
        return True
    words = inside.stem.removeprefix("test_").split("_")
    folder = ROOT / "workbench" / inside.parent
    tested = [folder / "_".join(words[:count]) for count in range(1, len(words) + 1)]
    return any(place.is_dir() or place.with_suffix(".py").is_file() for place in tested)


def test_a_test_stands_where_its_module_stands() -> None:
    astray = [name_of(file) for file in TESTS if file.name.startswith("test_") and not mirrored(file)]
    assert not astray, "no module or folder of that name stands there in workbench/"


@pytest.mark.parametrize(
    ("test", "stands"),
    [
        ("model/test_clock.py", True),
        ("model/test_clock_jumps.py", True),
        ("store/test_anything.py", True),
        ("store/test_sql.py", True),
        ("model/test_nonsense.py", False),
        ("gui/test_clock.py", False),
    ],
)
def test_a_test_that_strayed_is_found(test: str, stands: bool) -> None:
    assert mirrored(ROOT / "tests" / test) is stands


# --- files that are the same on every machine

NOT_OURS = {"build", "dist", "__pycache__", "node_modules"}
HIDDEN_BUT_OURS = {".ci", ".gitignore"}
BINARY = {".otf", ".ttf", ".png", ".ico", ".icns", ".gif", ".db"}

HOSTS = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|crates[.]io|(?:deb|ftp)[.]debian[.]org"
    r"|archive[.]ubuntu[.]com|proxy[.]golang[.]org|repo[.]maven"
)
MACHINES = re.compile(r"(?<![\w.~/])/(?:hom[e]|roo[t]|Use[r]s)/\w|\b[A-Z]:\\+Users\b")


def own_files(folder: Path = ROOT) -> Iterator[Path]:
    """Yields the checkout's files, without what is made in it."""
    for entry in sorted(folder.iterdir()):
        if entry.name in NOT_OURS or (entry.name.startswith(".") and entry.name not in HIDDEN_BUT_OURS):
            continue
        if entry.is_dir():
            yield from own_files(entry)
        elif entry.suffix not in BINARY:
            yield entry


def foreign(text: str) -> list[str]:
    """Returns what a text says of one machine: places it was made in, hosts that packages come from."""
    places = [str(ROOT)] if len(ROOT.parts) > 2 and str(ROOT) in text else []
    return places + [found[0] for pattern in (HOSTS, MACHINES) for found in pattern.finditer(text)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"in {ROOT}/x", marks=pytest.mark.skipif(len(ROOT.parts) < 3, reason="/src may be anybody's")
        ),
        "/hom" + "e/ann/x",
        "'/roo" + "t/x'",
        "https://pypi" + ".org/simple",
    ],
)
def test_words_about_a_machine_are_found(text: str) -> None:
    assert foreign(text)


@pytest.mark.parametrize(
    "text", ["orders/home/x", "https://example.com/root/x", "~/home/x", "a pypi package"]
)
def test_other_words_are_free(text: str) -> None:
    assert not foreign(text)


def test_no_file_speaks_of_the_machine_that_it_was_written_on() -> None:
    found = {}
    for file in own_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        if said := foreign(text):
            found[name_of(file)] = said
    assert not found


def test_V4_every_painter_ends() -> None:
    makers = {"workbench/gui/safe_painter.py", "workbench/gui/icons.py"}
    found = {
        name_of(file) for file in PROGRAM if re.search(r"\bQPainter\(", file.read_text(encoding="utf-8"))
    }
    assert found <= makers, "paint inside `painting`"
