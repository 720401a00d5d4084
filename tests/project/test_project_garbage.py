"""Garbage in every file of a project: each answer has a place and a way out, and nothing is half loaded."""

from __future__ import annotations

import random
import re
import sys

import pytest

from tests.conftest import ROOT
from tests.tusk.test_parser_fuzzed import damaged
from workbench.errors import NotFound, ProjectError
from workbench.project.module_import import forget
from workbench.project.project import load_project
from workbench.project.samples import copy_sample

LINE = re.compile(r"(?P<file>[\w./-]+):(?P<line>\d+):(?P<column>\d+): [A-Z]-[A-Z0-9]+ .{5,}", re.DOTALL)
JUNK = [
    b"",
    b"\0" * 100,
    b"\xff\xfe" * 50,
    b"\x89PNG\r\n\x1a\n",
    b"[[[[" * 200,
    b"{" * 200,
    b'"' * 99,
    b"a" * 5000,
]


@pytest.fixture
def root(tmp_path):
    folder = copy_sample("users", tmp_path / "users")
    project = folder / "project.tsk"
    shared = '[queue]\nattempts: 3\ndelay: "500ms"\n'
    (folder / "shared.tsk").write_text(shared)
    text = project.read_text().replace("max_attempts: 3", 'max_attempts: @shared.tsk.get("queue.attempts")')
    project.write_text(text)
    return folder


def judge(root):
    """Loads a project; fails unless that gives a whole one, or problems with places and ways out."""
    before = {name for name in sys.modules if name.startswith("workbench_project_")}
    try:
        project = load_project(root, environ={}, trusted=True)
    except ProjectError as error:
        lines = [str(problem) for problem in error.problems]
        assert lines
        for said in lines:
            found = LINE.match(said)
            assert found, said
            assert (root / found["file"]).exists() or "there is no such module" in said, said
            assert int(found["line"]) >= 1
            assert int(found["column"]) >= 1
    else:
        assert set(project.registry.subscriptions) or not project.modules
        forget(project.package)
    assert {name for name in sys.modules if name.startswith("workbench_project_")} == before


@pytest.mark.parametrize("name", ["project.tsk", "shared.tsk", "domain.py"])
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_a_file_of_junk(root, name, junk):
    (root / name).write_bytes(junk)
    judge(root)


@pytest.mark.parametrize("name", ["project.tsk", "shared.tsk", "domain.py"])
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file(root, name, seed):
    rng = random.Random(seed)
    text = (root / name).read_text()
    for _ in range(12):
        (root / name).write_bytes(damaged(text, rng))
        judge(root)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_damaged_files(root, seed):
    rng = random.Random(seed)
    texts = {name: (root / name).read_text() for name in ("project.tsk", "shared.tsk", "domain.py")}
    for _ in range(100):
        for name, text in texts.items():
            (root / name).write_bytes(damaged(text, rng) if rng.random() < 0.5 else text.encode())
        judge(root)


@pytest.mark.parametrize("name", ["project.tsk", "domain.py"])
def test_a_folder_where_a_file_should_be(root, name):
    (root / name).unlink()
    (root / name).mkdir()
    if name == "project.tsk":
        with pytest.raises(NotFound, match=r"project\.tsk cannot be read \(Is a directory\)"):
            load_project(root, environ={}, trusted=True)
    else:
        judge(root)


@pytest.mark.parametrize(
    "definitions",
    [
        "aggregates=(1, None)",
        "aggregates=5",
        "projections=('users',)",
        "handlers=[1]",
        "handlers={1: 2}",
        "queries=((1, 2),)",
        "policies=(object(),)",
        "processes=(None,)",
        "nonsense=1",
    ],
)
def test_definitions_of_junk(root, definitions):
    (root / "domain.py").write_text(
        f"from workbench import Definitions\nDEFINITIONS = Definitions({definitions})\n"
    )
    with pytest.raises(ProjectError):
        load_project(root, environ={}, trusted=True)
    judge(root)


def test_the_samples_themselves_are_whole():
    for name in ("users", "orders"):
        judge(ROOT / "resources" / "samples" / name)


def test_a_command_that_no_form_can_show_is_told_when_the_project_is_read(tmp_path):
    (tmp_path / "project.tsk").write_text('[cqrs]\nmodules: ["domain"]\n')
    (tmp_path / "domain.py").write_text(
        "from typing import Any, ClassVar\n"
        "from pydantic import ConfigDict\n"
        "from workbench import Aggregate, Command, Definitions\n"
        "import msgspec\n"
        "class Odd:\n    pass\n"
        "class State(msgspec.Struct):\n    n: int = 0\n"
        "class Do(Command):\n"
        "    model_config = ConfigDict(arbitrary_types_allowed=True)\n"
        "    command_type: ClassVar[str] = 'do'\n"
        "    id: str\n"
        "    odd: Odd | None = None\n"
        "DEFINITIONS = Definitions(aggregates=(Aggregate(name='a', state=State, events=(), commands=(Do,),\n"
        "    decide=lambda s, c: [], evolve=lambda s, e: s),))\n"
    )
    with pytest.raises(ProjectError, match="M-MODEL"):
        load_project(tmp_path, environ={}, trusted=True)
