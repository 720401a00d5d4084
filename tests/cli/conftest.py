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


CODE = """
from typing import ClassVar
import msgspec
from workbench import Aggregate, Column, ColumnKind, Command, Definitions, Event, On, Projection

class Made(Event, frozen=True):
    event_type: ClassVar[str] = "thing.made"
    n: int = 0
    api_key: str = ""

class Make(Command):
    command_type: ClassVar[str] = "make"
    creates: ClassVar[bool] = True
    id: str
    api_key: str = "hunter2-by-default"

class Touch(Command):
    command_type: ClassVar[str] = "touch"
    id: str

class State(msgspec.Struct, frozen=True):
    n: int = 0

def decide(state, command):
    return [Made(n=1, api_key=getattr(command, "api_key", ""))]

def evolve(state, event):
    return State(n=1)

def put(event, record, rows):
    rows.put(id=record.stream, api_key=event.api_key)

async def keep(message, context):
    pass

THINGS = Aggregate(
    name="thing", state=State, commands=(Make, Touch), events=(Made,), decide=decide, evolve=evolve
)
COLUMNS = (Column(name="id", kind=ColumnKind.TEXT), Column(name="api_key", kind=ColumnKind.TEXT))
ROWS = Projection(name="things", columns=COLUMNS, on=(On(Made, put),))
DEFINITIONS = Definitions(aggregates=(THINGS,), projections=(ROWS,), handlers={"keep": keep})
"""
SETTINGS = """\
[topics]
all {}
[subscriptions]
keeper { topic: "all", handler: "keep", max_attempts: 1 }
[routing]
default_topic: "all"
[cqrs]
modules: ["domain"]
"""


@pytest.fixture
def things(tmp_path: Path, workbench: Type) -> Callable[..., Path]:
    """Makes a small project in Python and trusts it; pairs of texts are replaced in its code."""

    def make(*changes: tuple[str, str], settings: str = SETTINGS) -> Path:
        root = tmp_path / "things"
        root.mkdir(exist_ok=True)
        code = CODE
        for old, new in changes:
            assert old in code
            code = code.replace(old, new)
        (root / "domain.py").write_text(code)
        (root / "project.tsk").write_text(settings)
        workbench("check", root, "--trust")
        return root

    return make


@pytest.fixture
def secrets(workbench, played, tmp_path):
    """The played project with an event that holds a secret and a control character."""
    path = tmp_path / "secrets.ndjson"
    values = {"id": "1", "type": "key.made", "subject": "k", "token": "s3cret", "note": "\x1b[31mred"}
    path.write_text(json.dumps(values))
    assert workbench("import", played, path).code == 0
    return played
