"""What people name for an answer never costs them a store or a project."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue, StoreReadOnly
from workbench.interop.output_files import check_output, write_output


@pytest.mark.parametrize(
    "name", ["events.db", "events.db-wal", "events.db-shm", "events.db-rates", "events.db.lock"]
)
def test_a_store_is_never_written_over(tmp_path, name):
    for made in ("events.db", "events.db-wal", "events.db-shm", "events.db-rates", "events.db.lock"):
        (tmp_path / made).write_text("kept")
    with pytest.raises(InvalidValue, match="belongs to a store"):
        write_output(tmp_path / name, b"x")
    assert (tmp_path / name).read_text() == "kept"
    (tmp_path / "link").symlink_to(tmp_path / name)
    with pytest.raises(InvalidValue, match="belongs to a store"):
        check_output(tmp_path / "link")


@pytest.mark.parametrize("name", ["project.tsk", "domain.py"])
def test_a_projects_own_files_are_never_written_over(tmp_path, name):
    (tmp_path / name).write_text("kept")
    with pytest.raises(InvalidValue, match="belongs to a project"):
        write_output(tmp_path / name, b"x")
    assert (tmp_path / name).read_text() == "kept"


def test_an_older_answer_is_written_over_and_a_folder_is_told(tmp_path):
    path = tmp_path / "run.prom"
    write_output(path, b"old")
    write_output(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        write_output(tmp_path, b"x")
