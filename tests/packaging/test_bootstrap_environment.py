"""Checks how the checkout's environment is made, recognised and repaired."""

from __future__ import annotations

import importlib
import json
import site
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

environment = importlib.import_module("environment")
bootstrap = importlib.import_module("bootstrap")
console = importlib.import_module("console")

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def make_venv(made: Any) -> None:
    """Makes an environment without packages, which takes no time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True)


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """An environment of a checkout that has none yet."""
    return environment.Environment(root=tmp_path)


def test_a_requirements_file_brings_those_that_it_includes(tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_text("# more\n-r some.txt\nb==1\n", encoding="utf-8")
    (tmp_path / "some.txt").write_text("a==1\n", encoding="utf-8")
    assert environment.requirement_files(tmp_path / "all.txt") == [
        tmp_path / "all.txt",
        tmp_path / "some.txt",
    ]


def test_the_fingerprint_changes_with_every_file_and_with_python(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a==1", encoding="utf-8")
    two.write_text("b==1", encoding="utf-8")
    first = environment.fingerprint([one, two], "3.11")
    assert first == environment.fingerprint([one, two], "3.11")
    assert first != environment.fingerprint([one, two], "3.12")
    two.write_text("b==2", encoding="utf-8")
    assert first != environment.fingerprint([one, two], "3.11")


@pytest.mark.parametrize("content", ["", "{", "[1]", None])
def test_an_unreadable_stamp_says_nothing(tmp_path: Path, content: str | None) -> None:
    stamp = tmp_path / "stamp.json"
    if content is not None:
        stamp.write_text(content, encoding="utf-8")
    assert environment.read_stamp(stamp) == {}


def test_a_stamp_keeps_what_was_written_before(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    environment.write_stamp(stamp, first="1", second="1")
    environment.write_stamp(stamp, second="2")
    assert environment.read_stamp(stamp) == {"first": "1", "second": "2"}
    assert list(tmp_path.iterdir()) == [stamp]


@pytest.fixture
def moved(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An environment whose checkout was moved after it was made."""
    make_venv(made)
    environment.connect(made, VERSION)
    place = tmp_path_factory.mktemp("elsewhere") / "ünder score"
    made.root.rename(place)
    return environment.Environment(root=place)


def test_the_checkout_is_importable_even_after_it_was_moved(
    moved: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [])
    site.addsitedir(str(moved.packages(VERSION)))
    assert str(moved.root) in sys.path


@pytest.mark.skipif(sys.platform == "win32", reason="a link to it needs rights there")
def test_the_command_runs_the_checkout_wherever_it_is_called_from(moved: Any, tmp_path: Path) -> None:
    (moved.root / "workbench").mkdir()
    (moved.root / "workbench" / "__main__.py").write_text("import sys; print('ours', *sys.argv[1:])")
    here = tmp_path / "a project with a workbench of its own"
    (here / "workbench").mkdir(parents=True)
    (here / "workbench" / "__main__.py").write_text("print('not ours')")
    link = here / "workbench-link"
    link.symlink_to(moved.command)
    for command in (moved.command, link):
        said = subprocess.run(
            [command, "a b", "--c"], cwd=here, check=True, capture_output=True, text=True
        ).stdout
        assert said == "ours a b --c\n"


