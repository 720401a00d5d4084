"""Saving replaces in one step, and never somebody else's change."""

from __future__ import annotations

import pytest

from workbench.errors import StoreReadOnly
from workbench.tusk import ChangedOnDisk, save


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path):
    path = tmp_path / "project.tsk"
    save(path, b"a: 1\n", was=None)
    path.chmod(0o640)
    save(path, b"a: 2\n", was=b"a: 1\n")
    assert path.read_bytes() == b"a: 2\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["project.tsk"]


def test_a_change_of_somebody_else_stays(tmp_path):
    path = tmp_path / "project.tsk"
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedOnDisk, match=r"project\.tsk was changed by another program"):
        save(path, b"ours", was=b"what we read")
    with pytest.raises(ChangedOnDisk):
        save(path, b"ours", was=None)
    path.unlink()
    with pytest.raises(ChangedOnDisk):
        save(path, b"ours", was=b"theirs")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    path = tmp_path / "folder" / "project.tsk"
    with pytest.raises(StoreReadOnly, match="cannot be written: No such file or directory"):
        save(path, b"x", was=None)
    taken = tmp_path / "taken.tsk"
    taken.mkdir()
    with pytest.raises(StoreReadOnly, match="cannot be read"):
        save(taken, b"x", was=None)
