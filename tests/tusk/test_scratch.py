"""Folders for a while: gone with the process that made them, unless they are left on purpose."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pytest

from tests.conftest import ROOT
from workbench.tusk.scratch import leave, remove_left, scratch, scratch_folder, taken

KILLED = """
import os, sys
from workbench.tusk.scratch import leave, scratch_folder
folder = scratch_folder("fork")
(folder / "mine").mkdir()
(folder / "mine" / "events.db").write_text("data")
if sys.argv[1:]:
    leave(folder)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def killed(*more):
    done = subprocess.run([sys.executable, "-c", KILLED, *more], check=False, cwd=ROOT)
    assert done.returncode == -9


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it is not known which processes run")
def test_what_a_process_that_was_killed_left_goes_and_nothing_else_does(place):
    killed()
    (gone,) = place.iterdir()
    killed("leave")
    (left,) = {*place.iterdir()} - {gone}
    own, other = scratch_folder("fork"), place / "workbench-of-another"
    other.mkdir()
    (place / "workbench-link").symlink_to(gone, target_is_directory=True)
    assert remove_left("fork.json") == []
    assert {*place.iterdir()} == {left, own, other, place / "workbench-link"}
    assert (left / "mine" / "events.db").read_text() == "data"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it is not known which processes run")
def test_W9_what_a_person_may_have_worked_in_stays_and_belongs_to_no_process(place):
    killed()
    (folder,) = place.iterdir()
    (folder / "mine" / "fork.json").touch()
    assert remove_left("fork.json") == [folder / "mine"]
    assert [*folder.iterdir()] == [folder / "mine"]
    assert remove_left("fork.json") == []
    assert (folder / "mine" / "events.db").read_text() == "data"


EXPLORES = """
import os
from pathlib import Path
from workbench.services.worlds.explore_processes import ExploreProcesses
from workbench.services.worlds.scenario_explorer import Plan
ExploreProcesses(Path("."), {}, [], Plan(), {}, 1)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it is not known which processes run")
def test_what_exploring_left_goes_too(place):
    done = subprocess.run([sys.executable, "-c", EXPLORES], check=False, cwd=ROOT)
    assert done.returncode == -9
    assert [one.name.rpartition("-")[0] for one in place.iterdir()] == ["workbench-explore"]
    remove_left("fork.json")
    assert list(place.iterdir()) == []


def test_a_block_leaves_nothing(place):
    with scratch("copy") as folder:
        (folder / "file").touch()
    assert list(place.iterdir()) == []


def test_what_is_left_on_purpose_belongs_to_no_process(place):
    folder = scratch_folder("fork")
    leave(folder)
    assert list(folder.iterdir()) == []


def test_W9_a_folder_that_was_left_is_taken_over_and_one_of_another_is_not(place):
    left, held = scratch_folder("fork"), scratch_folder("fork")
    leave(left)
    assert taken(left / "mine") == left
    assert taken(left / "mine") is None, "it belongs to this process by now"
    assert taken(held / "mine") is None
    assert taken(place / "elsewhere" / "mine") is None
