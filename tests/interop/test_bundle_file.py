"""A bundle is whole or not there, and a hostile one writes nothing anywhere (W21)."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from workbench.errors import InvalidValue, NotABundle, StoreReadOnly
from workbench.interop import bundle_file
from workbench.interop.bundle_file import (
    MANIFEST,
    Manifest,
    is_bundle,
    read_manifest,
    unpack_bundle,
    write_bundle,
)

TEXT = b'[project]\nname: "x"\n'
MADE = Manifest(project="x", at=1, head=2, now=3, part="all", store="data/events.db", masked=("email",))


def quiet(*_said):
    """Is told how far it is."""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "made"
    (made / "data").mkdir(parents=True)
    (made / "project.tsk").write_bytes(TEXT)
    (made / "data" / "events.db").write_bytes(bytes(range(256)) * 4000)
    (made / "data" / "events.db.lock").write_bytes(b"not this one")
    return made


NAMES = ("project.tsk", "data/events.db")


def bundled(tmp_path, folder, **more):
    path = tmp_path / "x.workbench"
    write_bundle(path, MADE, folder, NAMES, quiet, replace=False, **more)
    return path


def test_W21_what_was_written_comes_out_again(tmp_path, folder):
    path = bundled(tmp_path, folder)
    out = tmp_path / "out"
    said = unpack_bundle(path, out, quiet)
    assert said == read_manifest(path)
    assert (said.at, said.masked, said.store) == (1, ("email",), "data/events.db")
    assert {one.relative_to(out).as_posix() for one in out.rglob("*") if one.is_file()} == set(NAMES)
    assert all((out / name).read_bytes() == (folder / name).read_bytes() for name in NAMES)
    assert is_bundle(path)
    assert not is_bundle(folder)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["made", "out", "x.workbench"]


def test_W21_a_file_that_is_there_stays_unless_it_may_be_replaced(tmp_path, folder):
    path = tmp_path / "x.workbench"
    path.write_bytes(b"mine")
    with pytest.raises(InvalidValue, match="exists already"):
        bundled(tmp_path, folder)
    assert path.read_bytes() == b"mine"
    write_bundle(path, MADE, folder, NAMES, quiet, replace=True)
    assert read_manifest(path).project == "x"


def test_W21_a_folder_is_no_place_for_a_bundle(tmp_path, folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (".", "..", str(folder)):
        with pytest.raises(InvalidValue, match="exists already"):
            write_bundle(Path(name), MADE, folder, NAMES, quiet, replace=True)


def test_W21_one_that_is_stopped_leaves_no_file(tmp_path, folder):
    class Stopped(Exception):
        """It was cancelled."""

    def stop(*_said):
        raise Stopped

    with pytest.raises(Stopped):
        write_bundle(tmp_path / "x.workbench", MADE, folder, NAMES, stop, replace=False)
    assert [one.name for one in tmp_path.iterdir()] == ["made"]


def test_W21_one_that_is_killed_leaves_no_file_and_the_next_one_is_whole(tmp_path, folder):
    code = (
        "import os, sys; from pathlib import Path; from tests.interop.test_bundle_file import MADE, NAMES;"
        "from workbench.interop.bundle_file import write_bundle;"
        "write_bundle(*map(Path, sys.argv[1:2]), MADE, Path(sys.argv[2]), NAMES,"
        "lambda *_: os._exit(9), replace=False)"
    )
    path = tmp_path / "x.workbench"
    ended = subprocess.run([sys.executable, "-c", code, str(path), str(folder)], check=False)
    assert ended.returncode == 9
    assert not path.exists()
    bundled(tmp_path, folder)
    assert read_manifest(path).head == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["made", "x.workbench"]


def packed(path, held, *, manifest=None, entries=(), **changes):
    """Writes an archive as somebody could who means harm."""
    listed = [
        {"name": name, "size": len(data), "digest": hashlib.sha256(data).hexdigest()}
        for name, data in held.items()
    ]
    said = {
        "format": 1, "project": "x", "at": 1, "head": 2, "now": 3, "part": "all",
        "store": "data/events.db", "files": listed,
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, manifest if manifest is not None else json.dumps(said | changes))
        for name, data in held.items():
            archive.writestr(f"project/{name}", data)
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


GOOD = {"project.tsk": TEXT, "data/events.db": b"a store"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "a/../../evil", "/etc/evil", "C:/evil", "a\\..\\evil", "..", "a//b", ".git/hooks/x",
        ".hidden", "a/.workbench", "con", "aux.txt", "x ", "x.", "a\x00b", "a\nb", "x" * 300,
        "/".join("a" * 40), "PROJECT.TSK", "project.tsk/x", "data/events.db/x",
    ],
)  # fmt: skip
def test_W21_names_that_lead_elsewhere_are_refused_and_nothing_is_written(tmp_path, name):
    path = packed(tmp_path / "x.workbench", GOOD | {name: b"evil"})
    with pytest.raises(NotABundle, match="cannot be opened"):
        unpack_bundle(path, tmp_path / "deep" / "out", quiet)
    assert [one.name for one in tmp_path.iterdir()] == ["x.workbench"]


def entry(name, mode):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


@pytest.mark.parametrize(
    "mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o600, stat.S_IFCHR | 0o600, stat.S_IFDIR]
)
def test_W21_links_devices_and_folders_are_refused(tmp_path, mode):
    listed = {**GOOD, "link": b"/etc/passwd"}
    path = tmp_path / "x.workbench"
    with (
        zipfile.ZipFile(packed(tmp_path / "good.workbench", listed)) as good,
        zipfile.ZipFile(path, "w") as bad,
    ):
        for one in good.infolist():
            made = entry(one.filename, mode) if one.filename.endswith("link") else one
            bad.writestr(made, good.read(one))
    with pytest.raises(NotABundle, match="no plain file"):
        unpack_bundle(path, tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "format 2, this program knows up to 1"),
        ({"store": "other.db"}, "has no store"),
        ({"at": 3}, "position or time"),
        ({"at": -1}, "position or time"),
        ({"now": 10**30}, "position or time"),
        ({"files": []}, "not those of its manifest"),
        ({"head": "many"}, "manifest is none"),
        ({"layout": 3}, "manifest is none"),
    ],
)
def test_W21_a_manifest_that_does_not_fit_is_refused(tmp_path, changes, said):
    with pytest.raises(NotABundle, match=said):
        read_manifest(packed(tmp_path / "x.workbench", GOOD, **changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "[" * 100_000, b"\xff\xfe"])
def test_W21_a_manifest_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(NotABundle):
        read_manifest(packed(tmp_path / "x.workbench", GOOD, manifest=text))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["project/project.tsk", "project/more", "other", MANIFEST])
def test_W21_more_than_the_manifest_says_is_refused(tmp_path, name):
    with pytest.raises(NotABundle):
        read_manifest(packed(tmp_path / "x.workbench", GOOD, entries=[(name, b"more")]))


def test_W21_bytes_that_are_others_are_refused(tmp_path):
    files = [{"name": name, "size": len(data), "digest": "0" * 64} for name, data in GOOD.items()]
    with pytest.raises(NotABundle, match="not what its manifest says"):
        unpack_bundle(packed(tmp_path / "x.workbench", GOOD, files=files), tmp_path / "out", quiet)


def test_W21_a_bomb_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_file, "FREE_GROWTH", 1000)
    path = packed(tmp_path / "x.workbench", GOOD | {"bomb": bytes(3_000_000)})
    with pytest.raises(NotABundle, match="would become 3,000"):
        unpack_bundle(path, tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()


def test_W21_one_that_says_less_than_it_holds_is_stopped(tmp_path):
    files = [
        {"name": name, "size": 5, "digest": hashlib.sha256(data[:5]).hexdigest()}
        for name, data in GOOD.items()
    ]
    with pytest.raises(NotABundle):
        unpack_bundle(packed(tmp_path / "x.workbench", GOOD, files=files), tmp_path / "out", quiet)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.9, 0.999])
def test_W21_one_that_was_cut_off_is_refused(tmp_path, folder, kept):
    path = bundled(tmp_path, folder)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept) if kept < 1 else int(kept)])
    with pytest.raises(NotABundle, match="cut off"):
        read_manifest(path)


def test_W21_bytes_that_flipped_are_found(tmp_path, folder):
    path = bundled(tmp_path, folder)
    data = bytearray(path.read_bytes())
    for at in range(1500, len(data) - 400, 97):
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(NotABundle):
        unpack_bundle(path, tmp_path / "out", quiet)


def test_W21_what_is_not_there_or_cannot_be_written_is_said(tmp_path, folder):
    with pytest.raises(StoreReadOnly, match="No such file"):
        read_manifest(tmp_path / "none.workbench")
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        write_bundle(tmp_path / "none" / "x.workbench", MADE, folder, NAMES, quiet, replace=False)


def test_W21_a_bundle_is_never_written_over_a_store_or_a_projects_file(tmp_path, folder):
    for name in ("project.tsk", "data/events.db.lock"):
        was = (folder / name).read_bytes()
        with pytest.raises(InvalidValue):
            write_bundle(folder / name, MADE, folder, NAMES, quiet, replace=True)
        assert (folder / name).read_bytes() == was


def test_W21_a_pipe_is_no_bundle(tmp_path):
    os.mkfifo(tmp_path / "x.workbench")
    assert not is_bundle(tmp_path / "x.workbench")


def test_W21_of_two_at_once_one_is_whole_and_the_other_says_that_it_is_not_written(tmp_path, folder):
    mine = tmp_path / "x.workbench.part"
    mine.write_text("precious")
    path, made = tmp_path / "x.workbench", []

    def other(*_said):
        if not made:
            made.append(write_bundle(path, MADE, folder, NAMES, quiet, replace=False))

    with pytest.raises(InvalidValue, match="exists already"):
        write_bundle(path, MADE, folder, NAMES, other, replace=False)
    unpack_bundle(path, tmp_path / "out", quiet)
    assert path.stat().st_size == made[0]
    assert mine.read_text() == "precious"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["made", "out", "x.workbench", mine.name]
