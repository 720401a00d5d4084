"""Saving replaces in one step, and never somebody else's change."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from workbench.errors import StoreReadOnly
from workbench.tusk import ChangedOnDisk, read_file, remove_unfinished, replace_file, save
from workbench.tusk.save import LARGEST


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


@pytest.mark.parametrize("there", [b"#" * (LARGEST + 1), b"# caf\xe9\n"])
def test_V5_a_file_that_nobody_knows_in_full_stays(tmp_path, there):
    path = tmp_path / "project.tsk"
    path.write_bytes(there)
    with pytest.raises(StoreReadOnly, match=r"stays as it is.*project\.tsk:1:\d+: E-(SIZE|UTF8)"):
        save(path, b"a: 1\n", was=read_file(path))
    assert path.read_bytes() == there


def test_a_folder_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    path = tmp_path / "folder" / "project.tsk"
    with pytest.raises(StoreReadOnly, match="cannot be written: No such file or directory"):
        save(path, b"x", was=None)
    taken = tmp_path / "taken.tsk"
    taken.mkdir()
    with pytest.raises(StoreReadOnly, match="cannot be read"):
        save(taken, b"x", was=None)


def test_a_file_that_is_read_only_stays_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "project.tsk"
    path.write_bytes(b"a: 1\n")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda one, _: bool(one.stat().st_mode & 0o200))  # root may write it
    with pytest.raises(StoreReadOnly, match="is read-only"):
        save(path, b"a: 2\n", was=b"a: 1\n")
    assert path.read_bytes() == b"a: 1\n"
    path.chmod(0o644)
    save(path, b"a: 2\n", was=b"a: 1\n")
    assert path.read_bytes() == b"a: 2\n"


def test_V5_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    real, link = tmp_path / "real.tsk", tmp_path / "project.tsk"
    real.write_bytes(b"a: 1\n")
    link.symlink_to(real)
    save(link, b"a: 2\n", was=b"a: 1\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"a: 2\n"


def test_V5_a_file_with_hard_links_is_not_parted_from_its_other_names(tmp_path):
    path, other = tmp_path / "project.tsk", tmp_path / "other.tsk"
    path.write_bytes(b"a: 1\n")
    other.hardlink_to(path)
    with pytest.raises(StoreReadOnly, match=r"has 2 names \(hard links\)"):
        save(path, b"a: 2\n", was=b"a: 1\n")
    assert path.samefile(other)
    assert path.read_bytes() == b"a: 1\n"
    other.unlink()
    save(path, b"a: 2\n", was=b"a: 1\n")
    assert path.read_bytes() == b"a: 2\n"


def test_a_file_that_is_for_one_person_is_so_while_it_is_written(tmp_path):
    path, seen = tmp_path / "private.json", []
    path.touch(mode=0o600)
    part = tmp_path / f".private.json.{os.getpid()}.workbench.new"
    replace_file(path, [b"{}"], late=lambda: seen.append(part.stat().st_mode & 0o777))
    assert (seen, path.stat().st_mode & 0o777) == ([0o600], 0o600)


def test_what_a_killed_process_left_goes_with_the_next_one_and_that_of_a_living_one_stays(tmp_path):
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    names = [
        f".project.tsk.{killed.pid}.workbench.new",
        f".project.tsk.{os.getppid()}.workbench.new",
        ".project.tsk.mine.workbench.new",
        f".project.tsk.{killed.pid}.new",
        f".other.tsk.{killed.pid}.workbench.new",
        f".report.{killed.pid}.workbench.new",
    ]
    for name in names:
        (tmp_path / name).write_bytes(b"half")
    save(tmp_path / "project.tsk", b"a: 1\n", was=None)
    assert {one.name for one in tmp_path.iterdir()} == {"project.tsk", *names[1:]}
    remove_unfinished(tmp_path, "*.tsk")
    assert {one.name for one in tmp_path.iterdir()} == {"project.tsk", *names[1:4], names[5]}


WRITER = """
import sys
from itertools import cycle
from pathlib import Path
from workbench.tusk import save

path, texts = Path(sys.argv[1]), [b"a" * 300_000, b"b" * 300_000]
for was, new in cycle([texts, texts[::-1]]):
    save(path, new, was=was)
    print(flush=True)
"""


@pytest.mark.parametrize(
    "writes", [1, 2, 5, *(pytest.param(n, marks=pytest.mark.long) for n in range(6, 30))]
)
def test_V5_who_is_killed_leaves_the_old_file_or_the_new_one(tmp_path, writes):
    path = tmp_path / "project.tsk"
    path.write_bytes(b"a" * 300_000)
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    with process:
        for _ in range(writes):
            process.stdout.readline()
        process.kill()
    assert path.read_bytes() in {b"a" * 300_000, b"b" * 300_000}
    remove_unfinished(tmp_path, path.name)
    assert list(tmp_path.iterdir()) == [path]


def test_what_stands_where_the_new_file_is_made_is_not_written_through(tmp_path):
    path, victim = tmp_path / "project.tsk", tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / f".project.tsk.{os.getpid()}.workbench.new").symlink_to(victim)
    save(path, b"a: 1\n", was=None)
    assert victim.read_bytes() == b"precious"
    assert path.read_bytes() == b"a: 1\n"


def test_a_change_while_it_is_written_is_seen_before_it_is_lost(tmp_path, monkeypatch):
    path = tmp_path / "project.tsk"
    path.write_bytes(b"ours")
    monkeypatch.setattr(os, "fsync", lambda _descriptor: path.write_bytes(b"theirs"))
    with pytest.raises(ChangedOnDisk):
        save(path, b"new", was=b"ours")
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_only_files_of_bounded_size_are_read(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"x" * 50)
    assert read_file(path, 10) == b"x" * 11
    os.mkfifo(tmp_path / "pipe")
    for strange in ("pipe", ".", "none"):
        with pytest.raises(OSError, match=r"no file|directory"):
            read_file(tmp_path / strange)
