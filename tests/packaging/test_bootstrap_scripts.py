"""Checks what the scripts tell the workbench, the checks and the person."""

from __future__ import annotations

import ast
import errno
import importlib
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

bootstrap = importlib.import_module("bootstrap")
console = importlib.import_module("console")

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["run.py", "test.py"])
def test_an_old_python_can_read_as_far_as_the_sentence_for_it(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    body = ast.parse(text, feature_version=(3, 7)).body
    checked = next(number for number, node in enumerate(body) if isinstance(node, ast.If))
    assert [type(node) for node in body[:checked]] == [ast.Expr, ast.Import]
    assert "__future__" not in text


@pytest.mark.parametrize(
    ("arguments", "drawn_on", "told"),
    [
        ([], "window", ["open", "--sample", "users"]),
        (["open", "mine"], "window", ["open", "mine"]),
        (["tour", "pictures"], "offscreen", ["tour", "pictures"]),
        (["run", "mine", "--json"], "offscreen", ["run", "mine", "--json"]),
    ],
)
def test_arguments_are_passed_on(
    run_script: ModuleType, arguments: list[str], drawn_on: str, told: list[str]
) -> None:
    assert run_script.choose(arguments, drawn_on) == told


def test_without_a_display_it_says_so_and_makes_a_tour(
    run_script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run_script, "ROOT", tmp_path)
    folder = tmp_path / "build" / "tour"
    assert run_script.choose([], "offscreen") == ["tour", str(folder)]
    said = capsys.readouterr().out
    assert "no display" in said
    assert str(folder) in said


def test_a_window_without_a_display_is_refused_with_what_works(run_script: ModuleType) -> None:
    with pytest.raises(console.Stop, match="tour FOLDER"):
        run_script.choose(["open", "mine"], "offscreen")


def checks(test_script: ModuleType) -> list[object]:
    return [
        test_script.Check(
            name="bad", words=("-c", "print('why'); raise SystemExit(3)"), again="a", quiet=True
        ),
        test_script.Check(name="good", words=("-c", "print('hidden')"), again="b", quiet=True),
    ]


def test_every_check_runs_and_a_quiet_one_speaks_only_when_it_fails(
    test_script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = test_script.run_all(checks(test_script), Path(sys.executable), os.environ)
    assert [verdict.code for verdict in verdicts] == [3, 0]
    said = capsys.readouterr().out
    assert "== 1/2  bad\nwhy\n-> FAILED" in said
    assert "== 2/2  good\n-> ok" in said


def test_the_summary_says_what_to_type_next(test_script: ModuleType) -> None:
    bad, good = checks(test_script)
    failed = test_script.Verdict(check=bad, code=3, seconds=1.25)
    fine = test_script.Verdict(check=good, code=0, seconds=0.5)
    said = test_script.summary([failed, fine], "python")
    assert "FAILED  bad" in said
    assert said.endswith("type:\n  a")
    assert "packaging/run.py" in test_script.summary([fine], "python")


def test_the_checks_come_in_their_order(test_script: ModuleType) -> None:
    names = [check.name for check in test_script.CHECKS]
    assert names == ["format", "style", "types", "layers", "tests", "a run without a screen"]


def test_every_long_test_is_in_one_part_of_the_long_run(test_script: ModuleType) -> None:
    long = {
        file.relative_to(bootstrap.ROOT).as_posix()
        for file in (bootstrap.ROOT / "tests").rglob("test_*.py")
        if re.search("pytest[.]mark[.]long", file.read_text(encoding="utf-8"))
    }
    places = [word for check in test_script.LONG for word in check.words if word.startswith("tests/")]
    assert long
    for file in long:
        assert sum(f"{file}/".startswith(f"{place}/") for place in places) == 1, file


def test_a_long_run_needs_strace(test_script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(sys, "argv", ["test.py", "--long"])
    monkeypatch.setattr(test_script, "prepare", lambda *_: Path(sys.executable))
    monkeypatch.setattr(test_script, "supply_program", said.append)
    monkeypatch.setattr(test_script, "run_all", lambda checks, *_: [*map(said.append, checks)] and [])
    monkeypatch.setattr(test_script, "summary", lambda *_: "")
    assert test_script.main() == 0
    assert said == ["strace", *test_script.LONG]


def test_only_one_process_prepares_at_a_time(tmp_path: Path) -> None:
    with bootstrap._alone(tmp_path), (tmp_path / "build" / "prepare.lock").open("a") as other:
        assert not bootstrap._lock(other, wait=False)
    with (tmp_path / "build" / "prepare.lock").open("a") as other:
        assert bootstrap._lock(other, wait=False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EROFS, "cannot be written to"),
        (errno.EACCES, "cannot be written to"),
        (errno.ENOSPC, "disk is full"),
    ],
)
def test_what_the_file_system_refuses_becomes_a_sentence(tmp_path: Path, code: int, said: str) -> None:
    with pytest.raises(console.Stop, match=said), bootstrap._plain_words(tmp_path):
        raise OSError(code, os.strerror(code), "somewhere")


def test_a_disk_without_room_stops_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.libraries, "supply", lambda _: None)
    monkeypatch.setattr(bootstrap, "_ROOM", {bootstrap.RUNTIME: 1 << 60})
    with pytest.raises(console.Stop, match="MiB are free"):
        bootstrap.prepare(bootstrap.RUNTIME, "offscreen", tmp_path)
    assert not (tmp_path / ".venv").exists()


def test_the_continuous_build_runs_the_same_checks() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "python3 packaging/test.py" in script.read_text(encoding="utf-8")


def test_a_command_shows_its_complaints_and_returns_them(capfd: pytest.CaptureFixture[str]) -> None:
    script = "import sys; print('seen'); print('heard', file=sys.stderr); sys.exit(4)"
    assert console.show([sys.executable, "-c", script], os.environ) == (4, "heard\n")
    out, err = capfd.readouterr()
    assert (out, err) == ("seen\n", "heard\n")
