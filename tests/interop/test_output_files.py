"""What people name for an answer never costs them a store or a project."""

from __future__ import annotations

import os

import pytest

from workbench.errors import InvalidValue, StoreReadOnly
from workbench.interop.output_files import check_output, replace_output, write_output


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


def test_what_a_person_names_is_not_written_over_unasked(tmp_path):
    path = tmp_path / "letters.ndjson"
    replace_output(path, [b"a", b"b"], replace=False)
    assert path.read_bytes() == b"ab"
    with pytest.raises(InvalidValue, match="exists already"):
        replace_output(path, [b"c"], replace=False)
    assert path.read_bytes() == b"ab"
    replace_output(path, [b"c"], replace=True)
    assert path.read_bytes() == b"c"


def test_a_file_that_comes_while_another_is_written_stays(tmp_path):
    path = tmp_path / "letters.ndjson"

    def chunks():
        path.write_bytes(b"theirs")
        yield b"mine"

    with pytest.raises(InvalidValue, match="exists already"):
        replace_output(path, chunks(), replace=False)
    assert path.read_bytes() == b"theirs"


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    real, link, ahead = (tmp_path / name for name in ("real", "link", "ahead"))
    real.write_bytes(b"old")
    link.symlink_to(real)
    ahead.symlink_to(tmp_path / "new")
    replace_output(link, [b"new"], replace=True)
    replace_output(ahead, [b"first"], replace=False)
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")
    assert (ahead.is_symlink(), (tmp_path / "new").read_bytes()) == (True, b"first")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
@pytest.mark.parametrize("replace", [True, False])
def test_a_pipe_is_written_into_and_stays_one(tmp_path, replace):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        replace_output(path, [b"a", b"b"], replace=replace)
        assert os.read(reader, 9) == b"ab"
    finally:
        os.close(reader)
    assert path.is_fifo()


def test_a_folder_and_a_store_are_told(tmp_path):
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        replace_output(tmp_path, [b""], replace=True)
    (tmp_path / "project.tsk").write_text("kept")
    with pytest.raises(InvalidValue, match="belongs to a project"):
        replace_output(tmp_path / "project.tsk", [b""], replace=True)
    assert (tmp_path / "project.tsk").read_text() == "kept"
