"""A hostile project writes nothing before it is trusted, whichever way it is opened (contract §10)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from workbench.errors import StoreReadOnly
from workbench.project.module_import import modules_hash
from workbench.project.project import load_project
from workbench.project.project_file import read_settings
from workbench.project.python_sources import read_sources
from workbench.project.samples import copy_sample
from workbench.services.maintenance.store_checkup import check_projections
from workbench.services.project.open_project import open_target
from workbench.services.project.project_trust import trust_of

PROJECT = """\
[topics]
mail {}
[subscriptions]
post { topic: "mail", handler: "keep", filter: "data.n > 1" }
[routing]
default_topic: "mail"
[cqrs]
modules: ["domain", "parts.inner"]
"""
CANARY = """
import pathlib
with pathlib.Path({canary!r}).open("a") as file:
    file.write({name!r} + chr(10))
"""
HONEST = """
import helpers
from workbench import Definitions
async def keep(message, context): ...
DEFINITIONS = Definitions(handlers={"keep": keep})
"""
PLACES = [
    "__init__.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "__main__.py",
    "helpers.py", "parts/__init__.py", "parts/conftest.py", "json.py", "argparse.py", "sqlite3.py",
    "pydantic.py", "msgspec.py", "encodings/__init__.py", "data/__init__.py", "project.py", "__future__.py",
]  # fmt: skip


@pytest.fixture
def canary(tmp_path):
    return tmp_path / "canary"


@pytest.fixture
def hostile(tmp_path, canary):
    """A project in which every file that anybody might import, run or load writes its name down."""
    root = tmp_path / "hostile"
    for place in PLACES:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(CANARY.format(canary=str(canary), name=place))
    (root / "domain.py").write_text(CANARY.format(canary=str(canary), name="domain.py") + HONEST)
    inner = "from workbench import Definitions\nDEFINITIONS = Definitions()\n"
    (root / "parts" / "inner.py").write_text(CANARY.format(canary=str(canary), name="parts/inner.py") + inner)
    for name in ("evil.pth", "parts.pth"):
        (root / name).write_text(f"import pathlib; pathlib.Path({str(canary)!r}).touch()\n")
    (root / "project.tsk").write_text(PROJECT)
    (root / "story.ndjson").write_text('{"command": "make", "n": 1}\n')
    (root / "log.ndjson").write_text('{"id": "1", "type": "a.b", "stream": "x-1", "n": 2}\n')
    return root


def environ(root):
    return {"WORKBENCH_CONFIG": str(root.parent / "config")}


def is_trusted(root, environ, *, trust=False, only=""):
    """Asks as opening does, without running anything."""
    names = read_settings(root, environ=environ).settings.cqrs.modules
    return trust_of(environ, trust=trust, only=only)(read_sources(root, names))


async def test_H1_opened_restricted_nothing_of_it_runs(hostile, canary):
    workspace = open_target(hostile, "", environ=environ(hostile))
    try:
        await workspace.start()
        assert workspace.project.restricted
        preview = workspace.event_import.preview(hostile / "log.ndjson")
        report = await workspace.event_import.bring_in(hostile / "log.ndjson", preview.mapping)
        assert report.stored == 1
        assert await workspace.model_reload.check() is None
        await workspace.story.play(pace=0)
        assert [view.status for view in workspace.monitor.subscriptions() if view.name == "post"] == [
            "detached"
        ]
    finally:
        await workspace.close()
    assert check_projections(hostile, environ(hostile), lambda _note: None) == []
    assert not canary.exists()


VERBS = [
    ["import", ".", "log.ndjson"],
    ["run", "."],
    ["streams", "."],
    ["doctor", "."],
    ["backup", ".", "copy.db"],
    ["check", "."],
    ["test", "."],
    ["docs", "."],
    ["events", "."],
    ["show", ".", "x-1"],
    ["subscriptions", "."],
    ["projections", "."],
    ["dead-letters", "list", "."],
    ["export", ".", "out.ndjson"],
]


TYPED = """
import sys
from pathlib import Path
from workbench.app import run

for words in {verbs}:
    run(words)
    if Path({canary!r}).exists():
        sys.exit(f"it ran at {{words}}")
