"""The README's recipes, typed as they stand there into a copy of the program, and what they promise."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api as mypy

from tests.conftest import ROOT
from tests.journeys.mail_project import make_mail_project

README = (ROOT / "README.md").read_text(encoding="utf-8")


def chapter(title: str) -> str:
    """Returns what stands under a heading of the README."""
    found = README.partition(f"### {title}\n")[2]
    assert found, f"no recipe is called {title}"
    return re.split(r"^##+ ", found, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(text: str) -> list[str]:
    """Returns the code of a text, block by block."""
    return re.findall(r"^```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def write_files(text: str, root: Path) -> None:
    """Writes the files whose names stand before their code."""
    found = re.findall(r"`([\w/]+\.\w+)`:\n\n```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found
    for name, code in found:
        (root / name).parent.mkdir(exist_ok=True)
        assert not (root / name).exists(), f"{name} is there already"
        (root / name).write_text(code, encoding="utf-8")


def add_line(text: str, root: Path, after: str) -> None:
    """Adds the line that a recipe names, behind what it is to be added to."""
    [(line, name)] = re.findall(r"add `([^`]+)` to (?:a group of )?`\w+`\s+in\s+`([\w/.]+)`", text)
    put(root / name, after, f"    {line}\n")


def put(path: Path, after: str, line: str) -> None:
    """Puts a line behind another one."""
    text = path.read_text(encoding="utf-8")
    assert text.count(after) == 1
    path.write_text(text.replace(after, after + line), encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program, as somebody has it who is about to change it."""
    for name in ("workbench", "resources"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "pictures")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(root: Path, *words: str) -> str:
    """Runs Python on a copy; returns what it said."""
    environ = os.environ | {"PYTHONPATH": str(root), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_many_letters_are_repaired_by_commands(tmp_path):
    make_mail_project(tmp_path / "mails", 16)
    (block,) = blocks(chapter("Repair many letters at once"))
    rehearsed, repaired, told = (
        run(ROOT, "-m", *(str(tmp_path / "mails") if word == "mails" else word for word in shlex.split(line)))
        for line in block.splitlines()
    )
    assert re.search(r"10 +mail.sent published to sent", rehearsed), rehearsed
    assert re.search(r"resolved +10", repaired), repaired
    (done,) = [line for line in told.splitlines() if "10 dead letters" in line]
    assert "repair and replay" in done, "once: what was rehearsed is no act"


WINDOW = """
import asyncio, os, sys
from pathlib import Path
from PySide6.QtCore import QSettings
from workbench.gui.application import first_window, prepare, run_on_loop

app = prepare([sys.argv[0]], "dark")
settings = QSettings(str(Path("settings.ini").absolute()), QSettings.Format.IniFormat)
window = first_window(app, settings)

async def main() -> int:
    from workbench.gui.session import Session
    session = Session(window, dict(os.environ), settings)
    await session.open((None, "users-declared"))
    await session.workspace.commands.issue("report_outage", {"domain": "slow.example"})
    window.bring("clock")
    async with asyncio.timeout(60):
        while not window.views["clock"].label.text().endswith("1"):
            await asyncio.sleep(0.01)
    print(window.docks["clock"].windowTitle(), window.views["clock"].label.text())
    session.quit()
    return await session.ended()

sys.exit(run_on_loop(app, main))
"""


def test_a_view_is_one_file_and_one_line(copy):
    text = chapter("Add a view")
    write_files(text, copy)
    add_line(text, copy, "VIEWS = (\n")
    (copy / "window.py").write_text(WINDOW)
    assert run(copy, "window.py").strip() == "Clock Position 1"


COLOURS = """
from workbench.gui.forms.editors import editor_for
for schema in ({"type": "string", "format": "color"}, {"type": "string"}):
    print(editor_for(schema).__name__)
editor = editor_for({"type": "string", "format": "color"})
print(editor.parse(None, "#3a5bd0"))
try:
    editor.parse(None, "blau")
except ValueError as error:
    print(error)
"""


def test_an_editor_is_one_file_and_its_name(copy):
    text = chapter("Add an editor")
    write_files(text, copy)
    add_line(text, copy, "EDITORS: tuple[type[Editor], ...] = (\n")
    before = "from workbench.gui.forms.editors.duration import DurationEditor\n"
    line = "from workbench.gui.forms.editors.color import ColorEditor\n"
    put(copy / "workbench/gui/forms/editors/__init__.py", before, line)
    said = run(copy, "-c", COLOURS).splitlines()
    assert said == ["ColorEditor", "TextEditor", "#3a5bd0", "must be a colour such as #3a5bd0"]


RETRYING = """
import random
from workbench.model.retry import RetryPolicy
policy = RetryPolicy(backoff="square", delay=2, jitter=0)
print([policy.wait(attempt, random.Random(1)) for attempt in (1, 2, 3)])
"""


def test_a_retry_policy_is_a_member_and_its_branch(copy):
    text = chapter("Add a retry policy")
    [(member, enum)] = re.findall(r"add `([^`]+)` to `(\w+)`", text)
    path = copy / "workbench/model/retry.py"
    put(path, '    LIST = "list"\n', f"    {member}\n")
    put(path, "        match self.backoff:\n", blocks(text)[0])
    assert enum == "Backoff"
    assert run(copy, "-c", RETRYING).strip() == "[2.0, 8.0, 18.0]"
    run(copy, "-m", "workbench", "new", "shop")
    project = copy / "shop/project.tsk"
    project.write_text(project.read_text().replace('"exponential"', '"square"'))
    assert "no problems" in run(copy, "-m", "workbench", "check", "shop"), "project files offer it"


def test_a_verb_is_one_file_and_one_line(copy):
    text = chapter("Add a verb")
    write_files(text, copy)
    add_line(text, copy, '    "Looking": (\n')
    run(copy, "-m", "workbench", "new", "shop")
    assert json.loads(run(copy, "-m", "workbench", "head", "shop", "--json")) == {"head": 0}
    assert "head" in run(copy, "-m", "workbench", "--help")


def test_a_store_is_held_to_the_whole_suite_by_one_line(copy):
    [line] = re.findall(r'`(KINDS\["\w+"\] = \w+)`', chapter("Add a store"))
    shutil.copytree(ROOT / "tests/store", copy / "tests/store")
    for name in ("__init__.py", "conftest.py"):
        shutil.copy(ROOT / "tests" / name, copy / "tests")
    put(copy / "tests/store/conftest.py", 'and nothing else."""\n', f"{line}\n")
    words = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/store/test_append.py",
        "-k",
        "mine and A10",
    )
    assert "[100%]" in run(copy, *words), "pytest would fail if it found none of that name"


