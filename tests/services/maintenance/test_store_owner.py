"""A project writes inside its own folder, and into a store that is its own; anything else is asked (T3)."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest

from workbench.errors import NotAStore, StoreNotAllowed
from workbench.project.samples import copy_sample
from workbench.services.maintenance.store_checkup import store_file
from workbench.services.project.open_project import open_target

PATH = 'path: "data/events.db"'


@pytest.fixture
def environ(tmp_path):
    return {"WORKBENCH_CONFIG": str(tmp_path / "config")}


@pytest.fixture
def project(tmp_path):
    """Makes a project; its store lies where it is said."""

    def make(name, path="data/events.db", called="users"):
        folder = copy_sample("users-declared", tmp_path / name)
        file = folder / "project.tsk"
        text = file.read_text().replace(PATH, f'path: "{path}"')
        lines = [f'name: "{called}"' if line.startswith("name:") else line for line in text.splitlines()]
        file.write_text("\n".join(line for line in lines if called or not line.startswith("name:")) + "\n")
        return folder

    return make


@pytest.fixture
def open_it(environ):
    async def call(folder, **options):
        workspace = open_target(folder, "", environ=environ, **options)
        owner = owner_in(workspace.project.store_path)
        await workspace.close()
        return owner

    return call


def owner_in(path):
    con = sqlite3.connect(path)
    try:
        return con.execute("select value from meta where key = 'owner'").fetchone()[0]
    finally:
        con.close()


def everything(folder):
    """Returns what all files hold, without those that SQLite lays beside a store that is read."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path: path.read_bytes() for path in found if not path.name.endswith(("-shm", "-wal"))}


OUTSIDE = ["../victim/data/events.db", "../elsewhere/deep/x.db", "data/../../victim/data/events.db"]


@pytest.mark.parametrize("path", OUTSIDE)
async def test_T3_a_store_outside_the_folder_is_asked_before_anything_is_written(
    project, open_it, tmp_path, path
):
    victim = project("victim")
    await open_it(victim)
    before = everything(victim)
    with pytest.raises(StoreNotAllowed, match="lies outside the project's folder; nothing was opened"):
        await open_it(project("evil", path))
    assert everything(victim) == before
    assert not (tmp_path / "elsewhere").exists()


async def test_T3_an_absolute_path_and_links_are_followed(project, open_it, tmp_path):
    victim = project("victim")
    await open_it(victim)
    with pytest.raises(StoreNotAllowed):
        await open_it(project("absolute", str(victim / "data" / "events.db")))
    by_folder = project("by_folder")
    shutil.rmtree(by_folder / "data", ignore_errors=True)
    (by_folder / "data").symlink_to(victim / "data")
    with pytest.raises(StoreNotAllowed):
        await open_it(by_folder)
    by_file = project("by_file")
    (by_file / "data").mkdir(exist_ok=True)
    (by_file / "data" / "events.db").symlink_to(victim / "data" / "events.db")
    with pytest.raises(StoreNotAllowed):
        await open_it(by_file)


async def test_T3_what_the_person_allows_is_remembered_for_that_folder_and_that_store(project, open_it):
    folder = project("mine", "../shared/x.db")
    await open_it(folder, trust=True)
    await open_it(folder)
    with pytest.raises(StoreNotAllowed):
        await open_it(project("other", "../shared/x.db"))
    (folder / "project.tsk").write_text((folder / "project.tsk").read_text().replace("x.db", "y.db"))
    with pytest.raises(StoreNotAllowed):
        await open_it(folder)


async def test_T3_only_the_store_that_the_person_saw_is_allowed(project, open_it, tmp_path):
    folder = project("mine", "../shared/x.db")
    with pytest.raises(StoreNotAllowed) as told:
        await open_it(folder)
    with pytest.raises(StoreNotAllowed):
        await open_it(folder, store=str(tmp_path / "shared" / "another.db"))
    with pytest.raises(StoreNotAllowed):
        await open_it(folder, trust=True, only="a digest of modules")
    await open_it(folder, store=str(told.value.path))


async def test_T3_doctor_and_backup_ask_the_same(project, environ):
    with pytest.raises(StoreNotAllowed):
        store_file(project("evil", "../victim/data/events.db"), environ)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
async def test_T3_what_is_no_file_stays_as_it_is(project, open_it, make):
    folder = project("mine")
    (folder / "data").mkdir(exist_ok=True)
    make(folder / "data" / "events.db")
    with pytest.raises(NotAStore, match="is no file; it was left as it is"):
        await open_it(folder)
    assert not (folder / "data" / "events.db").is_file()


async def test_T3_another_projects_store_is_told_before_anything_is_written(project, open_it):
    first, second = project("first", called="first"), project("second", called="second")
    await open_it(first)
    shutil.copytree(first / "data", second / "data", dirs_exist_ok=True)
    before = everything(second)
    with pytest.raises(StoreNotAllowed, match=f"belongs to the project first in {first}; nothing was opened"):
        await open_it(second)
    assert everything(second) == before
    kept = await open_it(second, trust=True)
    assert '"name": "first"' in kept
    await open_it(second)


async def test_T3_a_project_around_another_one_is_told_that_the_store_is_the_inner_ones(project, open_it):
    outer, inner = project("outer", "inner/data/events.db"), project("outer/inner", called="users")
    await open_it(inner)
    with pytest.raises(StoreNotAllowed, match="belongs to the project users in"):
        await open_it(outer)


@pytest.mark.parametrize("called", ["users", ""])
async def test_T3_a_folder_that_is_copied_moved_or_renamed_whole_asks_nothing(
    project, open_it, tmp_path, called
):
    first = project("first", called=called)
    await open_it(first)
    copy = shutil.copytree(first, tmp_path / "copy")
    assert f'"{copy}"' in await open_it(copy)
    moved = first.rename(tmp_path / "moved")
    assert f'"{moved}"' in await open_it(moved)
    file = moved / "project.tsk"
    rest = file.read_text().partition("[event_store]")[2]
    file.write_text(f'[project]\nname: "another"\n[event_store]{rest}')
    assert '"name": "another"' in await open_it(moved)