"""
"""Types one verb after the other in a process of its own."""


@pytest.mark.parametrize(
    "program",
    [
        ["-P", "-c", TYPED],
        ["-P", "-m", "workbench", "run", "."],
        ["-m", "workbench", "import", ".", "log.ndjson"],
    ],
    ids=["each verb", "as installed", "as a module"],
)
def test_no_verb_of_the_command_line_runs_any_of_it(hostile, canary, program):
    words = [word.format(verbs=VERBS, canary=str(canary)) for word in program]
    said = {**os.environ, **environ(hostile), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *words], cwd=hostile, env=said, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "it ran" not in done.stderr, done.stderr
    assert not canary.exists()
    assert program[1] != "-c" or done.returncode == 0


async def test_once_it_is_trusted_exactly_what_it_imports_runs(hostile, canary):
    workspace = open_target(hostile, "", environ=environ(hostile), trust=True)
    await workspace.close()
    assert not workspace.project.restricted
    assert sorted(canary.read_text().split()) == [
        "domain.py",
        "helpers.py",
        "parts/__init__.py",
        "parts/inner.py",
    ]
    assert str(hostile) not in sys.path


@pytest.mark.parametrize("place", ["domain.py", "helpers.py", "parts/__init__.py", "parts/inner.py"])
async def test_H1_any_change_of_what_would_run_asks_again(hostile, canary, place):
    assert is_trusted(hostile, environ(hostile), trust=True)
    assert is_trusted(hostile, environ(hostile))
    with (hostile / place).open("a") as file:
        file.write("# one more line\n")
    assert not is_trusted(hostile, environ(hostile))
    workspace = open_target(hostile, "", environ=environ(hostile))
    await workspace.close()
    assert workspace.project.restricted
    assert not canary.exists()


def test_what_does_not_run_does_not_ask_again(hostile):
    assert is_trusted(hostile, environ(hostile), trust=True)
    (hostile / "conftest.py").write_text("raise SystemExit")
    (hostile / "project.tsk").write_text(PROJECT + "# a comment\n")
    assert is_trusted(hostile, environ(hostile))
    (hostile / "project.tsk").write_text(PROJECT.replace('"domain"', '"conftest"'))
    assert not is_trusted(hostile, environ(hostile))


def test_another_folder_with_the_same_modules_is_not_trusted(hostile):
    assert is_trusted(hostile, environ(hostile), trust=True)
    moved = hostile.rename(hostile.with_name("moved"))
    assert not is_trusted(moved, environ(moved))


def test_only_what_the_person_saw_is_trusted(hostile, canary):
    seen = modules_hash(hostile, ["domain", "parts.inner"])
    (hostile / "helpers.py").write_text("raise SystemExit")
    assert not is_trusted(hostile, environ(hostile), trust=True, only=seen)
    assert not is_trusted(hostile, environ(hostile))


def test_modules_that_change_after_the_question_do_not_run(hostile, canary):
    assert is_trusted(hostile, environ(hostile), trust=True)
    (hostile / "helpers.py").write_text("raise SystemExit('swapped')")
    assert load_project(hostile, environ={}, trusted=trust_of(environ(hostile))).restricted
    assert not canary.exists()


def test_samples_as_they_were_packaged_need_no_question(tmp_path):
    for name in ("users", "orders"):
        folder = copy_sample(name, tmp_path / name)
        assert is_trusted(folder, environ(folder))
        with (folder / "domain.py").open("a") as file:
            file.write("# mine\n")
        assert not is_trusted(folder, environ(folder))


def test_a_list_that_cannot_be_written_or_read_is_told_or_begun_anew(hostile):
    folder = hostile.parent / "config"
    folder.write_text("a file, no folder")
    with pytest.raises(StoreReadOnly, match="the list of trusted projects cannot be written"):
        is_trusted(hostile, environ(hostile), trust=True)
    folder.unlink()
    folder.mkdir()
    for junk in (b"\xff\xfe", b"[" * 100_000, b"[]", b'{"a": 1'):
        (folder / "trusted.json").write_bytes(junk)
        assert not is_trusted(hostile, environ(hostile))
    assert is_trusted(hostile, environ(hostile), trust=True)
    assert is_trusted(hostile, environ(hostile))


async def test_the_window_of_a_hostile_project_asks_each_time_that_it_changes(hostile, canary):
    workspace = open_target(hostile, "", environ=environ(hostile), trust=True)
    try:
        await workspace.start()
        canary.unlink()
        (hostile / "helpers.py").write_text(CANARY.format(canary=str(canary), name="changed"))
        told = await workspace.model_reload.check()
        await asyncio.sleep(0)
        assert told.outcome == "untrusted"
        assert told.changed == ("helpers.py",)
        assert not canary.exists()
        assert workspace.engine.subscriptions["post"].handler is not None
    finally:
        await workspace.close()