FORGETTING = """
import sys
from uuid import UUID
from workbench.model.clock import ManualClock
from workbench.model.command import CommandOutcome
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Atomic, RecordCommand
from workbench.store.operations.forget_command import ForgetCommand
from workbench.store.operations.touched import Touched
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import CommandRecord
from pathlib import Path

one = UUID(int=7)
record = CommandRecord(command_id=one, type="t", stream="s", data="{}", outcome=CommandOutcome.ACCEPTED,
                       issued_at=1, correlation_id=one, origin="")
operations = [RecordCommand(record=record), ForgetCommand(command_id=one), ForgetCommand(command_id=one)]
for store in (MemoryStore(ManualClock()), SqliteStore(Path("x.db"), ManualClock())):
    answers = store.write(operations)
    left = store.reader().commands(limit=9)
    print(answers[1:], left, [Touched([one], [said]).commands for one, said in zip(operations, answers)])
    store.close()
"""


def test_an_operation_is_one_file_and_a_function_in_each_adapter(copy):
    text = chapter("Add an operation")
    write_files(text, copy)
    adapters = re.findall(
        r"add `([^`]+)` to `RUN`\s+in\s+`([\w/.]+)`, with its import and\n\n```python\n(.*?)^```",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert [name.split("/")[2] for _, name, _ in adapters] == ["memory", "sqlite"]
    for line, name, code in adapters:
        put(copy / name, "RUN: Run = {\n", f"    {line}\n")
        path = copy / name
        path.write_text(path.read_text().replace("RUN: Run = {\n", f"{code}\n\nRUN: Run = {{\n"))
        importing = "from workbench.store.operations.forget_command import ForgetCommand\n"
        put(path, "from __future__ import annotations\n", importing)
    assert run(copy, "-c", FORGETTING).splitlines() == ["[True, False] [] [True, True, False]"] * 2


def test_a_domain_in_python_and_a_program_that_uses_it(tmp_path):
    write_files(chapter("Add a domain"), tmp_path)
    (tmp_path / "program.py").write_text(blocks(chapter("Use it in a program"))[0], encoding="utf-8")
    words = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    said, _, failed = mypy.run([*words, str(tmp_path / "hall" / "domain.py")])
    assert not failed, said
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "{'seat': '4a', 'name': 'Ada'}",
        "seat-4a exists already, at version 1",
        "1 seat.reserved {'name': 'Ada'}",
    ], done.stderr
    words = ["-m", "workbench", "check", "hall", "--trust"]
    checked = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert "no problems" in checked.stdout
