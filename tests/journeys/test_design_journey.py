"""The README's flow is designed in the window from an empty project, and is the README's to the letter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from workbench.app import run
from workbench.gui.design_tour import PARCEL, gestures_of

README = ROOT / "README.md"
MOST = 60
"""Gestures besides what is typed."""


def bare(text: str) -> list[str]:
    """Returns the lines of a text that say something."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def is_designed(
    folder: Path, hands: str, environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Lets a person design, and compares what is there then with the README."""
    words = [sys.executable, "-m", "tests.journeys.design_person", str(folder), hands]
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines() == [act.label for act in PARCEL]
    flow, scenario = re.findall(r"```tsk\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[:2]
    written = (folder / "project.tsk").read_text(encoding="utf-8")
    assert bare(written[written.index("[aggregate.") :]) == bare(flow)
    (file,) = (folder / "scenarios").glob("*.tsk")
    assert bare(file.read_text(encoding="utf-8")) == bare(scenario)
    assert run(["test", str(folder)]) == 0
    assert "1 passed" in capsys.readouterr().out


def test_it_is_quick() -> None:
    assert gestures_of(PARCEL) <= MOST


def test_by_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    is_designed(tmp_path / "shop", "events", {**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capsys)


def test_by_the_keys_and_the_mouse_of_a_real_screen(
    screen: Mapping[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    is_designed(tmp_path / "shop", "xdotool", screen, capsys)
