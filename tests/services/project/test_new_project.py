"""A new project is there whole, or nothing of it is; what stood there stays."""

from __future__ import annotations

import errno
import shutil

import pytest

from workbench.errors import StoreReadOnly
from workbench.project.samples import copy_sample
from workbench.services.project.new_project import create


@pytest.fixture
def full(monkeypatch):
    """A disk that is full once the project's own file is written."""
    copy = shutil.copyfile

    def some(source, target):
        if source.name == "project.tsk":
            target.write_text("[proj")
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", some)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("there", [False, True])
def test_where_the_disk_gets_full_nothing_of_a_new_project_is_left(tmp_path, there):
    folder = tmp_path / "mine"
    if there:
        folder.mkdir()
        (folder / "note.txt").write_text("mine")
    with pytest.raises(StoreReadOnly, match="the disk is full"):
        create(folder, "users", beside=there)
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert found == (["mine/note.txt"] if there else [])
    assert folder.exists() == there


@pytest.mark.usefixtures("full")
def test_where_the_disk_gets_full_nothing_of_a_sample_is_left(tmp_path):
    with pytest.raises(StoreReadOnly, match="the disk is full"):
        copy_sample("users", tmp_path / "users")
    assert [*tmp_path.iterdir()] == []


def test_a_project_in_a_folder_that_is_there_has_its_name_and_leaves_the_rest(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("mine")
    made = create(tmp_path / "mine", "users", beside=True)
    assert all(path.is_file() for path in made)
    assert 'name: "mine"' in (tmp_path / "mine" / "project.tsk").read_text()
    assert (tmp_path / "mine" / "note.txt").read_text() == "mine"
