"""The README's tutorial, typed as it stands there: new, edit, check, run, show, test."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from workbench.app import run

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def workbench(capsys):
    """Types a command line; returns its exit code and what it said."""

    def typed(*words):
        capsys.readouterr()
        code = run(list(words))
        return code, "".join(capsys.readouterr())

    return typed


@pytest.fixture
def chapter():
    """Returns the code blocks of the tutorial, by language in their order."""
    text = README.read_text(encoding="utf-8")
    part = text.partition("## A project of your own, without code")[2].partition("\n## ")[0]
    return re.findall(r"```(\w+)\n(.*?)```", part, re.DOTALL)


def test_the_tutorial_does_what_it_says(chapter, workbench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (_, new), (_, model), (_, look), (_, scenario) = chapter
    assert workbench(*shlex.split(new)[1:])[0] == 0
    with Path("shop/project.tsk").open("a", encoding="utf-8") as file:
        file.write(f"\n{model}")
    lines = [line for line in look.splitlines() if not line.startswith("workbench open")]
    (checked, check), (ran, ran_said), (shown, show) = (workbench(*shlex.split(line)[1:]) for line in lines)
    assert (checked, ran, shown) == (0, 0, 0)
    assert "no problems" in check
    assert "2 accepted" in ran_said
    assert '"status": "sent"' in show
    assert '"status": "delivered"' not in show, "at version 1 it was not"
    Path("shop/scenarios").mkdir()
    Path("shop/scenarios/parcels.tsk").write_text(scenario, encoding="utf-8")
    code, said = workbench("test", "shop")
    assert code == 0
    assert "1 passed" in said


def test_a_slip_in_the_tutorial_is_pointed_at(chapter, workbench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (_, new), (_, model), *_ = chapter
    workbench(*shlex.split(new)[1:])
    path = Path("shop/project.tsk")
    path.write_text(path.read_text(encoding="utf-8") + model.replace("state.status ==", "state.statsu =="))
    code, said = workbench("check", "shop")
    assert code == 3
    line, column = re.search(r"project\.tsk:(\d+):(\d+): S-CEL", said).groups()
    found = path.read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert found[int(column) - 1 :].startswith(("state.statsu", "statsu"))
    assert "did you mean status?" in said