def test_a_new_environment_is_marked_as_unfinished(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_create", make_venv)
    assert environment.make(made) == VERSION
    assert made.unfinished.exists()


def test_what_works_is_kept(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_venv(made)
    monkeypatch.setattr(environment, "_create", lambda _: pytest.fail("it was made anew"))
    assert environment.make(made) == VERSION


@pytest.mark.parametrize("broken", ["unfinished", "interpreter"])
def test_what_is_half_made_is_made_anew(made: Any, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    make_venv(made)
    (made.folder / "left over").touch()
    if broken == "unfinished":
        made.unfinished.touch()
    else:
        made.python.unlink()
    monkeypatch.setattr(environment, "_create", make_venv)
    assert environment.make(made) == VERSION
    assert not (made.folder / "left over").exists()


def test_a_linked_environment_is_unlinked_and_not_emptied(
    made: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    made.folder.symlink_to(elsewhere)
    monkeypatch.setattr(environment, "_create", make_venv)
    environment.make(made)
    assert (elsewhere / "precious").exists()
    assert not made.folder.is_symlink()


def test_an_environment_that_does_not_run_stops_with_a_sentence(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_create", lambda _: None)
    with pytest.raises(console.Stop, match="does not run"):
        environment.make(made)


OFFLINE = (
    "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\nERROR: No matching distribution"
)
ABSENT = "ERROR: No matching distribution found for numpy==2.4.6\n"
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("complaints", "said"),
    [
        (OFFLINE, "could not reach"),
        (ABSENT, "There is no numpy==2.4.6 for this Python"),
        (FULL, "The disk is full"),
        ("ERROR: [Errno 13] Permission denied: 'x'\n", "could not be written to"),
        ("first\nERROR: something new\n", "ERROR: something new"),
        ("", "it said nothing"),
    ],
)
def test_what_pip_complains_of_becomes_a_sentence(complaints: str, said: str) -> None:
    what, remedy = environment.explain(complaints)
    assert said in what
    assert remedy.endswith((".", "on."))


@pytest.mark.parametrize(
    ("complaints", "kept"), [(OFFLINE, True), (ABSENT, True), (FULL, False), ("?", False)]
)
def test_an_environment_stays_good_only_if_pip_failed_before_it_installed(
    made: Any, monkeypatch: pytest.MonkeyPatch, complaints: str, kept: bool
) -> None:
    make_venv(made)
    monkeypatch.setattr(environment, "show", lambda *_: (1, complaints))
    with pytest.raises(console.Stop):
        environment.install(made, bootstrap.ROOT / "packaging" / bootstrap.RUNTIME, VERSION)
    assert made.unfinished.exists() is not kept


def test_after_the_development_packages_those_of_the_program_are_known_to_be_there(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_venv(made)
    monkeypatch.setattr(environment, "show", lambda *_: (0, ""))
    environment.install(made, bootstrap.ROOT / "packaging" / bootstrap.DEVELOPMENT, VERSION)
    assert not made.unfinished.exists()
    assert set(environment.read_stamp(made.stamp)) == {bootstrap.RUNTIME, bootstrap.DEVELOPMENT}


def test_a_pip_in_the_environment_is_preferred_to_the_one_outside(made: Any) -> None:
    outside = environment._pip(made, VERSION)
    assert outside == [sys.executable, "-m", "pip", "--python", made.python]
    (made.packages(VERSION) / "pip").mkdir(parents=True)
    assert environment._pip(made, VERSION) == [made.python, "-m", "pip"]


def test_settings_that_lead_pip_elsewhere_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_PROXY", "kept")
    given = environment._pip_environ()
    assert "PYTHONPATH" not in given
    assert "PIP_TARGET" not in given
    assert (given["PIP_USER"], given["PIP_PROXY"]) == ("0", "kept")


# --- a second start


@pytest.fixture
def ready(made: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An environment that is complete."""
    make_venv(made)
    monkeypatch.setattr(environment, "show", lambda *_: (0, ""))
    environment.install(made, bootstrap.ROOT / "packaging" / bootstrap.RUNTIME, VERSION)
    environment.connect(made, VERSION)
    environment.write_stamp(made.stamp, offscreen="works")
    return made


def test_a_second_start_touches_nothing(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_prepare", lambda *_: pytest.fail("it prepared again"))
    assert bootstrap.prepare(bootstrap.RUNTIME, "offscreen", ready.root) == ready.python
    assert list(ready.root.iterdir()) == [ready.folder]


@pytest.mark.parametrize("change", ["pins", "screen", "development", "unfinished", "interpreter", "command"])
def test_a_change_makes_it_prepare_again(ready: Any, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    prepared: list[object] = []
    monkeypatch.setattr(bootstrap, "_prepare", lambda *given: prepared.append(given))
    requirements, screen = bootstrap.RUNTIME, "offscreen"
    if change == "pins":
        environment.write_stamp(ready.stamp, **{bootstrap.RUNTIME: "of another day"})
    elif change == "screen":
        screen = "window"
    elif change == "development":
        requirements = bootstrap.DEVELOPMENT
    elif change == "unfinished":
        ready.unfinished.touch()
    elif change == "command":
        ready.command.unlink()
    else:
        ready.python.unlink()
    bootstrap.prepare(requirements, screen, ready.root)
    assert len(prepared) == 1


def test_the_stamp_is_plain_json(ready: Any) -> None:
    assert json.loads(ready.stamp.read_text(encoding="utf-8"))["offscreen"] == "works"
