"""A folder is there whole or not at all, also from another file system and where its mover dies."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from workbench.tusk import move_folder, whole_folder, why_unwritten
from workbench.tusk.scratch import remove_left

FILES = {"a.txt": "a", "data/events.db": "data", "z.json": "z"}


def made(folder):
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "link").symlink_to("a.txt")
    return folder


def held(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def elsewhere(monkeypatch):
    """As if every folder but the one beside it were on another file system."""
    rename = Path.rename

    def across(self, target):
        if self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", across)


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
    def failing():
        with whole_folder(tmp_path / "new") as part:
            made(part)
            assert not (tmp_path / "new").exists()
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "new").mkdir()
    with whole_folder(tmp_path / "new") as part:
        made(part)
    assert held(tmp_path / "new") == FILES
    assert [*tmp_path.iterdir()] == [tmp_path / "new"]


def test_a_folder_is_moved_onto_another_file_system(tmp_path, elsewhere):
    source, target = made(tmp_path / "from" / "one"), tmp_path / "to" / "one"
    move_folder(source, target)
    assert held(target) == FILES
    assert (target / "link").readlink() == Path("a.txt")
    assert [*source.parent.iterdir()] == []
    assert [*target.parent.iterdir()] == [target]


def test_where_the_disk_gets_full_all_of_it_is_where_it_was(tmp_path, elsewhere, monkeypatch):
    source, target = made(tmp_path / "from" / "one"), tmp_path / "to" / "one"
    copy = shutil.copy2

    def full(path, place):
        if path.name == "events.db":
            place.write_text("da")
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(path, place)

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OSError, match="No space left") as failed:
        move_folder(source, target)
    assert why_unwritten(failed.value) == "the disk is full"
    assert held(source) == FILES
    assert [*target.parent.iterdir()] == []


KILLED = """
import errno, os, shutil, sys
from pathlib import Path
from workbench.tusk import move_folder
from workbench.tusk.scratch import note_target, scratch_folder

rename, copy, rmtree = Path.rename, shutil.copy2, shutil.rmtree
def across(self, target):
    if self.parent != Path(target).parent:
        raise OSError(errno.EXDEV, "across")
    return rename(self, target)
def dying(path, place):
    if path.name == sys.argv[2]:
        os.kill(os.getpid(), 9)
    return copy(path, place)
def removing(path, **_more):
    if sys.argv[2] == "removing" and Path(path).exists():
        os.unlink(path / "a.txt")
        os.kill(os.getpid(), 9)
    rmtree(path, **_more)
Path.rename, shutil.copy2, shutil.rmtree = across, dying, removing
target = Path(sys.argv[1])
source = scratch_folder("fork") / "one"
shutil.copytree(Path(sys.argv[3]), source, symlinks=True, copy_function=copy)
note_target(source.parent, target)
move_folder(source, target)
"""


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it is not known which processes run")
@pytest.mark.parametrize("at", ["a.txt", "events.db", "z.json", "removing"])
def test_W9_who_is_killed_at_moving_one_leaves_it_whole_in_one_place(tmp_path, monkeypatch, at):
    place, target, model = tmp_path / "temporary", tmp_path / "to" / "one", made(tmp_path / "model")
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setenv("TMPDIR", str(place))
    arguments = [sys.executable, "-c", KILLED, str(target), at, str(model)]
    assert subprocess.run(arguments, check=False, cwd=ROOT).returncode == -9
    moved = at == "removing"
    assert target.exists() == moved
    left = remove_left("z.json")
    if moved:
        assert (left, [*place.iterdir()], held(target)) == ([], [], FILES)
    else:
        assert [one.name for one in left] == ["one"]
        assert held(left[0]) == FILES
        assert [*left[0].parent.iterdir()] == left
    assert [*target.parent.iterdir()] == ([target] if moved else []), (
        "what it began is gone at the next start"
    )
