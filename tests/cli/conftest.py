"""Projects as a person has them, and a way to type a command line and read its answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from workbench.app import run
from workbench.project.samples import copy_sample


class Said(NamedTuple):
    """The answer to a command line."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture(autouse=True)
def _universal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are told in UTC unless a test says otherwise, wherever the tests run."""
    monkeypatch.setenv("WORKBENCH_ZONE", "UTC")


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str]) -> Type:
    """Types a command line; an exit code of the parser is an answer, too."""

    def typed(*words: object) -> Said:
        capsys.readouterr()
        try:
            code = run([str(word) for word in words])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        return Said(code, *capsys.readouterr())

    return typed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The users sample, before anything happened."""
    return _quick(copy_sample("users", tmp_path / "users"))


@pytest.fixture(scope="session")
def _played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = _quick(copy_sample("users", tmp_path_factory.mktemp("played") / "users"))
    assert run(["run", str(target), "--json"]) == 0
    return target


@pytest.fixture
def played(_played: Path, tmp_path: Path) -> Path:
    """The users sample after its story: four dead letters, nine users."""
    return Path(shutil.copytree(_played, tmp_path / "played"))


@pytest.fixture
def foreign(played: Path) -> Path:
    """The same with a module that nobody trusts."""
    with (played / "domain.py").open("a") as file:
        file.write("\n# changed by somebody\n")
    return played


def _quick(project: Path) -> Path:
    """Has deliveries that fail die soon."""
    file = project / "project.tsk"
    file.write_text(file.read_text().replace('retry_delay: "500ms"', 'retry_delay: "10ms"'))
    return project


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Somebody's log: thirty events of three repositories."""
    path = tmp_path / "log.ndjson"
    lines = [json.dumps({"id": str(n), "type": "pushed", "repo": {"name": f"r{n % 3}"}}) for n in range(30)]
    path.write_text("\n".join(lines))
    return path
